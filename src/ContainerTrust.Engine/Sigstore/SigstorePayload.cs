using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ContainerTrust.Engine.Policy;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>
/// What a sigstore signature says of an image: cosign's "simple signing" JSON
/// (https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md). Only made from a payload whose signature holds.
/// </summary>
/// <param name="ManifestDigest">The digest of the manifest that was signed, <c>algorithm:hex</c>.</param>
/// <param name="DockerReference">The reference that was signed, as written; not checked for its grammar.</param>
public sealed record SigstorePayload(string ManifestDigest, string DockerReference)
{
    /// <summary>The value of <c>critical.type</c>.</summary>
    public const string Type = "cosign container image signature";

    /// <summary>The program that made the claim. Null if it names none.</summary>
    public string? Creator { get; init; }

    /// <summary>When the claim says it was made. Null if it says nothing, or a time outside the years 1 to 9999.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>
    /// Reads a payload, as strictly as containers/image: exactly the members of the format, none twice, each of its type; but
    /// <c>optional</c> can be null, as cosign writes it. Stricter: the text must be valid UTF-8.
    /// </summary>
    /// <param name="content">The payload, JSON.</param>
    /// <param name="payload">What it says.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether <paramref name="content"/> is a payload.</returns>
    public static bool TryParse(ReadOnlySpan<byte> content, [NotNullWhen(true)] out SigstorePayload? payload, out string problem) =>
        StrictJson.TryRead(content, Read, out payload, out problem);

    private static SigstorePayload Read(ref StrictJson json)
    {
        json.EnterObject("the payload");
        SigstorePayload? critical = null;
        (string? Creator, DateTimeOffset? Timestamp) optional = default;
        bool hasOptional = false;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "critical":
                    critical = ReadCritical(ref json);
                    break;
                case "optional":
                    optional = ReadOptional(ref json);
                    hasOptional = true;
                    break;
                default:
                    throw StrictJson.Unknown("the payload");
            }
        }

        if (critical is null)
            throw StrictJson.Missing("critical");
        if (!hasOptional)
            throw StrictJson.Missing("optional");
        return critical with { Creator = optional.Creator, Timestamp = optional.Timestamp };
    }

    private static SigstorePayload ReadCritical(ref StrictJson json)
    {
        json.EnterObject("critical");
        bool hasType = false;
        string? digest = null;
        string? reference = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "type":
                    if (json.String("critical.type") != Type)
                        throw new StrictJsonException($"critical.type is not \"{Type}\"");
                    hasType = true;
                    break;
                case "image":
                    digest = ReadOnlyString(ref json, "critical.image", "docker-manifest-digest");
                    if (!ReferenceGrammar.IsDigest(digest))
                        throw new StrictJsonException("critical.image.docker-manifest-digest is no digest (sha256, sha384 or sha512 and lower-case hexadecimal digits)");
                    break;
                case "identity":
                    reference = ReadOnlyString(ref json, "critical.identity", "docker-reference");
                    break;
                default:
                    throw StrictJson.Unknown("critical");
            }
        }

        if (!hasType)
            throw StrictJson.Missing("critical.type");
        return new SigstorePayload(digest ?? throw StrictJson.Missing("critical.image"), reference ?? throw StrictJson.Missing("critical.identity"));
    }

    // An object with exactly one member, a string.
    private static string ReadOnlyString(ref StrictJson json, string path, string member)
    {
        json.EnterObject(path);
        string? value = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name != member)
                throw StrictJson.Unknown(path);
            value = json.String($"{path}.{member}");
        }

        return value ?? throw StrictJson.Missing($"{path}.{member}");
    }

    private static (string? Creator, DateTimeOffset? Timestamp) ReadOptional(ref StrictJson json)
    {
        if (!json.TryEnterObject("optional"))
            return default;
        string? creator = null;
        DateTimeOffset? timestamp = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "creator":
                    creator = json.StringOrNull("optional.creator");
                    break;
                case "timestamp":
                    timestamp = ReadTimestamp(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return (creator, timestamp);
    }

    private static DateTimeOffset? ReadTimestamp(ref StrictJson json)
    {
        const double Bound = 9_223_372_036_854_775_808.0;
        if (json.NextToken() == JsonTokenType.Null)
            return null;

        // The reference reads a 64-bit floating-point number and demands that it is an integer, so 1.7e9 is one.
        double seconds = json.CurrentDouble("optional.timestamp");
        if (seconds != Math.Floor(seconds) || seconds is < -Bound or >= Bound)
            throw new StrictJsonException("optional.timestamp is no integer");
        long value = (long)seconds;
        return value >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && value <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(value) : null;
    }
}
