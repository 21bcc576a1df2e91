using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>
/// A signature that was found, with its format, and whether it is what the format says, as containers/image reads it before any requirement
/// is asked. It is taken apart once, however many requirements look at it.
/// </summary>
/// <param name="Blob">What was found.</param>
/// <param name="Kind">The format.</param>
/// <param name="UntrustedContent">The signature itself, without what names its format.</param>
/// <param name="UntrustedSigstore">The parts of a sigstore signature; null for another.</param>
/// <param name="Problem">Why the format is not known, a clause; empty otherwise.</param>
internal sealed record StoredSignature(
    SignatureBlob Blob,
    ImageSignatureKind Kind,
    ReadOnlyMemory<byte> UntrustedContent,
    SigstoreSignature? UntrustedSigstore,
    string Problem)
{
    /// <summary>A sigstore signature as a registry would keep it beside an image. Null for another.</summary>
    public SignatureAttachment? UntrustedAttachment => UntrustedSigstore is not { } parts ? null
        : new(parts.UntrustedMimeType, parts.UntrustedPayload, parts.UntrustedAnnotations);

    /// <summary>Looks at a signature.</summary>
    /// <param name="blob">What was found.</param>
    public static StoredSignature Of(SignatureBlob blob)
    {
        ArgumentNullException.ThrowIfNull(blob);
        if (blob.IsBundle)
            return new StoredSignature(blob, ImageSignatureKind.SigstoreBundle, blob.UntrustedContent, null, "");
        if (blob.UntrustedAttachment is { } parts)
        {
            SigstoreSignature signature = new(parts.UntrustedMediaType, parts.UntrustedPayload, parts.UntrustedAnnotations);
            return new StoredSignature(blob, ImageSignatureKind.Sigstore, blob.UntrustedContent, signature, "");
        }

        ImageSignatureKind kind = Detect(blob.UntrustedContent, out ReadOnlyMemory<byte> content, out SigstoreSignature? sigstore,
            out string problem);
        return new StoredSignature(blob, kind, content, sigstore, problem);
    }

    /// <summary>Looks at the bytes of a signature.</summary>
    /// <param name="untrustedBlob">The bytes as the store has them.</param>
    /// <param name="untrustedContent">The signature itself, without what names its format.</param>
    /// <param name="problem">Why the format is not known, a clause; empty otherwise.</param>
    /// <returns>The format.</returns>
    public static ImageSignatureKind Detect(ReadOnlyMemory<byte> untrustedBlob, out ReadOnlyMemory<byte> untrustedContent,
        out string problem) =>
        Detect(untrustedBlob, out untrustedContent, out _, out problem);

    /// <summary>Looks at the bytes of a signature, and takes a sigstore one apart.</summary>
    /// <param name="untrustedBlob">The bytes as the store has them.</param>
    /// <param name="untrustedContent">The signature itself, without what names its format.</param>
    /// <param name="sigstore">The parts of a sigstore signature; null for another.</param>
    /// <param name="problem">Why the format is not known, a clause; empty otherwise.</param>
    /// <returns>The format.</returns>
    public static ImageSignatureKind Detect(ReadOnlyMemory<byte> untrustedBlob, out ReadOnlyMemory<byte> untrustedContent,
        out SigstoreSignature? sigstore, out string problem)
    {
        sigstore = null;
        if (!SignatureFormat.TryRead(untrustedBlob, out ImageSignatureKind kind, out untrustedContent, out problem))
            return ImageSignatureKind.Unknown;
        if (kind != ImageSignatureKind.Sigstore || SigstoreSignature.TryParse(untrustedContent.Span, out sigstore, out problem))
            return kind;
        problem = $"it is marked as sigstore and is not the JSON document that this means: {problem}";
        return ImageSignatureKind.Unknown;
    }
}
