using System.Text.RegularExpressions;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>A command that a reason prints, run word by word on the cluster: nothing goes into it but what it says.</summary>
internal sealed partial class PrintedCommand
{
    private readonly Match _words;

    private PrintedCommand(Match words) => _words = words;

    /// <summary>The text of the command.</summary>
    public string Text => _words.Value;

    /// <summary>Whether it merges with the operator's policy, again or for the first time.</summary>
    public bool IsMerged => _words.Groups["merge"].Success || _words.Groups["renew"].Success;

    /// <summary>The pool.</summary>
    public string Role => _words.Groups["role"].Success ? _words.Groups["role"].Value : "worker";

    /// <summary>The commands in the reasons of a result, each once.</summary>
    public static IReadOnlyList<PrintedCommand> In(MachineConfigTrustResult result) =>
        [.. result.Reasons.SelectMany(static r => Command().Matches(r)).DistinctBy(static m => m.Value)
            .Select(static m => new PrintedCommand(m))];

    /// <summary>What it makes.</summary>
    /// <param name="running">The cluster.</param>
    public async Task<MachineConfigTrust> RunAsync(RunningCluster running)
    {
        ClusterOptions cluster = new() { ClientPath = Tools.RequireTool("kubectl"), Kubeconfig = running.Kubeconfig };
        MachineConfigOptions options = new()
        {
            Roles = [Role],
            Name = _words.Groups["name"].Success ? _words.Groups["name"].Value : null,
            IncludeRegistriesD = _words.Groups["stores"].Success,
        };
        string[] presets = _words.Groups["preset"].Success ? [_words.Groups["preset"].Value] : [];
        if (_words.Groups["renew"].Success)
            return Assert.Single(await MergedBuild.RenewAsync(options, presets, cluster, TrustMessages.None, default));
        options = _words.Groups["merge"].Success
            ? (await MergedBuild.AskAsync(options, cluster, TrustMessages.None, default)).Options
            : options with { OpenShiftVersion = _words.Groups["version"].Success ? _words.Groups["version"].Value : null };
        ConfigDocument source = new(ClusterNodes.Element(running.Server.State.Configs[_words.Groups["source"].Value]));
        ImageTrust[] piped = MachineConfigReader.ReadTrust(
            new DocumentHost(source.Name, source.Paths.Where(source.Sets).Where(MachineConfigDocument.IsTrustFile)
                .Select(p => source.Find(p)!)),
            TrustMessages.None);
        if (_words.Groups["filter"].Success)
            piped = [.. piped.Where(static t => t.Type != TrustType.Accept)];
        MachineConfigBuilder builder = new(options, TrustMessages.None);
        return Assert.Single(builder.Build([.. piped, .. presets.SelectMany(p => MachineConfigPresets.Get(p, builder.Release))]));
    }

    [GeneratedRegex(@"(?:\(Get-MachineConfigTrust -Name (?<source>[a-z0-9-]+)(?: -Kubeconfig \S+)?\)\.Trust" +
        @"(?<filter> \| Where-Object Type -NE Accept)? \| )?New-MachineConfigTrust(?<renew> -Renew)?(?: -Preset (?<preset>[A-Za-z]+))?" +
        @"(?<merge> -Merge)?(?: -OpenShiftVersion (?<version>[a-z0-9.-]+?))?" +
        @"(?<stores> -IncludeRegistriesD)?(?: -Name (?<name>[a-z0-9-]+))?(?: -Role (?<role>[a-z]+))?" +
        @"(?: -Kubeconfig '?[^' ]+?'?)?(?=\.(?:\s|$))")]
    private static partial Regex Command();
}
