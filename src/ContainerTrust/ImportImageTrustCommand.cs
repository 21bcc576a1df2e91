using System.Management.Automation;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Commands;

/// <summary><c>Import-ImageTrust</c>: the entries of trust files. No host is read or changed.</summary>
[Cmdlet(VerbsData.Import, "ImageTrust", DefaultParameterSetName = PathSet, HelpUri = HelpPage.Directory + "Import-ImageTrust.md")]
[OutputType(typeof(ImageTrust))]
public sealed class ImportImageTrustCommand : EngineCmdlet
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly Dictionary<(bool, string, string), (ImageTrust Entry, string File)> _found = [];

    /// <summary>Trust files. <c>*</c> and <c>?</c> are wildcards.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true,
        HelpMessage = "A file from Export-ImageTrust")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Trust files, without wildcards.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A file from Export-ImageTrust")]
    [Alias("PSPath", "FullName")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    private protected override void Process()
    {
        foreach (string file in Files())
            Attempt(() => Read(file));
    }

    private List<string> Files()
    {
        List<string> files = [];
        foreach (string path in Path ?? LiteralPath!)
        {
            Attempt(() =>
            {
                IReadOnlyList<string> found = Path is null ? [LiteralFile(path)] : MatchingPaths(path);
                files.AddRange(found.Count > 0 ? found : throw NotFound(path, null));
            });
        }

        return files;
    }

    private string LiteralFile(string path)
    {
        try
        {
            return LocalPath(path);
        }
        catch (Exception e) when (e is System.Management.Automation.DriveNotFoundException or ProviderNotFoundException)
        {
            throw NotFound(path, e);
        }
    }

    private void Read(string file)
    {
        IReadOnlyList<ImageTrust> entries = TrustFile.ReadFile(file);
        foreach (ImageTrust entry in entries)
        {
            // Which of two would win when they are set would be chance.
            if (_found.TryGetValue((entry.IsDefault, entry.Transport, entry.Registry), out (ImageTrust Entry, string File) other)
                && other.Entry != entry)
                throw new TrustException(
                    "EntriesContradict",
                    TrustErrorKind.InvalidData,
                    $"{file} and {other.File} have different entries for {(entry.IsDefault ? "the default"
                        : PrintableText.Line($"{entry.Transport}:{entry.Registry}"))}. Keep the one that is meant, or read each file " +
                        "by itself.")
                {
                    Target = file,
                };
        }

        foreach (ImageTrust entry in entries)
            _found.TryAdd((entry.IsDefault, entry.Transport, entry.Registry), (entry, file));
        WriteObject(entries, enumerateCollection: true);
    }

    private static TrustException NotFound(string path, Exception? cause) =>
        new("TrustFileNotFound", TrustErrorKind.NotFound, $"The trust file {path} does not exist. Give the right path.", cause)
        {
            Target = path,
        };
}
