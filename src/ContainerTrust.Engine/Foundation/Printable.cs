namespace ContainerTrust.Engine.Foundation;

/// <summary>
/// Text from a file as part of a message: one line, of bounded length, without characters that a terminal or a log would act on.
/// </summary>
internal static class Printable
{
    /// <summary>The most characters of a name that a message shows.</summary>
    public const int NameLength = 120;

    /// <summary>The most characters of a whole sentence.</summary>
    public const int SentenceLength = 1000;

    /// <summary>Makes a text printable by <see cref="PrintableText.Line"/>, and leaves out the middle of one that is too long.</summary>
    /// <param name="untrustedText">Any text.</param>
    /// <param name="maxLength">The most characters that are kept.</param>
    /// <returns>The text, changed only where need be.</returns>
    public static string Of(string untrustedText, int maxLength)
    {
        if (untrustedText.Length <= maxLength)
            return PrintableText.Line(untrustedText);

        // Between the halves of a pair no cut is made: each alone would be spelled out.
        int half = maxLength / 2;
        int end = untrustedText.Length - half;
        int start = char.IsSurrogatePair(untrustedText, half - 1) ? half - 1 : half;
        end = char.IsSurrogatePair(untrustedText, end - 1) ? end + 1 : end;
        return PrintableText.Line($"{untrustedText[..start]}…{untrustedText[end..]}");
    }
}
