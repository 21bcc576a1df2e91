using System.Collections.Concurrent;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>Finds the TLS profile of each server; each directory is read once in a run.</summary>
internal sealed class TlsProfiles(ITrustHost host, WebOptions options, Action<string> verbose)
{
    private readonly Lazy<ContainersRelease> _release = new(() => options.Release ?? ContainersRelease.Find(host));
    private readonly ConcurrentDictionary<string, Lazy<CertificateDirectory?>> _directories = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string HostAndPort, bool IsStore, string? Registry, bool Verify), TlsProfile> _profiles = new();

    /// <summary>The profile for a registry.</summary>
    /// <param name="domain">The registry as images name it, <c>host[:port]</c>: <c>docker.io</c> for Docker Hub.</param>
    /// <param name="server">The server itself, with https.</param>
    /// <param name="verify">Whether its certificate is verified.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="TrustException">A file of the directory cannot be used.</exception>
    public TlsProfile ForRegistry(string domain, Uri server, bool verify) =>
        _profiles.GetOrAdd((domain, false, null, verify), _ =>
        {
            CertificateDirectory? directory = Directory(domain);
            return directory is null ? Plain(verify)
                : new TlsProfile(directory.Path, directory.Authorities, directory.Client, server, verify);
        });

    /// <summary>
    /// The profile for a signature store. containers/image uses the registry's, its client certificate and <c>insecure</c> included; here
    /// a store has the directory of its own name and the registry's authorities, but neither a registry's client certificate nor its
    /// leave to go unverified.
    /// </summary>
    /// <param name="url">A URL of the store.</param>
    /// <param name="registry">The registry of the image whose signatures are looked for, <c>host[:port]</c>. Null for none.</param>
    /// <param name="verify">Whether its certificate is verified.</param>
    /// <returns>The profile.</returns>
    /// <exception cref="TrustException">A file of the directory cannot be used.</exception>
    public TlsProfile ForStore(Uri url, string? registry, bool verify)
    {
        string name = url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}";
        return _profiles.GetOrAdd((name, true, registry, verify), _ =>
        {
            CertificateDirectory? own = Directory(name);
            CertificateDirectory? further = registry is null || registry == name || options.CertificateDirectory is not null ? null
                : Directory(registry);
            if (own is null && further is null)
                return Plain(verify);
            bool mayShow = options.CertificateDirectory is null && own?.Client is not null;
            return new TlsProfile(
                $"{own?.Path}|{further?.Path}", [.. own?.Authorities ?? [], .. further?.Authorities ?? []], mayShow ? own!.Client
                    : null, mayShow ? new Uri(WebText.Origin(url)) : null, verify);
        });
    }

    private static TlsProfile Plain(bool verify) => verify ? TlsProfile.Default : new TlsProfile("", [], null, null, verify: false);

    private CertificateDirectory? Directory(string hostAndPort)
    {
        if (options.CertificateDirectory is { } named)
        {
            return _directories.GetOrAdd("", _ => new Lazy<CertificateDirectory?>(() =>
            {
                string path = Path.GetFullPath(named);
                if (!host.Exists(path))
                    throw new TrustException(
                        "CertificateDirectoryNotFound",
                        TrustErrorKind.NotFound,
                        $"The certificate directory {path} does not exist. Check the path.")
                    {
                        Target = path,
                    };
                return CertificateDirectory.Read(host, path, verbose);
            })).Value;
        }

        return _directories.GetOrAdd(hostAndPort, name => new Lazy<CertificateDirectory?>(() =>
            CertificateDirectory.Find(host, _release.Value, name, verbose) is { } path ? CertificateDirectory.Read(host, path, verbose)
                : null)).Value;
    }
}
