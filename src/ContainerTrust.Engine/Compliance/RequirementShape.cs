using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;

namespace ContainerTrust.Engine.Compliance;

/// <summary>A requirement list as a text that is the same for lists that mean the same, in whatever order.</summary>
internal static class RequirementShape
{
    /// <summary>Keys as the policy names them.</summary>
    public static string OfPaths(IReadOnlyList<TrustRequirement> requirements) => Join(requirements.Select(static r => Json(Explicit(r))));

    /// <summary>Keys by what they are.</summary>
    /// <param name="requirements">The list.</param>
    /// <param name="keys">The fingerprints of a requirement's keys, sorted. Null if they are not known.</param>
    /// <returns>The text; null if keys of a requirement are not known.</returns>
    public static string? OfKeys(IReadOnlyList<TrustRequirement> requirements, Func<TrustRequirement, IReadOnlyList<string>?> keys)
    {
        List<string> shapes = [];
        foreach (TrustRequirement requirement in requirements)
        {
            if (!HasKeys(requirement))
            {
                shapes.Add(Json(Explicit(requirement)));
                continue;
            }

            if (keys(requirement) is not { } fingerprints)
                return null;
            shapes.Add($"{Json(WithoutKeys(Explicit(requirement)))} {string.Join(',', fingerprints)}");
        }

        return Join(shapes);
    }

    private static bool HasKeys(TrustRequirement requirement) =>
        requirement is SignedByRequirement or SigstoreSignedRequirement { Fulcio: null, Pki: null };

    // An absent identity is the default one.
    private static TrustRequirement Explicit(TrustRequirement requirement) => requirement switch
    {
        SignedByRequirement { SignedIdentity: null } r => r with { SignedIdentity = new MatchRepoDigestOrExactIdentity() },
        SigstoreSignedRequirement { SignedIdentity: null } r => r with { SignedIdentity = new MatchRepoDigestOrExactIdentity() },
        _ => requirement,
    };

    private static TrustRequirement WithoutKeys(TrustRequirement requirement) => requirement switch
    {
        SignedByRequirement r => r with { KeyPath = "", KeyPaths = null, KeyData = null },
        SigstoreSignedRequirement r => r with { KeyPath = "", KeyPaths = null, KeyData = null, KeyDatas = null },
        _ => requirement,
    };

    private static string Json(TrustRequirement requirement) => Encoding.UTF8.GetString(RequirementWriter.ToCompactJson([requirement]));

    private static string Join(IEnumerable<string> shapes) => string.Join('\n', shapes.Order(StringComparer.Ordinal));
}
