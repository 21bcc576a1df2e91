using System.Collections;
using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>New-MachineConfigTrust</c>: MachineConfigs and Butane configs of entries, of a preset, or of a host's policy.</summary>
[Cmdlet(VerbsCommon.New, "MachineConfigTrust", DefaultParameterSetName = HostSet, SupportsShouldProcess = true,
    HelpUri = HelpPage.Directory + "New-MachineConfigTrust.md")]
[OutputType(typeof(MachineConfigTrust), typeof(string))]
public sealed class NewMachineConfigTrustCommand : HostCmdlet
{
    private const string HostSet = "Host";
    private const string PresetSet = "Preset";
    private const string InputObjectSet = "InputObject";
    private const string RenewSet = "Renew";

    private readonly List<ImageTrust> _entries = [];
    private MachineConfigOptions? _options;
    private bool _asksCluster;

    /// <summary>Entries to put into the MachineConfig. If the policy's default is among them, they are the whole policy.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InputObjectSet, ValueFromPipeline = true,
        HelpMessage = "An entry from Get-ImageTrust")]
    [ValidateNotNull]
    public ImageTrust[]? InputObject { get; set; }

    /// <summary>
    /// Presets: a vendor's registries with the vendor's key and signature stores (<c>RedHat</c>), or the images that a cluster itself
    /// cannot do without (<c>OpenShift</c>). With entries from the pipeline they are added to those.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = PresetSet, HelpMessage = "The preset's name, such as RedHat")]
    [Parameter(ParameterSetName = InputObjectSet)]
    [Parameter(ParameterSetName = RenewSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodePresetCompleter))]
    public string[]? Preset { get; set; }

    /// <summary>The roles of the machine config pools; one MachineConfig is made for each.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[] Role { get; set; } = ["worker"];

    /// <summary>The name; <c>{role}</c> in it stands for the role.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>
    /// The version of OpenShift or OKD, as <c>oc get clusterversion</c> prints it, from 4.8 on; the newest known if left out. It decides
    /// whether the nodes will use the policy.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OpenShiftVersionCompleter))]
    public string? OpenShiftVersion { get; set; }

    /// <summary>The kind of cluster; if left out, what the version says, else OpenShift.</summary>
    [Parameter]
    public OpenShiftClusterType ClusterType { get; set; }

    /// <summary>The stream of operating system images that the nodes have; if left out, what the cluster or its version says.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NodeStreamCompleter))]
    public string? OSImageStream { get; set; }

    /// <summary>
    /// Merge the entries with the policy that the cluster's operator makes, so that both are in force; needed from OpenShift 4.21 on.
    /// </summary>
    [Parameter(ParameterSetName = HostSet)]
    [Parameter(ParameterSetName = PresetSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    public SwitchParameter Merge { get; set; }

    /// <summary>
    /// Make the merged MachineConfigs of the cluster again: of the entries that they have, and of what the operator has now.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = RenewSet)]
    public SwitchParameter Renew { get; set; }

    /// <summary>
    /// A file with the operator's MachineConfig of the pool (<c>99-worker-generated-registries</c>), or the pool's rendered one, to merge
    /// the
    /// entries with, in place of a cluster.
    /// </summary>
    [Parameter(ParameterSetName = HostSet)]
    [Parameter(ParameterSetName = PresetSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    public string? OperatorConfig { get; set; }

    /// <summary>The kubeconfig file of the cluster to merge with; the one that <c>oc</c> and <c>kubectl</c> use if left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Kubeconfig { get; set; }

    /// <summary>The context in the kubeconfig; the current one if left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ContextCompleter))]
    public string? Context { get; set; }

    /// <summary>What is demanded of images that no entry governs: <c>Accept</c> or <c>Reject</c>.</summary>
    [Parameter(ParameterSetName = HostSet)]
    [Parameter(ParameterSetName = PresetSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateSet("Accept", "Reject", IgnoreCase = true)]
    public string? Default { get; set; }

    /// <summary>Put the signature stores and switches for sigstore attachments on the nodes, too.</summary>
    [Parameter]
    public SwitchParameter IncludeRegistriesD { get; set; }

    /// <summary>Key files and certificates of this machine to put on the nodes, where the policy names files of the same name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyFile { get; set; }

    /// <summary>Put the keys, as one keyring, where nodes take a change without a reboot.</summary>
    [Parameter]
    public SwitchParameter NoReboot { get; set; }

    /// <summary>Labels besides the role's.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Label { get; set; }

    /// <summary>Return one text with all documents, for <c>oc apply -f -</c>, instead of objects.</summary>
    [Parameter]
    public SwitchParameter AsYaml { get; set; }

    /// <summary>Return the Butane configs, one text per role, instead of objects.</summary>
    [Parameter]
    public SwitchParameter AsButane { get; set; }

    /// <summary>Write Butane configs and documents into this directory.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? OutputDirectory { get; set; }

    /// <summary>
    /// Take keys that cannot sign now, scopes that no image has, a MachineConfig that the cluster will not use, and a policy that refuses
    /// what the cluster needs; each with a warning.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>With <see cref="OutputDirectory"/>: return the objects or texts, too.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = HostSet)]
    [ValidateNotNullOrEmpty]
    public override string? Root { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = HostSet)]
    [ValidateNotNullOrEmpty]
    public override string? PolicyPath { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = HostSet)]
    [ValidateNotNullOrEmpty]
    public override string? RegistriesDirectory { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = HostSet)]
    public override SwitchParameter CurrentUser { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = HostSet)]
    [ValidateNotNullOrEmpty]
    public override string? PodmanVersion { get; set; }

    private protected override void Begin()
    {
        if (AsYaml && AsButane)
            throw new TrustException(
                "OneFormOnly",
                TrustErrorKind.InvalidArgument,
                "-AsYaml and -AsButane are two forms of the same. Choose one.");

        // The set without entries has them; that entries come down the pipeline is known only now.
        if (MyInvocation.ExpectingInput && ((Root ?? PolicyPath ?? RegistriesDirectory ?? PodmanVersion) is not null || CurrentUser))
            throw new TrustException(
                "HostNotAsked",
                TrustErrorKind.InvalidArgument,
                "-Root, -PolicyPath, -RegistriesDirectory, -CurrentUser and -PodmanVersion name the host whose policy is taken, " +
                "and the entries come from elsewhere. Give those parameters to Get-ImageTrust.");

        bool asksCluster = Merge || Renew || Kubeconfig is not null || Context is not null;
        if (asksCluster && OperatorConfig is not null)
            throw new TrustException(
                "OneOperatorOnly",
                TrustErrorKind.InvalidArgument,
                "-OperatorConfig has the operator's policy in place of a cluster. Leave it out, or -Merge, -Renew, -Context and " +
                "-Kubeconfig.");

        // What is wrong with the parameters is said before anything is read.
        _options = new MachineConfigOptions
        {
            Roles = Role,
            Name = Name,
            OpenShiftVersion = OpenShiftVersion,
            ClusterType = MyInvocation.BoundParameters.ContainsKey(nameof(ClusterType)) ? ClusterType : null,
            OSImageStream = OSImageStream is { } stream ? _ => stream : null,
            IncludeRegistriesD = IncludeRegistriesD,
            Keys = [.. (KeyFile ?? []).Select(k => MachineConfigKey.Load(LocalPath(k)))],
            NoReboot = NoReboot,
            Labels = Labels(),
            Force = Force,
            AcceptsTheRest = ParameterSetName == PresetSet || Default is not null,
            Default = Default is null ? null
                : Default.Equals("Reject", StringComparison.OrdinalIgnoreCase) ? new RejectRequirement() : new AcceptRequirement(),
        };
        if (OperatorConfig is not null)
            _options = MergedBuild.Read(_options, LocalPath(OperatorConfig), Messages);
        _asksCluster = asksCluster;
        if (!asksCluster)
            _ = new MachineConfigBuilder(_options, TrustMessages.None);
    }

    private protected override void Process()
    {
        if (InputObject is not null)
            _entries.AddRange(InputObject);
    }

    // Only all entries together are the policy. A pipeline that brings none must not become this host's policy.
    private protected override void End()
    {
        IReadOnlyList<MachineConfigTrust> configs = Make();
        if (AsButane && configs.Any(static c => c.Butane is null))
            throw new TrustException(
                "ButaneNotPossible",
                TrustErrorKind.NotSupported,
                "A MachineConfig that is merged with the operator's policy says so in annotations, which Butane does not have. Use " +
                "-AsYaml.");
        if (OutputDirectory is not null)
            WriteFiles(configs, LocalPath(OutputDirectory));
        if (OutputDirectory is not null && !PassThru)
            return;
        if (AsYaml)
            WriteObject(string.Join("---\n", configs.Select(static c => c.Yaml)).TrimEnd('\n'));
        else if (AsButane)
            WriteObject(configs.Select(static c => c.Butane!.TrimEnd('\n')), enumerateCollection: true);
        else
            WriteObject(configs, enumerateCollection: true);
    }

    private IReadOnlyList<MachineConfigTrust> Make()
    {
        if (_asksCluster)
        {
            using var work = new OrderedWork<string, IReadOnlyList<MachineConfigTrust>?>(1, Messages, Cancellation);
            ClusterOptions cluster = new() { Kubeconfig = LocalPathOrNull(Kubeconfig), Context = Context };
            IReadOnlyList<MachineConfigTrust>? renewed = null;
            work.Add("", async (_, cancellation) =>
            {
                if (Renew)
                    return await MergedBuild.RenewAsync(_options!, Preset ?? [], cluster, work.Messages, cancellation)
                        .ConfigureAwait(false);
                _options = (await MergedBuild.AskAsync(_options!, cluster, work.Messages, cancellation).ConfigureAwait(false)).Options;
                return null;
            });
            work.Deliver((_, task) => renewed = task.GetAwaiter().GetResult(), static () => true);
            if (renewed is not null)
                return renewed;
        }

        // The set without entries has this host's; that entries come down the pipeline is known only now.
        bool isOfHost = ParameterSetName == HostSet && !MyInvocation.ExpectingInput;
        List<ImageTrust> entries = [.. isOfHost ? Store.Read(TrustQuery.All, Cancellation) : _entries];
        MachineConfigBuilder builder = new(
            _options! with
            {
                NodeRegistriesD = isOfHost ? NodeRoot.RegistriesD(Store.Host) : OnNodes(),
            },
            Messages);
        entries.AddRange((Preset ?? []).SelectMany(p => MachineConfigPresets.Get(p, builder.Release)));
        return builder.Build(entries, Cancellation);
    }

    // What the nodes have in registries.d that the piped entries were read from, if it was this machine or a root on it.
    private List<MachineConfigFile> OnNodes()
    {
        List<MachineConfigFile> files = [.. _entries.Select(static e => e.Origin)
            .Where(static o => o is { IsOfSession: true, HostName: null, RegistriesDirectory: null })
            .Select(static o => o!.Root).Distinct()
            .SelectMany(static r => NodeRoot.RegistriesD(LocalHost.OrRoot(r)))];

        // With one of them alone, a scope of the other's file could be written a second time.
        if (files.FirstOrDefault(f => files.Exists(o => o.Path == f.Path && !o.Content.AsSpan().SequenceEqual(f.Content))) is { } file)
            throw new TrustException(
                "RegistriesConflict",
                TrustErrorKind.InvalidArgument,
                $"The nodes that the entries were read from have different files {file.Path}. Make a MachineConfig for each of them.")
            {
                Target = file.Path,
            };
        return files;
    }

    private void WriteFiles(IReadOnlyList<MachineConfigTrust> configs, string directory)
    {
        List<MachineConfigOutputFile> approved = [];
        foreach (MachineConfigOutputFile file in MachineConfigOutput.Plan(LocalHost.Instance, directory, configs))
        {
            if (this.IsWanted(file.Path, file.Expected is null ? "Create file" : "Replace file"))
                approved.Add(file);
        }

        MachineConfigOutput.Write(LocalHost.Instance, directory, approved, Messages, Cancellation);
    }

    private Dictionary<string, string> Labels()
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        foreach (DictionaryEntry label in Label ?? [])
            labels[$"{label.Key}"] = $"{label.Value}";
        return labels;
    }
}
