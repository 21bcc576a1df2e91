using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>Makes docker schema 1 manifests with JSON web signatures, as libtrust writes them.</summary>
internal static class SignedManifests
{
    public const string Payload = """
        {
           "schemaVersion": 1,
           "name": "library/busybox",
           "tag": "latest",
           "architecture": "amd64",
           "fsLayers": [
              {
                 "blobSum": "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
              }
           ],
           "history": [
              {
                 "v1Compatibility": "{\"id\":\"f1b5eb0a1215f663765d509b6cdf3841bc2bcff0922346abb943d1342d469a97\"}"
              }
           ]
        }
        """;

    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    public static string DigestOf(ReadOnlySpan<byte> content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public static string DigestOf(string content) => DigestOf(Encoding.UTF8.GetBytes(content));

    /// <summary>A protected header.</summary>
    public static string Protected(object length, object tail) =>
        Encode(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
            { ["formatLength"] = length, ["formatTail"] = tail, ["time"] = "2016-04-18T20:54:42Z" }));

    /// <summary>One signature as JSON; the key's id is libtrust's.</summary>
    public static string Signature(ECDsa key, string payload, string protectedHeader)
    {
        byte[] signature = key.SignData(Encoding.ASCII.GetBytes($"{protectedHeader}.{Encode(Encoding.UTF8.GetBytes(payload))}"),
            HashAlgorithmName.SHA256);
        return $$"""{"header":{"jwk":{{KeyOf(key)}},"alg":"ES256"},"signature":"{{Encode(signature)}}","protected":"{{protectedHeader}}"}""";
    }

    public static string KeyOf(ECDsa key, string? id = null)
    {
        ECParameters p = key.ExportParameters(false);
        id ??= JsonWebKey.KeyId(key.ExportSubjectPublicKeyInfo());
        return $$"""{"crv":"P-256","kid":"{{id}}","kty":"EC","x":"{{Encode(p.Q.X)}}","y":"{{Encode(p.Q.Y)}}"}""";
    }

    /// <summary>The payload with signatures put before its last brace.</summary>
    public static string Sign(string payload, params IReadOnlyList<string> signatures)
    {
        int length = payload.TrimEnd().TrimEnd('}').TrimEnd().Length;
        return $"{payload[..length]},\n   \"signatures\": [{string.Join(',', signatures)}]\n}}";
    }

    /// <summary>A whole signed manifest.</summary>
    public static string Signed(string payload = Payload, int signatures = 1)
    {
        int length = payload.TrimEnd().TrimEnd('}').TrimEnd().Length;
        string header = Protected(Encoding.UTF8.GetByteCount(payload[..length]), Encode(Encoding.UTF8.GetBytes(payload[length..])));
        List<string> all = [];
        for (int i = 0; i < signatures; i++)
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            all.Add(Signature(key, payload, header));
        }

        return Sign(payload, all);
    }

}
