using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Tests.Images.Registry;

/// <summary>Which server certificates are good. Each refusal is of a certificate that differs in one thing from one that is
/// accepted.</summary>
public class TlsTests : RegistryTest
{
    private static readonly X509Certificate2 s_authority = TestCertificates.Authority("CN=Another authority");

    private async Task<string?> TryAsync(X509Certificate2 certificate, X509Certificate2? trusted,
        Func<WebOptions, WebOptions>? change = null, bool insecure = false)
    {
        await using var server = new HostileServer(certificate);
        server.Handler = (_, stream, _) => GiveManifest(stream);
        if (trusted is not null)
            Host.Trust(server.Authority, trusted);
        try
        {
            await Client(change).GetManifestAsync(Image(server: server, insecure: insecure), null, CancellationToken.None);
            Assert.Equal(2, server.Requests.Count);
            return null;
        }
        catch (TrustException e)
        {
            Assert.Equal("RegistryTlsError", e.ErrorId);
            Assert.Empty(server.Requests);
            Assert.Equal(1, server.Connections);
            return e.Message;
        }
    }

    [Fact]
    public async Task A_certificate_of_an_authority_of_certs_d_is_good()
    {
        Assert.Null(await TryAsync(TestCertificates.Leaf(s_authority), s_authority));
        Assert.Null(await TryAsync(TestCertificates.Leaf(s_authority, names: ["*.example.com", "127.0.0.1"]), s_authority));
    }

    [Fact]
    public async Task A_certificate_of_nobody_is_not()
    {
        string? refusal = await TryAsync(TestCertificates.Leaf(s_authority), null);
        Assert.Contains("not signed by an authority", refusal, StringComparison.Ordinal);
        Assert.Contains("certs.d/127.0.0.1:", refusal, StringComparison.Ordinal);
        Assert.Contains("not signed by an authority", await TryAsync(TestCertificates.Leaf(s_authority), TestCertificates.SharedAuthority),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authority_of_the_same_name_is_another()
    {
        X509Certificate2 twin = TestCertificates.Authority("CN=Another authority");
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(twin), s_authority));
    }

    [Fact]
    public async Task Another_registrys_authorities_do_not_count()
    {
        Host.Trust("127.0.0.1:1", s_authority);
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(s_authority), null));
    }

    [Fact]
    public async Task The_name_is_always_checked()
    {
        Assert.Contains("host name", await TryAsync(TestCertificates.Leaf(s_authority, names: ["localhost"]), s_authority),
            StringComparison.Ordinal);
        Assert.Contains("host name", await TryAsync(TestCertificates.Leaf(s_authority, names: ["127.0.0.2"]), s_authority),
            StringComparison.Ordinal);
        Assert.Contains("host name", await TryAsync(TestCertificates.Leaf(s_authority, "CN=127.0.0.1", names: []), s_authority),
            StringComparison.Ordinal);
        X509Certificate2 self = TestCertificates.Leaf(null, "CN=self", names: ["localhost"]);
        Assert.Contains("host name", await TryAsync(self, self), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_has_expired_is_refused() =>
        Assert.Contains("expired", await TryAsync(TestCertificates.Leaf(s_authority, validDays: -1), s_authority),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_certificate_for_clients_is_refused() =>
        Assert.Contains("not meant for servers",
            await TryAsync(TestCertificates.Leaf(s_authority, use: TestCertificates.ClientAuthentication), s_authority),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_servers_own_certificate_may_be_the_anchor()
    {
        X509Certificate2 self = TestCertificates.Leaf(null, "CN=self");
        Assert.Null(await TryAsync(self, self));
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(null, "CN=self"), self));
        X509Certificate2 expired = TestCertificates.Leaf(null, "CN=self", validDays: -1);
        Assert.NotNull(await TryAsync(expired, expired));
    }

    [Fact]
    public async Task Intermediates_are_sent_or_are_anchors_themselves()
    {
        X509Certificate2 intermediate = TestCertificates.Authority("CN=Between", s_authority);
        Assert.Null(await TryAsync(TestCertificates.Leaf(intermediate, sent: intermediate), s_authority));
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(intermediate), s_authority));
        Assert.Null(await TryAsync(TestCertificates.Leaf(intermediate), intermediate));
        Assert.Null(await TryAsync(TestCertificates.Leaf(intermediate, sent: intermediate), intermediate));
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(intermediate, names: ["other"]), intermediate));
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(intermediate, validDays: -1), intermediate));
    }

    [Fact]
    public async Task A_leaf_signs_nothing()
    {
        X509Certificate2 leaf = TestCertificates.Leaf(s_authority, "CN=leaf");
        using ECDsa key = leaf.GetECDsaPrivateKey()!;
        X509Certificate2 below = TestCertificates.Leaf(leaf, "CN=below", signWith: key, sent: leaf);
        Assert.NotNull(await TryAsync(below, s_authority));
        Assert.NotNull(await TryAsync(below, leaf));
    }

    [Fact]
    public async Task A_forged_signature_is_refused_under_any_anchor()
    {
        using ECDsa stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 intermediate = TestCertificates.Authority("CN=Between", s_authority);
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(s_authority, signWith: stranger), s_authority));
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(intermediate, signWith: stranger), intermediate));
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(intermediate, signWith: stranger, sent: intermediate), intermediate));
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(intermediate, signWith: stranger, sent: intermediate), s_authority));
    }

    [Fact]
    public async Task Unverified_only_where_it_is_said()
    {
        X509Certificate2 stranger = TestCertificates.Leaf(s_authority, names: ["elsewhere"]);
        Assert.Null(await TryAsync(stranger, null, insecure: true));
        Assert.Null(await TryAsync(stranger, null, o => o with { VerifyTls = false }));
        Assert.NotNull(await TryAsync(stranger, null, o => o with { VerifyTls = true }, insecure: true));
    }

    [Fact]
    public async Task A_directory_that_is_named_is_the_only_one()
    {
        Host.Write("ca/x.crt", "junk\n" + TestCertificates.SharedAuthority.ExportCertificatePem() +
            "\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" + s_authority.ExportCertificatePem());
        string directory = Host.HomeDirectory + "/ca";
        Assert.Null(await TryAsync(TestCertificates.Leaf(s_authority), null, o => o with { CertificateDirectory = directory }));
        X509Certificate2 third = TestCertificates.Authority("CN=Third");
        Assert.NotNull(await TryAsync(TestCertificates.Leaf(third), third, o => o with { CertificateDirectory = directory }));
        await ManifestRefusedAsync("CertificateDirectoryNotFound", Client(o => o with { CertificateDirectory = directory + "/none" }));
    }

    [Fact]
    public async Task A_client_certificate_needs_its_key()
    {
        using X509Certificate2 certificate = TestCertificates.Leaf(s_authority, use: TestCertificates.ClientAuthentication);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        string path = $".config/containers/certs.d/{Server.Authority}/";
        Serve((_, stream, _) => GiveManifest(stream));
        Host.Write(path + "client.cert", certificate.ExportCertificatePem());
        await ManifestRefusedAsync("IncompleteClientCertificate", Client());
        string keyFile = Host.Write(path + "client.key", key.ExportPkcs8PrivateKeyPem());
        await Client().GetManifestAsync(Image(), null, CancellationToken.None);
        Assert.Equal(certificate.Thumbprint, Server.To(ManifestPath).Single().ClientCertificate?.Thumbprint);
        await File.WriteAllTextAsync(keyFile, "-----BEGIN PRIVATE KEY-----\ntopsecret\n-----END PRIVATE KEY-----\n");
        TrustException e = await ManifestRefusedAsync("InvalidClientCertificate", Client());
        Assert.DoesNotContain("topsecret", e.ToString(), StringComparison.Ordinal);
        File.Delete(Path.Combine(Host.HomeDirectory, path + "client.cert"));
        await ManifestRefusedAsync("IncompleteClientCertificate", Client());
    }

    [Fact]
    public async Task A_store_has_its_own_authorities_and_no_leave_to_go_unverified()
    {
        await using var store = new HostileServer(TestCertificates.Leaf(s_authority));
        store.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 200, "sig");
        var url = new Uri(store.Url + "/a@sha256=1/signature-1");
        await RefusedAsync("StoreTlsError", () => Client().TryGetFileAsync(url, 100, CancellationToken.None));
        Assert.NotNull(await Client(o => o with { VerifyTls = false }).TryGetFileAsync(url, 100, CancellationToken.None));
        Host.Trust("registry.example.com", s_authority);
        PullSource image = Example();
        Assert.NotNull(await Client().TryGetFileAsync(url, 100, image, CancellationToken.None));
        await RefusedAsync("StoreTlsError", () => Client()
            .TryGetFileAsync(url, 100, image with { Reference = Image().Reference, IsInsecure = true }, CancellationToken.None));
        Host.Trust(store.Authority, s_authority);
        Assert.NotNull(await Client().TryGetFileAsync(url, 100, CancellationToken.None));

        static PullSource Example()
        {
            Assert.True(DockerReference.TryParse("registry.example.com/ns/app", out var reference, out _));
            return new PullSource(reference, false, false);
        }
    }
}
