using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>
/// Whether the reference that a signature names is accepted for an image (containers-policy.json(5), <c>signedIdentity</c>).
/// </summary>
internal static class IdentityMatcher
{
    /// <summary>Compares.</summary>
    /// <param name="identity">The rule. Null for <c>matchRepoDigestOrExact</c>, the default.</param>
    /// <param name="image">
    /// The image as the user named it, with exactly one of tag and digest. Null for an image without a docker reference.
    /// </param>
    /// <param name="signed">The reference in a claim whose signature holds.</param>
    /// <returns>Null if it is accepted; otherwise why not, a clause.</returns>
    public static string? Refusal(SignedIdentity? identity, DockerReference? image, string signed)
    {
        if (!DockerReference.TryParse(signed, out DockerReference? claimed, out string problem))
            return $"it is for '{Printed(signed)}', which is not a reference: {problem}";
        return identity switch
        {
            null or MatchRepoDigestOrExactIdentity => WithImage(image, claimed, MatchRepoDigestOrExact),
            MatchExactIdentity => WithImage(image, claimed, MatchExact),
            MatchRepositoryIdentity => WithImage(image, claimed, MatchRepository),
            ExactReferenceIdentity exact =>
                Parsed(exact.DockerReference, out DockerReference? reference) ?? MatchExact(reference!, claimed),
            ExactRepositoryIdentity exact =>
                Parsed(exact.DockerRepository, out DockerReference? repository) ?? MatchRepository(repository!, claimed),
            RemapIdentity remap => WithImage(image, claimed, (own, other) => Remap(remap, own, out DockerReference? mapped)
                ?? MatchRepoDigestOrExact(mapped!, other)),
            _ => $"the identity rule {identity.Type} is not known",
        };
    }

    /// <summary>
    /// Whether two references are the same once both are expanded; a tag is never added (<c>skopeo standalone-verify</c>).
    /// </summary>
    public static string? SameReferenceRefusal(DockerReference expected, string signed)
    {
        if (!DockerReference.TryParse(signed, out DockerReference? claimed, out string problem))
            return $"it is for '{Printed(signed)}', which is not a reference: {problem}";
        return claimed.ToString() == expected.ToString() ? null : $"it is for {claimed}, not for {expected}";
    }

    private static string? WithImage(DockerReference? image, DockerReference claimed,
        Func<DockerReference, DockerReference, string?> match) =>
        image is null
            ? $"it is for {claimed}, and an image of this transport has no reference to compare with; only exactReference and " +
                $"exactRepository can accept it ({TrustOption.ExactReference}, {TrustOption.ExactRepository})"
            : match(image, claimed);

    // If they are equal, neither has a tag or digest where the other has none.
    private static string? MatchExact(DockerReference image, DockerReference claimed) =>
        claimed.IsNameOnly || image.ToString() != claimed.ToString() ? $"it is for {claimed}, not for {image}" : null;

    private static string? MatchRepository(DockerReference image, DockerReference claimed) =>
        image.Name == claimed.Name ? null : $"it is for the repository {claimed.Name}, not for {image.Name}";

    // The digest itself is compared with the manifest, and the manifest with the image's digest, so for a digest the repository is enough.
    private static string? MatchRepoDigestOrExact(DockerReference image, DockerReference claimed)
    {
        if (claimed.IsNameOnly)
            return $"it is for {claimed}, without the tag or digest that matchRepoDigestOrExact asks for";
        return image.Tag is null && image.Digest is not null ? MatchRepository(image, claimed) : MatchExact(image, claimed);
    }

    private static string? Remap(RemapIdentity rule, DockerReference image, out DockerReference? mapped)
    {
        mapped = image;
        if (image.Name != rule.Prefix && !image.Name.StartsWith(rule.Prefix + "/", StringComparison.Ordinal))
            return null;
        string text = rule.SignedPrefix + image.ToString()[rule.Prefix.Length..];

        // The result must be a full name already: expanding it could lead to another registry.
        return DockerReference.TryParse(text, out mapped, out _) && mapped.ToString() == text
            ? null
            : $"remapIdentity makes '{text}' of the image's name, which is not a full reference";
    }

    private static string? Parsed(string text, out DockerReference? reference) =>
        DockerReference.TryParse(text, out reference, out string problem) ? null : $"the policy's '{text}' is not a reference: {problem}";

    private static string Printed(string text) => Printable.Of(text, Printable.NameLength);
}
