using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Images.Registry;

/// <summary>Debian's docker-registry on loopback, with a scratch home directory in which skopeo and this project's client find certificates
/// and credentials.</summary>
internal sealed class LoopbackRegistry : IDisposable
{
    public const string User = "user";
    public const string Password = "correct horse";
    private const string PasswordLine = "user:$2y$05$PcBJghbdulnANWP0cbZtbuWjf4oBPRGcRG9PidI3hiw9jZ9dA4Uz6";

    private readonly DockerRegistry _registry;

    private LoopbackRegistry(string home, DockerRegistry registry)
    {
        Home = home;
        _registry = registry;
    }

    /// <summary>The home directory.</summary>
    public string Home { get; }

    /// <summary><c>host:port</c>.</summary>
    public string Authority => _registry.Authority;

    /// <summary>The file that <c>podman login</c> would write.</summary>
    public string AuthFile => Home + "/.config/containers/auth.json";

    /// <summary>Starts a registry; skips the test if a tool is missing.</summary>
    /// <param name="tls">Whether it speaks TLS, with an authority in certs.d.</param>
    /// <param name="auth">Its configuration's auth section; null for basic authentication, empty for none.</param>
    public static LoopbackRegistry Start(bool tls = true, Func<string, string>? auth = null)
    {
        string program = Tools.RequireTool("docker-registry");
        Tools.RequireTool("skopeo");
        string home = Directory.CreateTempSubdirectory("containertrust-loopback-").FullName;
        string configuration = $$"""
            version: 0.1
            storage:
              filesystem:
                rootdirectory: {{home}}/storage
            http:
              addr: {{DockerRegistry.Address}}

            """;
        string? authority = null;
        if (tls)
        {
            using X509Certificate2 root = WriteCertificates(home);
            authority = root.ExportCertificatePem();
            configuration += $"  tls:\n    certificate: {home}/server.crt\n    key: {home}/server.key\n";
        }

        File.WriteAllText(home + "/htpasswd", PasswordLine + "\n");
        configuration += auth is null ? $"auth:\n  htpasswd:\n    realm: test\n    path: {home}/htpasswd\n" : auth(home);
        File.WriteAllText(home + "/registry.yml", configuration + DockerRegistry.Log);
        var registry = new LoopbackRegistry(home, new DockerRegistry(program, home + "/registry.yml"));
        if (authority is not null)
            File.WriteAllText(Directory.CreateDirectory($"{home}/.config/containers/certs.d/{registry.Authority}").FullName +
                "/ca.crt", authority);
        registry.LogIn(registry.Authority, Password);
        return registry;
    }

    /// <summary>Writes the credentials file.</summary>
    public void LogIn(string key, string password)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(AuthFile)!);
        File.WriteAllText(AuthFile,
            $"{{\"auths\": {{\"{key}\": {{\"auth\": \"{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}"))}\"}}}}}}");
    }

    /// <summary>Runs skopeo with the scratch home directory.</summary>
    public ToolResult Skopeo(params string[] arguments) =>
        Tools.Run(Tools.RequireTool("skopeo"), ["--insecure-policy", .. arguments], null, new Dictionary<string, string?>
    {
        ["HOME"] = Home,
        ["XDG_RUNTIME_DIR"] = null,
        ["XDG_CONFIG_HOME"] = null,
        ["REGISTRY_AUTH_FILE"] = null,
        ["DOCKER_CONFIG"] = null,
    });

    /// <summary>Writes an image as a <c>dir:</c> layout.</summary>
    /// <returns>The directory.</returns>
    public string WriteImage(string name, string architecture = "amd64")
    {
        string directory = Directory.CreateDirectory($"{Home}/{name}").FullName;
        string config = WriteBlob(directory, Encoding.UTF8.GetBytes($$$"""{"architecture":"{{{architecture}}}","os":"linux","config":{"Labels":{"name":"{{{name}}}"}},"rootfs":{"type":"layers","diff_ids":[]}}"""));
        string manifest = $$"""
            {
               "schemaVersion": 2,
               "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
               "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": {{new FileInfo($"{directory}/{config}").Length}}, "digest": "sha256:{{config}}"},
               "layers": []
            }
            """;
        File.WriteAllText(directory + "/manifest.json", manifest);
        File.WriteAllText(directory + "/version", "Directory Transport Version: 1.1\n");
        return directory;
    }

    public void Dispose()
    {
        _registry.Dispose();
        Directory.Delete(Home, recursive: true);
    }

    public static string WriteBlob(string directory, byte[] content)
    {
        string hex = Convert.ToHexStringLower(SHA256.HashData(content));
        File.WriteAllBytes($"{directory}/{hex}", content);
        return hex;
    }

    private static X509Certificate2 WriteCertificates(string home)
    {
        using ECDsa authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Loopback authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        X509Certificate2 root = authority.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=loopback", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        using X509Certificate2 certificate = server.Create(root, DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(9), [1, 2, 3]);
        File.WriteAllText(home + "/server.crt", certificate.ExportCertificatePem());
        File.WriteAllText(home + "/server.key", key.ExportPkcs8PrivateKeyPem());
        return root;
    }
}
