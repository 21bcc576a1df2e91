using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>An image that is not judged the same after a change.</summary>
/// <param name="Probe">The image.</param>
/// <param name="Before">The entry that governed it.</param>
/// <param name="After">The entry that governs it then.</param>
/// <param name="Loses">Whether there are signatures with which it was accepted and is refused then.</param>
/// <param name="Gains">Whether there are signatures with which it was refused and is accepted then.</param>
internal sealed record AcceptanceDifference(Probe Probe, PolicyEntry Before, PolicyEntry After, bool Loses, bool Gains)
{
    /// <summary>Whether the same is demanded, and only the places where signatures are looked for differ.</summary>
    public bool IsOfPlace => Before.Transport == After.Transport && Before.Scope == After.Scope
        && Before.Requirements.SequenceEqual(After.Requirements);

    /// <summary>The images that are not judged the same.</summary>
    public static IEnumerable<AcceptanceDifference> Find(Acceptance before, Acceptance after, IReadOnlyList<Probe> probes)
    {
        foreach (Probe probe in probes)
        {
            (PolicyEntry was, (string?, string?)? oldPlaces) = before.Of(probe);
            (PolicyEntry becomes, (string?, string?)? newPlaces) = after.Of(probe);
            if (oldPlaces == newPlaces && was.Requirements.SequenceEqual(becomes.Requirements))
                continue;
            IReadOnlyList<string> claims = Claims(probe.Image.Reference, was.Requirements.Concat(becomes.Requirements));
            IReadOnlyList<Clause> old = before.Conditions(probe.Image, probe.Place, was.Requirements, claims);
            IReadOnlyList<Clause> next = after.Conditions(probe.Image, probe.Place, becomes.Requirements, claims);
            AcceptanceDifference difference = new(probe, was, becomes, !Acceptance.IsWithin(old, next), !Acceptance.IsWithin(next, old));
            if (difference.Loses || difference.Gains)
                yield return difference;
        }
    }

    // An identity rule looks at no more of a claim than whether name, tag and digest are those of the image or of the rule.
    private static IReadOnlyList<string> Claims(DockerReference? image, IEnumerable<TrustRequirement> requirements)
    {
        HashSet<string> names = new(StringComparer.Ordinal) { "unlisted.example.invalid/any-image" };
        HashSet<string> ends = new(StringComparer.Ordinal) { "", ":v1", ":any-tag", "@sha256:" + new string('1', 64) };
        void Add(string text)
        {
            if (!DockerReference.TryParse(text, out DockerReference? reference, out _))
                return;
            names.Add(reference.Name);
            names.Add(reference.Name + "/below");
            ends.Add(reference.ToString()[reference.Name.Length..]);
        }

        if (image is not null)
            Add(image.ToString());
        foreach (TrustRequirement requirement in requirements)
        {
            SignedIdentity? identity =
                (requirement as SignedByRequirement)?.SignedIdentity ?? (requirement as SigstoreSignedRequirement)?.SignedIdentity;
            if (identity is ExactReferenceIdentity exact)
                Add(exact.DockerReference);
            else if (identity is ExactRepositoryIdentity repository)
                Add(repository.DockerRepository);
            else if (identity is RemapIdentity remap && image?.Name.StartsWith(remap.Prefix, StringComparison.Ordinal) == true)
                Add(remap.SignedPrefix + image.Name[remap.Prefix.Length..]);
        }

        return [.. names.SelectMany(n => ends.Select(e => n + e))];
    }
}
