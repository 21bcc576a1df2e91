using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace ContainerTrust.Commands.Completion;

/// <summary>Completes usual numbers of days; others are possible, and so are times such as <c>12:00:00</c>.</summary>
public sealed class ExpiringWithinCompleter : IArgumentCompleter
{
    private static readonly int[] Days = [30, 60, 90, 180, 365];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Days.Select(static d => new Candidate(
            d.ToString(CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{d} days: until {DateTime.UtcNow.AddDays(d):yyyy-MM-dd}")))
            .Matching(wordToComplete);
}
