namespace ContainerTrust.Engine.Lookaside;

/// <summary>The values that a signature store may have.</summary>
internal static class StoreUrl
{
    /// <summary>Why the reference could not use a store; null if it could.</summary>
    public static string? Problem(string store)
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
            return "it is neither a URL nor an absolute path; write https://…, file:///… or /….";
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
        return rest.StartsWith("//") && IsHostAndPort(Authority(rest[2..], out _)) ? null : "it is no valid URL; write https://host/path.";
    }

    /// <summary>Whether signatures would travel unencrypted. They are signed, but who can replace them can hide a newer one.</summary>
    public static bool IsUnencrypted(string store) => store.StartsWith("http:", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a user name or password stands in the URL.</summary>
    public static bool HasUserInfo(string store)
    {
        int slashes = store.IndexOf("://", StringComparison.Ordinal);
        if (slashes < 0 || store[0] == '/')
            return false;
        Authority(store.AsSpan(slashes + 3), out bool hasUserInfo);
        return hasUserInfo;
    }

    // Written out, not System.Uri: every start of the command passes here, and that class takes a hundredth of a second to get ready.
    private static ReadOnlySpan<char> Authority(ReadOnlySpan<char> text, out bool hasUserInfo)
    {
        int end = 0;
        while (end < text.Length && text[end] is not ('/' or '?' or '#'))
            end++;
        int at = text[..end].LastIndexOf('@');
        hasUserInfo = at > 0;
        return text[(at + 1)..end];
    }

    private static bool IsHostAndPort(ReadOnlySpan<char> text)
    {
        int hostEnd = text.StartsWith("[") ? text.IndexOf(']') + 1 : text.IndexOf(':');
        if (hostEnd < 0)
            hostEnd = text.Length;
        ReadOnlySpan<char> host = text[..hostEnd];
        ReadOnlySpan<char> port = text[hostEnd..];
        if (host.IsEmpty || (!port.IsEmpty && port[0] != ':'))
            return false;
        foreach (char c in port.IsEmpty ? port : port[1..])
        {
            if (!char.IsAsciiDigit(c))
                return false;
        }

        bool isAddress = host[0] == '[';
        foreach (char c in isAddress ? host[1..^1] : host)
        {
            bool ok = isAddress ? char.IsAsciiHexDigit(c) || c is ':' or '.' : char.IsLetterOrDigit(c) || c is '-' or '.' or '_';
            if (!ok)
                return false;
        }

        return host.Length > (isAddress ? 2 : 0);
    }
}
