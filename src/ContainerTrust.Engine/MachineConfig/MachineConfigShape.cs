using System.Globalization;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>The members of a MachineConfig: from a document, and into one.</summary>
internal static class MachineConfigShape
{
    private const int LargestMode = 0x1FF;
    private const string Config = "$.spec.config";

    /// <summary>Reads a document.</summary>
    /// <exception cref="TrustException">It is not what a MachineConfig is, or what the operator would refuse as a whole.</exception>
    public static MachineConfigDocument Read(DocumentNode root, string source, FileBudget budget, TrustMessages messages)
    {
        DocumentNode? metadata = root.Member("metadata");
        string name = Text(metadata, "name", source, "$.metadata")
            ?? throw Refuse(source, "$.metadata.name", "The MachineConfig has no name. Give it one.");
        string place = $"{source}: MachineConfig {MachineConfigReader.Shown(name)}";
        Dictionary<string, string> labels = Labels(metadata, place);
        Dictionary<string, string> annotations = Annotations(metadata);
        List<MachineConfigFile> files = [];
        List<(string Path, TrustException Problem)> unreadable = [];
        string? version = null;
        if (Map(root, "spec", place, "$") is { } spec && Map(spec, "config", place, "$.spec") is { Members.Count: > 0 } config)
        {
            version = IgnitionVersion(config, place);
            if (IgnitionSupport.Doubt(version) is { } doubt)
                messages.Warning($"{place}: {doubt}");
            if (Map(config, "storage", place, Config) is { } storage && List(storage, "files", place, Config + ".storage") is { } list)
            {
                for (int i = 0; i < list.Items.Count; i++)
                    ReadFile(
                        list.Items[i],
                        version,
                        place,
                        $"{Config}.storage.files[{i.ToString(CultureInfo.InvariantCulture)}]",
                        budget,
                        files,
                        unreadable,
                        messages);
            }
        }

        RequireNoLinks(root, place);
        return new MachineConfigDocument { Name = name, Labels = labels, Annotations = annotations, IgnitionVersion = version,
            Files = files, Unreadable = unreadable, Root = root };
    }

    /// <summary>Makes a document.</summary>
    public static DocumentNode ToNode(string name, IReadOnlyDictionary<string, string> labels,
        IReadOnlyDictionary<string, string> annotations, string ignitionVersion,
        IEnumerable<MachineConfigFile> files) => DocumentNode.OfMap(
        ("apiVersion", DocumentNode.OfText("machineconfiguration.openshift.io/v1")),
        ("kind", DocumentNode.OfText("MachineConfig")),
        ("metadata", DocumentNode.OfMap(
            [
                .. annotations.Count == 0 ? Array.Empty<(string, DocumentNode)>() : [("annotations", Texts(annotations))],
                ("labels", Texts(labels)),
                ("name", DocumentNode.OfText(name)),
            ])),
        ("spec", DocumentNode.OfMap(
            ("config", DocumentNode.OfMap(
                ("ignition", DocumentNode.OfMap(("version", DocumentNode.OfText(ignitionVersion)))),
                ("storage", DocumentNode.OfMap(("files", DocumentNode.OfList(files.Select(ToNode))))))))));

    /// <summary>A member that is a map. Null if it is not there.</summary>
    /// <exception cref="TrustFormatException">
    /// It is something else, or is written in another case, which only some of the readers take for it.
    /// </exception>
    public static DocumentNode? Map(DocumentNode node, string name, string source, string path) =>
        Expect(node, name, DocumentNodeKind.Map, "a map of members", source, path);

    /// <summary>A member that is a list. Null if it is not there.</summary>
    /// <exception cref="TrustFormatException">It is something else.</exception>
    public static DocumentNode? List(DocumentNode node, string name, string source, string path) =>
        Expect(node, name, DocumentNodeKind.List, "a list", source, path);

    /// <summary>A member that is a text. Null if it is not there.</summary>
    /// <exception cref="TrustFormatException">It is something else.</exception>
    public static string? Text(DocumentNode? node, string name, string source, string path) =>
        node is null ? null : Expect(node, name, DocumentNodeKind.Text, "a string", source, path)?.Value;

    /// <summary>The labels in <c>metadata</c>.</summary>
    /// <exception cref="TrustFormatException">They are not texts.</exception>
    public static Dictionary<string, string> Labels(DocumentNode? metadata, string source)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        if (metadata is null || Map(metadata, "labels", source, "$.metadata") is not { } map)
            return labels;
        foreach ((string key, DocumentNode value) in map.Members)
        {
            if (value.Kind is not (DocumentNodeKind.Text or DocumentNodeKind.Null))
                throw Refuse(
                    source,
                    "$.metadata.labels",
                    $"The label '{MachineConfigReader.Shown(key)}' is not text; put its value in quotes.");
            labels.Add(key, value.Value);
        }

        return labels;
    }

    // Notes of its maker. What is not text is not a mark of ours.
    private static Dictionary<string, string> Annotations(DocumentNode? metadata)
    {
        Dictionary<string, string> annotations = new(StringComparer.Ordinal);
        foreach ((string key, DocumentNode value) in metadata?.Member("annotations")?.Members ?? [])
        {
            if (value.Kind == DocumentNodeKind.Text)
                annotations.TryAdd(key, value.Value);
        }

        return annotations;
    }

    /// <summary>A file's path, mode and overwrite switch.</summary>
    /// <exception cref="TrustFormatException">They are not possible.</exception>
    public static (string Path, int? Mode, bool? Overwrite) Head(DocumentNode node, string source, string path)
    {
        if (node.Kind != DocumentNodeKind.Map)
            throw Refuse(source, path, "A file must be a map of members.");
        string? filePath = Text(node, "path", source, path);
        if (filePath is null || !filePath.StartsWith('/') || filePath.Contains('\0', StringComparison.Ordinal))
            throw Refuse(source, path + ".path", "A file must have an absolute path. Fix it.");
        int? mode = null;
        if (Expect(node, "mode", DocumentNodeKind.Number, "a number", source, path) is { } number)
        {
            mode = PlainScalar.Integer(number.Value) is >= 0 and <= LargestMode and var bits
                ? (int)bits
                : throw Refuse(source, path + ".mode", "The mode must be from 0 to 511 (octal 0777): nodes refuse special bits. Fix it.");
        }

        DocumentNode? overwrite = Expect(node, "overwrite", DocumentNodeKind.Boolean, "true or false", source, path);
        return (filePath, mode, overwrite is null ? null : overwrite.Value[0] is 't' or 'T' or 'y' or 'Y' || overwrite.Value is "on"
            or "On" or "ON");
    }

    public static TrustFormatException Refuse(string source, string path, string problem) =>
        new("InvalidMachineConfig", source, 0, 0, path, problem);

    private static DocumentNode Texts(IReadOnlyDictionary<string, string> texts) =>
        DocumentNode.OfMap(texts.Select(static t => (t.Key, DocumentNode.OfText(t.Value))));

    private static DocumentNode ToNode(MachineConfigFile file)
    {
        List<(string Name, DocumentNode Value)> contents = [];
        if (file.Compression is not null)
            contents.Add(("compression", DocumentNode.OfText(file.Compression)));
        if (file.Source is not null)
            contents.Add(("source", DocumentNode.OfText(file.Source)));
        List<(string Name, DocumentNode Value)> members = [("path", DocumentNode.OfText(file.Path))];
        if (contents.Count > 0)
            members.Add(("contents", DocumentNode.OfMap(contents)));
        if (file.Mode is { } mode)
            members.Add(("mode", DocumentNode.OfNumber(mode)));
        if (file.Overwrite is { } overwrite)
            members.Add(("overwrite", DocumentNode.OfBoolean(overwrite)));
        return DocumentNode.OfMap(members);
    }

    // A link there would put something else before the nodes than the files say.
    private static void RequireNoLinks(DocumentNode root, string place)
    {
        List<DocumentNode> links = root.Member("spec")?.Member("config")?.Member("storage") is { } storage
            && List(storage, "links", place, Config + ".storage") is { } list ? list.Items : [];
        for (int i = 0; i < links.Count; i++)
        {
            string path = $"{Config}.storage.links[{i.ToString(CultureInfo.InvariantCulture)}]";
            if (Text(links[i], "path", place, path) is { } link && MachineConfigDocument.LeadsToTrustFile(link))
                throw Refuse(place, path,
                    $"{MachineConfigReader.Shown(link)} is a link, which the operator refuses, so what nodes read there cannot be told " +
                    "from this document. Give files with their content.");
        }
    }

    private static string IgnitionVersion(DocumentNode config, string place)
    {
        DocumentNode? ignition = Map(config, "ignition", place, Config);
        string? version = Text(ignition, "version", place, Config + ".ignition");
        if (version is null || !version.StartsWith("2.", StringComparison.Ordinal) && !version.StartsWith("3.", StringComparison.Ordinal))
        {
            string what = version is null ? "has no version" : $"is of version '{MachineConfigReader.Shown(version)}'";
            throw Refuse(place, Config + ".ignition.version", $"The Ignition config {what}; the operator takes versions 2 and 3. Fix it.");
        }

        if (Map(ignition!, "config", place, Config + ".ignition") is { } includes
            && includes.Members.Any(static m =>
            m.Value is not ({ Kind: DocumentNodeKind.Null } or { Kind: DocumentNodeKind.List, Items.Count: 0 }
            or { Kind: DocumentNodeKind.Map, Members.Count: 0 })))
            throw Refuse(place, Config + ".ignition.config",
                "It takes in another config from elsewhere, so what nodes get cannot be told from this document. Give " +
                "the MachineConfig without it.");
        return version;
    }

    // A file that decides nothing and cannot be read is no reason to refuse the others; one that matters says why when it is read.
    private static void ReadFile(DocumentNode node, string version, string source, string path, FileBudget budget,
        List<MachineConfigFile> files, List<(string Path, TrustException Problem)> unreadable, TrustMessages messages)
    {
        (string filePath, int? mode, bool? overwrite) = Head(node, source, path);
        try
        {
            bool appends = version.StartsWith('2')
                ? Expect(node, "append", DocumentNodeKind.Boolean, "true or false", source, path)?.Value is "true"
                : List(node, "append", source, path) is { Items.Count: > 0 };
            if (appends)
                throw new TrustException(
                    "AppendNotSupported",
                    TrustErrorKind.InvalidData,
                    "The file is appended to what the node has, which the operator refuses. Give the whole content.");
            DocumentNode? contents = Map(node, "contents", source, path);
            string? url = Text(contents, "source", source, path + ".contents");
            string? compression = Text(contents, "compression", source, path + ".contents");
            files.Add(new MachineConfigFile
                { Path = filePath, Mode = mode, Overwrite = overwrite, Content = budget.Decode(url, compression), Compression = compression,
                Source = url });
        }
        catch (TrustException e) when (e is not TrustFormatException)
        {
            string message = $"{MachineConfigReader.Shown(filePath)}: {e.Message}";
            messages.Verbose($"{source}: {message}");
            unreadable.Add((filePath, new TrustException(e.ErrorId, e.Kind, message, e) { Target = filePath }));
        }
    }

    private static DocumentNode? Expect(DocumentNode node, string name, DocumentNodeKind kind, string what, string source, string path)
    {
        if (node.Misspelt(name) is { } other)
            throw Refuse(source, path,
                $"The member '{MachineConfigReader.Shown(other)}' is written '{name}'. Fix it: programs differ in " +
                "whether they take it for that.");
        DocumentNode? member = node.Member(name);
        return member is null || member.Kind == kind ? member : throw Refuse(source, $"{path}.{name}", $"This must be {what}. Fix it.");
    }
}
