using System.Text.Json;

namespace ContainerTrust.Engine.Formats.Documents;

/// <summary>Writes documents as a cluster stores them.</summary>
internal static class DocumentJson
{
    /// <summary>Writes a node. Numbers must be such as JSON knows.</summary>
    public static void Write(Utf8JsonWriter writer, DocumentNode node)
    {
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
            case DocumentNodeKind.Null:
                writer.WriteNullValue();
                break;
            case DocumentNodeKind.Boolean:
                writer.WriteBooleanValue(node.Value == "true");
                break;
            default:
                writer.WriteRawValue(node.Value);
                break;
        }
    }
}
