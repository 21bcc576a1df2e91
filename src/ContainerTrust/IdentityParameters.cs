using ContainerTrust.Engine.References;

namespace ContainerTrust.Commands;

/// <summary>The identity parameters, of which at most one rule may be given, as an identity.</summary>
internal static class IdentityParameters
{
    /// <returns>The identity; null if no parameter was given.</returns>
    public static SignedIdentity? Build(string? rule, string? exactReference, string? exactRepository, string? remapPrefix, string? signedPrefix)
    {
        if ((remapPrefix is null) != (signedPrefix is null))
            throw Invalid("-RemapPrefix and -SignedPrefix belong together. Give both.");
        List<SignedIdentity> identities = [];
        if (rule is not null)
            identities.Add(Rule(rule));
        if (exactReference is not null)
            identities.Add(new ExactReferenceIdentity { DockerReference = exactReference });
        if (exactRepository is not null)
            identities.Add(new ExactRepositoryIdentity { DockerRepository = exactRepository });
        if (remapPrefix is not null && signedPrefix is not null)
            identities.Add(new RemapIdentity { Prefix = remapPrefix, SignedPrefix = signedPrefix });
        return identities.Count > 1
            ? throw Invalid("Only one of -SignedIdentity, -ExactReference, -ExactRepository and -RemapPrefix is possible. Leave out the others.")
            : identities.FirstOrDefault();
    }

    private static SignedIdentity Rule(string rule) => rule.ToUpperInvariant() switch
    {
        "MATCHEXACT" => new MatchExactIdentity(),
        "MATCHREPOSITORY" => new MatchRepositoryIdentity(),
        _ => new MatchRepoDigestOrExactIdentity(),
    };

    private static TrustException Invalid(string message) => new("InvalidIdentity", TrustErrorKind.InvalidArgument, message);
}
