using System.CommandLine;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust reset</c>: back to the distribution's default.</summary>
internal static class ResetCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Option<bool> keep = new("--keep-signature-store") { Description = "Leave registries.d alone" };
        Option<bool> dryRun = new("--dry-run") { Description = "Only say what would be done" };
        Command command = new("reset",
            "Writes the policy that the distribution ships, and deletes every file of registries.d but " +
            "default.yaml and those it ships there.") { keep, dryRun };
        common.AddTo(command);
        command.SetAction(result =>
        {
            bool preview = result.GetValue(dryRun);
            using Cancellation cancel = new();
            TrustEditResult done = common.Open(result).Reset(result.GetValue(keep), preview, cancel.Token);
            return Changes.Report(done, preview, withWarnings: true) || !preview ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
