using System.CommandLine;
using System.Text;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust presets</c>: the presets, their sources, and what each would write here.</summary>
internal static class PresetsCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        PresetOptions options = new();
        Argument<string[]> names = new("name")
            { Description = "Only these presets; * and ? are wildcards", Arity = ArgumentArity.ZeroOrMore };
        names.CompletionSources.Add(options.Completions);
        Option<bool> json = new("--json") { Description = "All properties, as JSON" };
        Command command = new("presets", "Shows the presets, their sources, and what each would write.") { names, options.Directory, json };
        common.AddTo(command);
        command.SetAction(result =>
        {
            PresetCatalog presets = options.Load(result);
            int code = ExitCode.Done;
            foreach (TrustException fault in presets.Faults)
            {
                StandardError.Fail(fault.Message);
                code = ExitCode.Failed;
            }

            TrustStore store = common.Open(result);
            List<ImageTrustPreset> found = [];
            foreach (string pattern in result.GetValue(names) is { Length: > 0 } given ? given : ["*"])
            {
                string[] matching = [.. presets.Names.Where(n => ScopePattern.IsMatch(pattern, n))];
                if (matching.Length == 0)
                {
                    StandardError.Fail($"There is no preset '{PrintableText.Line(pattern)}'; known are " +
                        $"{string.Join(", ", presets.Names)}.");
                    code = ExitCode.Failed;
                }

                // The file that has the name of another preset, too, was told of before.
                found.AddRange(matching.Where(n => found.TrueForAll(f => f.Name != n) && !presets.HasConflict(n))
                    .Select(n => presets.Describe(n, store.Host)));
            }

            Output.Write(result.GetValue(json) ? TrustJson.Write(found) : Text(found));
            return code;
        });
        return command;
    }

    private static string Text(List<ImageTrustPreset> presets)
    {
        StringBuilder text = new();
        void Line(string indent, string line) => text.Append(indent).Append(PrintableText.Line(line)).Append('\n');
        foreach (ImageTrustPreset preset in presets)
        {
            Line("", $"{preset.Name}: {preset.Description}.");
            Line("  ", $"form {preset.Form}: {preset.Reason}");
            foreach (ImageTrust entry in preset.Entries)
                Line("  ", $"{(entry.Transport == "docker" ? "" : $"{entry.Transport}:")}{entry.Registry}: " +
                    $"{string.Join(" and ", entry.Requirements.Select(RequirementText.Describe))}");
            foreach (string missing in preset.MissingFile)
                Line("  ", $"missing: {missing}");
            foreach (string source in preset.Source)
                Line("  ", $"source: {source}");
            if (preset.Path is { } path)
                Line("  ", $"file: {path}");
        }

        return text.ToString();
    }
}
