using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Registry.Web;

/// <summary>TLS that cannot be set up for other reasons than the server's certificate: no authority of anybody would help.</summary>
public class TlsRefusalTests : RegistryTest
{
    private const string Versions = "the server and this machine have no version of TLS in common";
    private const string Ciphers = "accepts none of the ciphers and keys that this machine offers, or demands a client certificate";
    private const string ClientCertificate = "the server demands a client certificate that it knows";

    [Theory]
    [InlineData(70, Versions)]
    [InlineData(86, Versions)]
    [InlineData(40, Ciphers)]
    [InlineData(71, Ciphers)]
    [InlineData(42, ClientCertificate)]
    [InlineData(48, ClientCertificate)]
    [InlineData(116, ClientCertificate)]
    [InlineData(112, "the server does not know that host name")]
    [InlineData(80, "internal error")]
    public async Task An_alert_is_said_in_words(byte alert, string reason)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        TaskCompletionSource gone = new();
        Task answering = Task.Run(async () =>
        {
            using TcpClient client = await listener.AcceptTcpClientAsync();
            NetworkStream stream = client.GetStream();
            await stream.ReadAtLeastAsync(new byte[4096], 1);
            await stream.WriteAsync((byte[])[0x15, 3, 3, 0, 2, 2, alert]);
            await gone.Task.WaitAsync(Patience.Limit);
        });
        string message = await RefusedAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        gone.SetResult();
        await answering;
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(Ciphers, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256")]
    [InlineData(Ciphers, "-tls1_2", "-Verify", "1")]
    [InlineData(ClientCertificate, "-tls1_3", "-Verify", "1")]
    public async Task Real_servers_are_understood(string reason, params string[] options)
    {
        const string Program = "/usr/bin/openssl";
        Skip.IfNot(File.Exists(Program), "openssl is not installed");
        string certificate = Host.Write("server.pem", TestCertificates.SharedServer.ExportCertificatePem());
        using ECDsa key = TestCertificates.SharedServer.GetECDsaPrivateKey()!;
        string keyFile = Host.Write("server.key", key.ExportPkcs8PrivateKeyPem());
        ProcessStartInfo start = new(
            Program, ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", keyFile, "-www", .. options])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        using Process server = Process.Start(start)!;
        try
        {
            string? line;
            while ((line = await server.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit)) is not null
                && !line.StartsWith("ACCEPT", StringComparison.Ordinal))
            {
                Assert.NotNull(line);
            }

            Skip.If(line is null, "this openssl has no such server");
            int port = int.Parse(line![(line.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
            Host.Trust($"127.0.0.1:{port}", TestCertificates.SharedAuthority);
            string message = await RefusedAsync(port);
            Assert.Contains(reason, message, StringComparison.Ordinal);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task What_is_advised_for_http_is_not_what_is_so_already()
    {
        HostileServer plain = Start(tls: false);
        plain.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 500, "no");
        const string Mark = "mark it insecure";
        string skip = $"specify {TrustOption.SkipCertificateCheck}";
        TrustException e = await ManifestRefusedAsync("RegistryTlsError", Client(), Image(server: plain));
        Assert.Contains(Mark, e.Message, StringComparison.Ordinal);
        foreach (bool isInsecure in (bool[])[false, true])
        {
            e = await ManifestRefusedAsync("RegistryTlsError", Client(static o => o with { VerifyTls = true }),
                Image(server: plain, insecure: isInsecure));
            Assert.EndsWith($"If that is meant, {skip}.", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Mark, e.Message, StringComparison.Ordinal);
        }

        // Where http is allowed, it was tried.
        e = await ManifestRefusedAsync("RegistryError", Client(static o => o with { Retries = 0 }), Image(server: plain, insecure: true));
        Assert.EndsWith("answers with http, not https.", e.Message, StringComparison.Ordinal);
        e = await ManifestRefusedAsync("RegistryError", Client(static o => o with { Retries = 0, VerifyTls = false }),
            Image(server: plain));
        Assert.EndsWith("answers with http, not https.", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Mark, e.Message, StringComparison.Ordinal);
    }

    private async Task<string> RefusedAsync(int port)
    {
        Assert.True(DockerReference.TryParse($"127.0.0.1:{port}/ns/app:1", out DockerReference? reference, out _));
        TrustException refused = await Assert.ThrowsAnyAsync<TrustException>(() => Client(static o => o with { Retries = 0 })
            .GetManifestAsync(new PullSource(reference, false, false), null, CancellationToken.None));
        Assert.True(refused.ErrorId == "RegistryTlsError", $"{refused.ErrorId}: {refused.Message}");
        Assert.StartsWith($"TLS could not be set up with https://{reference.Domain}: ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("authority", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SSL", refused.Message, StringComparison.Ordinal);
        return refused.Message;
    }
}
