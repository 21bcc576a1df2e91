using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using ContainerTrust.Engine.Formats.Json;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>
/// A sigstore signature with what is attached to it, parsed but not verified: the payload, and the annotations that carry signature,
/// certificates and log entry. Registries keep it as a layer of an OCI manifest, directories as JSON (containers/image,
/// <c>docs/signature-protocols.md</c>).
/// </summary>
internal sealed class SigstoreSignature
{
    /// <summary>The media type of an image signature; attachments of other types are ignored.</summary>
    public const string ImageSignatureMimeType = "application/vnd.dev.cosign.simplesigning.v1+json";

    /// <summary>The annotation with the base64 signature.</summary>
    public const string SignatureAnnotation = "dev.cosignproject.cosign/signature";

    /// <summary>The annotation with the log entry and its signed entry timestamp, JSON.</summary>
    public const string BundleAnnotation = "dev.sigstore.cosign/bundle";

    /// <summary>The annotation with the signer's certificate, PEM.</summary>
    public const string CertificateAnnotation = "dev.sigstore.cosign/certificate";

    /// <summary>The annotation with the CA certificates, PEM, the root last.</summary>
    public const string ChainAnnotation = "dev.sigstore.cosign/chain";

    /// <summary>The largest document that is read, in bytes (4 MiB, as the reference reads at most).</summary>
    public const int MaxLength = 4 * 1024 * 1024;

    /// <summary>Makes a signature from an attachment's parts.</summary>
    /// <param name="untrustedMimeType">The layer's media type.</param>
    /// <param name="untrustedPayload">The layer's bytes; not copied.</param>
    /// <param name="untrustedAnnotations">The layer's annotations; copied.</param>
    public SigstoreSignature(string untrustedMimeType, ReadOnlyMemory<byte> untrustedPayload,
        IReadOnlyDictionary<string, string> untrustedAnnotations)
    {
        ArgumentNullException.ThrowIfNull(untrustedMimeType);
        ArgumentNullException.ThrowIfNull(untrustedAnnotations);
        UntrustedMimeType = untrustedMimeType;
        UntrustedPayload = untrustedPayload;
        UntrustedAnnotations = untrustedAnnotations.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>The attachment's media type.</summary>
    public string UntrustedMimeType { get; }

    /// <summary>The bytes that were signed.</summary>
    public ReadOnlyMemory<byte> UntrustedPayload { get; }

    /// <summary>The annotations, those that are not known included.</summary>
    public IReadOnlyDictionary<string, string> UntrustedAnnotations { get; }

    /// <summary>
    /// Reads the JSON form, what follows <c>0x00 "sigstore-json" 0x0A</c>. Members that are not known are ignored, as in the reference;
    /// stricter than there, names count in their exact case, none can be there twice, and every annotation is a string.
    /// </summary>
    /// <param name="document">JSON.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="problem">What is wrong, a clause; empty if nothing is.</param>
    /// <returns>Whether <paramref name="document"/> could be read.</returns>
    public static bool TryParse(ReadOnlySpan<byte> document, [NotNullWhen(true)] out SigstoreSignature? signature, out string problem)
    {
        if (document.Length > MaxLength)
        {
            signature = null;
            problem = "it is larger than 4 MiB";
            return false;
        }

        return StrictJson.TryRead(document, Read, out signature, out problem);
    }

    private static SigstoreSignature Read(ref StrictJson json)
    {
        json.EnterObject("the signature");
        string? mimeType = null;
        byte[]? payload = null;
        Dictionary<string, string>? annotations = null;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
        {
            switch (name)
            {
                case "mimeType":
                    mimeType = json.StringOrNull("mimeType");
                    break;
                case "payload":
                    payload = json.Base64("payload");
                    break;
                case "annotations":
                    annotations = ReadAnnotations(ref json);
                    break;
                default:
                    // Go would take "Payload" for "payload", and the last of them.
                    if (((ReadOnlySpan<string>)["mimeType", "payload", "annotations"]).Contains(name, StringComparer.OrdinalIgnoreCase))
                        throw StrictJson.Unknown("the signature");
                    json.SkipValue();
                    break;
            }
        }

        return new SigstoreSignature(mimeType ?? "", payload ?? [], annotations ?? []);
    }

    private static Dictionary<string, string> ReadAnnotations(ref StrictJson json)
    {
        Dictionary<string, string> annotations = new(StringComparer.Ordinal);
        if (!json.TryEnterObject("annotations"))
            return annotations;
        MemberSet seen = default;
        while (json.NextMember(ref seen, out string name))
            annotations.Add(name, json.String("an annotation"));
        return annotations;
    }
}
