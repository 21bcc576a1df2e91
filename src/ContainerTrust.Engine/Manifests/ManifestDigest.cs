namespace ContainerTrust.Engine.Manifests;

/// <summary>The digest by which a manifest is named and signed (containers/image, <c>manifest.Digest</c>).</summary>
internal static class ManifestDigest
{
    /// <summary>
    /// The SHA-256 digest of a manifest: of its bytes as they are, or, for a signed docker schema 1 manifest, of the payload of its JSON
    /// web signature. Any bytes have a digest; whether they are a manifest is not asked.
    /// </summary>
    /// <remarks>
    /// Stricter than the reference for signed schema 1 manifests: nothing but the signatures may stand outside the payload, as whoever
    /// reads the manifest reads all of it, and there must be a signature.
    /// </remarks>
    /// <param name="manifest">The manifest's bytes.</param>
    /// <returns><c>sha256:</c> and 64 lower-case hexadecimal digits.</returns>
    /// <exception cref="TrustException"><c>InvalidManifest</c>: the signatures of a signed schema 1 manifest cannot be taken
    /// off.</exception>
    public static string Compute(ReadOnlySpan<byte> manifest) => Compute(manifest, "sha256");

    /// <summary>
    /// Whether a manifest has a digest. Only SHA-256 digests are ever a manifest's, as in the reference: any other text, a SHA-512 digest
    /// too, matches nothing.
    /// </summary>
    /// <param name="manifest">The manifest's bytes.</param>
    /// <param name="digest">The digest, compared as text.</param>
    /// <returns>True if it is the manifest's.</returns>
    /// <exception cref="TrustException"><c>InvalidManifest</c>, as in <see cref="Compute(ReadOnlySpan{byte})"/>.</exception>
    public static bool Matches(ReadOnlySpan<byte> manifest, string digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return Compute(manifest) == digest;
    }

    /// <summary>As <see cref="Compute(ReadOnlySpan{byte})"/>, by any algorithm: for layouts that name their manifests so.</summary>
    internal static string Compute(ReadOnlySpan<byte> manifest, string algorithm)
    {
        ManifestShape shape = ManifestShape.Read(manifest);
        return shape.GuessedMediaType == ManifestMediaType.DockerSchema1Signed
            ? ImageDigest.Compute(SignedSchema1.Payload(manifest), algorithm)
            : ImageDigest.Compute(manifest, algorithm);
    }
}
