using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Cli;

/// <content>Changes of a host.</content>
internal static partial class TrustJson
{
    /// <summary>What changes did, or would do: one object.</summary>
    /// <param name="result">What became of the files.</param>
    /// <param name="scopes">What became of the scopes.</param>
    /// <param name="dryRun">Whether it only would be done.</param>
    public static string Write(TrustEditResult result, IReadOnlyList<ImageTrustChange> scopes, bool dryRun)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter writer = new(buffer, new JsonWriterOptions
            { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("changed"u8, result.Files.Count > 0);
            writer.WriteBoolean("dryRun"u8, dryRun);
            writer.WriteStartArray("files"u8);
            foreach (TrustFileChange file in result.Files)
            {
                writer.WriteStartObject();
                writer.WriteString("path"u8, PrintableText.Line(file.Path));
                writer.WriteString("action"u8, Camel(file.Action.ToString()));
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("scopes"u8);
            foreach (ImageTrustChange scope in scopes)
            {
                writer.WriteStartObject();
                writer.WriteString("transport"u8, PrintableText.Line(scope.Transport));
                writer.WriteString("registry"u8, PrintableText.Line(scope.Registry));
                writer.WriteBoolean("isDefault"u8, scope.IsDefault);
                writer.WriteString("status"u8, Camel(scope.Status.ToString()));
                writer.WriteString("before"u8, scope.BeforeTrust);
                writer.WriteString("after"u8, scope.AfterTrust);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("warnings"u8);
            foreach (string warning in result.Warnings)
                writer.WriteStringValue(PrintableText.Line(warning));
            writer.WriteEndArray();
            writer.WriteString("id"u8, scopes.Count > 0 ? scopes[0].Id : null);
            writer.WriteEndObject();
        }

        return PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n";
    }
}
