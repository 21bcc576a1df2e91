using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>
/// What the schema of ClusterImagePolicy and ImagePolicy takes as a scope, and as a name in a signed identity. Nowhere more than it
/// takes; less only where nothing can be looked up under the name, or the nodes would refuse it.
/// </summary>
internal static class ImagePolicyScopes
{
    /// <summary>The most scopes of one policy.</summary>
    public const int MaxScopes = 256;

    private const int MaxLength = 512;
    private const string ReleaseNamespace = "quay.io/openshift-release-dev";

    /// <summary>Why a scope of transport <c>docker</c> is not possible.</summary>
    /// <returns>A clause without a full stop; null if it is possible.</returns>
    public static string? Refusal(string scope)
    {
        if (scope.Length > MaxLength)
            return $"a scope has at most {MaxLength} characters, and this one has {scope.Length}";
        if (scope.Contains('*'))
        {
            return scope.StartsWith("*.", StringComparison.Ordinal) && !scope.Contains(':') && ReferenceGrammar.IsDomain(scope.AsSpan(2))
                ? null
                : "a wildcard is only possible as '*.' before a domain, without port and path";
        }

        int slash = scope.IndexOf('/');
        if (!IsRegistry(slash < 0 ? scope : scope.AsSpan(0, slash)))
            return "a scope must begin with a fully qualified domain name or with localhost; give the registry its name with the domain";
        if (slash < 0)
            return null;

        ReadOnlySpan<char> path = scope.AsSpan(slash + 1);
        int at = path.IndexOf('@');
        if (at >= 0)
        {
            if (!ReferenceGrammar.IsDigest(path[(at + 1)..]))
                return "after '@' there must be a digest, such as sha256: and 64 digits";
            path = path[..at];
        }

        int colon = path.IndexOf(':');
        if (colon >= 0)
        {
            if (!ReferenceGrammar.IsTag(path[(colon + 1)..]))
                return "after ':' there must be a tag";
            path = path[..colon];
        }

        return ReferenceGrammar.IsPath(path) ? null
            : "after the registry there must be a namespace or repository of lower-case letters, digits and single separators";
    }

    /// <summary>Why a repository or prefix of a signed identity is not possible.</summary>
    /// <returns>A clause without a full stop; null if it is possible.</returns>
    public static string? IdentityRefusal(string name)
    {
        if (name.Length > MaxLength)
            return $"it has at most {MaxLength} characters, and this one has {name.Length}";
        int slash = name.IndexOf('/');
        ReadOnlySpan<char> registry = slash < 0 ? name : name.AsSpan(0, slash);
        if (!IsRegistry(registry))
            return "it must begin with a fully qualified domain name or with localhost";
        if (slash < 0)
            return registry.Contains(':') && !name.StartsWith("localhost:", StringComparison.Ordinal)
                ? "a registry with a port is only possible with a namespace or repository; name those" : null;
        return ReferenceGrammar.IsPath(name.AsSpan(slash + 1)) ? null
            : "after the registry there must be a namespace or repository, without tag or digest";
    }

    /// <summary>Whether every image of a scope belongs to another scope too.</summary>
    public static bool IsInside(string scope, string other)
    {
        if (scope == other)
            return false;
        if (!other.StartsWith("*.", StringComparison.Ordinal))
            return scope.Length > other.Length
                && scope.StartsWith(other, StringComparison.Ordinal)
                && (scope[other.Length] == '/' || (other.Contains('/') && scope[other.Length] is ':' or '@'));
        int end = scope.AsSpan().IndexOfAny('/', ':');
        return (end < 0 ? scope : scope.AsSpan(0, end)).EndsWith(other.AsSpan(1), StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether the operating system of nodes has a file in registries.d for a scope. The operator names the scopes of all policies in
    /// another file there, and two files with one name are an error for every image.
    /// </summary>
    public static bool IsOfTheSystem(string scope) => TrustPresets.Get(TrustPresets.RedHatGpg).Any(e => e.Registry == scope);

    /// <summary>Whether images that every cluster itself consists of belong to a scope.</summary>
    public static bool HasReleaseImages(string scope) =>
        scope == ReleaseNamespace || IsInside(scope, ReleaseNamespace) || IsInside(ReleaseNamespace, scope);

    private static bool IsRegistry(ReadOnlySpan<char> text)
    {
        if (!ReferenceGrammar.IsDomain(text))
            return false;
        int colon = text.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? text : text[..colon];
        return name is "localhost" || name.Contains('.');
    }
}
