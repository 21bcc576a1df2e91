using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>
/// A stored signature's format, and whether it is what the format says, as containers/image reads it before any requirement is asked.
/// </summary>
internal static class StoredSignature
{
    /// <summary>Looks at a signature.</summary>
    /// <param name="untrustedBlob">The bytes as the store has them.</param>
    /// <param name="untrustedContent">The signature itself, without what names its format.</param>
    /// <param name="problem">Why the format is not known, a clause; empty otherwise.</param>
    /// <returns>The format.</returns>
    public static ImageSignatureKind Detect(ReadOnlyMemory<byte> untrustedBlob, out ReadOnlyMemory<byte> untrustedContent,
        out string problem) =>
        Detect(untrustedBlob, out untrustedContent, out _, out problem);

    /// <summary>Looks at a signature, and takes a sigstore one apart.</summary>
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
