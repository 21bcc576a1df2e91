using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Trust.Consumers;

/// <summary>
/// Members of policy.json that a release does not know yet: it refuses the whole file for one, and with it every image.
/// </summary>
internal static class PolicyMembers
{
    /// <summary>The containers/image 5 since which <c>signedBy</c> has <c>keyPaths</c>.</summary>
    public const int KeyPathsSince = 22;

    /// <summary>The containers/image 5 since which every release takes several keys for <c>sigstoreSigned</c>.</summary>
    public const int SeveralKeysSince = 33;

    /// <summary>Finds a member that a release does not know.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="image">The containers/image 5 of the release: the number after the first dot.</param>
    /// <returns>A sentence about the first one; null if it knows all.</returns>
    public static string? FindUnknown(PolicyDocument policy, int image) => Find(policy, image, onlyCertain: false);

    /// <summary>Finds a member that no release of a number knows.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="image">The containers/image 5 of the release: the number after the first dot.</param>
    /// <returns>A sentence about the first one; null if it may know all.</returns>
    public static string? FindRefused(PolicyDocument policy, int image) => Find(policy, image, onlyCertain: true);

    private static string? Find(PolicyDocument policy, int image, bool onlyCertain)
    {
        foreach (TrustRequirement requirement in policy.Transports.SelectMany(static t => t.Scopes).SelectMany(static s => s.Requirements)
            .Concat(policy.Default))
        {
            if (Newest(requirement) is { } member && member.Since > image)
            {
                // Within a number, one release may know it and another not.
                bool isCertain = member.Since > image + 1 || member.First.Count(static c => c == '.') == 1;
                if (onlyCertain && !isCertain)
                    continue;
                string others = !isCertain
                    ? $"not every release with containers/image 5.{image} knows it, and one that does not refuses" : "older ones refuse";
                return $"policy.json has {member.What}, which containers/image knows since {member.First}; {others} the whole policy, "
                    + "and so every image.";
            }
        }

        return null;
    }

    // Since: the first number of which every release knows it. First: the very first release that does.
    private static (string What, int Since, string First)? Newest(TrustRequirement requirement) => requirement switch
    {
        SignedByRequirement { KeyPaths: not null } => ("keyPaths", KeyPathsSince, "5.22"),
        SigstoreSignedRequirement { Pki: not null } => ("pki", 35, "5.34.1"),
        SigstoreSignedRequirement r when (r.KeyPaths ?? r.KeyDatas ?? r.RekorPublicKeyPaths ?? r.RekorPublicKeyDatas) is not null =>
            ("several sigstore or Rekor keys", SeveralKeysSince, "5.32.2"),
        SigstoreSignedRequirement r when r.Fulcio is not null || (r.RekorPublicKeyPath ?? r.RekorPublicKeyData) is not null =>
            ("Fulcio or a Rekor key", 24, "5.24"),
        SigstoreSignedRequirement => ("sigstoreSigned", 22, "5.22"),
        _ => null,
    };
}
