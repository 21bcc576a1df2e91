using System.Buffers;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Trust.Files;

/// <summary>A YAML text as the JSON that means the same, on one line, which knows where each value stands in the YAML.</summary>
internal sealed class YamlAsJson
{
    private const int LongestNumber = 18;

    private readonly YamlText _text;
    private readonly List<(int Json, int Yaml)> _places = [];

    private YamlAsJson(YamlText text) => _text = text;

    /// <summary>The JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; private set; }

    /// <summary>Reads a text.</summary>
    /// <param name="content">UTF-8.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <returns>The JSON.</returns>
    /// <exception cref="TrustFormatException">It is not one YAML document that JSON could say, too.</exception>
    public static YamlAsJson Read(ReadOnlyMemory<byte> content, string name)
    {
        YamlText text = YamlText.Decode(name, content.Span);
        YamlDocument[] documents = [.. YamlAdapter.ParseAll(text).Where(static d => d.Root is { IsNull: false })];
        if (documents.Length != 1)
            throw TrustFileReader.Refused(name, documents.Length == 0 ? "The file is empty. Give a trust file."
                : "The file has several documents. Give a file with one.");
        if (documents[0].HasAliases)
            throw TrustFileReader.Refused(name, "Aliases are not supported here. Write the values out.");
        YamlAsJson result = new(text);
        ArrayBufferWriter<byte> buffer = new(content.Length);
        using (Utf8JsonWriter writer = new(buffer))
            result.Write(writer, DocumentNodes.FromYaml(documents[0].Root!, text));
        result.Json = buffer.WrittenMemory;
        return result;
    }

    /// <summary>Where a place of the JSON is in the YAML.</summary>
    /// <param name="column">The column in the JSON, from 1.</param>
    /// <returns>Line and column, from 1; 0 if unknown.</returns>
    public (int Line, int Column) PlaceOf(int column)
    {
        int found = _places.BinarySearch((column - 1, int.MaxValue));
        int index = found >= 0 ? found : ~found - 1;
        return index < 0 ? (0, 0) : _text.Place(_places[index].Yaml);
    }

    private void Write(Utf8JsonWriter writer, DocumentNode node)
    {
        _places.Add(((int)(writer.BytesCommitted + writer.BytesPending), node.Start));
        switch (node.Kind)
        {
            case DocumentNodeKind.Map:
                writer.WriteStartObject();
                foreach ((string name, DocumentNode value) in node.Members)
                {
                    writer.WritePropertyName(name);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case DocumentNodeKind.List:
                writer.WriteStartArray();
                foreach (DocumentNode item in node.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case DocumentNodeKind.Text:
                writer.WriteStringValue(node.Value);
                break;
            case DocumentNodeKind.Number:
                // No member takes a number but bytes; one that JSON does not know is none of these.
                writer.WriteRawValue(node.Value.Length <= LongestNumber && node.Value.All(char.IsAsciiDigit)
                    && (node.Value.Length == 1 || node.Value[0] != '0') ? node.Value : "0.5");
                break;
            case DocumentNodeKind.Boolean:
                writer.WriteBooleanValue(Truth(node));
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    // Older readers take "yes" and "on" for true, newer ones for texts.
    private bool Truth(DocumentNode node)
    {
        if (node.Value is "true" or "True" or "TRUE" or "false" or "False" or "FALSE")
            return node.Value[0] is 't' or 'T';
        (int line, int column) = _text.Place(node.Start);
        throw new TrustFormatException(TrustFileReader.ErrorId, _text.Path, line, column, "",
            $"Programs differ in what {node.Value} means. Write true or false, or the word in quotes.");
    }
}
