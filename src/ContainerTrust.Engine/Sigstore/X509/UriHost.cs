using System.Buffers;
using System.Net;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// The host of a URI of a certificate (RFC 3986 section 3.2.2), which is what name constraints are about (RFC 5280 section 4.2.1.10).
/// URIs that Go's net/url refuses are refused, and the certificate with them, as in crypto/x509. Stricter than there: a host has no
/// percent sign, and what is in brackets is an IPv6 address.
/// </summary>
internal static class UriHost
{
    private const string LettersAndDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create(LettersAndDigits + "+-.");
    private static readonly SearchValues<char> UserCharacters = SearchValues.Create(LettersAndDigits + "-._:~!$&'()*+,;=%@");
    private static readonly SearchValues<char> HostCharacters = SearchValues.Create(LettersAndDigits + "-_.~!$&'()*+,;=<>\"");

    /// <summary>Reads the host.</summary>
    /// <param name="uri">ASCII text.</param>
    /// <param name="host">The host without its port, an address in its brackets; empty where there is none.</param>
    /// <returns>Whether it is a URI.</returns>
    public static bool TryRead(ReadOnlySpan<char> uri, out string host)
    {
        host = "";
        if (uri.ContainsAnyInRange('\0', '\x1F') || uri.Contains('\x7F'))
            return false;
        int fragment = uri.IndexOf('#');
        if (fragment >= 0 && !HasWholeEscapes(uri[(fragment + 1)..]))
            return false;
        ReadOnlySpan<char> rest = fragment >= 0 ? uri[..fragment] : uri;
        if (!TrySkipScheme(ref rest, out bool hasScheme))
            return false;
        if (rest.IndexOf('?') is >= 0 and int query)
            rest = rest[..query];

        // After a scheme anything may stand (urn:…); without one, others would take a colon in the first segment for the end of a scheme.
        if (rest is not ['/', ..])
            return hasScheme || (HasWholeEscapes(rest) && !FirstSegment(rest).Contains(':'));
        if (rest is not ['/', '/', ..] || (!hasScheme && rest is ['/', '/', '/', ..]))
            return HasWholeEscapes(rest);
        ReadOnlySpan<char> authority = FirstSegment(rest[2..]);
        return HasWholeEscapes(rest[(2 + authority.Length)..]) && TryReadAuthority(authority, out host);
    }

    /// <summary>
    /// Whether a host is a name that can be compared with constraints, which an address is not (RFC 5280 section 4.2.1.10).
    /// </summary>
    /// <param name="host">What was read.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsName(string host) => host is not ("" or ['[', ..]) && !IPAddress.TryParse(host, out _);

    private static ReadOnlySpan<char> FirstSegment(ReadOnlySpan<char> path) => path.IndexOf('/') is >= 0 and int end ? path[..end] : path;

    // RFC 3986 section 3.1. What does not begin with a scheme is a relative reference.
    private static bool TrySkipScheme(ref ReadOnlySpan<char> uri, out bool hasScheme)
    {
        int end = uri.IndexOfAnyExcept(SchemeCharacters);
        hasScheme = end > 0 && uri[end] == ':' && char.IsAsciiLetter(uri[0]);
        if (hasScheme)
            uri = uri[(end + 1)..];
        return hasScheme || uri is not [':', ..];
    }

    private static bool TryReadAuthority(ReadOnlySpan<char> authority, out string host)
    {
        host = "";
        int at = authority.LastIndexOf('@');
        ReadOnlySpan<char> user = at >= 0 ? authority[..at] : "";
        if (user.ContainsAnyExcept(UserCharacters) || !HasWholeEscapes(user))
            return false;
        ReadOnlySpan<char> name = authority[(at + 1)..];
        int bracket = name is ['[', ..] ? name.LastIndexOf(']') : -1;
        int end = bracket >= 0 ? bracket + 1 : name.IndexOf(':') is >= 0 and int colon ? colon : name.Length;
        ReadOnlySpan<char> port = name[end..];
        if (port.Length > 0 && (port[0] != ':' || port[1..].ContainsAnyExceptInRange('0', '9')))
            return false;
        name = name[..end];
        bool isReadable = bracket >= 0 ? IsIPv6(name[1..bracket]) : !name.ContainsAnyExcept(HostCharacters) && DomainName.IsReadable(name);
        host = isReadable ? name.ToString() : "";
        return isReadable;
    }

    private static bool IsIPv6(ReadOnlySpan<char> text) => text.Contains(':') && !text.Contains('%') && IPAddress.TryParse(text, out _);

    // RFC 3986 section 2.1.
    private static bool HasWholeEscapes(ReadOnlySpan<char> text)
    {
        for (int i = text.IndexOf('%'); i >= 0; i = text.IndexOf('%'))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))
                return false;
            text = text[(i + 3)..];
        }

        return true;
    }
}
