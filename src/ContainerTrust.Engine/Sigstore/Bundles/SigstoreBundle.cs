using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// A sigstore bundle, in which cosign 3 keeps a signature (https://github.com/sigstore/protobuf-specs, <c>sigstore_bundle.proto</c>;
/// versions 0.1 to 0.3): parsed, and nothing of it verified. Of its two kinds one signs an envelope, whose payload says what it is about,
/// the other a content itself.
/// </summary>
internal sealed class SigstoreBundle
{
    /// <summary>What the media types of bundles begin with.</summary>
    public const string MediaTypePrefix = "application/vnd.dev.sigstore.bundle";

    /// <summary>The largest document that is read, in bytes (4 MiB).</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    private static readonly string[] s_mediaTypes =
    [
        MediaTypePrefix + "+json;version=0.1", MediaTypePrefix + "+json;version=0.2", MediaTypePrefix + "+json;version=0.3",
        MediaTypePrefix + ".v0.3+json",
    ];

    private SigstoreBundle()
    {
    }

    /// <summary>The signature: of the envelope, if there is one, else of the content.</summary>
    public required ReadOnlyMemory<byte> UntrustedSignature { get; init; }

    /// <summary>The envelope (DSSE). Null in a bundle for a content.</summary>
    public DsseEnvelope? UntrustedEnvelope { get; init; }

    /// <summary>The SHA-256 that a bundle for a content says the content has. Null if it names none.</summary>
    internal byte[]? UntrustedContentHash { get; init; }

    /// <summary>Certificates, log entries and time stamps.</summary>
    internal BundleMaterial UntrustedMaterial { get; private set; } = BundleMaterial.None;

    /// <summary>Whether it is of version 0.1, which knows no inclusion proofs.</summary>
    internal bool IsFirstVersion { get; private set; }

    /// <summary>Whether it is of a version before 0.3, which has certificates in a chain.</summary>
    internal bool IsBeforeThird { get; private set; }

    /// <summary>
    /// Reads a bundle. Members that are not known are passed over; none can be there twice, and what is used must be of its type.
    /// </summary>
    /// <param name="document">JSON.</param>
    /// <param name="bundle">The bundle.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether <paramref name="document"/> could be read.</returns>
    public static bool TryParse(ReadOnlySpan<byte> document, [NotNullWhen(true)] out SigstoreBundle? bundle, out string problem)
    {
        if (document.Length > MaxLength)
        {
            bundle = null;
            problem = "it is larger than 4 MiB";
            return false;
        }

        return StrictJson.TryRead(document, Read, out bundle, out problem);
    }

    private static SigstoreBundle Read(ref StrictJson json)
    {
        json.EnterObject("the bundle");
        string? mediaType = null;
        SigstoreBundle? signed = null;
        BundleMaterial material = BundleMaterial.None;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "mediaType":
                    mediaType = json.String("mediaType");
                    break;
                case "messageSignature" or "dsseEnvelope" when signed is not null:
                    throw new StrictJsonException("it has both a message signature and an envelope");
                case "messageSignature":
                    signed = ReadMessageSignature(ref json);
                    break;
                case "dsseEnvelope":
                    signed = ReadEnvelope(ref json);
                    break;
                case "verificationMaterial":
                    material = BundleMaterial.Read(ref json);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        if (mediaType is null || !s_mediaTypes.Contains(mediaType))
            throw new StrictJsonException("its media type is not that of a sigstore bundle of version 0.1 to 0.3");
        if (signed is null)
            throw StrictJson.Missing("the signature");
        signed.UntrustedMaterial = material;
        signed.IsFirstVersion = mediaType == s_mediaTypes[0];
        signed.IsBeforeThird = signed.IsFirstVersion || mediaType == s_mediaTypes[1];
        return signed;
    }

    private static SigstoreBundle ReadMessageSignature(ref StrictJson json)
    {
        json.EnterObject("messageSignature");
        byte[]? signature = null;
        byte[]? hash = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "signature":
                    signature = json.Base64("signature");
                    break;
                case "messageDigest":
                    hash = json.TryEnterObject("messageDigest") ? ReadHash(ref json) : null;
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return new SigstoreBundle
        {
            UntrustedSignature = signature ?? throw StrictJson.Missing("the signature"), UntrustedContentHash = hash,
        };
    }

    private static byte[]? ReadHash(ref StrictJson json)
    {
        string algorithm = "";
        byte[] digest = [];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "algorithm":
                    algorithm = json.String("algorithm");
                    break;
                case "digest":
                    digest = json.Base64("digest");
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        return algorithm == "SHA2_256" ? digest : null;
    }

    private static SigstoreBundle ReadEnvelope(ref StrictJson json)
    {
        json.EnterObject("dsseEnvelope");
        byte[]? payload = null;
        string? payloadType = null;
        List<byte[]> signatures = [];
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "payload":
                    payload = json.Base64("payload");
                    break;
                case "payloadType":
                    payloadType = json.String("payloadType");
                    break;
                case "signatures":
                    ReadSignatures(ref json, signatures);
                    break;
                default:
                    json.SkipValue();
                    break;
            }
        }

        // As the format has it: a signer more is a bundle more.
        return signatures.Count == 1
            ? new SigstoreBundle
            {
                UntrustedSignature = signatures[0],
                UntrustedEnvelope = new DsseEnvelope(
                    payloadType ?? throw StrictJson.Missing("payloadType"), payload ?? throw StrictJson.Missing("payload")),
            }
            : throw new StrictJsonException($"its envelope has {(signatures.Count == 0 ? "no signature" : "more than one signature")}");
    }

    private static void ReadSignatures(ref StrictJson json, List<byte[]> signatures)
    {
        if (json.NextToken() != JsonTokenType.StartArray)
            throw new StrictJsonException("signatures is not a list");
        while (json.NextToken() is var token && token != JsonTokenType.EndArray)
        {
            if (token != JsonTokenType.StartObject || signatures.Count > 1)
                throw new StrictJsonException("signatures is not a list of one signature");
            byte[]? signature = null;
            MemberSet seen = default;
            while (json.NextMember(ref seen, out string name))
            {
                if (name == "sig")
                    signature = json.Base64("sig");
                else
                    json.SkipValue();
            }

            signatures.Add(signature ?? throw StrictJson.Missing("sig"));
        }
    }
}
