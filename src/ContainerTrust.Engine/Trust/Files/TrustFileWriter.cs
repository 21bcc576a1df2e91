using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Trust.Files;

/// <summary>Writes trust files. Equal entries make equal bytes.</summary>
internal static class TrustFileWriter
{
    // What editors for YAML look for.
    private const string Modeline = $"# yaml-language-server: $schema={TrustFile.Schema}\n";

    private static readonly JsonWriterOptions s_layout = new()
    {
        Indented = true,
        IndentSize = 2,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes entries.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="format">The format.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>UTF-8 text that <see cref="TrustFileReader"/> takes.</returns>
    public static byte[] Write(IReadOnlyList<ImageTrust> entries, TrustFileFormat format, TrustMessages messages)
    {
        IReadOnlyList<FileEntry> list = FileEntries.Of(entries);
        if (list.Count == 0)
            throw new TrustException(
                "NoEntries",
                TrustErrorKind.InvalidArgument,
                "There is no entry to write; perhaps a variable is not set, or a filter lets nothing through. Give entries from " +
                    $"{TrustOperation.Get}.");
        foreach (FileEntry entry in list)
            Warn(entry, messages);
        try
        {
            // What is written is what can be read, and what can be written in several ways is written in one.
            byte[] json = ToJson(TrustFileReader.Parse(ToJson(list), ""));
            byte[] text = format == TrustFileFormat.Json ? json : ToYaml(json);
            if (format == TrustFileFormat.Yaml)
                TrustFileReader.Parse(text, "");
            return text;
        }
        catch (TrustFormatException e)
        {
            throw new TrustException(
                "IncompleteEntry",
                TrustErrorKind.InvalidArgument,
                $"The entries cannot be written: {e.DocumentPath}: {e.Problem}",
                e);
        }
    }

    private static void Warn(FileEntry entry, TrustMessages messages)
    {
        foreach (string store in new[] { entry.Section?.SignatureStore, entry.Section?.SignatureStoreStaging }.OfType<string>())
        {
            if (StoreUrl.HasSecret(store))
                messages.Warning($"The signature store of {entry} has a user name, a password or a query in its URL, and so has the " +
                    $"file: {StoreUrl.WithoutUser(store)}. Keep the file where only those can read it who may know them.");
        }
    }

    private static byte[] ToJson(IReadOnlyList<FileEntry> entries)
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_layout))
        {
            json.WriteStartObject();
            json.WriteString("$schema"u8, TrustFile.Schema);
            json.WriteStartArray("entries"u8);
            foreach (FileEntry entry in entries)
                Write(json, entry);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        // A reviewer sees what is there: nothing in it changes the writing's direction, or does not show.
        return Encoding.UTF8.GetBytes(PrintableJson.Of(Encoding.UTF8.GetString(buffer.WrittenSpan)) + "\n");
    }

    /// <summary>Writes one entry.</summary>
    /// <param name="json">The writer.</param>
    /// <param name="entry">The entry.</param>
    public static void Write(Utf8JsonWriter json, FileEntry entry)
    {
        json.WriteStartObject();
        if (entry.IsDefault)
        {
            json.WriteBoolean("default"u8, true);
        }
        else
        {
            json.WriteString("transport"u8, entry.Transport);
            json.WriteString("scope"u8, entry.Scope);
        }

        json.WritePropertyName("requirements"u8);
        RequirementWriter.WriteList(json, entry.Requirements);
        if (entry.Section?.SignatureStore is { } store)
            json.WriteString("signatureStore"u8, store);
        if (entry.Section?.SignatureStoreStaging is { } staging)
            json.WriteString("signatureStoreStaging"u8, staging);
        if (entry.Section?.UseSigstoreAttachments is { } attachments)
            json.WriteBoolean("useSigstoreAttachments"u8, attachments);
        json.WriteEndObject();
    }

    private static byte[] ToYaml(byte[] json) =>
        Encoding.UTF8.GetBytes(Modeline + DocumentYaml.Write(DocumentNodes.Read(json, "")[0], isSorted: false));
}
