using System.CommandLine;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust history</c>: the changes on record.</summary>
internal static class HistoryCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Option<bool> json = new("--json") { Description = "All properties, as JSON" };
        Command command = new("history", "Lists the changes that are on record, the newest first.") { json };
        common.AddTo(command);
        command.SetAction(result =>
        {
            if (result.GetValue(json))
            {
                Output.Write(TrustJson.Write([.. common.Open(result).ReadChanges()]));
                return ExitCode.Done;
            }

            StringBuilder text = new();
            string? last = null;
            foreach (ImageTrustChange change in common.Open(result).ReadChanges())
            {
                if (change.Id != last)
                {
                    text.Append(PrintableText.Line(Heading(change))).Append('\n');
                    if (change.Reason is { } reason)
                        text.Append("  ").Append(PrintableText.Line(reason)).Append('\n');
                }

                last = change.Id;
                if (change.Transport.Length == 0)
                    continue;
                string scope = change.IsDefault || (change.Transport == "docker" && change.Registry.Length > 0) ? change.Registry
                    : $"{change.Transport}:{change.Registry}";
                text.Append("  ").Append(PrintableText.Line($"{scope}: {change.BeforeTrust ?? "nothing"} -> " +
                    $"{change.AfterTrust ?? "nothing"}")).Append('\n');
            }

            Output.Write(text.Length == 0 ? "no changes on record\n" : text.ToString());
            return ExitCode.Done;
        });
        return command;
    }

    private static string Heading(ImageTrustChange change) => string.Create(CultureInfo.InvariantCulture,
        $"{change.Id} {change.Time?.UtcDateTime:u} {change.User}, {change.Command ?? "unknown"}") +
        (change.Undoes is null ? "" : $", takes {change.Undoes} back") + (change.UndoneBy is null ? "" : ", undone");
}
