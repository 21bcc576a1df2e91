using System.Text;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary>Makes changes and says what became of which file.</summary>
internal static class Changes
{
    public static int Make(TrustStore store, IReadOnlyList<TrustChange> changes, bool dryRun)
    {
        // A write that has begun is finished; only the wait for other writers ends.
        using Cancellation cancel = new();
        TrustEditResult result = dryRun ? store.Preview(changes) : store.Apply(changes, new TrustEditOptions(), cancel.Token);
        bool isSaid = Report(result, dryRun, withWarnings: dryRun);
        foreach (TrustChange change in result.NotFound)
            StandardError.WriteLine($"containertrust: the policy has no scope '{change}'.");
        return result.NotFound.Count == 0 && (isSaid || !dryRun) ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Says what became of which file.</summary>
    /// <param name="result">What was done, or would be.</param>
    /// <param name="dryRun">Whether it only would be.</param>
    /// <param name="withWarnings">Whether its warnings are still to be said.</param>
    /// <returns>Whether standard output took it. Of a dry run that is all there is.</returns>
    public static bool Report(TrustEditResult result, bool dryRun, bool withWarnings)
    {
        foreach (string warning in withWarnings ? result.Warnings : [])
            StandardError.Warn(warning);
        return TrySay(() => Say(result, dryRun), isMade: !dryRun);
    }

    /// <summary>Says what became of work that is done.</summary>
    /// <param name="say">Prints it.</param>
    /// <param name="isMade">Whether something was changed, and only the words for it can be lost.</param>
    /// <returns>Whether standard output took it.</returns>
    public static bool TrySay(Action say, bool isMade)
    {
        try
        {
            say();
            return true;
        }
        catch (LostOutputException e)
        {
            StandardError.WriteLine($"containertrust: {(isMade ? "the change was made, but" : "the answer")} " +
                $"could not be printed: {e.Reason}");
            return false;
        }
    }

    private static void Say(TrustEditResult result, bool dryRun)
    {
        StringBuilder text = new();
        foreach (TrustFileChange file in result.Files)
        {
            string done = file.Action switch
            {
                TrustFileAction.Created => "created",
                TrustFileAction.Changed => "changed",
                _ => "deleted",
            };
            text.Append(dryRun ? $"would be {done}: " : $"{done} ").Append(PrintableText.Line(file.Path)).Append('\n');
        }

        if (dryRun)
        {
            foreach (string line in result.Diff)
                text.Append(PrintableText.Line(line)).Append('\n');
            foreach (TrustScopeChange scope in result.Scopes)
            {
                text.Append("requirements of ").Append(PrintableText.Line($"{scope.Scope}: {scope.Before} -> {scope.After}"))
                    .Append('\n');
            }

            foreach (TrustChange change in result.AttachmentsSwitchedOn)
            {
                text.Append("would be switched on: reading sigstore signatures from the registry for ")
                    .Append(PrintableText.Line(change.ToString())).Append('\n');
            }
        }

        if (result.Files.Count == 0 && result.NotFound.Count == 0)
            text.Append("nothing to do\n");
        Output.Write(text.ToString());
    }
}
