using System.Text;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Debian's <c>docker-registry</c> on loopback, with TLS and basic authentication.</summary>
internal sealed class LoopbackRegistry : IDisposable
{
    public const string UserName = "tester";
    public const string Password = "correct-horse";

    // What "htpasswd -Bbn -C 4" makes of the two: bcrypt, cheap on purpose, as it is computed again for every request.
    private const string PasswordLine = UserName + ":$2y$04$qOwQMC1J5vCm81qIH/cndub7K/DewUMWhiyaYRTmskIifDtqajvq2\n";

    private readonly DockerRegistry _registry;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="directory">A directory for its files.</param>
    /// <param name="certificates">The servers' certificate.</param>
    public LoopbackRegistry(string program, string directory, TestCertificates certificates)
    {
        File.WriteAllText(Path.Combine(directory, "htpasswd"), PasswordLine);
        string configuration = Path.Combine(directory, "registry.yml");
        File.WriteAllText(configuration, $"""
            version: 0.1
            storage:
              filesystem:
                rootdirectory: {directory}/registry
            http:
              addr: {DockerRegistry.Address}
              tls:
                certificate: {certificates.CertificateFile}
                key: {certificates.KeyFile}
            auth:
              htpasswd:
                realm: tests
                path: {directory}/htpasswd

            """ + DockerRegistry.Log);
        _registry = new DockerRegistry(program, configuration);
        AuthFile = Path.Combine(directory, "auth.json");
        string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}"));
        File.WriteAllText(AuthFile, $$"""{ "auths": { "{{Host}}": { "auth": "{{credentials}}" } } }""");
    }

    /// <summary>Host and port, as image references name it.</summary>
    public string Host => _registry.Authority;

    /// <summary>An auth.json with its credentials.</summary>
    public string AuthFile { get; }

    public void Dispose() => _registry.Dispose();
}
