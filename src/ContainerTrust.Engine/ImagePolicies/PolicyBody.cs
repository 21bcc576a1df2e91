namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>The member <c>policy</c> of a document: what images of its scopes must fulfil. Compared by value.</summary>
/// <param name="RootOfTrust">Who must have signed.</param>
/// <param name="Identity">Which name the signature must state. Null where nothing is said.</param>
internal sealed record PolicyBody(RootOfTrust RootOfTrust, SignedIdentity? Identity)
{
    /// <summary>The member <c>matchPolicy</c>. Null if there is no identity.</summary>
    public string? MatchPolicy => Identity switch
    {
        MatchRepoDigestOrExactIdentity => "MatchRepoDigestOrExact",
        MatchRepositoryIdentity => "MatchRepository",
        ExactRepositoryIdentity => "ExactRepository",
        RemapIdentity => "RemapIdentity",
        _ => null,
    };
}
