using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImagePolicies;

namespace ContainerTrust.Commands;

/// <summary>
/// <c>ConvertTo-ClusterImagePolicy</c>: entries, or a preset, as policies of an OpenShift cluster, or of one namespace. Writes nothing.
/// </summary>
[Cmdlet(VerbsData.ConvertTo, "ClusterImagePolicy", DefaultParameterSetName = InputObjectSet,
    HelpUri = HelpPage.Directory + "ConvertTo-ClusterImagePolicy.md")]
[OutputType(typeof(ImagePolicyDocument), typeof(string))]
public sealed class ConvertToClusterImagePolicyCommand : EngineCmdlet
{
    private const string InputObjectSet = "InputObject";
    private const string PresetSet = "Preset";

    private readonly List<ImageTrust> _entries = [];
    private ITrustHost? _host;
    private ImagePolicyConverter? _converter;

    /// <summary>Entries to convert.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = InputObjectSet, ValueFromPipeline = true,
        HelpMessage = "An entry from Get-ImageTrust")]
    [ValidateNotNull]
    public ImageTrust[]? InputObject { get; set; }

    /// <summary>A vendor's keys, for the scopes of <see cref="Scope"/>: <c>RedHatSigstore</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PresetSet, HelpMessage = "The preset's name, RedHatSigstore")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImagePolicyPresetCompleter))]
    public string? Preset { get; set; }

    /// <summary>The namespaces or repositories of the vendor's registries: <c>registry.redhat.io/rhel9</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PresetSet, HelpMessage = "A namespace, such as registry.redhat.io/rhel9")]
    [ValidateNotNullOrEmpty]
    public string[]? Scope { get; set; }

    /// <summary>The vendor's key, a file of this machine, where the host does not have it.</summary>
    [Parameter(ParameterSetName = PresetSet)]
    [ValidateNotNullOrEmpty]
    public string? KeyPath { get; set; }

    /// <summary>The key of the vendor's Rekor log, a file of this machine, where the host does not have it.</summary>
    [Parameter(ParameterSetName = PresetSet)]
    [ValidateNotNullOrEmpty]
    public string? RekorPublicKeyPath { get; set; }

    /// <summary>The version of OpenShift, from 4.16 on, as clusters print it; the newest known if left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImagePolicyVersionCompleter))]
    public string? OpenShiftVersion { get; set; }

    /// <summary>Make one policy of this name, with the scopes of all entries, which must demand the same.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Make ImagePolicy documents for this namespace.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string? Namespace { get; set; }

    /// <summary>Return one text with all documents, instead of objects.</summary>
    [Parameter]
    public SwitchParameter AsYaml { get; set; }

    /// <summary>
    /// A directory that is the root of the host that the entries, or the preset's keys, are from. The files that they name are looked for
    /// below it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    private protected override void Begin()
    {
        _host = LocalHost.OrRoot(Root is null ? null : LocalPath(Root));
        _converter = new ImagePolicyConverter(
            _host,
            new ImagePolicyOptions { Name = Name, Namespace = Namespace, OpenShiftVersion = OpenShiftVersion },
            Messages);
    }

    private protected override void Process()
    {
        if (ParameterSetName == InputObjectSet)
            _entries.AddRange(InputObject!);
        else
            _entries.AddRange(new ImagePolicyPreset
            {
                Name = Preset!,
                Scopes = Scope!,
                KeyPath = LocalPathOrNull(KeyPath),
                RekorPublicKeyPath = LocalPathOrNull(RekorPublicKeyPath),
            }.Entries(_host!, Messages));
    }

    // Only all entries together show which scopes are nested, and which are there twice.
    private protected override void End()
    {
        ImagePolicyConversion conversion = _converter!.Convert(_entries, Cancellation);
        foreach (TrustException refusal in conversion.Refusals)
            Report(refusal);
        if (!AsYaml)
            WriteObject(conversion.Documents, enumerateCollection: true);
        else if (conversion.Documents.Count > 0)
            WriteObject(string.Join("---\n", conversion.Documents.Select(static d => d.Yaml)).TrimEnd('\n'));
    }
}
