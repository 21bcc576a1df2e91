using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Verification;

/// <summary>An image whose manifest is at hand, not judged yet.</summary>
/// <param name="Name">What was asked for, resolved.</param>
/// <param name="Source">Where it is. Null if only its digest is known.</param>
/// <param name="InstanceDigest">The instance of a multi-arch image that is meant. Null for the top manifest.</param>
/// <param name="Platform">The platform that chose the instance. Null for the top manifest.</param>
/// <param name="Manifest">The manifest that is judged. Null if only its digest is known.</param>
/// <param name="Judged">The manifest as the verdict sees it.</param>
internal sealed record FetchedImage(ImageName Name, IImageSource? Source, string? InstanceDigest, ImagePlatform? Platform,
    ImageManifest? Manifest, JudgedManifest Judged)
{
    /// <summary>The digest of the multi-arch list that the instance was chosen from. Null for the top manifest.</summary>
    public string? ListDigest { get; init; }

    /// <summary>Fetches an instance that this multi-arch image's list names.</summary>
    /// <param name="digest">The instance's digest.</param>
    /// <param name="platform">What it is for, as the list says. Null if that says nothing.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The instance.</returns>
    /// <exception cref="TrustException">It cannot be fetched, or has another digest (<c>ManifestDigestMismatch</c>).</exception>
    public async Task<FetchedImage> FetchInstanceAsync(string digest, ImagePlatform? platform, CancellationToken cancellationToken)
    {
        ImageManifest manifest = await Source!.GetManifestAsync(digest, cancellationToken).ConfigureAwait(false);
        JudgedManifest judged = JudgedManifest.FromContent(ManifestShape.RequireObject(manifest));
        return judged.Matches(digest)
            ? new FetchedImage(Name, Source, digest, platform, manifest, judged) { ListDigest = ListDigest ?? Judged.Digest }
            : throw Mismatch(manifest.Source, judged.Digest, digest);
    }

    /// <summary>The error for a manifest that has another digest than was asked for.</summary>
    public static TrustException Mismatch(string source, string digest, string expected) =>
        new("ManifestDigestMismatch", TrustErrorKind.InvalidData, expected.StartsWith("sha256:", StringComparison.Ordinal)
            ? $"The manifest from {source} has the digest {digest}, not {expected} as asked for; it was changed " +
                "on its way or in the registry."
            : $"The manifest from {source} was asked for as {expected}, and only sha256 digests of manifests can be verified, here as " +
                "with podman and skopeo. Ask for the image by its sha256 digest or its tag.")
        {
            Target = source,
        };
}
