using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Manifests;

/// <summary>
/// The few members of a manifest from which its kind is told, decoded as containers/image decodes them (<c>GuessMIMEType</c>,
/// <c>ValidateUnambiguousManifestFormat</c>). Reading never fails: what is no JSON has no kind.
/// </summary>
internal sealed class ManifestShape
{
    private string? _mediaType;
    private long _schemaVersion;
    private bool _hasSignatures;
    private string? _configMediaType;
    private bool _basicsFailed;
    private bool _configFailed;

    /// <summary>Whether the content is a JSON object.</summary>
    public bool IsObject { get; private set; }

    /// <summary>What the manifest itself says that it is; null if nothing.</summary>
    public string? DeclaredMediaType => _mediaType;

    /// <summary>Whether there is a member <c>manifests</c>, in any writing, that is not null.</summary>
    public bool HasManifests { get; private set; }

    /// <summary>Whether <c>manifests</c> is a list with something in it.</summary>
    public bool HasInstances { get; private set; }

    /// <summary>Whether there is a member <c>config</c> that is not null.</summary>
    public bool HasConfig { get; private set; }

    /// <summary>Whether there is a member <c>layers</c> that is not null.</summary>
    public bool HasLayers { get; private set; }

    /// <summary>Whether there is a member <c>fsLayers</c> that is not null.</summary>
    public bool HasFsLayers { get; private set; }

    /// <summary>Whether there is a member <c>history</c> that is not null.</summary>
    public bool HasHistory { get; private set; }

    /// <summary>The kind of manifest that the content looks like; empty if like none.</summary>
    public string GuessedMediaType
    {
        get
        {
            if (!IsObject || _basicsFailed)
                return "";
            if (_mediaType is ManifestMediaType.DockerSchema2 or ManifestMediaType.DockerList or ManifestMediaType.OciManifest
                or ManifestMediaType.OciIndex)
                return _mediaType;
            if (_schemaVersion == 1)
                return _hasSignatures ? ManifestMediaType.DockerSchema1Signed : ManifestMediaType.DockerSchema1;
            if (_schemaVersion != 2 || _configFailed)
                return "";
            return _configMediaType switch
            {
                ManifestMediaType.OciConfig => ManifestMediaType.OciManifest,
                ManifestMediaType.DockerConfig => ManifestMediaType.DockerSchema2,
                null or "" when HasInstances => ManifestMediaType.OciIndex,
                _ => ManifestMediaType.OciManifest,
            };
        }
    }

    /// <summary>Refuses what nobody can pull an image by, whatever is accepted.</summary>
    /// <param name="manifest">A manifest that was fetched.</param>
    /// <returns>Its content.</returns>
    /// <exception cref="TrustException">It is not a JSON object (<c>InvalidManifest</c>).</exception>
    public static ReadOnlyMemory<byte> RequireObject(ImageManifest manifest)
    {
        if (!Read(manifest.Content.Span).IsObject)
            throw new TrustException("InvalidManifest", TrustErrorKind.InvalidData,
                $"{manifest.Source} is not a JSON object, so it is not an image's manifest.") { Target = manifest.Source };
        return manifest.Content;
    }

    /// <summary>Reads the members.</summary>
    public static ManifestShape Read(ReadOnlySpan<byte> manifest)
    {
        var shape = new ManifestShape();
        try
        {
            Utf8JsonReader reader = GoJson.Reader(manifest);
            reader.Read();
            shape.IsObject = reader.TokenType == JsonTokenType.StartObject;
            if (shape.IsObject)
                shape.ReadMembers(ref reader);
            else
                reader.Skip();

            // Anything behind the document makes it none.
            while (reader.Read())
                shape.IsObject = false;
        }
        catch (JsonException)
        {
            return new ManifestShape();
        }

        return shape;
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = GoJson.Text(ref reader);
            reader.Read();
            bool isNull = reader.TokenType == JsonTokenType.Null;
            if (GoJson.IsField(name, "mediaType"))
            {
                _basicsFailed |= !GoJson.TryString(ref reader, ref _mediaType);
            }
            else if (GoJson.IsField(name, "schemaVersion"))
            {
                _basicsFailed |= !GoJson.TryInteger(ref reader, ref _schemaVersion);
            }
            else if (GoJson.IsField(name, "signatures"))
            {
                _hasSignatures = !isNull;
                _basicsFailed |= !GoJson.TryAny(ref reader);
            }
            else if (GoJson.IsField(name, "config"))
            {
                HasConfig |= !isNull;
                ReadConfig(ref reader);
            }
            else
            {
                HasLayers |= !isNull && GoJson.IsField(name, "layers");
                HasFsLayers |= !isNull && GoJson.IsField(name, "fsLayers");
                HasHistory |= !isNull && GoJson.IsField(name, "history");
                if (!isNull && GoJson.IsField(name, "manifests"))
                    ReadManifests(ref reader);
                else
                    reader.Skip();
            }
        }
    }

    private void ReadConfig(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            _configFailed |= reader.TokenType != JsonTokenType.Null;
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = GoJson.Text(ref reader);
            reader.Read();
            if (GoJson.IsField(name, "mediaType"))
                _configFailed |= !GoJson.TryString(ref reader, ref _configMediaType);
            else
                reader.Skip();
        }
    }

    private void ReadManifests(ref Utf8JsonReader reader)
    {
        HasManifests = true;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            HasInstances = true;
            reader.Skip();
        }
    }
}
