using System.Text.Json;
using System.Text.Unicode;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Claims;

/// <summary>
/// Reads the JSON of a claim about an image in one pass, refusing the slightest surprise: of a <see cref="SimpleSigningClaim"/>, and of a
/// sigstore payload, which is the same but for its type and an <c>optional</c> that may be null.
/// </summary>
internal ref struct ClaimReader
{
    // As deep as Go's encoding/json goes; only ignored members of "optional" can be deep at all.
    private const int MaxDepth = 10_000;

    private readonly string _type;
    private readonly bool _canOptionalBeNull;
    private Utf8JsonReader _json;
    private string? _digest;
    private string? _reference;
    private string? _creator;
    private DateTimeOffset? _timestamp;

    private ClaimReader(ReadOnlySpan<byte> content, string type, bool canOptionalBeNull)
    {
        _type = type;
        _canOptionalBeNull = canOptionalBeNull;
        _json = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    /// <summary>Reads a claim.</summary>
    /// <param name="content">UTF-8 JSON whose signature holds.</param>
    /// <param name="type">What <c>critical.type</c> must be.</param>
    /// <param name="canOptionalBeNull">Whether <c>optional</c> may be null, as cosign writes it.</param>
    /// <param name="claim">What it says.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether <paramref name="content"/> is such a claim.</returns>
    public static bool TryRead(ReadOnlySpan<byte> content, string type, bool canOptionalBeNull,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ClaimContent? claim, out string problem)
    {
        claim = null;
        if (!Utf8.IsValid(content))
        {
            problem = "it is not valid UTF-8";
            return false;
        }

        ClaimReader reader = new(content, type, canOptionalBeNull);
        try
        {
            reader.ReadClaim();
        }
        catch (JsonException e)
        {
            problem = $"it is not valid JSON ({Where(e)})";
            return false;
        }
        catch (ClaimException e)
        {
            problem = e.Message;
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string with an escaped lone surrogate.
            problem = "a string in it is not valid Unicode";
            return false;
        }

        problem = "";
        claim = new ClaimContent(reader._digest!, reader._reference!, reader._creator, reader._timestamp);
        return true;
    }

    private static string Where(JsonException e) =>
        e.LineNumber is { } line && e.BytePositionInLine is { } column ? $"line {line + 1}, column {column + 1}" : "it ends too early";

    private void ReadClaim()
    {
        Next();
        RequireObject("the claim");
        bool critical = false;
        bool optional = false;
        while (NextMember())
        {
            if (_json.ValueTextEquals("critical"u8))
            {
                Once(ref critical, "critical");
                ReadCritical();
            }
            else if (_json.ValueTextEquals("optional"u8))
            {
                Once(ref optional, "optional");
                ReadOptional();
            }
            else
            {
                throw Unknown("the claim");
            }
        }

        Present(critical, "critical");
        Present(optional, "optional");

        // Anything but white space behind the object is an error of the reader.
        _json.Read();
    }

    private void ReadCritical()
    {
        Next();
        RequireObject("critical");
        bool type = false;
        bool image = false;
        bool identity = false;
        while (NextMember())
        {
            if (_json.ValueTextEquals("type"u8))
            {
                Once(ref type, "critical.type");
                Next();
                if (_json.TokenType != JsonTokenType.String || !_json.ValueTextEquals(_type))
                    throw new ClaimException($"critical.type is not \"{_type}\"");
            }
            else if (_json.ValueTextEquals("image"u8))
            {
                Once(ref image, "critical.image");
                _digest = ReadOnlyString("critical.image", "docker-manifest-digest"u8, "docker-manifest-digest");
                if (!ReferenceGrammar.IsDigest(_digest))
                    throw new ClaimException("critical.image.docker-manifest-digest is not a digest (sha256, sha384 or sha512 and " +
                        "lower-case hexadecimal digits)");
            }
            else if (_json.ValueTextEquals("identity"u8))
            {
                Once(ref identity, "critical.identity");
                _reference = ReadOnlyString("critical.identity", "docker-reference"u8, "docker-reference");
            }
            else
            {
                throw Unknown("critical");
            }
        }

        Present(type, "critical.type");
        Present(image, "critical.image");
        Present(identity, "critical.identity");
    }

    // An object with exactly one member, a string.
    private string ReadOnlyString(string path, ReadOnlySpan<byte> name, string nameText)
    {
        Next();
        RequireObject(path);
        string? value = null;
        bool seen = false;
        while (NextMember())
        {
            if (!_json.ValueTextEquals(name))
                throw Unknown(path);
            Once(ref seen, $"{path}.{nameText}");
            Next();
            if (_json.TokenType != JsonTokenType.String)
                throw new ClaimException($"{path}.{nameText} is not a string");
            value = _json.GetString();
        }

        Present(seen, $"{path}.{nameText}");
        return value!;
    }

    private void ReadOptional()
    {
        Next();
        if (_canOptionalBeNull && _json.TokenType == JsonTokenType.Null)
            return;
        RequireObject("optional");
        HashSet<string>? others = null;
        bool creator = false;
        bool timestamp = false;
        while (NextMember())
        {
            if (_json.ValueTextEquals("creator"u8))
            {
                Once(ref creator, "optional.creator");
                Next();
                _creator = _json.TokenType switch
                {
                    JsonTokenType.String => _json.GetString(),
                    JsonTokenType.Null => null,
                    _ => throw new ClaimException("optional.creator is not a string"),
                };
            }
            else if (_json.ValueTextEquals("timestamp"u8))
            {
                Once(ref timestamp, "optional.timestamp");
                Next();
                _timestamp = ReadTimestamp();
            }
            else
            {
                string name = _json.GetString()!;
                if (!(others ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
                    throw new ClaimException("a member of optional appears twice");
                SkipValue();
            }
        }
    }

    // The reference reads a 64-bit floating-point number and demands that it is an integer, so 1.7e9 is one.
    private readonly DateTimeOffset? ReadTimestamp()
    {
        const double Bound = 9_223_372_036_854_775_808.0;
        if (_json.TokenType == JsonTokenType.Null)
            return null;
        if (_json.TokenType != JsonTokenType.Number)
            throw new ClaimException("optional.timestamp is not a number");
        if (!_json.TryGetDouble(out double seconds) || !double.IsFinite(seconds) || seconds != Math.Floor(seconds)
            || seconds is < -Bound or >= Bound)
            throw new ClaimException("optional.timestamp is not an integer");
        long value = (long)seconds;
        return value >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && value <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(value) : null;
    }

    // Ignored, but the reference decodes it: what it cannot decode it refuses.
    private void SkipValue()
    {
        Next();
        int depth = _json.CurrentDepth;
        do
        {
            if (_json.TokenType == JsonTokenType.Number && (!_json.TryGetDouble(out double number) || !double.IsFinite(number)))
                throw new ClaimException("a number in optional is out of range");
            if (_json.CurrentDepth == depth && _json.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
                return;
            Next();
        }
        while (true);
    }

    private void Next()
    {
        if (!_json.Read())
            throw new ClaimException("it ends too early");
    }

    private bool NextMember()
    {
        Next();
        return _json.TokenType != JsonTokenType.EndObject;
    }

    private readonly void RequireObject(string what)
    {
        if (_json.TokenType != JsonTokenType.StartObject)
            throw new ClaimException($"{what} is not an object");
    }

    private static void Once(ref bool seen, string what)
    {
        if (seen)
            throw new ClaimException($"{what} appears twice");
        seen = true;
    }

    private static void Present(bool seen, string what)
    {
        if (!seen)
            throw new ClaimException($"{what} is missing");
    }

    private static ClaimException Unknown(string where) => new($"{where} has a member that the format does not know");

    private sealed class ClaimException(string message) : Exception(message);
}

/// <summary>What a claim about an image says.</summary>
/// <param name="ManifestDigest">A valid digest, <c>algorithm:hex</c>.</param>
/// <param name="DockerReference">A reference as written; not checked for its grammar.</param>
/// <param name="Creator">The program that made it. Null if it names none.</param>
/// <param name="Timestamp">When it says it was made. Null if it says nothing, or a time outside the years 1 to 9999.</param>
internal sealed record ClaimContent(string ManifestDigest, string DockerReference, string? Creator, DateTimeOffset? Timestamp);
