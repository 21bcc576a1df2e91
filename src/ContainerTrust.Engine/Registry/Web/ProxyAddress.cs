using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>A proxy that a variable names.</summary>
/// <param name="Url">
/// Where it is: http, https or socks5, without a user. Null if no connection can be made with what the variable says.
/// </param>
/// <param name="Credential">The user and password for it. Null for none.</param>
internal sealed partial record ProxyAddress(Uri? Url, NetworkCredential? Credential)
{
    /// <summary>
    /// Reads the value of a variable as Go does: a URL of a known scheme, or <c>[user[:password]@]host[:port]</c>.
    /// </summary>
    /// <param name="value">The value.</param>
    /// <returns>The proxy. Null if there is none: the value is empty, or no URL at all, which Go passes over.</returns>
    public static ProxyAddress? Parse(string value)
    {
        if (value.Length == 0 || value.Any(static c => c is < ' ' or '\x7f') || BadEscape.IsMatch(Query.Replace(value, "")))
            return null;

        // What is wrong after a scheme, and any other scheme, makes Go ask a host that is called as the scheme is.
        Match known = KnownScheme.Match(value);
        if (known.Success)
            return Read(known.Groups["scheme"].Value.ToLowerInvariant(), known.Groups["rest"].Value) ?? new ProxyAddress(null, null);
        return AnyScheme.IsMatch(value) ? new ProxyAddress(null, null) : Read("http", "//" + value);
    }

    /// <summary>The proxy as it may be shown, without a user.</summary>
    /// <returns>Scheme, host and port.</returns>
    public override string ToString() => Url is null ? "an unusable proxy" : WebText.Origin(Url);

    [GeneratedRegex(
        "^(?<scheme>https?|socks5h?):(?<rest>.*)$", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex KnownScheme { get; }

    [GeneratedRegex("^[^/]*:/", RegexOptions.CultureInvariant)]
    private static partial Regex AnyScheme { get; }

    [GeneratedRegex("[?][^#]*", RegexOptions.CultureInvariant)]
    private static partial Regex Query { get; }

    // RFC 3986, sections 3.2.1 to 3.2.3, and what Go's net/url allows in a host beyond it.
    [GeneratedRegex(
        """^(?:(?<user>[A-Za-z0-9._:~!$&'()*+,""" +
            """;=%@-]*)@)?(?<host>\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\[\]@:/?#\\^`{|}%\x7f]*)(?::(?<port>[0-9]*))?$""",
        RegexOptions.CultureInvariant)]
    private static partial Regex Authority { get; }

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})", RegexOptions.CultureInvariant)]
    private static partial Regex BadEscape { get; }

    // Null if Go finds no URL in it.
    private static ProxyAddress? Read(string scheme, string rest)
    {
        if (!rest.StartsWith("//", StringComparison.Ordinal))
            return new ProxyAddress(null, null);
        string authority = rest[2..];
        int end = authority.AsSpan().IndexOfAny("/?#");
        Match match = Authority.Match(end < 0 ? authority : authority[..end]);
        if (!match.Success)
            return null;
        string user = match.Groups["user"].Value;

        // .NET's own name for names that are resolved by the proxy; Go's socks5 does the same.
        string known = scheme == "socks5h" ? "socks5" : scheme;
        string port = match.Groups["port"].Value;
        int number = DefaultPort(known);
        string host = match.Groups["host"].Value;
        bool isPort = port.Length == 0 || int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (host.Length == 0 || !isPort || number is 0 or > 65535)
            return new ProxyAddress(null, null);
        string text = string.Create(CultureInfo.InvariantCulture, $"{known}://{host}:{number}");
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || !WebText.HasUsableHost(url))
            return new ProxyAddress(null, null);
        return new ProxyAddress(url, match.Groups["user"].Success ? Credentials(user) : null);
    }

    private static int DefaultPort(string scheme) => scheme switch
    {
        "https" => 443,
        "socks5" => 1080,
        _ => 80,
    };

    private static NetworkCredential Credentials(string user)
    {
        int colon = user.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? new NetworkCredential(Uri.UnescapeDataString(user), "")
            : new NetworkCredential(Uri.UnescapeDataString(user[..colon]), Uri.UnescapeDataString(user[(colon + 1)..]));
    }
}
