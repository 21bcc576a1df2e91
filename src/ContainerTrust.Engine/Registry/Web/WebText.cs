namespace ContainerTrust.Engine.Registry.Web;

/// <summary>URLs and servers' words as they may be shown: nothing secret, nothing that a terminal acts on.</summary>
internal static class WebText
{
    private const int UrlLength = 300;

    /// <summary>A URL without user information, query and fragment: signed URLs have their secret in the query.</summary>
    public static string Show(Uri url) => Printable.Of(
        url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped),
        UrlLength);

    /// <summary>Scheme, host and port.</summary>
    public static string Origin(Uri url) => Printable.Of(url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped), UrlLength);

    /// <summary>Whether a URL names a host that can be looked up at all: some texts pass as a URL and have no name in DNS.</summary>
    public static bool HasUsableHost(Uri url)
    {
        try
        {
            return url.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>Whether two URLs have the same scheme, host and port: a credential for the one may go to the other.</summary>
    public static bool IsSameOrigin(Uri first, Uri second) =>
        first.Scheme == second.Scheme && first.Port == second.Port && string.Equals(
            first.IdnHost,
            second.IdnHost,
            StringComparison.OrdinalIgnoreCase);

    /// <summary>A URL without user information and fragment.</summary>
    public static Uri WithoutUser(Uri url) => url.UserInfo.Length == 0 && url.Fragment.Length == 0
        ? url
        : new UriBuilder(url) { UserName = "", Password = "", Fragment = "" }.Uri;

    /// <summary>Words of a server, as part of a sentence: <c> (the registry says: …)</c>; empty if it said nothing.</summary>
    public static string Quote(WebPeer peer, string untrustedWords) =>
        untrustedWords.Length == 0 ? "" : $" (the {peer.Noun} says: {Printable.Of(untrustedWords, Printable.NameLength * 2)})";
}
