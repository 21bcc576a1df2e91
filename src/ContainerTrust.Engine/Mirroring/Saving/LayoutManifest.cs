using System.Text.Encodings.Web;
using System.Text.Json;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>
/// The manifest of sigstore attachments in an OCI layout: a layer for each signature, its parts in annotations, and a configuration that
/// says of no platform that the image is for it, as cosign writes it.
/// </summary>
internal sealed class LayoutManifest
{
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string SignatureType = "application/vnd.dev.cosign.simplesigning.v1+json";
    private const string Advice = " Save into another directory.";
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly IReadOnlyList<Layer> _layers;
    private readonly string _source;

    private LayoutManifest(IReadOnlyList<Layer> layers, string source) => (_layers, _source) = (layers, source);

    /// <summary>One without signatures.</summary>
    public static LayoutManifest Empty { get; } = new([], "");

    /// <summary>How many signatures it has.</summary>
    public int Count => _layers.Count;

    /// <summary>The path of a blob in a layout.</summary>
    /// <exception cref="TrustException"><c>InvalidDigest</c>.</exception>
    public static string PathOf(string layout, string untrustedDigest)
    {
        ImageDigest.Require(untrustedDigest, layout);
        (string algorithm, string hex) = ImageDigest.Split(untrustedDigest);
        return $"{layout}/blobs/{algorithm}/{hex}";
    }

    /// <summary>Reads one of a layout.</summary>
    /// <exception cref="TrustException">It is not there, is damaged, or is something else.</exception>
    public static LayoutManifest Read(string layout, string untrustedDigest)
    {
        string path = PathOf(layout, untrustedDigest);
        byte[] content = ReadBlob(layout, untrustedDigest, ImageLimits.ManifestBytes);
        IReadOnlyList<SigstoreAttachments.Layer> layers =
            SigstoreAttachments.Layers(new ImageManifest(content, ManifestMediaType.OciManifest, path), Advice);
        if (layers.Count > ImageLimits.Signatures)
            throw SigstoreAttachments.Invalid(path, $"there are more than {ImageLimits.Signatures} of them", Advice);
        if (layers.Any(static l => l.MediaType != SignatureType))
            throw SigstoreAttachments.Invalid(path, "it has something else than signatures", Advice);
        return new LayoutManifest([.. layers.Select(l => new Layer(l.Digest, -1, l.MediaType, l.Annotations))], path);
    }

    /// <summary>The signatures.</summary>
    /// <exception cref="TrustException">A blob is not there, or is damaged.</exception>
    public IReadOnlyList<SignatureBlob> Signatures(string layout)
    {
        List<SignatureBlob> signatures = [];
        int total = 0;
        foreach (Layer layer in _layers)
        {
            byte[] payload = ReadBlob(layout, layer.Digest, ImageLimits.SignatureBytes);
            total += payload.Length;
            if (total > ImageLimits.SignaturesBytes)
                throw SigstoreAttachments.Invalid(_source, $"they are larger than {ImageLimits.SignaturesBytes} bytes together", Advice);
            layer.Length = payload.Length;
            signatures.Add(new SignatureBlob($"{_source} ({layer.Digest})", payload)
                { UntrustedAttachment = new SignatureAttachment(layer.MediaType, payload, layer.Annotations) });
        }

        return signatures;
    }

    /// <summary>The same with further signatures, each content once.</summary>
    public LayoutManifest With(IReadOnlyList<StoredSignature> verified, out int added, out int there)
    {
        List<Layer> layers = [.. _layers];
        there = 0;
        foreach (Layer layer in verified.Select(Layer.Of))
        {
            int at = layers.FindIndex(layer.IsSame);
            if (at < 0)
                layers.Add(layer);
            else if (at < _layers.Count)
                there++;
        }

        added = layers.Count - _layers.Count;
        return new LayoutManifest(layers, _source);
    }

    /// <summary>Digest and length of the manifest.</summary>
    public (string Digest, int Length) Descriptor()
    {
        byte[] manifest = Manifest();
        return (DigestOf(manifest), manifest.Length);
    }

    /// <summary>What is to be written: payloads, the configuration, and the manifest last.</summary>
    public IReadOnlyList<(string Digest, ReadOnlyMemory<byte> Content)> Blobs(IReadOnlyList<StoredSignature> verified)
    {
        byte[] config = Config();
        byte[] manifest = Manifest();
        if (manifest.Length > ImageLimits.ManifestBytes)
            throw SigstoreAttachments.Invalid(_source, $"their manifest would be larger than {ImageLimits.ManifestBytes} bytes", Advice);
        return
        [
            .. verified.Select(static v => v.UntrustedAttachment!.UntrustedPayload).Select(static p => (DigestOf(p.Span), p)),
            (DigestOf(config), config), (DigestOf(manifest), manifest),
        ];
    }

    private static string DigestOf(ReadOnlySpan<byte> content) => ImageDigest.Compute(content, "sha256");

    private static byte[] ReadBlob(string layout, string digest, int maxBytes) =>
        new ImageFiles(LocalHost.Instance, layout, $"oci:{layout}")
            .ReadBlob(PathOf(layout, digest)[(layout.Length + 1)..], digest, maxBytes);

    private byte[] Config() => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("architecture"u8, ""u8);
        json.WriteString("os"u8, ""u8);
        json.WriteStartObject("config"u8);
        json.WriteEndObject();
        json.WriteStartObject("rootfs"u8);
        json.WriteString("type"u8, "layers"u8);
        json.WriteStartArray("diff_ids"u8);
        foreach (Layer layer in _layers)
            json.WriteStringValue(layer.Digest);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private byte[] Manifest()
    {
        byte[] config = Config();
        return Write(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion"u8, 2);
            json.WriteString("mediaType"u8, ManifestMediaType.OciManifest);
            json.WriteStartObject("config"u8);
            Describe(json, ConfigType, DigestOf(config), config.Length);
            json.WriteEndObject();
            json.WriteStartArray("layers"u8);
            foreach (Layer layer in _layers)
            {
                json.WriteStartObject();
                Describe(json, layer.MediaType, layer.Digest, layer.Length);
                json.WriteStartObject("annotations"u8);
                foreach ((string name, string value) in layer.Annotations.OrderBy(static a => a.Key, StringComparer.Ordinal))
                    json.WriteString(name, value);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Describe(Utf8JsonWriter json, string mediaType, string digest, int length)
    {
        json.WriteString("mediaType"u8, mediaType);
        json.WriteString("digest"u8, digest);
        json.WriteNumber("size"u8, length);
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, s_options))
            write(json);
        return buffer.ToArray();
    }

    private sealed record Layer(string Digest, int Size, string MediaType, IReadOnlyDictionary<string, string> Annotations)
    {
        /// <summary>How long the payload is; known once it was read.</summary>
        public int Length { get; set; } = Size;

        public static Layer Of(StoredSignature signature)
        {
            SignatureAttachment parts = signature.UntrustedAttachment!;
            return new(DigestOf(parts.UntrustedPayload.Span), parts.UntrustedPayload.Length, parts.UntrustedMediaType,
                parts.UntrustedAnnotations);
        }

        public bool IsSame(Layer other) => Digest == other.Digest && MediaType == other.MediaType
            && Annotations.Count == other.Annotations.Count
            && Annotations.All(a => other.Annotations.TryGetValue(a.Key, out string? value) && value == a.Value);
    }
}
