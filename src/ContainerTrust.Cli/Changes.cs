using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary>Makes changes and says what became of which file.</summary>
internal static class Changes
{
    public static int Make(TrustStore store, IReadOnlyList<TrustChange> changes, bool dryRun)
    {
        using CancellationTokenSource cancel = new();
        ConsoleCancelEventHandler handler = (_, e) =>
        {
            // A write that has begun is finished; only the wait for other writers ends.
            e.Cancel = true;
            cancel.Cancel();
        };
        Console.CancelKeyPress += handler;
        try
        {
            TrustEditResult result = dryRun ? store.Preview(changes) : store.Apply(changes, new TrustEditOptions(), cancel.Token);
            Report(result, dryRun, withWarnings: dryRun);
            foreach (TrustChange change in result.NotFound)
                Console.Error.WriteLine($"containertrust: the policy has no scope '{Text.Printable(change.ToString())}'.");
            return result.NotFound.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }
        finally
        {
            Console.CancelKeyPress -= handler;
        }
    }

    public static void Report(TrustEditResult result, bool dryRun, bool withWarnings)
    {
        foreach (string warning in withWarnings ? result.Warnings : [])
            Console.Error.WriteLine($"warning: {CommandWords.In(Text.Printable(warning))}");
        try
        {
            Say(result, dryRun);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The work is done; only the words for it are lost.
            Console.Error.WriteLine($"containertrust: {(dryRun ? "the answer" : "the change was made, but")} could not be printed: {e.Message}");
        }
    }

    private static void Say(TrustEditResult result, bool dryRun)
    {
        foreach (TrustFileChange file in result.Files)
        {
            string done = file.Action switch
            {
                TrustFileAction.Created => "created",
                TrustFileAction.Changed => "changed",
                _ => "deleted",
            };
            Console.Out.WriteLine(dryRun ? $"would be {done}: {Text.Printable(file.Path)}" : $"{done} {Text.Printable(file.Path)}");
        }

        if (dryRun)
        {
            foreach (TrustChange change in result.AttachmentsSwitchedOn)
                Console.Out.WriteLine($"would be switched on: reading sigstore signatures from the registry for {Text.Printable(change.ToString())}");
        }

        if (result.Files.Count == 0 && result.NotFound.Count == 0)
            Console.Out.WriteLine("nothing to do");
    }
}
