using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.Registry;

/// <summary>This host with a home directory and an environment of its own.</summary>
internal sealed class ScratchHost : UserHost, IDisposable
{
    public ScratchHost()
        : this(Directory.CreateTempSubdirectory("containertrust-registry-").FullName)
    {
    }

    private ScratchHost(string home)
        : base(LocalHost.Instance, home, "scratch")
    {
        HomeDirectory = home;
        Environment["XDG_RUNTIME_DIR"] = home + "/run";
        Directory.CreateDirectory(home + "/run");
    }

    public new string HomeDirectory { get; }

    public string Write(string name, string content)
    {
        string path = Path.Combine(HomeDirectory, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Writes the file that podman login writes.</summary>
    public void LogIn(string key, string user, string password, string? identityToken = null) =>
        Write("run/containers/auth.json", AuthFileText(key, user, password, identityToken));

    public static string AuthFileText(string key, string user, string password, string? identityToken = null)
    {
        string auth = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(user + ":" + password));
        string identity = identityToken is null ? "" : $", \"identitytoken\": \"{identityToken}\"";
        return "{\"auths\": {\"" + key + "\": {\"auth\": \"" + auth + "\"" + identity + "}}}";
    }

    public void Trust(string hostAndPort, X509Certificate2 authority) =>
        Write($".config/containers/certs.d/{hostAndPort}/ca.crt", authority.ExportCertificatePem());

    public void Dispose() => Directory.Delete(HomeDirectory, recursive: true);
}
