using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust.Engine.Formats.Documents;

/// <summary>Names of policies and namespaces, as Kubernetes takes them (RFC 1123).</summary>
internal static class PolicyNames
{
    private const int MaxName = 253;
    private const int MaxLabel = 63;
    private const int HashDigits = 10;

    // "Cluster image policy names beginning with openshift are reserved for future system use."
    private const string Reserved = "openshift";

    /// <summary>Refuses what is no name for a policy.</summary>
    /// <exception cref="TrustException">It is not (<c>InvalidName</c>), or is the system's own (<c>ReservedName</c>).</exception>
    public static void RequireName(string name)
    {
        if (name.Length > MaxName || !IsSubdomain(name))
        {
            throw new TrustException(
                "InvalidName",
                TrustErrorKind.InvalidArgument,
                $"'{Shown(name)}' is not a name for a policy. Use lower-case letters, digits, hyphens and dots, at most {MaxName}, " +
                "with a letter or digit at each end.")
            {
                Target = name,
            };
        }

        if (name.StartsWith(Reserved, StringComparison.Ordinal))
        {
            throw new TrustException(
                "ReservedName",
                TrustErrorKind.InvalidArgument,
                $"'{name}' is not possible: names that begin with '{Reserved}' are the cluster's own, " +
                "and replacing its policy could keep it from its release images. Give another name.")
            {
                Target = name,
            };
        }
    }

    /// <summary>Refuses what is no name of a namespace.</summary>
    /// <exception cref="TrustException">It is not (<c>InvalidNamespace</c>).</exception>
    public static void RequireNamespace(string name)
    {
        if (name.Length > MaxLabel || name.Contains('.') || !IsSubdomain(name))
        {
            throw new TrustException(
                "InvalidNamespace",
                TrustErrorKind.InvalidArgument,
                $"'{Shown(name)}' is not a name of a namespace. Use lower-case letters, digits and hyphens, at most {MaxLabel}, " +
                "with a letter or digit at each end.")
            {
                Target = name,
            };
        }
    }

    /// <summary>
    /// A name for the policy of a scope: the scope where that is a name, else what is left of it and a part of its SHA-256. It depends on
    /// nothing but the scope, so that applying it again replaces the same policy, and never that of another scope.
    /// </summary>
    public static string FromScope(string scope)
    {
        if (scope.Length <= MaxName && IsSubdomain(scope) && !scope.StartsWith(Reserved, StringComparison.Ordinal))
            return scope;
        StringBuilder text = new(scope.Length + 16);
        string readable = scope.StartsWith("*.", StringComparison.Ordinal) ? "wildcard" + scope[1..] : scope;
        if (readable.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase))
            text.Append("registry-");
        foreach (char c in readable)
            text.Append(char.IsAsciiLetterOrDigit(c) || c == '.' ? char.ToLowerInvariant(c) : '-');
        string[] parts = [.. text.ToString().Split('.').Select(static p => p.Trim('-')).Where(static p => p.Length > 0)];
        string name = string.Join('.', parts);
        name = name[..Math.Min(name.Length, MaxName - HashDigits - 1)].TrimEnd('-', '.');
        return $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(scope)))[..HashDigits]}";
    }

    /// <summary>
    /// Whether a text is a DNS subdomain: labels of lower-case letters, digits and hyphens, joined by dots. Its length is not looked at.
    /// </summary>
    public static bool IsSubdomain(ReadOnlySpan<char> text)
    {
        foreach (Range range in text.Split('.'))
        {
            ReadOnlySpan<char> label = text[range];
            if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
                return false;
            foreach (char c in label)
            {
                if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                    return false;
            }
        }

        return true;
    }

    private static string Shown(string name) => Printable.Of(name, Printable.NameLength);
}
