using System.CommandLine;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust apply</c>: the entries of a trust file, which may have to be signed, all or none.</summary>
internal static class ApplyCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Argument<string> file = new("file") { Description = "A file that Export-ImageTrust wrote, JSON or YAML" };
        Option<string[]> key = new("--key", "-f")
        {
            Description = "Apply nothing that this key has not signed: an OpenPGP key file (the signature is FILE.asc) or " +
                "a PEM public key (FILE.sig, of cosign sign-blob); of several one must have signed",
            HelpName = "file",
        };
        Option<string?> signature = new("--signature") { Description = "With --key: the signature, wherever it lies", HelpName = "file" };
        Option<bool> weaker = new("--allow-weaker")
            { Description = "Accept images with fewer or weaker checks than before; without this, such a file is refused whole" };
        Option<bool> force = new("--force")
        {
            Description = "Write keys that are missing or cannot sign, and scopes that no image has; also allows weaker checks",
        };
        Option<bool> dryRun = new("--dry-run") { Description = "Only say what would be done" };
        Option<bool> json = new("--json") { Description = "Say what was changed as JSON" };
        Option<bool> exitCode = new("--exit-code") { Description = "End with 3 if something was changed, or would be" };
        Command command = new("apply",
            "Sets the entries of a trust file, all or none; scopes that it does not name stay. What is so already is not written.")
        {
            file, key, signature, weaker, force, dryRun, json, exitCode,
        };
        common.AddTo(command);
        command.SetAction(result =>
        {
            string path = LocalPath(result.GetValue(file)!, "The file");
            string[] keys = [.. (result.GetValue(key) ?? []).Select(static k => LocalPath(k, "--key"))];
            string? signaturePath = result.GetValue(signature) is { } named ? LocalPath(named, "--signature") : null;
            if (signaturePath is not null && keys.Length == 0)
                throw new TrustException("ParametersNotTogether", TrustErrorKind.InvalidArgument, "--signature requires --key.");
            IReadOnlyList<ImageTrust> entries =
                TrustFile.ReadSigned(path, keys, signaturePath, DateTimeOffset.UtcNow, common.Messages(result));
            TrustStore store = common.Open(result);
            SetRequest request = new() { Entries = entries, Force = result.GetValue(force) };
            bool mayWeaken = result.GetValue(force) || result.GetValue(weaker);
            IReadOnlyList<TrustChange> changes =
                [.. request.ToChanges(store).Select(c => c with { MustNotWeaken = !mayWeaken })];
            return Make(store, changes, result.GetValue(dryRun), result.GetValue(json), result.GetValue(exitCode));
        });
        return command;
    }

    private static int Make(TrustStore store, IReadOnlyList<TrustChange> changes, bool dryRun, bool json, bool exitCode)
    {
        // A write that has begun is finished; only the wait for other writers ends.
        using Cancellation cancel = new();
        TrustException? refusal = null;
        TrustEditResult result = dryRun ? Preview(store, changes, out refusal)
            : store.Apply(changes, new TrustEditOptions(), cancel.Token);
        bool isSaid = Say(store, result, dryRun, json);
        if (refusal is not null)
            throw refusal;
        return !isSaid && dryRun ? ExitCode.Failed : exitCode && result.Files.Count > 0 ? ExitCode.Changed : ExitCode.Done;
    }

    // What would be refused is shown all the same: who reads it has to decide.
    private static TrustEditResult Preview(TrustStore store, IReadOnlyList<TrustChange> changes, out TrustException? refusal)
    {
        refusal = null;
        try
        {
            return store.Preview(changes);
        }
        catch (TrustException e) when (e.ErrorId == "WeakerTrust")
        {
            refusal = e;
            TrustEditResult shown = store.Preview([.. changes.Select(static c => c with { MustNotWeaken = false })]);
            return shown with { Warnings = [.. shown.Warnings.Where(w => !e.Message.Contains(w, StringComparison.Ordinal))] };
        }
    }

    private static bool Say(TrustStore store, TrustEditResult result, bool dryRun, bool json)
    {
        if (!json)
            return Changes.Report(result, dryRun, withWarnings: dryRun);
        foreach (string warning in dryRun ? result.Warnings : [])
            StandardError.Warn(warning);
        try
        {
            Output.Write(TrustJson.Write(result, dryRun ? store.PlannedChanges(result) : result.Changes, dryRun));
            return true;
        }
        catch (LostOutputException e)
        {
            StandardError.WriteLine(
                $"containertrust: {(dryRun ? "the answer" : "the change was made, but")} could not be printed: {e.Reason}");
            return false;
        }
    }

    private static string LocalPath(string path, string what) => path.Length > 0 ? Path.GetFullPath(path)
        : throw new TrustException("InvalidPath", TrustErrorKind.InvalidArgument, $"{what} is empty; perhaps a variable is not set.");
}
