using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>The values that a signature store may have.</summary>
internal static class StoreUrl
{
    private const string UnescapedMarks = "-_.~$&+,/:;=@";
    private const string NoUrl = "it is not a valid URL; write https://host/path.";

    /// <summary>Why the reference could not use a store; null if it could.</summary>
    public static string? Problem(string store) =>
        Oddity(store) ?? (PrintableText.IsLine(store) ? null : "it contains a character that does not show.")
            ?? (store.StartsWith("http", StringComparison.OrdinalIgnoreCase)
            && !Uri.TryCreate(store, UriKind.Absolute, out _) ? NoUrl : null);

    /// <summary>As <see cref="Problem"/>, by a look that costs nothing: for what is there already.</summary>
    public static string? Oddity(string store)
    {
        foreach (char c in store)
        {
            if (c <= ' ' || c == '\u007F' || char.IsControl(c) || char.IsWhiteSpace(c))
                return "it contains white space or a control character.";
        }

        if (store.Length == 0)
            return "it is empty.";
        if (store[0] == '/')
            return null;
        int colon = store.IndexOf(':');
        if (colon < 0)
            return "it is neither a URL nor an absolute path; write https://… or file:///….";
        ReadOnlySpan<char> scheme = store.AsSpan(0, colon);
        ReadOnlySpan<char> rest = store.AsSpan(colon + 1);
        if (scheme.Equals("file", StringComparison.OrdinalIgnoreCase))
        {
            return rest.StartsWith("///") || (rest.StartsWith("/") && !rest.StartsWith("//"))
                ? null
                : "a file URL must name an absolute path on this host; write file:///….";
        }

        if (!scheme.Equals("https", StringComparison.OrdinalIgnoreCase) && !scheme.Equals("http", StringComparison.OrdinalIgnoreCase))
            return $"the scheme '{scheme}' is not known; use https, http or file.";
        for (int percent = store.IndexOf('%'); percent >= 0; percent = store.IndexOf('%', percent + 1))
        {
            if (percent + 2 >= store.Length || !char.IsAsciiHexDigit(store[percent + 1]) || !char.IsAsciiHexDigit(store[percent + 2]))
                return NoUrl;
        }

        return rest.Length < 3 || !rest.StartsWith("//") || rest[2] is '/' or '?' or '#' or ':' ? NoUrl : null;
    }

    /// <summary>
    /// Whether a store is a path and not a URL: containers/image looks at the scheme, and reads no signature without one.
    /// </summary>
    public static bool IsBarePath(string store) => store.StartsWith('/');

    /// <summary>Whether signatures would travel unencrypted. They are signed, but who can replace them can hide a newer one.</summary>
    public static bool IsUnencrypted(string store) => store.StartsWith("http:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a user name or password stands in the URL.</summary>
    public static bool HasUserInfo(string store) => WithoutUser(store) != store;

    /// <summary>A store as messages and results show it: without the user and password that its URL may have.</summary>
    /// <param name="store">The URL, or a path.</param>
    /// <returns>The same without user information.</returns>
    public static string WithoutUser(string store) => PrintableText.WithoutUser(store);

    /// <summary>The URL for files below a path.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>A <c>file</c> URL.</returns>
    public static string OfPath(string path) => $"file://{EscapePath(path)}";

    /// <summary>Escapes a path as Go does.</summary>
    public static string EscapePath(string path)
    {
        var escaped = new StringBuilder(path.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(path))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || UnescapedMarks.Contains((char)b))
                escaped.Append((char)b);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return escaped.ToString();
    }
}
