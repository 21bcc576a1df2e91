namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Finds the program that talks to the cluster.</summary>
internal static class ClientLocator
{
    private static readonly string[] Names = ["oc", "kubectl"];

    /// <summary>The program to start.</summary>
    /// <param name="clientPath">The program that the user named. Null for the first that is there.</param>
    /// <param name="searchPath">The value of <c>PATH</c>; only its absolute directories are looked in.</param>
    /// <returns>An absolute path.</returns>
    /// <exception cref="TrustException">There is none (<c>ClusterClientNotFound</c>).</exception>
    public static string Find(string? clientPath, string? searchPath)
    {
        if (clientPath is not null)
        {
            return Path.IsPathFullyQualified(clientPath) && IsProgram(clientPath)
                ? clientPath
                : throw new TrustException(
                    "ClusterClientNotFound",
                    TrustErrorKind.NotFound,
                    $"'{clientPath}' is not a program that can be started. Name oc or kubectl by its whole path.")
                {
                    Target = clientPath,
                };
        }

        string suffix = OperatingSystem.IsWindows() ? ".exe" : "";
        foreach (string name in Names)
        {
            foreach (string directory in (searchPath ?? "").Split(Path.PathSeparator))
            {
                if (Path.IsPathFullyQualified(directory) && Path.Join(directory, name + suffix) is var path && IsProgram(path))
                    return path;
            }
        }

        throw new TrustException(
            "ClusterClientNotFound",
            TrustErrorKind.NotFound,
            "Neither oc nor kubectl is in PATH. Install the OpenShift client (oc) or kubectl.");
    }

    private static bool IsProgram(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);
}
