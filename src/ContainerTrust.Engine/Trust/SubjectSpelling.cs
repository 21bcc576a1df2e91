using System.Buffers;
using System.Net;
using System.Text;

namespace ContainerTrust.Engine.Trust;

/// <summary>
/// What cannot be right in the subject and issuer that a requirement names: they are compared letter by letter with what a certificate
/// says.
/// </summary>
internal static class SubjectSpelling
{
    private static readonly SearchValues<char> s_noDomain = SearchValues.Create(":/\\<>\",;()");
    private static readonly SearchValues<char> s_noLocalPart = SearchValues.Create("@:<>\",;()");
    private static readonly SearchValues<char> s_noHost = SearchValues.Create("/@:\\,;\"<>()?#");

    /// <summary>Looks at a requirement.</summary>
    /// <param name="requirement">The requirement.</param>
    /// <returns>A clause that ends with a full stop. Null if nothing is wrong.</returns>
    public static string? Problem(SigstoreSignedRequirement requirement)
    {
        if (requirement.Fulcio?.OidcIssuer is { } issuer && Issuer(issuer) is { } ofIssuer)
            return ofIssuer;
        if ((requirement.Fulcio?.SubjectEmail ?? requirement.Pki?.SubjectEmail) is { Length: > 0 } email && Email(email) is { } ofEmail)
            return ofEmail;
        return requirement.Pki?.SubjectHostname is { Length: > 0 } host ? HostName(host) : null;
    }

    private static string? Issuer(string issuer)
    {
        if (HasBlanks(issuer))
            return $"the issuer '{Shown(issuer)}' has a blank or a control character in it, and no certificate names such an issuer.";
        return Uri.TryCreate(issuer, UriKind.Absolute, out Uri? url) && url.Scheme is "https" or "http" && url.Host.Length > 0 ? null
            : $"the issuer '{Shown(issuer)}' is not a URL, "
                + "and certificates of Fulcio name their issuer by URL, such as https://accounts.google.com.";
    }

    // What RFC 5321 takes for an address is left alone, slashes before the @ and quoted blanks among it.
    private static string? Email(string email)
    {
        if (email.Contains("://", StringComparison.Ordinal))
        {
            return $"'{Shown(email)}' is a URI, and podman and skopeo compare e-mail addresses only: a certificate that names a URI, as "
                + "those of workflows do, is not accepted. Name the e-mail address of a person or service account, or sign with a key.";
        }

        int at = email.LastIndexOf('@');
        string local = at < 0 ? "" : email[..at];
        string domain = email[(at + 1)..];
        bool isQuoted = local is ['"', _, .., '"'];
        bool isAddress = local.Length > 0 && domain.Length > 0 && Ascii.IsValid(email)
            && !HasBlanks(domain) && !domain.AsSpan().ContainsAny(s_noDomain)
            && (isQuoted || (!HasBlanks(local) && !local.AsSpan().ContainsAny(s_noLocalPart)));
        return isAddress ? null : $"'{Shown(email)}' is not an e-mail address, so no certificate will have it as one.";
    }

    private static string? HostName(string host)
    {
        if (IPAddress.TryParse(host, out _))
            return null;
        if (host.Contains("://", StringComparison.Ordinal) || PortOf(host) >= 0)
            return $"'{Shown(host)}' is not a host name, so no certificate will have it as one. "
                + "Leave out the scheme, the port and the path.";
        return !Ascii.IsValid(host) || HasBlanks(host) || host.AsSpan().ContainsAny(s_noHost)
            ? $"'{Shown(host)}' is not a host name, so no certificate will have it as one."
            : null;
    }

    private static int PortOf(string host) =>
        host.LastIndexOf(':') is > 0 and var colon && colon + 1 < host.Length
        && host.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? colon : -1;

    private static bool HasBlanks(string text) => text.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c));

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
