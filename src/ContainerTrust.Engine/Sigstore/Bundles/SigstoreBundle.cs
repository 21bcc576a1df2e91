using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// A sigstore bundle, in which cosign 3 keeps a signature (https://github.com/sigstore/protobuf-specs, <c>sigstore_bundle.proto</c>;
/// versions 0.1 to
/// 0.3): parsed, and nothing of it verified. Of its two kinds one signs an envelope, whose payload says what it is about, the other a
/// content itself.
/// </summary>
public sealed class SigstoreBundle
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
                default:
                    json.SkipValue();
                    break;
            }
        }

        if (mediaType is null || !s_mediaTypes.Contains(mediaType))
            throw new StrictJsonException("its media type is not that of a sigstore bundle of version 0.1 to 0.3");
        return signed ?? throw StrictJson.Missing("the signature");
    }

    private static SigstoreBundle ReadMessageSignature(ref StrictJson json)
    {
        json.EnterObject("messageSignature");
        byte[]? signature = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            if (name == "signature")
                signature = json.Base64("signature");
            else
                json.SkipValue();
        }

        return new SigstoreBundle { UntrustedSignature = signature ?? throw StrictJson.Missing("the signature") };
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
