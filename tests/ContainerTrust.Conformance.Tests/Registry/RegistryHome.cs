using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Registry;

/// <summary>A registry on loopback with a scratch home directory, in which skopeo and this project's client find certificates and
/// credentials.</summary>
internal sealed class RegistryHome : IDisposable
{
    private readonly LoopbackRegistry _registry;

    private RegistryHome(string home, LoopbackRegistry registry)
    {
        Home = home;
        _registry = registry;
    }

    /// <summary>The home directory.</summary>
    public string Home { get; }

    /// <summary><c>host:port</c>.</summary>
    public string Authority => _registry.Authority;

    /// <summary>Starts a registry; skips the test if a tool is missing.</summary>
    /// <param name="tls">Whether it speaks TLS, with an authority in certs.d.</param>
    /// <param name="auth">Its configuration's auth section; null for basic authentication, empty for none.</param>
    public static RegistryHome Start(bool tls = true, string? auth = null)
    {
        string program = Tools.RequireTool("docker-registry");
        Tools.RequireTool("skopeo");
        string home = Directory.CreateTempSubdirectory("containertrust-loopback-").FullName;
        using ServerCertificate? certificate = tls ? new ServerCertificate(home) : null;
        string configuration = home + "/.config/containers";
        LoopbackRegistry registry = new(program, home, certificate, auth, configuration + "/auth.json");
        if (certificate is not null)
            File.Copy(certificate.AuthorityFile,
                Directory.CreateDirectory($"{configuration}/certs.d/{registry.Authority}").FullName + "/ca.crt");
        return new RegistryHome(home, registry);
    }

    /// <summary>Writes the credentials file.</summary>
    public void LogIn(string key, string password) => _registry.LogIn(key, password);

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
}
