using System.Text.Json;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>
/// A MachineConfig as the cluster has it, one of its sources or a rendered one. Files are decoded when they are asked for.
/// </summary>
internal sealed class ConfigDocument
{
    private const int MaxFileBytes = 64 << 20;

    private readonly Dictionary<string, JsonElement> _files = new(StringComparer.Ordinal);

    /// <summary>Takes what counts out of an object.</summary>
    /// <param name="untrusted">The object.</param>
    public ConfigDocument(JsonElement untrusted)
    {
        JsonElement? metadata = untrusted.Member("metadata");
        Name = metadata.Member("name").Text() ?? "";
        Labels = metadata.Member("labels").Texts();
        Annotations = metadata.Member("annotations").Texts();
        IsDeleting = metadata.Member("deletionTimestamp") is not null;
        Units = [.. UnitsOf(untrusted.Member("spec").Member("config").Member("systemd").Member("units"))];
        foreach (JsonElement link in untrusted.Member("spec").Member("config").Member("storage").Member("links").Items() ?? [])
        {
            if (link.Member("path").Text() is { } place && MachineConfigDocument.LeadsToTrustFile(place))
                Problem = $"{Shown} makes {Printable.Of(place, Printable.NameLength)} a link, so that what is read " +
                    "there cannot be told from it.";
        }

        JsonElement? files = untrusted.Member("spec").Member("config").Member("storage").Member("files");
        if (files is null)
            return;
        if (files.Items() is not { } items)
        {
            Problem = $"{Shown} has a list of files that is none.";
            return;
        }

        foreach (JsonElement file in items)
        {
            if (file.Member("path").Text() is not { Length: > 0 } path || !path.StartsWith('/'))
                Problem = $"{Shown} has a file without a path.";
            else if (!_files.TryAdd(DocumentHost.Normalize(path), file))
                Problem = $"{Shown} has the file {Printable.Of(path, Printable.NameLength)} twice.";
        }
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The labels, by which pools select it.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>The annotations.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; }

    /// <summary>The role that the operator sorts it by. Null if it has none.</summary>
    public string? Role => Labels.GetValueOrDefault("machineconfiguration.openshift.io/role");

    /// <summary>Whether it is being deleted.</summary>
    public bool IsDeleting { get; }

    /// <summary>Why its files cannot be told. Null if they can.</summary>
    public string? Problem { get; }

    /// <summary>The paths of the files.</summary>
    public IReadOnlyCollection<string> Paths => _files.Keys;

    /// <summary>The texts of systemd units and their drop-ins, as the files that they become.</summary>
    public IReadOnlyList<MachineConfigFile> Units { get; }

    private string Shown => Printable.Of(Name, Printable.NameLength);

    /// <summary>Whether it gives a file a content. (One that does not may still give it a mode.)</summary>
    public bool Sets(string path) => _files.TryGetValue(path, out JsonElement file) && file.Member("contents").Member("source") is not null;

    /// <summary>A file with its content.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>The file; null if it is not there.</returns>
    /// <exception cref="TrustException">The content is not a data URL, or is broken or too large, or is not all of the file.</exception>
    public MachineConfigFile? Find(string path)
    {
        if (!_files.TryGetValue(path, out JsonElement file))
            return null;
        JsonElement? contents = file.Member("contents");
        JsonElement? source = contents.Member("source");
        JsonElement? compression = contents.Member("compression");
        bool isAppended = file.Member("append") is { } append
            && append is not ({ ValueKind: JsonValueKind.False } or { ValueKind: JsonValueKind.Array })
            || file.Member("append").Items() is { Count: > 0 };
        if (isAppended || (source is not null && source.Text() is null) || (compression is not null && compression.Text() is null))
            throw new TrustException(
                "ClusterAnswerInvalid",
                TrustErrorKind.InvalidData,
                $"{Shown} gives {Printable.Of(path, Printable.NameLength)} a content that cannot be told from it.")
            {
                Target = Name,
            };
        return new MachineConfigFile
        {
            Path = path,
            Mode = file.Member("mode").Count(),
            Content = source is null ? [] : DataUrl.Decode(source.Text(), compression.Text(), MaxFileBytes),
            Source = source.Text(),
            Compression = compression.Text(),
        };
    }

    private static IEnumerable<MachineConfigFile> UnitsOf(JsonElement? units)
    {
        const string directory = "/etc/systemd/system/";
        Dictionary<string, string> texts = new(StringComparer.Ordinal);
        foreach (JsonElement unit in units.Items() ?? [])
        {
            if (unit.Member("name").Text() is not { Length: > 0 } name)
                continue;
            if (unit.Member("contents").Text() is { } text)
                texts[DocumentHost.Normalize(directory + name)] = text;
            foreach (JsonElement dropIn in unit.Member("dropins").Items() ?? [])
            {
                if (dropIn.Member("name").Text() is { Length: > 0 } part && dropIn.Member("contents").Text() is { } words)
                    texts[DocumentHost.Normalize($"{directory}{name}.d/{part}")] = words;
            }
        }

        return texts.Select(static t => new MachineConfigFile { Path = t.Key, Content = System.Text.Encoding.UTF8.GetBytes(t.Value) });
    }
}
