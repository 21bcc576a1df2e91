using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Config.RegistriesConf;

/// <summary>A place that images are fetched from, as registries.conf names it.</summary>
/// <param name="Location"><c>host[:port][/path]</c>. Empty only where a wildcard prefix stands for it.</param>
/// <param name="IsInsecure">Whether http and unverified TLS are allowed there.</param>
/// <param name="PullFromMirror">For mirrors: empty, <c>all</c>, <c>digest-only</c> or <c>tag-only</c>.</param>
internal sealed record RegistryLocation(string Location, bool IsInsecure, string PullFromMirror);

/// <summary>A <c>[[registry]]</c> of registries.conf.</summary>
/// <param name="Prefix">What image names it is for: <c>host[:port][/path]</c> or <c>*.domain</c>.</param>
/// <param name="Endpoint">Where they are.</param>
/// <param name="Mirrors">Where they are looked for first.</param>
/// <param name="IsBlocked">Whether nothing may be fetched.</param>
/// <param name="MirrorByDigestOnly">Whether the mirrors are for names with a digest only.</param>
/// <param name="File">The file that says so.</param>
internal sealed record RegistryEntry(string Prefix, RegistryLocation Endpoint, IReadOnlyList<RegistryLocation> Mirrors, bool IsBlocked,
    bool MirrorByDigestOnly, string File)
{
    /// <summary>
    /// How much of a reference the prefix stands for (containers/image, <c>refMatchingPrefix</c>); -1 if it is not for it.
    /// </summary>
    public int Match(string reference)
    {
        if (!Prefix.StartsWith("*.", StringComparison.Ordinal))
        {
            return reference.StartsWith(Prefix, StringComparison.Ordinal)
                && (reference.Length == Prefix.Length || reference[Prefix.Length] is ':' or '/' or '@')
                ? Prefix.Length
                : -1;
        }

        int index = reference.IndexOf(Prefix[1..], StringComparison.Ordinal);
        if (index < 0 || reference.AsSpan(0, index).Contains('/'))
            return -1;
        index += Prefix.Length - 1;
        return index == reference.Length || reference[index] is ':' or '/' or '@' ? index : -1;
    }
}
