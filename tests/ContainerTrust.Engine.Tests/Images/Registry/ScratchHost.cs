using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.Images.Registry;

/// <summary>This host with a home directory and an environment of its own.</summary>
internal sealed class ScratchHost : ITrustHost, IDisposable
{
    public ScratchHost()
    {
        HomeDirectory = Directory.CreateTempSubdirectory("containertrust-registry-").FullName;
        Environment["XDG_RUNTIME_DIR"] = HomeDirectory + "/run";
        Directory.CreateDirectory(HomeDirectory + "/run");
    }

    public Dictionary<string, string> Environment { get; } = [];

    public string ComputerName => "scratch";

    public string HomeDirectory { get; }

    string? ITrustHost.HomeDirectory => HomeDirectory;

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

    public string? GetEnvironmentVariable(string name) => Environment.GetValueOrDefault(name);

    public bool Exists(string path) => LocalHost.Instance.Exists(path);

    public HostFile? TryReadFile(string path, int maxBytes) => LocalHost.Instance.TryReadFile(path, maxBytes);

    public string ResolvePath(string path) => LocalHost.Instance.ResolvePath(path);

    public IReadOnlyList<string> ListDirectory(string path) => LocalHost.Instance.ListDirectory(path);

    public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
        LocalHost.Instance.BeginChange(directories, timeout, cancellationToken);

    public void Dispose() => Directory.Delete(HomeDirectory, recursive: true);
}
