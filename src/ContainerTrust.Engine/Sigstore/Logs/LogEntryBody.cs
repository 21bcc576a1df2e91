using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Sigstore.Logs;

/// <summary>
/// What an entry of a log says: that a key, or that of a certificate, made a signature over a hash. Of Rekor 1 <c>hashedrekord</c>
/// 0.0.1, <c>dsse</c> 0.0.1 and <c>intoto</c> 0.0.2; of Rekor 2 <c>hashedrekord</c> and <c>dsse</c> 0.0.2.
/// </summary>
/// <param name="Kind">Kind and version.</param>
/// <param name="Hash">The hash: of the content or, in kinds that are about envelopes, of the payload.</param>
/// <param name="HashAlgorithm">By what it is: SHA-256; in Rekor 2 also SHA-384 and SHA-512, as for keys on larger curves.</param>
/// <param name="IsOfPayload">Whether the hash is of an envelope's payload alone.</param>
/// <param name="Signature">The signature.</param>
/// <param name="KeyOrCertificate">The certificate, or the public key (SubjectPublicKeyInfo), DER.</param>
internal sealed record LogEntryBody(
    string Kind, byte[] Hash, HashAlgorithmName HashAlgorithm, bool IsOfPayload, byte[] Signature, byte[] KeyOrCertificate)
{
    /// <summary>Reads a body.</summary>
    /// <param name="untrustedEntry">The entry that has it.</param>
    /// <param name="isByKey">Whether it must name a public key, and not a certificate.</param>
    /// <param name="body">What it says.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether it could be read.</returns>
    public static bool TryParse(
        BundleLogEntry untrustedEntry, bool isByKey, [NotNullWhen(true)] out LogEntryBody? body, out string problem)
    {
        string kind = $"{untrustedEntry.Kind} {untrustedEntry.Version}";
        if (kind == "hashedrekord 0.0.1")
        {
            body = HashedRekord.TryParse(untrustedEntry.Body, out HashedRekord? record, out problem)
                ? new LogEntryBody(
                    kind, record.PayloadHash, HashAlgorithmName.SHA256, false, record.Signature, record.KeyOrCertificate)
                : null;
            return body is not null;
        }

        StrictJson.Reader<LogEntryBody>? reader = kind switch
        {
            "dsse 0.0.1" => static (ref StrictJson json) => Read(ref json, "dsse", "0.0.1", ReadDsse),
            "intoto 0.0.2" => static (ref StrictJson json) => Read(ref json, "intoto", "0.0.2", ReadInToto),
            "hashedrekord 0.0.2" => (ref StrictJson json) => Read(ref json, "hashedrekord", "0.0.2",
                (ref StrictJson inner) => ReadSecond(ref inner, "hashedRekordV002", "data", isEnvelope: false, isByKey)),
            "dsse 0.0.2" => (ref StrictJson json) => Read(ref json, "dsse", "0.0.2",
                (ref StrictJson inner) => ReadSecond(ref inner, "dsseV002", "payloadHash", isEnvelope: true, isByKey)),
            _ => null,
        };
        if (reader is not null)
            return StrictJson.TryRead(untrustedEntry.Body, reader, out body, out problem);
        body = null;
        problem = "it is of a kind that is not known";
        return false;
    }

    private static LogEntryBody Read(ref StrictJson json, string kind, string version, StrictJson.Reader<LogEntryBody> readSpec)
    {
        json.EnterObject("the entry");
        bool hasVersion = false;
        bool hasKind = false;
        LogEntryBody? spec = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "apiVersion":
                    hasVersion = json.String(name) == version ? true : throw new StrictJsonException($"apiVersion is not {version}");
                    break;
                case "kind":
                    hasKind = json.String(name) == kind ? true : throw new StrictJsonException($"kind is not {kind}");
                    break;
                case "spec":
                    spec = readSpec(ref json);
                    break;
                default:
                    throw StrictJson.Unknown("the entry");
            }
        }

        if (!hasVersion || !hasKind || spec is null)
            throw StrictJson.Missing("apiVersion, kind or spec");
        return spec with { Kind = $"{kind} {version}" };
    }

    private static LogEntryBody ReadDsse(ref StrictJson json)
    {
        json.EnterObject("spec");
        byte[]? hash = null;
        (byte[] Signature, byte[] Certificate)? signature = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "payloadHash":
                    hash = ReadHexHash(ref json);
                    break;
                case "envelopeHash":
                    // Of the envelope as it was sent to the log, which nobody has any more.
                    ReadHexHash(ref json);
                    break;
                case "signatures":
                    signature = ReadSignature(ref json, "signature", "verifier", isTwice: false);
                    break;
                default:
                    throw StrictJson.Unknown("spec");
            }
        }

        return Make(hash, signature, isOfPayload: true);
    }

    private static LogEntryBody ReadInToto(ref StrictJson json)
    {
        json.EnterObject("spec");
        byte[]? hash = null;
        (byte[] Signature, byte[] Certificate)? signature = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name != "content")
                throw StrictJson.Unknown("spec");
            json.EnterObject("content");
            MemberSet inner = default;
            while (json.NextMember(ref inner, out string member))
            {
                switch (member)
                {
                    case "hash":
                        ReadHexHash(ref json);
                        break;
                    case "payloadHash":
                        hash = ReadHexHash(ref json);
                        break;
                    case "envelope":
                        signature = ReadEnvelope(ref json);
                        break;
                    default:
                        throw StrictJson.Unknown("content");
                }
            }
        }

        return Make(hash, signature, isOfPayload: true);
    }

    private static (byte[] Signature, byte[] Certificate)? ReadEnvelope(ref StrictJson json)
    {
        json.EnterObject("envelope");
        (byte[] Signature, byte[] Certificate)? signature = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "payload" or "payloadType":
                    json.String(name);
                    break;
                case "signatures":
                    signature = ReadSignature(ref json, "sig", "publicKey", isTwice: true);
                    break;
                default:
                    throw StrictJson.Unknown("envelope");
            }
        }

        return signature;
    }

    private static LogEntryBody ReadSecond(ref StrictJson json, string member, string hashMember, bool isEnvelope, bool isByKey)
    {
        json.EnterObject("spec");
        byte[]? hash = null;
        HashAlgorithmName algorithm = default;
        (byte[] Signature, byte[] Certificate)? signature = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name != member)
                throw StrictJson.Unknown("spec");
            json.EnterObject(member);
            MemberSet inner = default;
            while (json.NextMember(ref inner, out string part))
            {
                if (part == hashMember)
                    (hash, algorithm) = ReadSecondHash(ref json);
                else if (isEnvelope && part == "signatures")
                    signature = ReadOneSecondSignature(ref json, isByKey);
                else if (!isEnvelope && part == "signature")
                    signature = ReadSecondSignature(ref json, isEntered: false, isByKey);
                else
                    throw StrictJson.Unknown(member);
            }
        }

        return Make(hash, signature, isEnvelope) with { HashAlgorithm = algorithm };
    }

    private static (byte[] Signature, byte[] Certificate) ReadOneSecondSignature(ref StrictJson json, bool isByKey)
    {
        json.EnterArray("signatures");
        if (json.NextToken() != JsonTokenType.StartObject)
            throw new StrictJsonException("it has no signature");
        var signature = ReadSecondSignature(ref json, isEntered: true, isByKey);
        return json.NextToken() == JsonTokenType.EndArray ? signature : throw new StrictJsonException("it has more than one signature");
    }

    private static (byte[] Signature, byte[] Certificate) ReadSecondSignature(ref StrictJson json, bool isEntered, bool isByKey)
    {
        if (!isEntered)
            json.EnterObject("signature");
        byte[]? content = null;
        byte[]? certificate = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "content":
                    content = json.Base64("content");
                    break;
                case "verifier":
                    certificate = ReadVerifier(ref json, isByKey);
                    break;
                default:
                    throw StrictJson.Unknown("signature");
            }
        }

        return (content ?? throw StrictJson.Missing("content"), certificate ?? throw StrictJson.Missing("verifier"));
    }

    private static byte[]? ReadVerifier(ref StrictJson json, bool isByKey)
    {
        json.EnterObject("verifier");
        byte[]? certificate = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "keyDetails":
                    json.String("keyDetails");
                    break;
                case "publicKey" when isByKey:
                case "x509Certificate" when !isByKey:
                    json.EnterObject(name);
                    MemberSet inner = default;
                    while (json.NextMember(ref inner, out string member))
                        certificate = member == "rawBytes" ? json.Base64("rawBytes") : throw StrictJson.Unknown(name);
                    break;
                default:
                    throw StrictJson.Unknown("verifier");
            }
        }

        return certificate;
    }

    private static LogEntryBody Make(byte[]? hash, (byte[] Signature, byte[] Certificate)? signature, bool isOfPayload)
    {
        var (value, certificate) = signature ?? throw StrictJson.Missing("the signature");
        return new LogEntryBody(
            "", hash ?? throw StrictJson.Missing("the hash"), HashAlgorithmName.SHA256, isOfPayload, value, certificate);
    }

    private static (byte[] Signature, byte[] Certificate) ReadSignature(ref StrictJson json, string signatureMember, string keyMember,
        bool isTwice)
    {
        json.EnterArray("signatures");
        if (json.NextToken() != JsonTokenType.StartObject)
            throw new StrictJsonException("it has no signature");
        byte[]? signature = null;
        byte[]? certificate = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name == signatureMember)
            {
                signature = json.Base64(name);

                // In this kind the base64 of the signature is in base64 again.
                if (isTwice)
                    signature = KeyData.Decode(System.Text.Encoding.Latin1.GetString(signature))
                        ?? throw new StrictJsonException("sig is not base64");
            }
            else if (name == keyMember)
            {
                certificate = PemBlock.TryFind(json.Base64(name), out PemBlock block) && block.Rest.IsEmpty
                    ? block.Content : throw new StrictJsonException($"{name} is not one PEM block");
            }
            else if (name == "keyid")
            {
                json.String(name);
            }
            else
            {
                throw StrictJson.Unknown("a signature");
            }
        }

        if (json.NextToken() != JsonTokenType.EndArray)
            throw new StrictJsonException("it has more than one signature");
        return (signature ?? throw StrictJson.Missing(signatureMember), certificate ?? throw StrictJson.Missing(keyMember));
    }

    private static byte[] ReadHexHash(ref StrictJson json)
    {
        json.EnterObject("a hash");
        bool hasAlgorithm = false;
        string value = "";
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "algorithm":
                    hasAlgorithm = json.String(name) == "sha256" ? true : throw new StrictJsonException("a hash is not by sha256");
                    break;
                case "value":
                    value = json.String(name);
                    break;
                default:
                    throw StrictJson.Unknown("a hash");
            }
        }

        return hasAlgorithm && value.Length == 64 && value.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(value) : throw new StrictJsonException("a hash is not an SHA-256 in hexadecimal");
    }

    private static (byte[] Hash, HashAlgorithmName Algorithm) ReadSecondHash(ref StrictJson json)
    {
        json.EnterObject("a hash");
        string algorithm = "";
        byte[] value = [];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "algorithm":
                    algorithm = json.String(name);
                    break;
                case "digest":
                    value = json.Base64(name);
                    break;
                default:
                    throw StrictJson.Unknown("a hash");
            }
        }

        return (algorithm, value.Length) switch
        {
            ("SHA2_256", 32) => (value, HashAlgorithmName.SHA256),
            ("SHA2_384", 48) => (value, HashAlgorithmName.SHA384),
            ("SHA2_512", 64) => (value, HashAlgorithmName.SHA512),
            _ => throw new StrictJsonException("a hash is not by SHA2_256, SHA2_384 or SHA2_512, or not as long as that"),
        };
    }
}
