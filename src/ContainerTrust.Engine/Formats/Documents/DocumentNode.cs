using System.Text.Json;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Formats.Documents;

/// <summary>What a node of a document is.</summary>
internal enum DocumentNodeKind
{
    Null,
    Boolean,
    Number,
    Text,
    List,
    Map,
}

/// <summary>A node of a Kubernetes document, of JSON or YAML alike. No map has a name twice.</summary>
internal sealed class DocumentNode
{
    private static readonly List<DocumentNode> NoItems = [];
    private static readonly List<KeyValuePair<string, DocumentNode>> NoMembers = [];

    public required DocumentNodeKind Kind { get; init; }

    /// <summary>A text's content; a number or boolean as it is written.</summary>
    public string Value { get; init; } = "";

    /// <summary>Of a node of YAML: the place of its first character in the text.</summary>
    public int Start { get; init; }

    /// <summary>A list's items; none for any other.</summary>
    public List<DocumentNode> Items { get; init; } = NoItems;

    /// <summary>A map's members, in order; none for any other.</summary>
    public List<KeyValuePair<string, DocumentNode>> Members { get; init; } = NoMembers;

    public static DocumentNode Null { get; } = new() { Kind = DocumentNodeKind.Null };

    public static DocumentNode OfText(string value) => new() { Kind = DocumentNodeKind.Text, Value = value };

    public static DocumentNode OfNumber(int value) =>
        new() { Kind = DocumentNodeKind.Number, Value = value.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    public static DocumentNode OfBoolean(bool value) => new() { Kind = DocumentNodeKind.Boolean, Value = value ? "true" : "false" };

    public static DocumentNode OfMap(params IEnumerable<(string Name, DocumentNode Value)> members) =>
        new() { Kind = DocumentNodeKind.Map, Members = [.. members.Select(static m => KeyValuePair.Create(m.Name, m.Value))] };

    public static DocumentNode OfList(IEnumerable<DocumentNode> items) => new() { Kind = DocumentNodeKind.List, Items = [.. items] };

    /// <summary>A member that is not null.</summary>
    /// <returns>Null if there is none of that name.</returns>
    public DocumentNode? Member(string name)
    {
        foreach ((string key, DocumentNode value) in Members)
        {
            if (key == name)
                return value.Kind == DocumentNodeKind.Null ? null : value;
        }

        return null;
    }

    /// <summary>The name of a member that differs from a name in nothing but case.</summary>
    public string? Misspelt(string name)
    {
        foreach ((string key, _) in Members)
        {
            if (key != name && string.Equals(key, name, StringComparison.OrdinalIgnoreCase))
                return key;
        }

        return null;
    }
}

/// <summary>Reads documents into nodes.</summary>
internal static class DocumentNodes
{
    private const int MaxDepth = 64;
    private const int MaxNodes = 2_000_000;
    private const string SyntaxError = "InvalidMachineConfig";

    /// <summary>Reads all documents of a text: JSON if it begins with a brace, otherwise YAML.</summary>
    /// <param name="content">The text.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="TrustFormatException">It is neither (<c>InvalidMachineConfig</c>).</exception>
    public static IReadOnlyList<DocumentNode> Read(ReadOnlyMemory<byte> content, string name)
    {
        ReadOnlySpan<byte> start = content.Span.StartsWith("\uFEFF"u8) ? content.Span[3..] : content.Span;
        return start.TrimStart(" \t\r\n"u8).StartsWith("{"u8) ? [ReadJson(content[(content.Length - start.Length)..], name)]
            : ReadYaml(content, name);
    }

    private static DocumentNode ReadJson(ReadOnlyMemory<byte> content, string name)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = MaxDepth });
            int nodes = 0;
            return FromJson(json.RootElement, name, ref nodes);
        }
        catch (JsonException e)
        {
            throw new TrustFormatException(
                SyntaxError,
                name,
                (int)(e.LineNumber ?? 0) + 1,
                (int)(e.BytePositionInLine ?? 0) + 1,
                "",
                "This is not valid JSON. Write the document again, for instance with 'oc get machineconfig -o json'.",
                e);
        }
        catch (InvalidOperationException e)
        {
            // A text with half a surrogate pair.
            throw new TrustFormatException(SyntaxError, name, 0, 0, "", "A text in it is not valid Unicode. Write the document again.", e);
        }
    }

    private static DocumentNode FromJson(JsonElement json, string name, ref int nodes)
    {
        Count(name, ref nodes);
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                List<KeyValuePair<string, DocumentNode>> members = [];
                HashSet<string> names = new(StringComparer.Ordinal);
                foreach (JsonProperty property in json.EnumerateObject())
                {
                    if (!names.Add(property.Name))
                        throw Twice(name, 0, 0, property.Name);
                    members.Add(KeyValuePair.Create(property.Name, FromJson(property.Value, name, ref nodes)));
                }

                return new DocumentNode { Kind = DocumentNodeKind.Map, Members = members };
            case JsonValueKind.Array:
                List<DocumentNode> items = [];
                foreach (JsonElement item in json.EnumerateArray())
                    items.Add(FromJson(item, name, ref nodes));
                return new DocumentNode { Kind = DocumentNodeKind.List, Items = items };
            case JsonValueKind.String:
                return DocumentNode.OfText(json.GetString()!);
            case JsonValueKind.Number:
                return new DocumentNode { Kind = DocumentNodeKind.Number, Value = json.GetRawText() };
            case JsonValueKind.True or JsonValueKind.False:
                return DocumentNode.OfBoolean(json.ValueKind == JsonValueKind.True);
            default:
                return DocumentNode.Null;
        }
    }

    private static List<DocumentNode> ReadYaml(ReadOnlyMemory<byte> content, string name)
    {
        List<DocumentNode> documents = [];
        try
        {
            YamlText text = YamlText.Decode(name, content.Span);
            int nodes = 0;
            foreach (YamlDocument document in YamlAdapter.ParseAll(text))
            {
                if (document.Root is { IsNull: false } root)
                    documents.Add(FromYaml(root, text, 0, ref nodes));
            }
        }
        catch (TrustFormatException e) when (e.ErrorId != SyntaxError)
        {
            throw new TrustFormatException(SyntaxError, name, e.Line, e.Column, "", e.Problem, e);
        }

        return documents;
    }

    /// <summary>Makes nodes of a YAML document, with their places.</summary>
    /// <param name="root">The document's root.</param>
    /// <param name="text">The text that it is in.</param>
    /// <exception cref="TrustFormatException">A document has no such node.</exception>
    public static DocumentNode FromYaml(YamlNode root, YamlText text)
    {
        int nodes = 0;
        return FromYaml(root, text, 0, ref nodes);
    }

    // Aliases stand for what they name; how much that is together is bounded.
    private static DocumentNode FromYaml(YamlNode yaml, YamlText text, int depth, ref int nodes)
    {
        Count(text.Path, ref nodes);
        if (depth > MaxDepth)
            throw Refuse(text, yaml, $"Collections are nested more than {MaxDepth} deep; flatten them.");
        YamlNode node = yaml.Target ?? yaml;
        bool isKnownTag = node.Tag is null
            || (node.Kind == YamlKind.Scalar ? node.Tag == YamlTag.Text : node.Kind == YamlKind.Mapping && node.Tag == YamlTag.Mapping);
        if (!isKnownTag)
            throw Refuse(
                text,
                yaml,
                $"The tag {Printable.Of(node.Tag!, Printable.NameLength)} is not supported here; write the value without it.");
        switch (node.Kind)
        {
            case YamlKind.Scalar:
                return new DocumentNode { Kind = node.Style == YamlStyle.Plain
                    && node.Tag is null ? PlainScalar.KindOf(node.Value) : DocumentNodeKind.Text, Value = node.Value, Start = yaml.Start };
            case YamlKind.Sequence:
                List<DocumentNode> items = [];
                foreach (YamlNode item in node.Children!)
                    items.Add(FromYaml(item, text, depth + 1, ref nodes));
                return new DocumentNode { Kind = DocumentNodeKind.List, Items = items, Start = yaml.Start };
            default:
                List<KeyValuePair<string, DocumentNode>> members = [];
                HashSet<string> names = new(StringComparer.Ordinal);
                for (int i = 0; i + 1 < node.Children!.Count; i += 2)
                {
                    YamlNode key = node.Children[i].Target ?? node.Children[i];
                    if (key.Kind != YamlKind.Scalar || (key is { Style: YamlStyle.Plain, Value: "<<" }))
                        throw Refuse(
                            text,
                            node.Children[i],
                            "A key must be a word, and merge keys (<<) are not supported here; write the members out.");
                    if (!names.Add(key.Value))
                    {
                        (int line, int column) = text.Place(node.Children[i].Start);
                        throw Twice(text.Path, line, column, key.Value);
                    }

                    members.Add(KeyValuePair.Create(key.Value, FromYaml(node.Children[i + 1], text, depth + 1, ref nodes)));
                }

                return new DocumentNode { Kind = DocumentNodeKind.Map, Members = members, Start = yaml.Start };
        }
    }

    private static void Count(string name, ref int nodes)
    {
        if (++nodes > MaxNodes)
            throw new TrustFormatException(
                SyntaxError,
                name,
                0,
                0,
                "",
                $"There are more than {MaxNodes} values in it; give the MachineConfigs that matter only.");
    }

    private static TrustFormatException Twice(string name, int line, int column, string member) =>
        new(SyntaxError, name, line, column, "",
            $"The member '{Printable.Of(member, Printable.NameLength)}' appears twice, and programs differ in which one " +
            "they take. Leave one of them out.");

    private static TrustFormatException Refuse(YamlText text, YamlNode node, string problem)
    {
        (int line, int column) = text.Place(node.Start);
        return new TrustFormatException(SyntaxError, text.Path, line, column, "", problem);
    }
}
