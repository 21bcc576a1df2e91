using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>The files of a rendered config that decide on signatures, above those that the nodes' image has.</summary>
internal static class RenderedHost
{
    /// <summary>A host with those files.</summary>
    /// <param name="rendered">The rendered config.</param>
    /// <param name="defaults">What the nodes' image has.</param>
    /// <exception cref="TrustException">A file cannot be decoded.</exception>
    public static DocumentHost Of(ConfigDocument rendered, RhcosDefaults defaults) => new(
        rendered.Name,
        [.. rendered.Paths.Where(IsLookedAt).Select(p => rendered.Find(p)!),
            .. rendered.Units.Where(u => IsLookedAt(u.Path) && !rendered.Paths.Contains(u.Path))],
        defaults.Files);

    private static bool IsLookedAt(string path) => RuntimePolicy.Places.Append("/etc/containers").Any(p => path == p || path.StartsWith(
        p + "/",
        StringComparison.Ordinal));
}
