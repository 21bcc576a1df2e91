using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Foundation;

/// <summary>Text from a file as part of a message: one line, of bounded length, without characters that a terminal or a log would act on.</summary>
internal static class Printable
{
    /// <summary>The most characters of a name that a message shows.</summary>
    public const int NameLength = 120;

    /// <summary>The most characters of a whole sentence.</summary>
    public const int SentenceLength = 1000;

    /// <summary>Escapes control and format characters as JSON does, and leaves out the middle of a text that is too long.</summary>
    /// <param name="untrustedText">Any text.</param>
    /// <param name="maxLength">The most characters that are kept.</param>
    /// <returns>The text, changed only where need be.</returns>
    public static string Of(string untrustedText, int maxLength)
    {
        if (untrustedText.Length > maxLength)
        {
            int half = maxLength / 2;
            untrustedText = $"{untrustedText[..half]}…{untrustedText[^half..]}";
        }

        // Nearly everything is plain ASCII.
        if (!untrustedText.AsSpan().ContainsAnyExceptInRange(' ', '~') || !untrustedText.Any(IsUnsafe))
            return untrustedText;
        StringBuilder safe = new(untrustedText.Length + 16);
        foreach (char c in untrustedText)
        {
            if (IsUnsafe(c))
                safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                safe.Append(c);
        }

        return safe.ToString();
    }

    /// <summary>Whether a terminal acts on a character, or shows nothing for it.</summary>
    public static bool IsUnsafe(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
