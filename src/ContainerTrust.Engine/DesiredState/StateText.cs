using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>Writes what DSC reads: one JSON value a line.</summary>
internal static class StateText
{
    private static readonly JsonWriterOptions s_layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A line.</summary>
    /// <param name="write">Writes the value.</param>
    /// <returns>The line with its line feed.</returns>
    public static string Line(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_layout))
            write(json);
        return PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n";
    }

    /// <summary>The line of the properties that differ.</summary>
    /// <param name="names">Their names.</param>
    public static string Names(IReadOnlyList<string> names) => Line(json =>
    {
        json.WriteStartArray();
        foreach (string name in names)
            json.WriteStringValue(name);
        json.WriteEndArray();
    });

    /// <summary>Writes a text, if there is one.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="name">The property.</param>
    /// <param name="text">The text.</param>
    public static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
            json.WriteString(name, text);
    }

    /// <summary>
    /// Stores as they may be shown: what DSC prints ends up in logs, so that passwords and queries of URLs are left out.
    /// </summary>
    /// <param name="section">The stores.</param>
    public static LookasideSection Shown(LookasideSection section) => new()
    {
        SignatureStore = section.SignatureStore is { } store ? StoreUrl.WithoutUser(store) : null,
        SignatureStoreStaging = section.SignatureStoreStaging is { } staging ? StoreUrl.WithoutUser(staging) : null,
        UseSigstoreAttachments = section.UseSigstoreAttachments,
    };

    /// <summary>Whether something is left out by <see cref="Shown"/>.</summary>
    /// <param name="section">The stores.</param>
    public static bool HasSecret(LookasideSection? section) => section is not null && Shown(section) != section;
}
