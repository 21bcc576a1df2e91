using System.Globalization;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Manifests;

/// <summary>
/// Takes the JSON web signatures off a docker schema 1 manifest, as libtrust does (<c>ParsePrettySignature</c>): each says in its protected
/// header how many bytes of the file belong to the payload and what stands behind them. The signatures themselves mean nothing and are not
/// verified.
/// </summary>
internal static class SignedSchema1
{
    private const string SignaturesMember = "signatures";
    private const int MaxSignatures = 1000;

    /// <summary>The bytes that were signed, by which the manifest is named.</summary>
    /// <exception cref="TrustException"><c>InvalidManifest</c>.</exception>
    public static byte[] Payload(ReadOnlySpan<byte> manifest)
    {
        try
        {
            Range signatures = FindSignatures(manifest, out int nameStart);
            (int untrustedLength, byte[] untrustedTail) = ReadFormat(manifest[signatures]);
            if (untrustedLength > manifest.Length)
                throw Invalid("its format length is larger than the manifest");
            RequireNothingElse(manifest, untrustedLength, nameStart);
            byte[] payload = [.. manifest[..untrustedLength], .. untrustedTail];
            RequireObject(payload);
            return payload;
        }
        catch (JsonException e)
        {
            throw Invalid("what it consists of is not JSON", e);
        }
    }

    // All members must be the payload's but the last, which are the signatures: whoever reads the manifest reads all of it.
    private static Range FindSignatures(ReadOnlySpan<byte> manifest, out int nameStart)
    {
        nameStart = -1;
        Range range = default;
        Utf8JsonReader reader = GoJson.Reader(manifest);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (nameStart >= 0)
                throw Invalid("something follows its signatures");
            string name = GoJson.Text(ref reader);
            int start = (int)reader.TokenStartIndex;
            reader.Read();
            int valueStart = (int)reader.TokenStartIndex;
            reader.Skip();
            if (name == SignaturesMember)
                (nameStart, range) = (start, valueStart..(int)reader.BytesConsumed);
            else if (GoJson.IsField(name, SignaturesMember))
                throw Invalid($"the member '{SignaturesMember}' is written in another way");
        }

        return nameStart >= 0 ? range : throw Invalid("it has no signatures");
    }

    private static void RequireNothingElse(ReadOnlySpan<byte> manifest, int length, int nameStart)
    {
        if (length > nameStart || !manifest[length..nameStart].Trim(" \t\r\n"u8).SequenceEqual(","u8))
            throw Invalid("its format length does not end before the signatures");
    }

    private static void RequireObject(ReadOnlySpan<byte> payload)
    {
        Utf8JsonReader reader = GoJson.Reader(payload);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid("its payload is not a JSON object");
        while (reader.Read())
        {
            // To the end: it must be JSON all the way.
        }
    }

    private static (int Length, byte[] Tail) ReadFormat(ReadOnlySpan<byte> untrustedSignatures)
    {
        Utf8JsonReader reader = GoJson.Reader(untrustedSignatures);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Invalid("its signatures are not a list");
        int count = 0;
        int length = 0;
        byte[] tail = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (++count > MaxSignatures)
                throw Invalid($"it has more than {MaxSignatures} signatures");
            (int untrustedLength, byte[] untrustedTail) = ReadProtected(ReadSignature(ref reader));
            if (length == 0)
                length = untrustedLength;
            else if (length != untrustedLength)
                throw Invalid("its signatures have different format lengths");
            if (tail.Length == 0)
                tail = untrustedTail;
            else if (!tail.AsSpan().SequenceEqual(untrustedTail))
                throw Invalid("its signatures have different format tails");
        }

        return count > 0 ? (length, tail) : throw Invalid("its list of signatures is empty");
    }

    /// <summary>Reads one signature: <c>{"header": {"jwk", "alg", "x5c"}, "signature", "protected"}</c>.</summary>
    /// <returns>The protected header, still encoded.</returns>
    private static string ReadSignature(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid("a signature is not an object");
        string? untrustedProtected = null;
        string? ignored = null;
        bool ok = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = GoJson.Text(ref reader);
            reader.Read();
            if (GoJson.IsField(name, "protected"))
                ok &= untrustedProtected is null && GoJson.TryString(ref reader, ref untrustedProtected);
            else if (GoJson.IsField(name, "signature"))
                ok &= GoJson.TryString(ref reader, ref ignored);
            else if (GoJson.IsField(name, "header"))
                ok &= ReadHeader(ref reader);
            else
                reader.Skip();
            if (!ok)
                throw Invalid("a signature's members are not what they must be");
        }

        return untrustedProtected ?? "";
    }

    private static bool ReadHeader(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        string? ignored = null;
        bool ok = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = GoJson.Text(ref reader);
            reader.Read();
            if (GoJson.IsField(name, "jwk"))
                ok &= JsonWebKey.IsUsable(ref reader);
            else if (GoJson.IsField(name, "alg"))
                ok &= GoJson.TryString(ref reader, ref ignored);
            else if (GoJson.IsField(name, "x5c"))
                ok &= ReadStrings(ref reader);
            else
                reader.Skip();
            if (!ok)
                return false;
        }

        return true;
    }

    private static bool ReadStrings(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return true;
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        string? ignored = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!GoJson.TryString(ref reader, ref ignored))
                return false;
        }

        return true;
    }

    private static (int Length, byte[] Tail) ReadProtected(string untrustedProtected)
    {
        byte[] header = JoseBase64.Decode(untrustedProtected) ?? throw Invalid("a protected header is not base64url");
        Utf8JsonReader reader = GoJson.Reader(header);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid("a protected header is not an object");
        int length = -1;
        string? tail = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = GoJson.Text(ref reader);
            reader.Read();
            if (name == "formatLength")
                length = length < 0 ? Length(ref reader) : throw Invalid("a protected header has two format lengths");
            else if (name == "formatTail" && tail is null && reader.TokenType == JsonTokenType.String)
                tail = GoJson.Text(ref reader);
            else if (name == "formatTail")
                throw Invalid("a format tail is not a string");
            else
                reader.Skip();
        }

        while (reader.Read())
        {
            // Anything behind the object makes the reader throw.
        }

        if (length < 0)
            throw Invalid("a format length is missing");
        return (length, JoseBase64.Decode(tail ?? throw Invalid("a format tail is missing"))
            ?? throw Invalid("a format tail is not base64url"));
    }

    // Go reads any number and cuts the fraction off; libtrust only ever wrote whole ones.
    private static int Length(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number
            && int.TryParse(reader.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? length
            : throw Invalid("a format length is not a whole number");

    private static TrustException Invalid(string reason, Exception? cause = null) =>
        new("InvalidManifest", TrustErrorKind.InvalidData,
            $"The manifest is a signed docker schema 1 manifest without a digest, because {reason}; push the " +
            "image again with a current tool.", cause);
}
