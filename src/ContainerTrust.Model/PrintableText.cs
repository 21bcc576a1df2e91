using System.Globalization;
using System.Text;

namespace ContainerTrust;

/// <summary>
/// The one function between text from outside and whoever reads it: a terminal, a log, a report. What a terminal acts on, what shows as
/// nothing or turns the direction of the rest around, and what is not text at all appears as JSON writes it, such as <c>\u001b</c>:
/// control characters (C0, DEL, C1), format characters (among them those of direction, of no width, and the tags), line and paragraph
/// separators, lone surrogates, and U+FFFE and U+FFFF.
/// </summary>
internal static class PrintableText
{
    /// <summary>Text on one line: line breaks are spelled out too, so that a part of it cannot pose as a line of its own.</summary>
    /// <param name="untrustedText">Any text.</param>
    /// <returns>The text, changed only where need be. Applied again, it changes nothing.</returns>
    public static string Line(string untrustedText)
    {
        ArgumentNullException.ThrowIfNull(untrustedText);

        // Nearly everything is plain ASCII.
        return untrustedText.AsSpan().ContainsAnyExceptInRange(' ', '~') ? Escape(untrustedText, keepLineFeeds: false) : untrustedText;
    }

    /// <summary>Text whose line feeds are ours, such as a table whose cells have passed <see cref="Line"/>. They stay.</summary>
    /// <param name="untrustedText">Any text.</param>
    /// <returns>The text, changed only where need be.</returns>
    public static string Lines(string untrustedText)
    {
        ArgumentNullException.ThrowIfNull(untrustedText);
        return untrustedText.AsSpan().ContainsAnyExceptInRange('\n', '~') || untrustedText.AsSpan().ContainsAnyInRange('\u000b', '\u001f')
            ? Escape(untrustedText, keepLineFeeds: true)
            : untrustedText;
    }

    /// <summary>Whether a text is the same after <see cref="Line"/>, and so survives being shown and copied.</summary>
    /// <param name="untrustedText">Any text.</param>
    public static bool IsLine(string untrustedText) => ReferenceEquals(Line(untrustedText), untrustedText);

    /// <summary>A list of texts, each on one line. Null stays null, for an object that was made by hand.</summary>
    /// <param name="untrustedTexts">Any texts.</param>
    public static string[] All(string[] untrustedTexts) =>
        untrustedTexts is null ? untrustedTexts! : [.. untrustedTexts.Select(static t => LineOrNull(t)!)];

    /// <summary>As <see cref="Line"/>. Null stays null, for a member that is not set.</summary>
    /// <param name="untrustedText">Any text.</param>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(untrustedText))]
    public static string? LineOrNull(string? untrustedText) => untrustedText is null ? null : Line(untrustedText);

    private static string Escape(string text, bool keepLineFeeds)
    {
        StringBuilder? safe = null;
        for (int i = 0; i < text.Length;)
        {
            // A lone surrogate is no rune; some format characters, such as the tags of U+E0000, are pairs.
            bool isRune = Rune.TryGetRuneAt(text, i, out Rune rune);
            int length = isRune ? rune.Utf16SequenceLength : 1;
            if (isRune && (!IsUnsafe(rune) || (keepLineFeeds && rune.Value == '\n')))
            {
                safe?.Append(text, i, length);
            }
            else
            {
                safe ??= new StringBuilder(text, 0, i, text.Length + 32);
                foreach (char c in text.AsSpan(i, length))
                    safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }

            i += length;
        }

        return safe?.ToString() ?? text;
    }

    /// <summary>
    /// A URL as it may be shown: without the user name and password that it may have, and without a query, in which signed URLs have
    /// their secret.
    /// </summary>
    /// <param name="url">A URL, or anything else, which stays as it is.</param>
    /// <returns>
    /// The same without what stands before the last <c>@</c> of its authority (RFC 3986 section 3.2.1), and with <c>?…</c> for a query.
    /// Where a password seems to have a slash in it, it cannot be told where it ends, and nothing but the scheme is shown.
    /// </returns>
    public static string WithoutUser(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        int start = url.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return url;
        int end = url.AsSpan(start + 3).IndexOfAny('/', '?', '#');
        int at = url.LastIndexOf('@', end < 0 ? url.Length - 1 : start + 2 + end);
        string shown = at < start + 3 ? url : url[..(start + 3)] + url[(at + 1)..];
        if (shown.Contains('@', StringComparison.Ordinal) && !HasPortOrNone(shown.AsSpan(start + 3)))
            return shown[..(start + 3)] + "…";
        int query = shown.AsSpan().IndexOfAny('?', '#');
        return query < 0 ? shown : shown[..query] + "?…";
    }

    // "user:pa/ss@host" begins like a host with something that is not a port.
    private static bool HasPortOrNone(ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOfAny('/', '?', '#');
        ReadOnlySpan<char> authority = end < 0 ? rest : rest[..end];
        int colon = authority.LastIndexOf(':');
        return colon < 0 || authority is ['[', ..] || !authority[(colon + 1)..].ContainsAnyExceptInRange('0', '9');
    }

    private static bool IsUnsafe(Rune rune) => rune.Value is 0xFFFE or 0xFFFF || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
