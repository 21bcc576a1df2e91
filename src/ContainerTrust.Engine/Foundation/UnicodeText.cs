namespace ContainerTrust.Engine.Foundation;

/// <summary>Whether a string can be written as UTF-8 and read back.</summary>
internal static class UnicodeText
{
    /// <summary>Whether every surrogate is half of a pair.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return false;
            i++;
        }

        return true;
    }
}
