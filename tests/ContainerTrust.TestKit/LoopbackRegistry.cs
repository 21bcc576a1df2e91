using System.Text;

namespace ContainerTrust.TestKit;

/// <summary>Debian's <c>docker-registry</c> on loopback, with a credentials file for its user.</summary>
internal sealed class LoopbackRegistry : IDisposable
{
    public const string UserName = "user";
    public const string Password = "correct horse";

    // bcrypt of the two, as htpasswd writes it; cheap on purpose, as it is computed again for every request.
    private const string PasswordLine = UserName + ":$2y$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n";

    private readonly DockerRegistry _registry;

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="directory">A directory for its files.</param>
    /// <param name="certificate">Its certificate. Null for plain http.</param>
    /// <param name="auth">Its configuration's auth section. Null for basic authentication, empty for none.</param>
    /// <param name="authFile">Where the credentials go, as <c>podman login</c> writes them. Null for auth.json in the directory.</param>
    public LoopbackRegistry(string program, string directory, ServerCertificate? certificate, string? auth = null, string? authFile = null)
    {
        string passwords = Path.Combine(directory, "htpasswd");
        File.WriteAllText(passwords, PasswordLine);
        string tls = certificate is null
            ? "" : $"  tls:\n    certificate: {certificate.CertificateFile}\n    key: {certificate.KeyFile}\n";
        string configuration = Path.Combine(directory, "registry.yml");
        File.WriteAllText(configuration,
            $"version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {directory}/registry\nhttp:\n  addr: {DockerRegistry.Address}\n" +
            tls + (auth ?? $"auth:\n  htpasswd:\n    realm: tests\n    path: {passwords}\n") + DockerRegistry.Log);
        _registry = new DockerRegistry(program, configuration);
        AuthFile = authFile ?? Path.Combine(directory, "auth.json");
        LogIn(Authority, Password);
    }

    /// <summary>Host and port, as image references name it.</summary>
    public string Authority => _registry.Authority;

    /// <summary>An auth.json with its credentials.</summary>
    public string AuthFile { get; }

    /// <summary>Writes the credentials file.</summary>
    /// <param name="key">What the credentials are for.</param>
    /// <param name="password">The password.</param>
    public void LogIn(string key, string password)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(AuthFile)!);
        string credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{password}"));
        File.WriteAllText(AuthFile, $$"""{ "auths": { "{{key}}": { "auth": "{{credentials}}" } } }""");
    }

    public void Dispose() => _registry.Dispose();
}
