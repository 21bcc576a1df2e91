using System.Text;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>Reads Butane configs of variant <c>openshift</c> that consist of files: what Butane would make of them.</summary>
internal static class ButaneReader
{
    private static readonly string[] ContentMembers = ["inline", "source", "local"];

    /// <summary>Whether a document is a Butane config.</summary>
    public static bool IsButane(DocumentNode root) => root.Member("variant") is not null && root.Member("kind") is null;

    /// <summary>Reads a config.</summary>
    /// <param name="root">The document.</param>
    /// <param name="text">Its text. Null if that is not at hand.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="budget">How much may be unpacked.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <exception cref="TrustException">It is not possible, or has what only Butane itself can turn into a MachineConfig.</exception>
    public static MachineConfigDocument Read(DocumentNode root, string? text, string source, FileBudget budget, TrustMessages messages)
    {
        if (MachineConfigShape.Text(root, "variant", source, "$") != "openshift")
            throw MachineConfigShape.Refuse(
                source,
                "$.variant",
                "Only Butane configs of variant openshift become MachineConfigs. Give one of those.");
        IgnitionTarget target = Target(root, source);
        RequireOnly(root, ["variant", "version", "metadata", "storage"], source, "$");
        DocumentNode metadata = MachineConfigShape.Map(root, "metadata", source, "$")
            ?? throw MachineConfigShape.Refuse(source, "$.metadata", "The Butane config has no metadata. Give it name and labels.");
        RequireOnly(metadata, ["name", "labels"], source, "$.metadata");
        string name = MachineConfigShape.Text(metadata, "name", source, "$.metadata")
            ?? throw MachineConfigShape.Refuse(source, "$.metadata.name", "The Butane config has no name. Give it one.");
        Dictionary<string, string> labels = MachineConfigShape.Labels(metadata, source);
        List<MachineConfigFile> files = [];
        if (MachineConfigShape.Map(root, "storage", source, "$") is { } storage)
        {
            RequireOnly(storage, ["files"], source, "$.storage");
            int index = 0;
            foreach (DocumentNode file in MachineConfigShape.List(storage, "files", source, "$.storage")?.Items ?? [])
                files.Add(ReadFile(file, target, source, $"$.storage.files[{index++}]", budget));
        }

        messages.Verbose($"{source}: Butane config {MachineConfigReader.Shown(name)} for OpenShift {target.OpenShift}.");
        return new MachineConfigDocument
        {
            Name = name,
            Labels = labels,
            IgnitionVersion = target.Ignition,
            Files = files,
            Unreadable = [],
            OpenShiftVersion = target.OpenShift,
            Butane = text,
            Root = MachineConfigShape.ToNode(name, labels, new Dictionary<string, string>(), target.Ignition, files),
        };
    }

    private static IgnitionTarget Target(DocumentNode root, string source)
    {
        const string path = "$.version";
        string version = root.Member("version")?.Value
            ?? throw MachineConfigShape.Refuse(source, path, "The Butane config has no version. Give it one, such as 4.18.0.");
        try
        {
            return IgnitionVersions.For(version);
        }
        catch (TrustException e)
        {
            throw new TrustFormatException(e.ErrorId, source, 0, 0, path, e.Message, e);
        }
    }

    private static MachineConfigFile ReadFile(DocumentNode node, IgnitionTarget target, string source, string path, FileBudget budget)
    {
        (string filePath, int? mode, bool? overwrite) = MachineConfigShape.Head(node, source, path);
        RequireOnly(node, ["path", "mode", "overwrite", "contents"], source, path);
        MachineConfigFile file = new() { Path = filePath, Mode = mode, Overwrite = overwrite, Content = [] };
        if (MachineConfigShape.Map(node, "contents", source, path) is not { } contents)
            return file;
        path += ".contents";
        RequireOnly(contents, [.. ContentMembers, "compression"], source, path);
        if (ContentMembers.Count(m => contents.Member(m) is not null) > 1)
            throw MachineConfigShape.Refuse(source, path, "Only one of inline, source and local is possible. Leave the others out.");
        string? compression = MachineConfigShape.Text(contents, "compression", source, path);
        if (contents.Member("local") is not null)
            throw NotSupported(source, path + ".local", "a file of the machine that Butane runs on");
        if (contents.Member("inline") is { Kind: not (DocumentNodeKind.List or DocumentNodeKind.Map) } inline)
        {
            if (compression is { Length: > 0 })
                throw NotSupported(source, path + ".compression", "content that is compressed inside the text");
            byte[] content = Encoding.UTF8.GetBytes(inline.Value);
            DataUrlContent encoded = DataUrl.Encode(content, target.AllowsCompression);
            return file with { Content = content, Source = encoded.Source, Compression = encoded.Compression };
        }

        string? url = MachineConfigShape.Text(contents, "source", source, path);
        try
        {
            return file with { Content = budget.Decode(url, compression), Source = url, Compression = compression };
        }
        catch (TrustException e)
        {
            throw new TrustFormatException(e.ErrorId, source, 0, 0, path, e.Message, e);
        }
    }

    private static void RequireOnly(DocumentNode node, IReadOnlyList<string> known, string source, string path)
    {
        foreach ((string name, _) in node.Members)
        {
            if (!known.Contains(name))
                throw NotSupported(source, $"{path}.{MachineConfigReader.Shown(name)}", "more than files with their content");
        }
    }

    private static TrustFormatException NotSupported(string source, string path, string what) =>
        new(
            "ButaneNotSupported",
            source,
            0,
            0,
            path,
            $"This Butane config has {what}, so only Butane can make a MachineConfig of it. Run butane, and give its result.");
}
