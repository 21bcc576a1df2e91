using System.Globalization;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>
/// What the schema takes as the identity in a certificate. Each rule returns the problem, a clause without a full stop, or null.
/// </summary>
internal static class Subjects
{
    private const int MaxEmail = 320;
    private const int MaxHostname = 253;
    private const int MaxIssuer = 2048;

    /// <summary>An e-mail address: something on both sides of an at sign, no white space.</summary>
    public static string? EmailRefusal(string email)
    {
        if (email.Length > MaxEmail)
            return $"an e-mail address has at most {MaxEmail} characters";
        int at = email.IndexOf('@');
        return at > 0 && at < email.Length - 1 && IsVisible(email)
            ? null
            : "it must be an e-mail address, such as dev@example.com";
    }

    /// <summary>A DNS name of lower-case letters, digits, hyphens and dots (RFC 1123), optionally behind <c>*.</c>.</summary>
    public static string? HostnameRefusal(string hostname)
    {
        if (hostname.Length > MaxHostname)
            return $"a host name has at most {MaxHostname} characters";
        if (PolicyNames.IsSubdomain(hostname.StartsWith("*.", StringComparison.Ordinal) ? hostname.AsSpan(2) : hostname))
            return null;
        return hostname.Any(char.IsAsciiLetterUpper)
            ? $"a host name has lower-case letters only; write {hostname.ToLowerInvariant()}, which means the same"
            : "it must be a host name of lower-case letters, digits, hyphens and dots";
    }

    /// <summary>An absolute URL with a host, in ASCII. The schema would take some odder ones, which no issuer has.</summary>
    public static string? IssuerRefusal(string issuer)
    {
        if (issuer.Length > MaxIssuer)
            return $"an OIDC issuer has at most {MaxIssuer} characters";
        int scheme = issuer.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 1 || !char.IsAsciiLetter(issuer[0])
            || !issuer.AsSpan(0, scheme).ToArray().All(static c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '.'))
            return "it must be a URL with its scheme, such as https://login.example.com";
        ReadOnlySpan<char> rest = issuer.AsSpan(scheme + 3);
        int end = rest.IndexOfAny('/', '?');
        ReadOnlySpan<char> host = end < 0 ? rest : rest[..end];
        if (!ReferenceGrammar.IsDomain(host))
            return "its host must be a domain name, with or without a port";
        rest = end < 0 ? default : rest[end..];
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] is <= ' ' or > '~' or '"' or '#' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}')
                return "a URL has no such characters";
            if (rest[i] == '%' && !(i + 2 < rest.Length && char.IsAsciiHexDigit(rest[i + 1]) && char.IsAsciiHexDigit(rest[i + 2])))
                return "after '%' a URL has two hexadecimal digits";
        }

        return null;
    }

    // What cannot be seen has no place in a name that people compare, and partly none in YAML.
    private static bool IsVisible(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                    return false;
                i++;
            }

            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(text, char.IsLowSurrogate(text[i]) ? i - 1 : i);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse)
            {
                return false;
            }
        }

        return true;
    }
}
