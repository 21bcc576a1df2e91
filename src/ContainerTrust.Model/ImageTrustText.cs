using System.Text.Json;
using System.Text.Json.Serialization;

namespace ContainerTrust;

/// <summary>Entries as JSON, by members' names; of requirements and identities the member <c>$type</c> says which one it is.</summary>
internal static class ImageTrustText
{
    /// <summary>Writes an entry.</summary>
    public static string Write(ImageTrust trust) => JsonSerializer.Serialize(trust, ImageTrustJson.Default.ImageTrust);

    /// <summary>Reads an entry.</summary>
    /// <exception cref="FormatException">The text is not an entry.</exception>
    public static ImageTrust Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            ImageTrust trust = JsonSerializer.Deserialize(text, ImageTrustJson.Default.ImageTrust)
                ?? throw new FormatException("The text is not an entry.");

            // JSON can say null inside a list, which no annotation forbids.
            return trust.Requirements.Count > 0 && !trust.Requirements.Contains(null!) && !trust.Keys.Contains(null!)
                ? trust
                : throw new FormatException("The entry's requirements or keys are not complete.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new FormatException($"The text is not an entry: {e.Message}", e);
        }
    }
}

/// <summary>What the serializer knows; made when compiling, so that it works in a trimmed program too.</summary>
[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(ImageTrust))]
internal sealed partial class ImageTrustJson : JsonSerializerContext;
