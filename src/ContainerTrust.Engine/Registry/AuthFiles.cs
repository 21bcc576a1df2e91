using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Registry;

/// <summary>Where files with credentials are looked for, in the order in which they count (containers-auth.json(5), FILES).</summary>
internal static class AuthFiles
{
    /// <summary>Reads the files that there are.</summary>
    /// <param name="host">Where they are.</param>
    /// <param name="explicitPath">The only file to read; null for the usual ones.</param>
    /// <param name="verbose">Told what is read.</param>
    /// <returns>The files in order.</returns>
    /// <exception cref="TrustException">A file cannot be read, or an explicit one is not there (<c>AuthFileNotFound</c>).</exception>
    public static IReadOnlyList<AuthFile> Read(ITrustHost host, string? explicitPath, Action<string> verbose)
    {
        string? named = explicitPath ?? (host.GetEnvironmentVariable("REGISTRY_AUTH_FILE") is { Length: > 0 } variable ? variable : null);
        if (named is not null)
        {
            string path = Path.GetFullPath(named);
            return [AuthFile.TryRead(host, path, isLegacy: false) ?? throw Missing(path, explicitPath is null)];
        }

        List<AuthFile> files = [];
        foreach ((string path, bool isLegacy) in Candidates(host, verbose))
        {
            if (AuthFile.TryRead(host, path, isLegacy) is { } file)
            {
                verbose($"Read the credentials file {path}.");
                files.Add(file);
            }
        }

        return files;
    }

    private static IEnumerable<(string Path, bool IsLegacy)> Candidates(ITrustHost host, Action<string> verbose)
    {
        string? runtime = host.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        if (string.IsNullOrEmpty(runtime))
            yield return ($"/run/containers/{(LinuxOnly.IsHere ? Libc.UserId() : 0)}/auth.json", false);
        else if (runtime.StartsWith('/') && host.Exists(runtime))
            yield return (runtime.TrimEnd('/') + "/containers/auth.json", false);
        else
            verbose($"The directory {runtime} of XDG_RUNTIME_DIR does not exist; no credentials are read from there.");

        string? home = host.HomeDirectory?.TrimEnd('/');
        if (Absolute(host, "XDG_CONFIG_HOME") is { } configuration)
            yield return (configuration + "/containers/auth.json", false);
        else if (home is not null)
            yield return (home + "/.config/containers/auth.json", false);
        if (Absolute(host, "DOCKER_CONFIG") is { } docker)
            yield return (docker + "/config.json", false);
        else if (home is not null)
            yield return (home + "/.docker/config.json", false);
        if (home is not null)
            yield return (home + "/.dockercfg", true);
    }

    private static string? Absolute(ITrustHost host, string variable) =>
        host.GetEnvironmentVariable(variable) is ['/', ..] value ? value.TrimEnd('/') : null;

    private static TrustException Missing(string path, bool isFromEnvironment) =>
        new("AuthFileNotFound", TrustErrorKind.NotFound,
            $"The file with credentials {path}{(isFromEnvironment ? " (from REGISTRY_AUTH_FILE)" : "")} does not exist. Check the path, " +
            "or log in with podman login --authfile.") { Target = path };
}
