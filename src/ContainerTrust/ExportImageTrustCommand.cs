using System.Management.Automation;
using ContainerTrust.Commands.Objects;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Commands;

/// <summary><c>Export-ImageTrust</c>: trust as a file for review, in JSON or YAML, with nothing in it of a host.</summary>
[Cmdlet(VerbsData.Export, "ImageTrust", SupportsShouldProcess = true, HelpUri = HelpPage.Directory + "Export-ImageTrust.md")]
[OutputType(typeof(FileInfo))]
public sealed class ExportImageTrustCommand : EngineCmdlet
{
    private readonly List<ImageTrust> _entries = [];

    /// <summary>The file to write. A file of that name is replaced.</summary>
    [Parameter(Mandatory = true, Position = 0, HelpMessage = "The file, such as trust.json or trust.yaml")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>
    /// Entries from <c>Get-ImageTrust</c>, <c>New-ImageTrust</c> or <c>Import-ImageTrust</c>, or MachineConfigs with entries; live, or
    /// from another session.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public PSObject[]? InputObject { get; set; }

    /// <summary>The format; by the file's name if left out: <c>.json</c>, <c>.yaml</c>, <c>.yml</c>.</summary>
    [Parameter]
    [ValidateSet("Json", "Yaml")]
    public string? Format { get; set; }

    /// <summary>Leave a file alone that exists.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Return the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        if (InputObject is null && !MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)))
            return;
        foreach (PSObject? item in InputObject ?? new PSObject?[] { null })
            _entries.AddRange(TrustItems.EntriesOf(item));
    }

    private protected override void End()
    {
        string path = LocalPath(Path!);
        TrustFileFormat format = Format is not null ? Enum.Parse<TrustFileFormat>(Format, ignoreCase: true)
            : TrustFile.FormatOf(path) ?? throw new TrustException(
                "UnknownTrustFileFormat",
                TrustErrorKind.InvalidArgument,
                $"The name {path} says no format. Specify -Format Json or Yaml, or a name that ends in .json, .yaml or .yml.")
            {
                Target = path,
            };
        byte[] content = TrustFile.Write(_entries, format, Messages);
        if (NoClobber && System.IO.Path.Exists(path))
            throw new TrustException(
                "FileExists",
                TrustErrorKind.WriteError,
                $"{path} exists, and with -NoClobber it is left alone. Give another name, or leave -NoClobber out.")
            {
                Target = path,
            };
        if (!this.IsWanted(path, $"Write {_entries.Count} {(_entries.Count == 1 ? "entry" : "entries")} as {format}"))
            return;
        TrustFile.Save(path, content, Cancellation);
        if (PassThru)
            WriteObject(InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true);
    }
}
