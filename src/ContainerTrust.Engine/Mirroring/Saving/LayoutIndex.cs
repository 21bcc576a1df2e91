using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>
/// <c>index.json</c> of an OCI image layout, as far as tags are added to it: what else is in it stays as it is, members that are not known
/// here too. Not for several threads.
/// </summary>
internal sealed class LayoutIndex
{
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string RefName = "org.opencontainers.image.ref.name";
    private readonly string _path;
    private readonly List<KeyValuePair<string, JsonElement>> _others = [];
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, int> _positions = new(StringComparer.Ordinal);

    private LayoutIndex(string path) => _path = path;

    /// <summary>Whether a tag was set.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>Reads the index.</summary>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="file">The file. Null for a new index.</param>
    /// <exception cref="TrustException"><c>InvalidManifest</c>: it is not an index that can be read.</exception>
    public static LayoutIndex Read(string path, HostFile? file)
    {
        LayoutIndex index = new(path);
        if (file is null)
            return index;
        IReadOnlyList<ManifestDescriptor> descriptors = ManifestDescriptor.ReadList(file.Content.Span, path);
        try
        {
            index.Take(file.Content, descriptors);
        }
        catch (JsonException e)
        {
            throw Invalid(path, e);
        }

        if (index._entries.Count != descriptors.Count)
            throw Invalid(path, null);

        // The first of a name is the one that readers take.
        for (int i = 0; i < index._entries.Count; i++)
        {
            if (index._entries[i].Name is { Length: > 0 } name)
                index._positions.TryAdd(name, i);
        }

        return index;
    }

    /// <summary>The digest of an image. Null if the layout has none of that name.</summary>
    public string? Find(string name) => _positions.TryGetValue(name, out int at) ? _entries[at].Digest : null;

    /// <summary>Gives an image a name, in the place of one that has it.</summary>
    public void Set(string name, string digest, int length)
    {
        IsChanged = true;
        Entry entry = new(name, digest, length, null);
        if (_positions.TryGetValue(name, out int at))
        {
            _entries[at] = entry;
            return;
        }

        _positions.Add(name, _entries.Count);
        _entries.Add(entry);
    }

    /// <summary>The index as bytes.</summary>
    /// <exception cref="TrustException"><c>LayoutTooLarge</c>: it is larger than readers take.</exception>
    public byte[] Write()
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (_others.Count == 0)
            {
                json.WriteNumber("schemaVersion"u8, 2);
                json.WriteString("mediaType"u8, OciIndex);
            }

            foreach ((string name, JsonElement value) in _others)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteStartArray("manifests"u8);
            foreach (Entry entry in _entries)
                Write(json, entry);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.Length <= ImageLimits.ManifestBytes ? buffer.ToArray() : throw new TrustException(
            "LayoutTooLarge", TrustErrorKind.LimitsExceeded,
            $"{_path} would be larger than {ImageLimits.ManifestBytes} bytes, which is more than is read of one. Save into another " +
            "directory.")
            { Target = _path };
    }

    private void Take(ReadOnlyMemory<byte> content, IReadOnlyList<ManifestDescriptor> descriptors)
    {
        using JsonDocument document = JsonDocument.Parse(content);
        foreach (JsonProperty member in document.RootElement.EnumerateObject())
        {
            if (!member.Name.Equals("manifests", StringComparison.OrdinalIgnoreCase))
                _others.Add(new(member.Name, member.Value.Clone()));
            else if (member.Value.ValueKind == JsonValueKind.Array)
                _entries.AddRange(member.Value.EnumerateArray().Zip(descriptors,
                    static (element, descriptor) => new Entry(descriptor.RefName, descriptor.Digest, 0, element.Clone())));
        }
    }

    private static TrustException Invalid(string path, Exception? cause) => new("InvalidManifest", TrustErrorKind.InvalidData,
        $"{path} is not an index of an OCI layout that can be read. Save into another directory.", cause) { Target = path };

    private static void Write(Utf8JsonWriter json, Entry entry)
    {
        if (entry.Raw is { } raw)
        {
            raw.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        json.WriteString("mediaType"u8, ManifestMediaType.OciManifest);
        json.WriteString("digest"u8, entry.Digest);
        json.WriteNumber("size"u8, entry.Length);
        json.WriteStartObject("annotations"u8);
        json.WriteString(RefName, entry.Name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private sealed record Entry(string? Name, string Digest, int Length, JsonElement? Raw);
}
