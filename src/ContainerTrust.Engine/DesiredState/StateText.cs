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

    /// <summary>Refuses stores that were shortened by <see cref="Shown"/>: written, they would take the place of the real ones.</summary>
    /// <param name="section">The stores.</param>
    /// <param name="entry">The entry in words.</param>
    /// <exception cref="TrustException">One is shortened (<c>InvalidDesiredState</c>).</exception>
    public static void RequireWhole(LookasideSection? section, string entry)
    {
        foreach (string? store in (ReadOnlySpan<string?>)[section?.SignatureStore, section?.SignatureStoreStaging])
        {
            if (store?.Contains('…', StringComparison.Ordinal) == true)
                throw StateInput.Refused(
                    $"The signature store {store} of {entry} was shortened where it was shown or exported. Write the real URL.");
        }
    }

    /// <summary>What is to be known of stores that are shown.</summary>
    /// <param name="section">The stores.</param>
    /// <param name="entry">The entry in words.</param>
    /// <returns>A sentence if something is left out; otherwise null.</returns>
    public static string? LeftOut(LookasideSection? section, string entry) => !HasSecret(section) ? null
        : $"The signature store of {entry} has a user name, a password or a query in its URL, which is left out here. "
            + "Add it before you set what is shown here.";

    /// <summary>What is to be known where a store with a password is replaced by what is shown of it.</summary>
    /// <param name="present">The stores as they are.</param>
    /// <param name="wanted">The stores as they are to be.</param>
    /// <param name="entry">The entry in words.</param>
    /// <returns>A sentence, or null.</returns>
    public static string? Lost(LookasideSection? present, LookasideSection? wanted, string entry) =>
        IsShown(present?.SignatureStore, wanted?.SignatureStore) || IsShown(present?.SignatureStoreStaging, wanted?.SignatureStoreStaging)
            ? $"The signature store that is set for {entry} is the present one without the user name, password or query of its URL, as it "
                + "is shown. If signatures cannot be read without them, write the real URL."
            : null;

    /// <summary>Whether something is left out by <see cref="Shown"/>.</summary>
    /// <param name="section">The stores.</param>
    public static bool HasSecret(LookasideSection? section) => section is not null && Shown(section) != section;

    private static bool IsShown(string? present, string? wanted) =>
        present is not null && present != wanted && StoreUrl.WithoutUser(present) == wanted;
}
