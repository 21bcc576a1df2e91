using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Trust;

/// <summary>The identity options, of which at most one rule may be given, as an identity.</summary>
public static class IdentityRule
{
    /// <summary>The identity that was asked for.</summary>
    /// <param name="rule">The rule's name in policy.json, in any case. Null for none.</param>
    /// <param name="exactReference">The reference that signatures must name. Null for none.</param>
    /// <param name="exactRepository">The repository that signatures must name. Null for none.</param>
    /// <param name="remapPrefix">The prefix of the image's name. Null for none.</param>
    /// <param name="signedPrefix">The prefix in signatures in its place. Null for none.</param>
    /// <returns>The identity; null if nothing was given.</returns>
    /// <exception cref="TrustException">The options contradict each other, or there is no such rule (<c>InvalidIdentity</c>).</exception>
    public static SignedIdentity? Of(
        string? rule, string? exactReference, string? exactRepository, string? remapPrefix, string? signedPrefix)
    {
        if ((remapPrefix is null) != (signedPrefix is null))
            throw Invalid($"{TrustOption.RemapPrefix} and {TrustOption.SignedPrefix} belong together. Give both.");
        List<SignedIdentity> identities = [];
        if (rule is not null)
            identities.Add(Named(rule));
        if (exactReference is not null)
            identities.Add(new ExactReferenceIdentity { DockerReference = exactReference });
        if (exactRepository is not null)
            identities.Add(new ExactRepositoryIdentity { DockerRepository = exactRepository });
        if (remapPrefix is not null && signedPrefix is not null)
            identities.Add(new RemapIdentity { Prefix = remapPrefix, SignedPrefix = signedPrefix });
        if (identities.Count > 1)
        {
            throw Invalid(
                $"Only one of {TrustOption.SignedIdentity}, {TrustOption.ExactReference}, {TrustOption.ExactRepository} " +
                    $"and {TrustOption.RemapPrefix} "
                + "is possible. Leave out the others.");
        }

        return identities.FirstOrDefault();
    }

    private static SignedIdentity Named(string rule) => rule.ToUpperInvariant() switch
    {
        "MATCHEXACT" => new MatchExactIdentity(),
        "MATCHREPODIGESTOREXACT" => new MatchRepoDigestOrExactIdentity(),
        "MATCHREPOSITORY" => new MatchRepositoryIdentity(),
        _ => throw Invalid(
            $"{TrustOption.SignedIdentity} {rule} is unknown; possible are matchExact, matchRepoDigestOrExact and matchRepository."),
    };

    private static TrustException Invalid(string message) => new("InvalidIdentity", TrustErrorKind.InvalidArgument, message);
}
