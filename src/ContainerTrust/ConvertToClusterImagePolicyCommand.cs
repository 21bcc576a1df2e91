using System.Management.Automation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImagePolicies;

namespace ContainerTrust.Commands;

/// <summary>
/// <c>ConvertTo-ClusterImagePolicy</c>: entries as policies of an OpenShift cluster, or of one namespace. Writes nothing.
/// </summary>
[Cmdlet(VerbsData.ConvertTo, "ClusterImagePolicy", HelpUri = HelpPage.Directory + "ConvertTo-ClusterImagePolicy.md")]
[OutputType(typeof(ImagePolicyDocument), typeof(string))]
public sealed class ConvertToClusterImagePolicyCommand : EngineCmdlet
{
    private readonly List<ImageTrust> _entries = [];
    private ImagePolicyConverter? _converter;

    /// <summary>Entries to convert.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, HelpMessage = "An entry from Get-ImageTrust")]
    [ValidateNotNull]
    public ImageTrust[]? InputObject { get; set; }

    /// <summary>Make one policy of this name, with the scopes of all entries, which must demand the same.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Make ImagePolicy documents for this namespace.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Namespace { get; set; }

    /// <summary>Return one text with all documents, instead of objects.</summary>
    [Parameter]
    public SwitchParameter AsYaml { get; set; }

    /// <summary>
    /// A directory that is the root of the host that the entries are from. The files that they name are looked for below it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    private protected override void Begin() => _converter = new ImagePolicyConverter(
        Root is null ? LocalHost.Instance : new RootDirectoryHost(LocalPath(Root)),
        new ImagePolicyOptions { Name = Name, Namespace = Namespace },
        Messages);

    private protected override void Process() => _entries.AddRange(InputObject!);

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
