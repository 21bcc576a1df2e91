using System.CommandLine;
using System.CommandLine.Completions;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <summary>Options that merge entries with the policy of a cluster's operator, and the making itself.</summary>
internal sealed class MergeOptions
{
    private readonly Option<string?> _type = new("--cluster-type")
    {
        Description = "OpenShift, OKD or HostedControlPlane (default: what the version says)",
        HelpName = "type",
        CompletionSources = { { Enum.GetNames<OpenShiftClusterType>() } },
    };

    private readonly Option<string?> _stream = new("--os-image-stream")
    {
        Description = $"Stream of operating system images that the nodes have: {string.Join(", ", NodeStreams.Names)} (default: what the " +
            "cluster or its version says)",
        HelpName = "stream",
        CompletionSources = { { NodeStreams.Names.ToArray() } },
    };

    private readonly Option<bool> _merge = new("--merge")
        { Description = "Merge with the policy that the cluster's operator makes; needed from OpenShift 4.21 on" };

    private readonly Option<bool> _renew = new("--renew")
        { Description = "Make the cluster's merged MachineConfigs again, of what the operator has now" };

    private readonly Option<string?> _operatorConfig = new("--operator-config")
        { Description = "File with the operator's MachineConfig of the pool, to merge with in place of a cluster", HelpName = "file" };

    private readonly Option<string?> _kubeconfig = new("--kubeconfig")
        { Description = "Kubeconfig of the cluster to merge with", HelpName = "file" };

    private readonly Option<string?> _context = new("--context") { Description = "Context in the kubeconfig", HelpName = "name" };

    private readonly Option<string?> _default = new("--default")
    {
        Description = "accept or reject: images that no entry governs",
        HelpName = "type",
        CompletionSources = { { "accept", "reject" } },
    };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_type, _stream, _merge, _renew, _operatorConfig, _kubeconfig, _context, _default])
            command.Add(option);
    }

    /// <summary>Makes the MachineConfigs.</summary>
    /// <param name="result">What was given.</param>
    /// <param name="options">What was asked for.</param>
    /// <param name="presets">The presets. None: the host's policy.</param>
    /// <param name="open">Opens the host's files.</param>
    /// <param name="messages">Where words for the user go.</param>
    public IReadOnlyList<MachineConfigTrust> Make(ParseResult result, MachineConfigOptions options, string[] presets, Func<TrustStore> open,
        TrustMessages messages)
    {
        options = options with
        {
            ClusterType = Type(result.GetValue(_type)),
            OSImageStream = result.GetValue(_stream) is { } stream ? _ => stream : null,
            Default = DefaultOf(result.GetValue(_default)),
            AcceptsTheRest = options.AcceptsTheRest || result.GetValue(_default) is not null,
        };
        ClusterOptions cluster = new() { Kubeconfig = FullPath(result.GetValue(_kubeconfig)), Context = result.GetValue(_context) };
        bool isRenewed = result.GetValue(_renew);
        bool asksCluster = result.GetValue(_merge) || isRenewed || cluster.Kubeconfig is not null || cluster.Context is not null;
        string? file = FullPath(result.GetValue(_operatorConfig));
        if (asksCluster && file is not null)
            throw Usage("OneOperatorOnly", "--operator-config has the operator's policy in place of a cluster. Leave it out, or " +
                "--merge, --renew, --context and --kubeconfig.");
        if (isRenewed && options.Default is not null)
            throw Usage("InvalidOptions", "--renew takes the entries that the merged MachineConfig has. Leave --default out.");
        using Cancellation cancel = new();
        if (isRenewed)
            return MergedBuild.RenewAsync(options, presets, cluster, messages, cancel.Token).GetAwaiter().GetResult();
        if (asksCluster)
            (options, _) = MergedBuild.AskAsync(options, cluster, messages, cancel.Token).GetAwaiter().GetResult();
        else if (file is not null)
            options = MergedBuild.Read(options, file, messages);
        if (presets.Length > 0)
        {
            MachineConfigBuilder builder = new(options, messages);
            return builder.Build([.. presets.SelectMany(p => MachineConfigPresets.Get(p, builder.Release))], cancel.Token);
        }

        TrustStore store = open();
        return new MachineConfigBuilder(options with { NodeRegistriesD = NodeRoot.RegistriesD(store.Host) }, messages)
            .Build([.. store.Read(TrustQuery.All, cancel.Token)], cancel.Token);
    }

    private static string? FullPath(string? path) => path is null ? null
        : path.Length == 0 ? throw Usage("InvalidPath", "A path is empty; perhaps a variable is not set.") : Path.GetFullPath(path);

    private static OpenShiftClusterType? Type(string? word) => word is null ? null
        : Enum.GetNames<OpenShiftClusterType>().FirstOrDefault(n => n.Equals(word, StringComparison.OrdinalIgnoreCase)) is { } name
            ? Enum.Parse<OpenShiftClusterType>(name)
            : throw Usage("InvalidOptions", $"'{word}' is not a kind of cluster. Specify OpenShift, OKD or HostedControlPlane.");

    private static TrustRequirement? DefaultOf(string? word) => word?.ToLowerInvariant() switch
    {
        null => null,
        "accept" => new AcceptRequirement(),
        "reject" => new RejectRequirement(),
        _ => throw Usage("InvalidOptions", $"'{word}' is not possible for --default. Specify accept or reject."),
    };

    private static TrustException Usage(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
