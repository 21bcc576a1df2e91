namespace ContainerTrust.Engine.References;

/// <summary>
/// The grammar of docker references (distribution/reference: <c>[domain/]path[:tag][@digest]</c>), as predicates over spans.
/// Hand-written rather than regular expressions: it is needed while a policy is read, before anything else has started.
/// </summary>
internal static class ReferenceGrammar
{
    /// <summary><c>domain-component *('.' domain-component) [':' digits]</c>.</summary>
    public static bool IsDomain(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        if (colon >= 0)
        {
            ReadOnlySpan<char> port = text[(colon + 1)..];
            if (port.IsEmpty || port.ContainsAnyExceptInRange('0', '9'))
                return false;
            text = text[..colon];
        }

        foreach (Range range in text.Split('.'))
        {
            if (!IsDomainComponent(text[range]))
                return false;
        }

        return true;
    }

    /// <summary>
    /// What may stand before a reference's first slash: a domain, or a path component, because the domain is optional and
    /// <c>my_host.example/app</c> is a path.
    /// </summary>
    public static bool IsHost(ReadOnlySpan<char> text) => IsDomain(text) || IsPathComponent(text);

    /// <summary>
    /// <c>path-component *('/' path-component)</c>: lower-case letters and digits, separated by <c>.</c>, <c>_</c>, <c>__</c> or dashes.
    /// </summary>
    public static bool IsPath(ReadOnlySpan<char> text)
    {
        foreach (Range range in text.Split('/'))
        {
            if (!IsPathComponent(text[range]))
                return false;
        }

        return true;
    }

    /// <summary><c>[domain '/'] path</c>, where the domain is optional and may look like a path component.</summary>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        if (IsPath(text))
            return true;
        int slash = text.IndexOf('/');
        return slash > 0 && IsDomain(text[..slash]) && IsPath(text[(slash + 1)..]);
    }

    /// <summary>A word character, then up to 127 word characters, dots and dashes.</summary>
    public static bool IsTag(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > 128 || !IsWord(text[0]))
            return false;
        foreach (char c in text)
        {
            if (!IsWord(c) && c != '.' && c != '-')
                return false;
        }

        return true;
    }

    /// <summary>
    /// A digest of an algorithm that is known: <c>sha256</c>, <c>sha384</c> or <c>sha512</c>, with the right number of lower-case hex
    /// digits.
    /// </summary>
    public static bool IsDigest(ReadOnlySpan<char> text)
    {
        int colon = text.IndexOf(':');
        if (colon < 0)
            return false;
        int digits = text[..colon] switch
        {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => 0,
        };
        ReadOnlySpan<char> hex = text[(colon + 1)..];
        if (digits == 0 || hex.Length != digits)
            return false;
        foreach (char c in hex)
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }

        return true;
    }

    private static bool IsDomainComponent(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] == '-' || text[^1] == '-')
            return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                return false;
        }

        return true;
    }

    private static bool IsPathComponent(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !IsLowerOrDigit(text[0]) || !IsLowerOrDigit(text[^1]))
            return false;
        for (int i = 0; i < text.Length;)
        {
            if (IsLowerOrDigit(text[i]))
            {
                i++;
                continue;
            }

            // A separator is one dot, one or two underscores, or any number of dashes; never a mixture.
            int start = i;
            char kind = text[i];
            while (i < text.Length && text[i] == kind)
                i++;
            int length = i - start;
            bool ok = kind switch
            {
                '.' => length == 1,
                '_' => length <= 2,
                '-' => true,
                _ => false,
            };
            if (!ok || !IsLowerOrDigit(text[i]))
                return false;
        }

        return true;
    }

    private static bool IsLowerOrDigit(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
