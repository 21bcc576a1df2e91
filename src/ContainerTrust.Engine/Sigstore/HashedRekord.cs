using System.Diagnostics.CodeAnalysis;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Formats.Pem;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>
/// The body of a log entry: Rekor's <c>hashedrekord</c> 0.0.1, which says that a key or certificate made a signature over a hash.
/// Stricter than the reference, and as the log itself writes it: exactly the members of the format, none twice.
/// </summary>
internal sealed class HashedRekord
{
    private HashedRekord(byte[] payloadHash, byte[] signature, byte[] keyOrCertificate)
    {
        PayloadHash = payloadHash;
        Signature = signature;
        KeyOrCertificate = keyOrCertificate;
    }

    /// <summary>SHA-256 of the payload.</summary>
    public byte[] PayloadHash { get; }

    /// <summary>The signature.</summary>
    public byte[] Signature { get; }

    /// <summary>The DER inside the PEM of the public key or certificate.</summary>
    public byte[] KeyOrCertificate { get; }

    /// <summary>Reads a body.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="record">What it says.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether the text could be read.</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out HashedRekord? record, out string problem) =>
        StrictJson.TryRead(text, Read, out record, out problem);

    private static HashedRekord Read(ref StrictJson json)
    {
        json.EnterObject("the entry");
        bool hasVersion = false;
        bool hasKind = false;
        HashedRekord? spec = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "apiVersion":
                    hasVersion = json.String(name) == "0.0.1" ? true : throw new StrictJsonException("apiVersion is not 0.0.1");
                    break;
                case "kind":
                    hasKind = json.String(name) == "hashedrekord" ? true : throw new StrictJsonException("kind is not hashedrekord");
                    break;
                case "spec":
                    spec = ReadSpec(ref json);
                    break;
                default:
                    throw StrictJson.Unknown("the entry");
            }
        }

        if (!hasVersion)
            throw StrictJson.Missing("apiVersion");
        if (!hasKind)
            throw StrictJson.Missing("kind");
        return spec ?? throw StrictJson.Missing("spec");
    }

    private static HashedRekord ReadSpec(ref StrictJson json)
    {
        json.EnterObject("spec");
        byte[]? hash = null;
        (byte[] Signature, byte[] Key)? signature = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "data":
                    hash = ReadData(ref json);
                    break;
                case "signature":
                    signature = ReadSignature(ref json);
                    break;
                default:
                    throw StrictJson.Unknown("spec");
            }
        }

        var (value, key) = signature ?? throw StrictJson.Missing("spec.signature");
        return new HashedRekord(hash ?? throw StrictJson.Missing("spec.data"), value, key);
    }

    private static byte[] ReadData(ref StrictJson json)
    {
        json.EnterObject("spec.data");
        byte[]? hash = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name != "hash")
                throw StrictJson.Unknown("spec.data");
            hash = ReadHash(ref json);
        }

        return hash ?? throw StrictJson.Missing("spec.data.hash");
    }

    private static byte[] ReadHash(ref StrictJson json)
    {
        json.EnterObject("spec.data.hash");
        bool hasAlgorithm = false;
        byte[]? value = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "algorithm":
                    hasAlgorithm = json.String("spec.data.hash.algorithm") == "sha256" ? true
                        : throw new StrictJsonException("spec.data.hash.algorithm is not sha256");
                    break;
                case "value":
                    value = ReadHex(json.String("spec.data.hash.value"));
                    break;
                default:
                    throw StrictJson.Unknown("spec.data.hash");
            }
        }

        if (!hasAlgorithm)
            throw StrictJson.Missing("spec.data.hash.algorithm");
        return value ?? throw StrictJson.Missing("spec.data.hash.value");
    }

    private static byte[] ReadHex(string text) =>
        text.Length == 64 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text)
            : throw new StrictJsonException("spec.data.hash.value is not an SHA-256 in hexadecimal");

    private static (byte[] Signature, byte[] Key) ReadSignature(ref StrictJson json)
    {
        json.EnterObject("spec.signature");
        byte[]? content = null;
        byte[]? key = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "content":
                    content = json.Base64("spec.signature.content");
                    break;
                case "publicKey":
                    key = ReadKey(ref json);
                    break;
                default:
                    throw StrictJson.Unknown("spec.signature");
            }
        }

        return (content ?? throw StrictJson.Missing("spec.signature.content"), key ?? throw StrictJson.Missing("spec.signature.publicKey"));
    }

    private static byte[] ReadKey(ref StrictJson json)
    {
        json.EnterObject("spec.signature.publicKey");
        byte[]? der = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name != "content")
                throw StrictJson.Unknown("spec.signature.publicKey");
            if (!PemBlock.TryFind(json.Base64("spec.signature.publicKey.content"), out PemBlock block) || !block.Rest.IsEmpty)
                throw new StrictJsonException("spec.signature.publicKey.content is not one PEM block");
            der = block.Content;
        }

        return der ?? throw StrictJson.Missing("spec.signature.publicKey.content");
    }
}
