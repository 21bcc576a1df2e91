using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Images.Stores;

/// <summary>Reads Kubernetes objects out of YAML (one document or several) and JSON, lists of them taken apart.</summary>
internal static class ConfigMapReader
{
    private const int MaxDepth = 64;
    private const int MaxListDepth = 4;
    private const int MaxObjects = 100_000;

    /// <summary>Reads the objects.</summary>
    /// <param name="name">The document's name, for messages.</param>
    /// <param name="document">The document.</param>
    /// <exception cref="TrustException"><c>InvalidConfigMap</c>.</exception>
    public static IReadOnlyList<ConfigMapData> Read(string name, ReadOnlyMemory<byte> document)
    {
        ReadOnlySpan<byte> content = document.Span.TrimStart(" \t\r\n"u8);
        List<ConfigMapData> objects = [];
        if (content.StartsWith("{"u8) || content.StartsWith("["u8))
            ReadJson(name, document, objects);
        else
            ReadYaml(name, document, objects);
        return objects;
    }

    private static void ReadJson(string name, ReadOnlyMemory<byte> document, List<ConfigMapData> objects)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = MaxDepth });
            Take(name, new ConfigMapNode(json.RootElement), objects, 0);
        }
        catch (JsonException e)
        {
            int line = (int)(e.LineNumber ?? 0) + 1;
            int column = (int)(e.BytePositionInLine ?? 0) + 1;
            throw new TrustFormatException(
                "InvalidConfigMap",
                name,
                line,
                column,
                "",
                "This is not valid JSON; write the document again, for instance with 'oc get configmap -o json'.",
                e);
        }
    }

    private static void ReadYaml(string name, ReadOnlyMemory<byte> document, List<ConfigMapData> objects)
    {
        try
        {
            foreach (YamlDocument yaml in YamlAdapter.ParseAll(YamlText.Decode(name, document.Span)))
            {
                if (yaml.Root is { IsNull: false } root)
                    Take(name, new ConfigMapNode(root), objects, 0);
            }
        }
        catch (TrustFormatException e) when (e.ErrorId != "InvalidConfigMap")
        {
            throw new TrustFormatException("InvalidConfigMap", name, e.Line, e.Column, "", e.Problem, e);
        }
    }

    private static void Take(string name, ConfigMapNode node, List<ConfigMapData> objects, int depth)
    {
        if (objects.Count == MaxObjects)
            throw new TrustFormatException(
                "InvalidConfigMap",
                name,
                0,
                0,
                "",
                $"There are more than {MaxObjects} objects in it; give the ConfigMaps with signatures only.");
        if (!node.IsObject)
            throw new TrustFormatException(
                "InvalidConfigMap",
                name,
                0,
                0,
                "",
                "It is not a Kubernetes object; give a ConfigMap as YAML or JSON.");
        string? kind = node.Member("kind")?.Text;
        if (kind is "List" or "ConfigMapList" && node.Member("items") is { } items)
        {
            // Lists in lists, by way of YAML's aliases, could stand for any number of objects.
            if (depth == MaxListDepth)
                throw new TrustFormatException(
                    "InvalidConfigMap",
                    name,
                    0,
                    0,
                    "",
                    $"Lists are nested more than {MaxListDepth} deep; flatten them.");
            int before = objects.Count;
            foreach (ConfigMapNode item in items.Items)
                Take(name, item, objects, depth + 1);
            if (objects.Count == before)
                objects.Add(new ConfigMapData(kind, null, [], []));
            return;
        }

        List<KeyValuePair<string, string>> data = [];
        if (kind == "ConfigMap" && node.Member("binaryData") is { } binaryData)
        {
            foreach ((string key, ConfigMapNode value) in binaryData.Members)
            {
                data.Add(new(key, value.Text ?? throw new TrustFormatException(
                    "InvalidConfigMap", name, 0, 0, "",
                    $"The value of '{Printable.Of(key, Printable.NameLength)}' in binaryData is not text.")));
            }
        }

        List<KeyValuePair<string, string>> texts = [];
        if (kind == "ConfigMap" && node.Member("data") is { IsObject: true } plain)
        {
            texts.AddRange(plain.Members.Where(static m => m.Value.Text is not null)
                .Select(static m => KeyValuePair.Create(m.Key, m.Value.Text!)));
        }

        objects.Add(new ConfigMapData(kind, node.Member("metadata")?.Member("name")?.Text, data, texts));
    }
}
