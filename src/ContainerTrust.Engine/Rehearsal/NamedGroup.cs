using ContainerTrust.Engine.Rehearsal.Sources;

namespace ContainerTrust.Engine.Rehearsal;

/// <summary>An image of a host, and all that name it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Problem">Why no policy can be asked about it. Null if one can.</param>
/// <param name="Owners">What names it, each once.</param>
/// <param name="IsPresent">Whether the host has it.</param>
/// <param name="StoredDigests">Digests of what the host has, the image's own first.</param>
internal sealed record NamedGroup(
    string Name, string? Problem, IReadOnlyList<string> Owners, bool IsPresent, IReadOnlyList<string> StoredDigests)
{
    private const string Built =
        "It was built or loaded on the host, and no registry has it by this name; no policy is asked when it runs. Judge what it is " +
        "built from.";

    /// <summary>The images of a host, each once, in the order in which they were found.</summary>
    public static IReadOnlyList<NamedGroup> Of(IEnumerable<NamedImage> images) =>
    [
        .. images.GroupBy(static i => (Name: i.Name.Trim(), Problem: i.Problem ?? WhyNot(i.Name.Trim()))).Select(static g => new NamedGroup(
            g.Key.Name, g.Key.Problem, [.. g.Select(static i => i.Owner).Distinct(StringComparer.Ordinal)],
            g.Any(static i => i.IsPresent), [.. g.SelectMany(static i => i.StoredDigests).Distinct(StringComparer.Ordinal)])),
    ];

    private static string? WhyNot(string name) => name.StartsWith("localhost/", StringComparison.Ordinal) ? Built : null;
}
