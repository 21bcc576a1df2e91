using System.Collections;
using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig;
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

    private readonly List<ImageTrust> _entries = [];
    private MachineConfigBuilder? _builder;

    /// <summary>Entries to put into the MachineConfig. If the policy's default is among them, they are the whole policy.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InputObjectSet, ValueFromPipeline = true,
        HelpMessage = "An entry from Get-ImageTrust")]
    [ValidateNotNull]
    public ImageTrust[]? InputObject { get; set; }

    /// <summary>A vendor's registries with the vendor's key and signature stores: <c>RedHat</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PresetSet, HelpMessage = "The preset's name, such as RedHat")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(PresetCompleter))]
    public string? Preset { get; set; }

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
    /// The version of OpenShift, from 4.8 on; the newest known if left out. Clusters take documents of older versions, too.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(OpenShiftVersionCompleter))]
    public string? OpenShiftVersion { get; set; }

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

    /// <summary>Take keys that cannot sign now, and scopes that no image has.</summary>
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

        // What is wrong with the parameters is said before anything is read.
        _builder = new MachineConfigBuilder(
            new MachineConfigOptions
            {
                Roles = Role,
                Name = Name,
                OpenShiftVersion = OpenShiftVersion,
                IncludeRegistriesD = IncludeRegistriesD,
                Keys = [.. (KeyFile ?? []).Select(k => MachineConfigKey.Load(LocalPath(k)))],
                NoReboot = NoReboot,
                Labels = Labels(),
                Force = Force,
                AcceptsTheRest = ParameterSetName == PresetSet,
            },
            Messages);
    }

    private protected override void Process()
    {
        if (InputObject is not null)
            _entries.AddRange(InputObject);
    }

    // Only all entries together are the policy. A pipeline that brings none must not become this host's policy.
    private protected override void End()
    {
        IReadOnlyList<ImageTrust> entries = ParameterSetName == PresetSet ? MachineConfigBuilder.Preset(Preset!)
            : ParameterSetName == InputObjectSet || MyInvocation.ExpectingInput ? _entries
            : [.. Store.Read(TrustQuery.All, Cancellation)];
        IReadOnlyList<MachineConfigTrust> configs = _builder!.Build(entries, Cancellation);
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
