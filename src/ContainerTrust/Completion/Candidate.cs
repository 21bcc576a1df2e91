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
            // What does not survive being shown is not put on the command line either.
            if (candidate.Text.StartsWith(typed, StringComparison.OrdinalIgnoreCase) && PrintableText.IsLine(candidate.Text))
            {
                // The list's text must not be empty; the empty scope is a transport's own default.
                string shown = candidate.Text.Length == 0 ? "''" : candidate.Text;
                string hint = PrintableText.Line(candidate.Hint);
                yield return new CompletionResult(Quote(candidate.Text), shown, CompletionResultType.ParameterValue, hint);
            }
        }
    }

    private static string Quote(string text)
    {
        bool isPlain = text.Length > 0
            && char.IsAsciiLetterOrDigit(text[0])
            && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/' or ':');
        return isPlain ? text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";
    }
}
