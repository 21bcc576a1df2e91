using System.Security.Cryptography;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>What a bundle is about, looked at once its signature holds.</summary>
internal static class BundleContent
{
    /// <summary>What the digests begin with that bundles are for.</summary>
    public const string Sha256 = "sha256:";

    /// <summary>Requires that a manifest has a digest that a bundle can be for.</summary>
    /// <param name="manifestDigest">The manifest's digest.</param>
    /// <returns>Its hexadecimal digits.</returns>
    /// <exception cref="SigstoreRefusal">It is by another hash.</exception>
    public static string RequireSha256(string manifestDigest) => manifestDigest.StartsWith(Sha256, StringComparison.Ordinal)
        ? manifestDigest[Sha256.Length..]
        : throw new SigstoreRefusal(SigstoreProblem.MalformedPayload,
            "The manifest has no SHA-256 digest, which a bundle's signature is for.");

    /// <summary>
    /// Requires that a bundle is of version 0.3. Its version is signed by nobody, and earlier ones demand less, so whoever may choose it
    /// chooses the checks; cosign 3 refuses them for images too.
    /// </summary>
    /// <param name="bundle">The bundle.</param>
    /// <exception cref="SigstoreRefusal">It is of an earlier version.</exception>
    public static void RequireThirdVersion(SigstoreBundle bundle)
    {
        if (bundle.IsBeforeThird)
            throw new SigstoreRefusal(SigstoreProblem.OtherMediaType,
                "The bundle's version is too old: for images 0.3 is required, as cosign 3 requires it. Sign the image again.");
    }

    /// <summary>Requires that a bundle whose signature holds signs an image, and not a file.</summary>
    /// <param name="bundle">The bundle; its signature holds, and so do its certificate and the signer's name.</param>
    /// <param name="hex">The manifest's digest, hexadecimal.</param>
    /// <exception cref="SigstoreRefusal">It is for a file, says something else, or that of another image.</exception>
    public static void RequireImage(SigstoreBundle bundle, string hex) => RequireImage(
        bundle.UntrustedEnvelope ?? throw new SigstoreRefusal(
            SigstoreProblem.OtherMediaType,

            // Of any file that somebody has signed somebody else could make an image's manifest.
            "The bundle is a good signature of a file with these bytes, which is not an image signature."),
        hex);

    /// <summary>Requires that an envelope says of an image, and nothing else, that someone signs it.</summary>
    /// <param name="envelope">The envelope; its signature holds.</param>
    /// <param name="hex">The manifest's digest, hexadecimal.</param>
    /// <exception cref="SigstoreRefusal">It says something else, or that of another image.</exception>
    public static void RequireImage(DsseEnvelope envelope, string hex)
    {
        if (envelope.PayloadType != DsseEnvelope.InToto)
            throw new SigstoreRefusal(SigstoreProblem.MalformedPayload,
                "The signature holds, but what was signed is not an in-toto statement.");
        if (!InTotoStatement.TryParse(envelope.Payload.Span, out InTotoStatement? statement, out string problem))
            throw new SigstoreRefusal(SigstoreProblem.MalformedPayload,
                $"The signature holds, but what was signed cannot be read: {problem}.");
        if (statement.PredicateType != InTotoStatement.SignaturePredicate)
        {
            throw new SigstoreRefusal(
                SigstoreProblem.OtherMediaType,
                $"It is an attestation ({Printable.Of(statement.PredicateType, Printable.NameLength)}), which says something of the " +
                    $"image, and not a signature.");
        }

        if (!statement.Sha256.Contains(hex))
            throw new SigstoreRefusal(SigstoreProblem.MalformedPayload, "The signature is good, but it is for another manifest.");
    }

    /// <summary>The bytes that a bundle's signature must be over, if it is for this manifest.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="hex">The manifest's digest, hexadecimal.</param>
    /// <param name="manifest">The manifest's bytes. Null if only the digest is known.</param>
    /// <returns>The envelope's bytes, or the manifest's for a bundle that signs it as a file.</returns>
    /// <exception cref="SigstoreRefusal">It is for a file, which is not this manifest or is not known.</exception>
    public static byte[] SignedBytes(SigstoreBundle bundle, string hex, ReadOnlyMemory<byte>? manifest)
    {
        if (bundle.UntrustedEnvelope is { } envelope)
            return envelope.SignedBytes();
        if (manifest is not { } content)
            throw new SigstoreRefusal(SigstoreProblem.OtherMediaType,
                "The bundle is for a file, and the manifest, which it could be for, is not known; only its digest is.");
        byte[] hash = SHA256.HashData(content.Span);
        if (Convert.ToHexStringLower(hash) != hex || (bundle.UntrustedContentHash is { } hint && !hint.AsSpan().SequenceEqual(hash)))
            throw new SigstoreRefusal(SigstoreProblem.MalformedPayload, "The bundle is for a file, which is not the image's manifest.");
        return content.ToArray();
    }
}
