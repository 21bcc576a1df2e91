using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Trust.Looser;

/// <summary>Whether one identity rule accepts more signatures than another.</summary>
internal static class IdentityWidth
{
    /// <summary>Whether whatever a rule accepts is accepted by another.</summary>
    /// <param name="rule">The rule. Null for <c>matchRepoDigestOrExact</c>.</param>
    /// <param name="other">The other.</param>
    /// <returns>True if that is known.</returns>
    public static bool IsWithin(SignedIdentity? rule, SignedIdentity? other)
    {
        rule ??= new MatchRepoDigestOrExactIdentity();
        other ??= new MatchRepoDigestOrExactIdentity();
        return rule == other || (rule, other) switch
        {
            (MatchExactIdentity or MatchRepoDigestOrExactIdentity, MatchRepositoryIdentity) => true,
            (MatchExactIdentity, MatchRepoDigestOrExactIdentity) => true,
            (ExactReferenceIdentity one, ExactRepositoryIdentity all) =>
                DockerReference.TryParse(one.DockerReference, out DockerReference? reference, out _)
                    && DockerReference.TryParse(all.DockerRepository, out DockerReference? repository, out _)
                    && reference.Name == repository.Name,
            _ => false,
        };
    }

    /// <summary>
    /// Whether a rule that takes another's place may accept what that one refuses. One name in place of another, in a rule of the same
    /// kind, is a change like that of a key.
    /// </summary>
    /// <param name="before">The rule so far.</param>
    /// <param name="after">The new one.</param>
    /// <returns>False only if it is known that it does not, or names another reference.</returns>
    public static bool IsWider(SignedIdentity? before, SignedIdentity? after) =>
        !IsWithin(after, before) && (before?.GetType() != after?.GetType() || before is null);
}
