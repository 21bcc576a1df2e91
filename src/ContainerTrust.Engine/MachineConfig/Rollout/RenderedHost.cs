namespace ContainerTrust.Engine.MachineConfig;

/// <summary>The files of a rendered config that decide on signatures, above those that the nodes' image has.</summary>
internal static class RenderedHost
{
    private static readonly string[] Prefixes = ["/etc/containers/", "/etc/crio/"];

    /// <summary>A host with those files.</summary>
    /// <param name="rendered">The rendered config.</param>
    /// <exception cref="TrustException">A file cannot be decoded.</exception>
    public static DocumentHost Of(ConfigDocument rendered) => new(
        rendered.Name,
        rendered.Paths.Where(static p => Prefixes.Any(f => p.StartsWith(f, StringComparison.Ordinal))).Select(p => rendered.Find(p)!),
        RhcosDefaults.Files);
}
