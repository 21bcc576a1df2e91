namespace ContainerTrust.Commands;

/// <summary>What a message says is to be done: its last sentence, or part of one, that begins with an imperative.</summary>
internal static class RecommendedAction
{
    private static readonly HashSet<string> s_imperatives = new(StringComparer.OrdinalIgnoreCase)
    {
        "add", "ask", "call", "change", "check", "choose", "close", "convert", "copy", "correct", "create", "edit", "export", "fix", "free",
        "get", "give", "install", "leave", "log", "look", "make", "mark", "mount", "move", "name", "pack", "push", "put", "read",
        "reinstall", "remount", "remove", "rename", "replace", "run", "save", "say", "set", "specify", "split", "start", "store", "take",
        "try", "unset", "use", "wait", "work", "write",
    };

    /// <summary>The advice in a message.</summary>
    /// <param name="message">Sentences.</param>
    /// <returns>A sentence; null if the message says nothing that is to be done.</returns>
    public static string? Of(string message)
    {
        int end = message.Length;
        while (end > 0)
        {
            int start = Begin(message, end);
            ReadOnlySpan<char> sentence = message.AsSpan(start, end - start).Trim();
            if (IsImperative(sentence)
                || (sentence.StartsWith("If ") && sentence.IndexOf(", ") is > 0 and var comma && IsImperative(sentence[(comma + 2)..])))
                return Whole(message.AsSpan(start).Trim());
            end = start;
        }

        return null;
    }

    private static bool IsImperative(ReadOnlySpan<char> sentence) => sentence.IndexOfAny(' ', '.') is > 0 and var word
        && s_imperatives.GetAlternateLookup<ReadOnlySpan<char>>().Contains(sentence[..word]);

    // Where the last sentence before a place begins: after a period and before a capital letter, or after a semicolon.
    private static int Begin(string message, int end)
    {
        for (int i = end - 3; i > 0; i--)
        {
            if (message[i + 1] == ' ' && (message[i] == ';' || (message[i] == '.' && char.IsAsciiLetterUpper(message[i + 2]))))
                return i + 2;
        }

        return 0;
    }

    private static string Whole(ReadOnlySpan<char> advice) =>
        string.Concat([char.ToUpperInvariant(advice[0])], advice[1..], advice[^1] == '.' ? "" : ".");
}
