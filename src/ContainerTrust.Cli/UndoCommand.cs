using System.CommandLine;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust undo</c>: take the last change back.</summary>
internal static class UndoCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Argument<string?> id = new("id")
            { Description = "The change, which must be the last (default: whichever is)", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> dryRun = new("--dry-run") { Description = "Only say what would be done" };
        Command command = new("undo", "Takes the last change back that is not undone yet.") { id, dryRun };
        common.AddTo(command);
        command.SetAction(result =>
        {
            bool preview = result.GetValue(dryRun);
            if (result.GetValue(id) is { } named && (named.Length == 0 || named.StartsWith('-')))
                throw new TrustException("InvalidOptions", TrustErrorKind.InvalidArgument,
                    $"'{named}' is not an option of this command, nor a change. See --help, or containertrust history for the changes.");
            using Cancellation cancel = new();
            TrustStore store = common.Open(result);
            TrustUndoPreview undo = store.PreviewUndo(result.GetValue(id));
            TrustEditResult done = preview ? undo.Result
                : store.Undo(undo.Id, cancel.Token) with { Warnings = undo.Result.Warnings };
            return Changes.Report(done, preview, withWarnings: true) || !preview ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
