using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Manifests;

/// <summary>
/// The public key in a schema 1 manifest's signature. Nothing is verified with it, but libtrust refuses the manifest if it cannot read the
/// key, or if the key's id is not the key's.
/// </summary>
internal static class JsonWebKey
{
    private const string EllipticCurveKey = "1.2.840.10045.2.1";
    private const string RsaKey = "1.2.840.113549.1.1.1";
    private const int MaxModulusBytes = 2048;
    private const int MaxExponentBytes = 4;
    private const int KeyIdBytes = 30;

    /// <summary>Reads the key at the reader.</summary>
    /// <returns>Whether libtrust reads it.</returns>
    public static bool IsUsable(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        Dictionary<string, string?> members = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = GoJson.Text(ref reader);
            reader.Read();
            bool isText = reader.TokenType == JsonTokenType.String;
            members[name] = isText ? GoJson.Text(ref reader) : null;
            if (!isText && !GoJson.TryAny(ref reader))
                return false;
        }

        byte[]? key = Text(members, "kty") switch
        {
            "EC" => EllipticCurve(members),
            "RSA" when !members.ContainsKey("d") => Rsa(members),
            _ => null,
        };
        return key is not null && (!members.TryGetValue("kid", out string? id) || id == KeyId(key));
    }

    private static string? Text(Dictionary<string, string?> members, string name) => members.GetValueOrDefault(name);

    private static byte[]? Bytes(Dictionary<string, string?> members, string name) =>
        Text(members, name) is { } text ? JoseBase64.Decode(text) : null;

    private static byte[]? EllipticCurve(Dictionary<string, string?> members)
    {
        (ECCurve curve, int size) = Text(members, "crv") switch
        {
            "P-256" => (ECCurve.NamedCurves.nistP256, 32),
            "P-384" => (ECCurve.NamedCurves.nistP384, 48),
            "P-521" => (ECCurve.NamedCurves.nistP521, 66),
            _ => (default, 0),
        };
        byte[]? x = Bytes(members, "x");
        byte[]? y = Bytes(members, "y");
        if (size == 0 || x?.Length != size || y?.Length != size)
            return null;
        try
        {
            using ECDsa key = ECDsa.Create(new ECParameters { Curve = curve, Q = new ECPoint { X = x, Y = y } });
        }
        catch (CryptographicException)
        {
            // No point of the curve.
            return null;
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(EllipticCurveKey);
                writer.WriteObjectIdentifier(size switch { 32 => "1.2.840.10045.3.1.7", 48 => "1.3.132.0.34", _ => "1.3.132.0.35" });
            }

            writer.WriteBitString([4, .. x, .. y]);
        }

        return writer.Encode();
    }

    private static byte[]? Rsa(Dictionary<string, string?> members)
    {
        byte[]? modulus = Bytes(members, "n");
        byte[]? exponent = Bytes(members, "e");
        if (modulus is null || exponent is null || modulus.Length > MaxModulusBytes || exponent.Length > MaxExponentBytes)
            return null;
        var inner = new AsnWriter(AsnEncodingRules.DER);
        using (inner.PushSequence())
        {
            inner.WriteInteger(new BigInteger(modulus, isUnsigned: true, isBigEndian: true));
            inner.WriteInteger(new BigInteger(exponent, isUnsigned: true, isBigEndian: true));
        }

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(RsaKey);
                writer.WriteNull();
            }

            writer.WriteBitString(inner.Encode());
        }

        return writer.Encode();
    }

    /// <summary>libtrust's id of a key: 240 bits of the SHA-256 of its DER, as twelve groups of four base32 digits.</summary>
    internal static string KeyId(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        ReadOnlySpan<byte> hash = SHA256.HashData(subjectPublicKeyInfo).AsSpan(0, KeyIdBytes);
        var id = new System.Text.StringBuilder();
        int buffer = 0;
        int bits = 0;
        int count = 0;
        foreach (byte b in hash)
        {
            buffer = ((buffer << 8) | b) & 0xFFFF;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                if (count > 0 && count % 4 == 0)
                    id.Append(':');
                id.Append(Digits[(buffer >> (bits - 5)) & 31]);
                count++;
            }
        }

        return id.ToString();
    }
}
