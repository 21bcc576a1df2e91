using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Debian's <c>docker-registry</c> on loopback, with TLS and basic authentication.</summary>
internal sealed class LoopbackRegistry : IDisposable
{
    public const string UserName = "tester";
    public const string Password = "correct-horse";

    // What "htpasswd -Bbn -C 4" makes of the two: bcrypt, cheap on purpose, as it is computed again for every request.
    private const string PasswordLine = UserName + ":$2y$04$qOwQMC1J5vCm81qIH/cndub7K/DewUMWhiyaYRTmskIifDtqajvq2\n";

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="directory">A directory for its files.</param>
    /// <param name="certificates">The servers' certificate.</param>
    public LoopbackRegistry(string program, string directory, TestCertificates certificates)
    {
        int port = FreePort();
        Host = $"127.0.0.1:{port}";
        AuthFile = Path.Combine(directory, "auth.json");
        string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}"));
        File.WriteAllText(AuthFile, $$"""{ "auths": { "{{Host}}": { "auth": "{{credentials}}" } } }""");
        File.WriteAllText(Path.Combine(directory, "htpasswd"), PasswordLine);
        string configuration = Path.Combine(directory, "registry.yml");
        File.WriteAllText(configuration, $"""
            version: 0.1
            log:
              accesslog:
                disabled: true
              level: error
            storage:
              filesystem:
                rootdirectory: {directory}/registry
            http:
              addr: {Host}
              tls:
                certificate: {certificates.CertificateFile}
                key: {certificates.KeyFile}
            auth:
              htpasswd:
                realm: tests
                path: {directory}/htpasswd
            """);
        ProcessStartInfo start = new(program, ["serve", configuration]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OTEL_TRACES_EXPORTER"] = "none";
        _process = Process.Start(start)!;
        _process.OutputDataReceived += Record;
        _process.ErrorDataReceived += Record;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        WaitUntilItListens(port);
    }

    /// <summary>Host and port, as image references name it.</summary>
    public string Host { get; }

    /// <summary>An auth.json with its credentials.</summary>
    public string AuthFile { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Record(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
            _log.AppendLine(line.Data);
    }

    private void WaitUntilItListens(int port)
    {
        for (Stopwatch time = Stopwatch.StartNew(); time.Elapsed < TimeSpan.FromSeconds(20);)
        {
            if (_process.HasExited)
                break;
            try
            {
                using TcpClient client = new();
                client.Connect(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                Thread.Sleep(20);
            }
        }

        lock (_log)
            throw new InvalidOperationException($"docker-registry does not listen: {_log}");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
