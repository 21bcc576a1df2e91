using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// User ids as text that is safe to print: UTF-8, or Latin-1 where the octets are not valid UTF-8 (PGP 2 wrote such); control characters, which
/// could move a terminal's cursor or turn text around, appear as <c>\x1b</c> or <c>\u202e</c>.
/// </summary>
internal static class UserIdText
{
    /// <summary>Decodes a user id.</summary>
    /// <param name="octets">The packet's body.</param>
    /// <returns>Text without control characters.</returns>
    public static string Decode(ReadOnlySpan<byte> octets)
    {
        string text = Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);
        foreach (char character in text)
        {
            if (IsUnsafe(character))
                return Escape(text);
        }

        return text;
    }

    // Controls, and the format characters that change the direction or the line of what follows.
    private static bool IsUnsafe(char character) =>
        char.IsControl(character) || character is '\u061C' or '\u200E' or '\u200F' or (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069');

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char character in text)
        {
            if (!IsUnsafe(character))
                escaped.Append(character);
            else if (character < 0x100)
                escaped.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}");
            else
                escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return escaped.ToString();
    }
}
