using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Something that a word may be completed to.</summary>
/// <param name="Text">The value.</param>
/// <param name="Hint">What it is.</param>
internal sealed record Candidate(string Text, string Hint);

/// <summary>Chooses candidates by the word that was typed, and quotes them as PowerShell needs it.</summary>
internal static class Candidates
{
    public static IEnumerable<CompletionResult> Matching(this IEnumerable<Candidate> candidates, string? word)
    {
        string typed = (word ?? "").Trim('\'', '"');
        foreach (Candidate candidate in candidates)
        {
            if (candidate.Text.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                yield return new CompletionResult(Quote(candidate.Text), List(candidate.Text), CompletionResultType.ParameterValue, TrustText.Printable(candidate.Hint));
        }
    }

    // A completion's list text must not be empty; the empty scope is a transport's own default.
    private static string List(string text) => text.Length == 0 ? "''" : TrustText.Printable(text);

    private static string Quote(string text)
    {
        bool isPlain = text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':');
        return isPlain ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
    }
}
