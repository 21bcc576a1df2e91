using System.Text.Json;

namespace ContainerTrust.Cli;

/// <content>Presets.</content>
internal static partial class TrustJson
{
    private static void Write(Utf8JsonWriter writer, ImageTrustPreset preset)
    {
        writer.WriteStartObject();
        writer.WriteString("computerName"u8, preset.ComputerName);
        writer.WriteString("name"u8, preset.Name);
        writer.WriteString("description"u8, preset.Description);
        WriteTexts(writer, "source", preset.Source);
        writer.WriteString("form"u8, preset.Form);
        writer.WriteString("reason"u8, preset.Reason);
        writer.WriteStartArray("entries"u8);
        foreach (ImageTrust entry in preset.Entries)
            Write(writer, entry);
        writer.WriteEndArray();
        WriteTexts(writer, "missingFile", preset.MissingFile);
        writer.WriteString("path"u8, preset.Path);
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
