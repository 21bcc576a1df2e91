using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Images;

/// <summary>
/// One image, wherever it is kept. Nothing that it gives has been verified, but that bytes asked for by digest have that digest.
/// </summary>
internal interface IImageSource
{
    /// <summary>The image's name with its transport: <c>docker://…</c>, <c>dir:/…</c>, <c>oci:/…:name</c>.</summary>
    string Name { get; }

    /// <summary>Where <see cref="GetSignaturesAsync"/> looks, for messages. Empty for a source that keeps no signatures.</summary>
    IReadOnlyList<string> SignatureStores => [];

    /// <summary>
    /// Why sigstore signatures that a registry may have are not looked for, a sentence; null if they are, or if there is no registry.
    /// </summary>
    string? AttachmentsHint => null;

    /// <summary>Fetches a manifest.</summary>
    /// <param name="instanceDigest">An instance of a multi-arch image by digest. Null for the image's top manifest.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="TrustException">
    /// It is not there, cannot be fetched, is too large, or has another digest than was asked for.
    /// </exception>
    Task<ImageManifest> GetManifestAsync(string? instanceDigest, CancellationToken cancellationToken);

    /// <summary>Fetches the signatures of a manifest, from where the source keeps them.</summary>
    /// <param name="instanceDigest">As in <see cref="GetManifestAsync"/>.</param>
    /// <param name="manifestDigest">The digest computed from the manifest's bytes.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The signatures in order, and which of their places could not be read.</returns>
    /// <exception cref="TrustException">A store cannot be read, or there are too many signatures.</exception>
    Task<SourceSignatures> GetSignaturesAsync(
        string? instanceDigest,
        string manifestDigest,
        CancellationToken cancellationToken);

    /// <summary>Looks for signatures that podman and skopeo do not read, for the reason why they find none.</summary>
    /// <param name="manifestDigest">The digest computed from the manifest's bytes.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>A sentence about them; null if there are none.</returns>
    /// <exception cref="TrustException">It cannot be found out.</exception>
    Task<string?> FindUnreadSignaturesAsync(string manifestDigest, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>The same source, for what nobody has asked about: it warns of nothing.</summary>
    /// <returns>It.</returns>
    IImageSource WithoutWarnings() => this;

    /// <summary>Fetches a blob.</summary>
    /// <param name="digest">Its digest, which the bytes are checked against.</param>
    /// <param name="maxBytes">The largest size accepted.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The bytes.</returns>
    /// <exception cref="TrustException">It is not there, cannot be fetched, is too large, or has another digest.</exception>
    Task<byte[]> GetBlobAsync(string digest, long maxBytes, CancellationToken cancellationToken);
}
