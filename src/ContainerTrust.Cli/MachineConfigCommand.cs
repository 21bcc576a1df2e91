using System.CommandLine;
using System.CommandLine.Completions;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary><c>containertrust machineconfig</c>: MachineConfigs and Butane configs of a preset or of a host's policy.</summary>
internal static class MachineConfigCommand
{
    public static Command Create()
    {
        CommonOptions common = new();
        Option<string[]> preset = new("--preset")
        {
            Description = $"A vendor's registries, key and stores, or what a cluster needs: " +
                $"{string.Join(", ", MachineConfigPresets.Names)} " +
                "(default: the host's policy)",
            HelpName = "name",
            CompletionSources = { { MachineConfigPresets.Names.ToArray() } },
        };
        Option<string[]> role = new("--role")
        {
            Description = "Role of a machine config pool (default: worker); several: one document each",
            HelpName = "role",
            CompletionSources = { { "worker", "master" } },
        };
        Option<string?> name = new("--name")
            { Description = "Name of the MachineConfig; {role} stands for the role (default: 51-{role}-rh-registry-trust)",
            HelpName = "name" };
        Option<string?> version = new("--openshift-version")
            { Description = "Version of OpenShift or OKD as the cluster prints it, " +
            $"{IgnitionVersions.OpenShift[0]} to {IgnitionVersions.NewestOpenShift} (default: the newest)", HelpName = "version" };
        MergeOptions merging = new();
        Option<bool> stores = new("--include-registries-d") { Description = "Put the signature stores on the nodes, too" };
        Option<string[]> key = new("--key-file")
            { Description = "Key file to put on the nodes, where the policy names a file of the same name", HelpName = "file" };
        Option<bool> noReboot = new("--no-reboot")
            { Description = "Put the keys, as one keyring, where nodes take a change without a reboot" };
        Option<string[]> label = new("--label") { Description = "Another label, name=value", HelpName = "label" };
        Option<bool> butane = new("--butane") { Description = "Print the Butane config instead of the MachineConfig" };
        Option<string?> directory = new("--output-directory", "-o")
            { Description = "Write both into this directory instead of printing one", HelpName = "dir" };
        Option<bool> force = new("--force") { Description = "Take keys that cannot sign, and scopes that no image has" };
        Option<bool> dryRun = new("--dry-run") { Description = "With --output-directory: only say what would be done" };
        Command command = new("machineconfig", "Makes MachineConfigs of OpenShift, and the Butane configs for them.")
        {
            preset, role, name, version, stores, key, noReboot, label, butane, directory, force, dryRun,
        };
        merging.AddTo(command);
        common.AddTo(command);
        command.SetAction(result =>
        {
            string[] roles = result.GetValue(role) is { Length: > 0 } given ? [.. given.SelectMany(static r => r.Split(','))] : ["worker"];
            string? output = result.GetValue(directory);
            if (result.GetValue(butane) && output is null && roles.Length > 1)
                throw Usage("ButaneOneRole", "butane takes one config at a time. Give one --role, or --output-directory.");
            if ((result.GetValue(dryRun) && output is null) || (result.GetValue(butane) && output is not null))
                throw Usage("InvalidOptions", "--dry-run requires --output-directory, and --butane excludes it.");
            if (output is "")
                throw Usage("InvalidPath", "--output-directory is empty; perhaps a variable is not set.");
            TrustMessages messages = common.Messages(result);
            string[] presets = result.GetValue(preset) ?? [];
            MachineConfigOptions options = new()
            {
                Roles = roles,
                Name = result.GetValue(name),
                OpenShiftVersion = result.GetValue(version),
                IncludeRegistriesD = result.GetValue(stores),
                Keys = [.. (result.GetValue(key) ?? []).Select(static k => MachineConfigKey.Load(Path.GetFullPath(k)))],
                NoReboot = result.GetValue(noReboot),
                Labels = Labels(result.GetValue(label) ?? []),
                Force = result.GetValue(force),
                AcceptsTheRest = presets.Length > 0,
            };
            IReadOnlyList<MachineConfigTrust> configs = merging.Make(result, options, presets, () => common.Open(result), messages);
            if (result.GetValue(butane) && configs[0].Butane is null)
                throw Usage(
                    "ButaneNotPossible",
                    "A MachineConfig that is merged with the operator's policy says so in annotations, which Butane does not have. " +
                    "Leave --butane out.");
            if (output is not null)
                return Write(Path.GetFullPath(output), configs, messages, result.GetValue(dryRun));
            Output.Write(result.GetValue(butane) ? configs[0].Butane! : string.Join("---\n", configs.Select(static c => c.Yaml)));
            return ExitCode.Done;
        });
        return command;
    }

    private static int Write(string directory, IReadOnlyList<MachineConfigTrust> configs, TrustMessages messages, bool dryRun)
    {
        IReadOnlyList<MachineConfigOutputFile> files = MachineConfigOutput.Plan(LocalHost.Instance, directory, configs);
        using Cancellation cancel = new();
        if (!dryRun)
            MachineConfigOutput.Write(LocalHost.Instance, directory, files, messages, cancel.Token);
        TrustFileChange[] changes =
            [.. files.Select(static f =>
            new TrustFileChange(f.Path, f.Expected is null ? TrustFileAction.Created : TrustFileAction.Changed))];
        return Changes.Report(new TrustEditResult(changes, []), dryRun, withWarnings: false) || !dryRun ? ExitCode.Done : ExitCode.Failed;
    }

    private static Dictionary<string, string> Labels(string[] labels)
    {
        Dictionary<string, string> all = new(StringComparer.Ordinal);
        foreach (string label in labels)
        {
            int equals = label.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !all.TryAdd(label[..equals], label[(equals + 1)..]))
                throw Usage("InvalidLabel", $"--label '{label}' is not of the form name=value, or names a label again.");
        }

        return all;
    }

    private static TrustException Usage(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
