using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Manifests;

/// <summary>
/// An entry of an OCI index or a docker manifest list: what is needed to choose one. Decoded as Go does, and stricter: a member that
/// appears twice, in whatever writing, refuses the list, because programs differ in which of them they take.
/// </summary>
internal sealed record ManifestDescriptor
{
    private const int MaxEntries = 100_000;

    /// <summary>The digest, as it stands there; maybe none at all.</summary>
    public string Digest { get; private init; } = "";

    /// <summary>The media type. Null or empty if there is none.</summary>
    public string? MediaType { get; private init; }

    /// <summary>The annotation <c>org.opencontainers.image.ref.name</c>. Null if there is none.</summary>
    public string? RefName { get; private init; }

    /// <summary>Whether it is marked as an instance with layers compressed by zstd, which the reference prefers.</summary>
    public bool IsZstd { get; private init; }

    /// <summary>The platform. Null if there is none.</summary>
    public ImagePlatform? Platform { get; private init; }

    /// <summary>Reads the entries of a list.</summary>
    /// <param name="content">The list, a JSON object with a member <c>manifests</c>.</param>
    /// <param name="source">Where it came from, for messages.</param>
    /// <exception cref="TrustException"><c>InvalidManifest</c>.</exception>
    public static IReadOnlyList<ManifestDescriptor> ReadList(ReadOnlySpan<byte> content, string source)
    {
        try
        {
            Utf8JsonReader reader = GoJson.Reader(content);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Invalid(source, "it is not a JSON object");
            List<ManifestDescriptor>? entries = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                string name = GoJson.Text(ref reader);
                reader.Read();
                if (!GoJson.IsField(name, "manifests"))
                    reader.Skip();
                else if (entries is not null)
                    throw Invalid(source, "the member 'manifests' appears twice");
                else
                    entries = ReadEntries(ref reader, source);
            }

            while (reader.Read())
            {
                // Anything behind the object makes the reader throw.
            }

            return entries ?? [];
        }
        catch (JsonException e)
        {
            throw Invalid(source, "it is not valid JSON", e);
        }
    }

    private static List<ManifestDescriptor> ReadEntries(ref Utf8JsonReader reader, string source)
    {
        List<ManifestDescriptor> entries = [];
        if (reader.TokenType == JsonTokenType.Null)
            return entries;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Invalid(source, "the member 'manifests' is not a list");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                throw Invalid(source, "an entry of 'manifests' is not an object");
            if (entries.Count == MaxEntries)
                throw Invalid(source, $"it has more than {MaxEntries} entries");
            entries.Add(ReadEntry(ref reader, source));
        }

        return entries;
    }

    private static ManifestDescriptor ReadEntry(ref Utf8JsonReader reader, string source)
    {
        string? digest = null;
        string? mediaType = null;
        string? refName = null;
        string? zstd = null;
        string? architecture = null;
        string? os = null;
        string? variant = null;
        bool hasPlatform = false;
        bool hasAnnotations = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = GoJson.Text(ref reader);
            reader.Read();
            if (GoJson.IsField(name, "digest"))
            {
                Once(ref reader, ref digest, name, source);
            }
            else if (GoJson.IsField(name, "mediaType"))
            {
                Once(ref reader, ref mediaType, name, source);
            }
            else if (GoJson.IsField(name, "platform") && Begin(ref reader, ref hasPlatform, name, source))
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    string member = GoJson.Text(ref reader);
                    reader.Read();
                    if (GoJson.IsField(member, "architecture"))
                        Once(ref reader, ref architecture, member, source);
                    else if (GoJson.IsField(member, "os"))
                        Once(ref reader, ref os, member, source);
                    else if (GoJson.IsField(member, "variant"))
                        Once(ref reader, ref variant, member, source);
                    else
                        reader.Skip();
                }
            }
            else if (GoJson.IsField(name, "annotations") && Begin(ref reader, ref hasAnnotations, name, source))
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    string member = GoJson.Text(ref reader);
                    reader.Read();
                    if (member == "org.opencontainers.image.ref.name")
                        Once(ref reader, ref refName, member, source);
                    else if (member == "io.github.containers.compression.zstd")
                        Once(ref reader, ref zstd, member, source);
                    else
                        reader.Skip();
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return new ManifestDescriptor
        {
            Digest = digest ?? "",
            MediaType = mediaType,
            RefName = refName,
            IsZstd = zstd == "true",
            Platform = hasPlatform ? new ImagePlatform(os ?? "", architecture ?? "", string.IsNullOrEmpty(variant) ? null : variant) : null,
        };
    }

    private static void Once(ref Utf8JsonReader reader, ref string? value, string name, string source)
    {
        if (value is not null)
            throw Invalid(source, $"the member '{Printable.Of(name, Printable.NameLength)}' of an entry appears twice");
        if (!GoJson.TryString(ref reader, ref value))
            throw Invalid(source, $"the member '{Printable.Of(name, Printable.NameLength)}' of an entry is not a string");
    }

    private static bool Begin(ref Utf8JsonReader reader, ref bool seen, string name, string source)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        if (reader.TokenType != JsonTokenType.StartObject || seen)
            throw Invalid(source, $"the member '{name}' of an entry {(seen ? "is there twice" : "is not an object")}");
        return seen = true;
    }

    private static TrustException Invalid(string source, string reason, Exception? cause = null) =>
        new("InvalidManifest", TrustErrorKind.InvalidData, $"{source} is not a list of manifests that can be read: {reason}.", cause)
            { Target = source };
}
