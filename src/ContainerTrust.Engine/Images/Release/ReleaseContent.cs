using System.IO.Compression;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Images.Release;

/// <summary>
/// What an OpenShift or OKD release consists of: the file <c>release-manifests/image-references</c> in the release image, an ImageStream
/// document that lists the other images by digest. It is worth what the release image's signature is worth: verify that first.
/// </summary>
internal static class ReleaseContent
{
    /// <summary>The largest <c>image-references</c> that is read, in bytes.</summary>
    public const int MaxImageReferencesBytes = 16 * 1024 * 1024;

    private const int MaxLayers = 1000;
    private const int MaxDepth = 64;

    /// <summary>Reads the list out of a release image, from the last layer that has it.</summary>
    /// <param name="source">The release image.</param>
    /// <param name="manifest">Its manifest: that of one image, so of a list the instance that the caller chose.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="options">Bounds and words. Null for the usual ones.</param>
    /// <returns>The images, in the list's order.</returns>
    /// <exception cref="TrustException">
    /// <c>NotARelease</c>: there is no such file, or a later layer deletes it. <c>InvalidReleaseContent</c>: it, or the layer it is in,
    /// cannot be read. <c>InvalidManifest</c>, <c>AmbiguousManifest</c>; <c>LayerCompressionNotSupported</c>; <c>LayerTooLarge</c>; or a
    /// layer cannot be fetched.
    /// </exception>
    public static async Task<IReadOnlyList<ReleaseImageContent>> ReadAsync(IImageSource source, ImageManifest manifest,
        CancellationToken cancellationToken, ReleaseContentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(manifest);
        options ??= new ReleaseContentOptions();
        List<string> layers = Layers(manifest);
        for (int i = layers.Count - 1; i >= 0; i--)
        {
            cancellationToken.ThrowIfCancellationRequested();
            options.Verbose?.Invoke($"Looking for {ReleaseLayer.Path} in layer {i + 1} of {layers.Count} of {source.Name} ({layers[i]}).");
            byte[] blob = await source.GetBlobAsync(layers[i], options.MaxLayerBytes, cancellationToken).ConfigureAwait(false);
            ReleaseLayer layer = Scan(blob, $"Layer {layers[i]} of {source.Name}", options.MaxUnpackedBytes, cancellationToken);
            if (layer.Content is { } content)
                return Parse(
                    $"{ReleaseLayer.Path} of {source.Name}",
                    content,
                    options.Release ?? Pinned(source, manifest),
                    options.Warning);
            if (layer.HidesLower)
                break;
        }

        throw new TrustException(
            "NotARelease",
            TrustErrorKind.NotFound,
            $"{source.Name} is not a release image: it has no {ReleaseLayer.Path}. Give the image of an OpenShift or OKD release.")
        {
            Target = source.Name,
        };
    }

    /// <summary>Reads a list that was taken out of a release image before.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="imageReferences">The file.</param>
    /// <param name="release">The release image by digest, for <see cref="ReleaseImageContent.Release"/>.</param>
    /// <param name="warning">Told what is passed over, and why. Null: nobody is.</param>
    /// <returns>The images, in the list's order. An entry that names no digest is none, as its image can be another one tomorrow.</returns>
    /// <exception cref="TrustException">
    /// <c>InvalidReleaseContent</c>: it is not an ImageStream, or lists one name with two digests.
    /// </exception>
    public static IReadOnlyList<ReleaseImageContent> Parse(string name, ReadOnlyMemory<byte> imageReferences, string release,
        Action<string>? warning = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(release);
        if (imageReferences.Length > MaxImageReferencesBytes)
            throw Invalid(name, $"it is larger than {MaxImageReferencesBytes} bytes");
        try
        {
            using JsonDocument document = JsonDocument.Parse(imageReferences, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Parse(name, document.RootElement, release, warning ?? (static _ => { }));
        }
        catch (JsonException e)
        {
            throw Invalid(name, $"it is not valid JSON (line {(e.LineNumber ?? 0) + 1})", e);
        }
        catch (InvalidOperationException e)
        {
            // A text in it is no UTF-8, or half of a surrogate pair.
            throw Invalid(name, "a string in it is not valid Unicode", e);
        }
    }

    private static List<ReleaseImageContent> Parse(string name, JsonElement root, string release, Action<string> warning)
    {
        if (Text(name, root, "kind") is not "ImageStream")
            throw Invalid(name, "it is not an ImageStream");
        string? releaseName = Member(name, root, "metadata") is { } metadata ? Text(name, metadata, "name") : null;
        if (Member(name, root, "spec") is not { } spec || Member(name, spec, "tags") is not { ValueKind: JsonValueKind.Array } tags)
            throw Invalid(name, "it has no list spec.tags");

        List<ReleaseImageContent> images = [];
        Dictionary<string, string> digests = new(StringComparer.Ordinal);
        foreach (JsonElement tag in tags.EnumerateArray())
        {
            string? tagName = Text(name, tag, "name");
            JsonElement? from = Member(name, tag, "from");
            string? image = from is { } reference ? Text(name, reference, "name") : null;
            string? kind = from is { } typed ? Text(name, typed, "kind") : null;
            string shown = tagName is null ? "An entry without a name" : $"The entry '{Printable.Of(tagName, Printable.NameLength)}'";
            if (string.IsNullOrEmpty(tagName) || tagName != Printable.Of(tagName, Printable.NameLength) || image is null
                || kind is not ("DockerImage" or null))
            {
                warning($"{name}: {shown} names no image and is passed over.");
            }
            else if (!DockerReference.TryParse(image, out DockerReference? parsed, out _) || parsed.Digest is null)
            {
                warning($"{name}: {shown} names '{Printable.Of(image, Printable.NameLength)}', which is not an image " +
                    "by digest, and is passed over.");
            }
            else if (digests.TryAdd(tagName, parsed.Digest))
            {
                images.Add(new ReleaseImageContent { Name = tagName, Image = parsed.ToString(), Digest = parsed.Digest, Release = release,
                    ReleaseName = string.IsNullOrEmpty(releaseName) ? null : Printable.Of(releaseName, Printable.NameLength) });
            }
            else if (digests[tagName] != parsed.Digest)
            {
                throw Invalid(name, $"'{Printable.Of(tagName, Printable.NameLength)}' appears twice, with different digests");
            }
        }

        return images;
    }

    private static string? Text(string name, JsonElement element, string member) =>
        Member(name, element, member) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    // A member that appears twice means different things to different programs.
    private static JsonElement? Member(string name, JsonElement element, string member)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        JsonElement? found = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!GoJson.IsField(property.Name, member))
                continue;
            if (found is not null)
                throw Invalid(name, $"a member '{member}' appears twice");
            found = property.Value;
        }

        return found;
    }

    private static List<string> Layers(ImageManifest manifest)
    {
        if (ManifestList.IsList(manifest))
            throw new TrustException(
                "InvalidManifest",
                TrustErrorKind.InvalidData,
                $"{manifest.Source} is a manifest list; choose the platform.")
            {
                Target = manifest.Source,
            };
        try
        {
            Utf8JsonReader reader = GoJson.Reader(manifest.Content.Span);
            reader.Read();
            List<string>? layers = null;
            if (reader.TokenType != JsonTokenType.StartObject)
                throw NoLayers(manifest, "it is not a JSON object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = GoJson.Text(ref reader);
                reader.Read();
                if (!GoJson.IsField(name, "layers"))
                    reader.Skip();
                else if (layers is not null)
                    throw NoLayers(manifest, "its layers are there twice");
                else
                    layers = ReadLayers(ref reader, manifest);
            }

            return layers ?? throw NoLayers(manifest, "it has no layers");
        }
        catch (JsonException e)
        {
            throw NoLayers(manifest, "it is not valid JSON", e);
        }
    }

    private static List<string> ReadLayers(ref Utf8JsonReader reader, ImageManifest manifest)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw NoLayers(manifest, "its layers are not a list");
        List<string> layers = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject || layers.Count == MaxLayers)
                throw NoLayers(manifest, layers.Count == MaxLayers ? $"it has more than {MaxLayers} layers" : "a layer is not an object");
            string? digest = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = GoJson.Text(ref reader);
                reader.Read();
                if (!GoJson.IsField(name, "digest"))
                    reader.Skip();
                else if (digest is not null || !GoJson.TryString(ref reader, ref digest))
                    throw NoLayers(manifest, "a layer's digest appears twice or is not text");
            }

            ImageDigest.Require(digest ?? "", manifest.Source);
            layers.Add(digest!);
        }

        return layers;
    }

    private static ReleaseLayer Scan(byte[] blob, string name, long maxBytes, CancellationToken cancellationToken)
    {
        if (blob.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]))
            throw new TrustException(
                "LayerCompressionNotSupported",
                TrustErrorKind.NotSupported,
                $"{name} is compressed by zstd, which cannot be read here. " +
                $"Take {ReleaseLayer.Path} out of the image with 'oc adm release info' or podman, and give that file.")
            {
                Target = name,
            };
        try
        {
            using var memory = new MemoryStream(blob, writable: false);
            if (!blob.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
                return ReleaseLayer.Scan(memory, name, maxBytes, cancellationToken);
            using var gzip = new GZipStream(memory, CompressionMode.Decompress);
            return ReleaseLayer.Scan(gzip, name, maxBytes, cancellationToken);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Invalid(name, "it is not a gzip file that can be unpacked", e);
        }
    }

    private static string Pinned(IImageSource source, ImageManifest manifest)
    {
        const string Docker = "docker://";
        string digest = ManifestDigest.Compute(manifest.Content.Span);
        bool isDocker = source.Name.StartsWith(Docker, StringComparison.Ordinal);
        return isDocker && DockerReference.TryParse(source.Name[Docker.Length..], out DockerReference? reference, out _)
            ? $"{reference.Name}@{digest}" : $"{source.Name}@{digest}";
    }

    private static TrustException NoLayers(ImageManifest manifest, string reason, Exception? cause = null) =>
        new("InvalidManifest", TrustErrorKind.InvalidData, $"{manifest.Source} is not a manifest whose layers can be read: {reason}.",
            cause) { Target = manifest.Source };

    private static TrustException Invalid(string name, string reason, Exception? cause = null) =>
        new("InvalidReleaseContent", TrustErrorKind.InvalidData, $"{name} cannot be read: {reason}.", cause) { Target = name };
}
