using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>On which hosts a form of a preset applies. What is given must hold together.</summary>
/// <param name="Systems">Values of <c>ID</c> in os-release, any of them. Empty for every system.</param>
/// <param name="From">The first release, <c>9.2</c>. Null for no bound.</param>
/// <param name="Before">The first release that is too new. Null for no bound.</param>
/// <param name="Files">Files that the host must have, all of them.</param>
internal sealed record PresetCondition(
    IReadOnlyList<string> Systems, PresetVersion? From, PresetVersion? Before, IReadOnlyList<string> Files)
{
    /// <summary>Whether it holds on a host.</summary>
    /// <param name="release">The host's release.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="TrustException">A file cannot be looked at.</exception>
    public bool Holds(OperatingSystemRelease release, ITrustHost host) =>
        (Systems.Count == 0 || Systems.Contains(release.Id))
        && (From is null || From.IsAtMost(release) == true)
        && (Before is null || Before.IsAtMost(release) == false)
        && Files.All(host.Exists);

    /// <summary>Why the form applies, where it holds.</summary>
    /// <param name="release">The host's release.</param>
    /// <returns>A sentence.</returns>
    public string Reason(OperatingSystemRelease release)
    {
        List<string> parts = [];
        if (Systems.Count > 0)
        {
            string range = (From, Before) switch
            {
                (null, null) => "",
                ({ } from, null) => $" from {from} on",
                (null, { } before) => $" before {before}",
                ({ } from, { } before) => $" from {from} on and before {before}",
            };
            parts.Add($"is {$"{release.Id} {release.Version}".TrimEnd()}, and the form is for {string.Join(", ", Systems)}{range}");
        }

        if (Files.Count > 0)
            parts.Add($"has {string.Join(" and ", Files)}");
        return $"The host {string.Join(", and ", parts)}.";
    }
}
