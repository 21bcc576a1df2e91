using System.Management.Automation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImagePolicies;

namespace ContainerTrust.Commands;

/// <summary><c>ConvertTo-ClusterImagePolicy</c>: entries as policies of an OpenShift cluster, or of one namespace. Writes nothing.</summary>
[Cmdlet(VerbsData.ConvertTo, "ClusterImagePolicy", HelpUri = HelpPage.Directory + "ConvertTo-ClusterImagePolicy.md")]
[OutputType(typeof(ImagePolicyDocument), typeof(string))]
public sealed class ConvertToClusterImagePolicyCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
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

    /// <summary>A directory that is the root of the host that the entries are from. The files that they name are looked for below it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Root { get; set; }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    /// <inheritdoc/>
    protected override void BeginProcessing() => Run(Prepare);

    /// <inheritdoc/>
    protected override void ProcessRecord() => _entries.AddRange(InputObject!);

    /// <inheritdoc/>
    protected override void EndProcessing() => Run(Convert);

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    private void Prepare() => _converter = new ImagePolicyConverter(
        Root is null ? LocalHost.Instance : new RootDirectoryHost(LocalPath(Root)),
        new ImagePolicyOptions { Name = Name, Namespace = Namespace },
        new TrustMessages { Warning = this.Warn, Verbose = this.Say });

    // Only all entries together show which scopes are nested, and which are there twice.
    private void Convert()
    {
        ImagePolicyConversion conversion = _converter!.Convert(_entries, _stop.Token);
        foreach (TrustException refusal in conversion.Refusals)
            this.Fail(TrustCmdlet.ToRecord(refusal));
        if (!AsYaml)
            WriteObject(conversion.Documents, enumerateCollection: true);
        else if (conversion.Documents.Count > 0)
            WriteObject(string.Join("---\n", conversion.Documents.Select(static d => d.Yaml)).TrimEnd('\n'));
    }

    private void Run(Action step)
    {
        try
        {
            step();
        }
        catch (TrustException e)
        {
            this.End(TrustCmdlet.ToRecord(e));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private string LocalPath(string path)
    {
        if (Path.IsPathFullyQualified(path))
            return path;
        string full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out ProviderInfo provider, out _);
        return provider.Name == "FileSystem" ? full : throw new TrustException("NotAFilePath", TrustErrorKind.InvalidArgument, $"'{path}' belongs to the PowerShell provider {provider.Name}. Give a path of the file system.") { Target = path };
    }
}
