using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Verification;

/// <content>Images that were fetched before.</content>
public sealed partial class ImageVerifier
{
    /// <summary>
    /// Verifies the top manifest of an image, as bootc does, which looks at no instance: the one that the name has now, or another of the
    /// repository that was fetched by that name.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="digest">The digest of what was fetched. Null for what the name has now.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TrustException">There is no verdict, as above.</exception>
    internal Task<ImageSignatureResult> VerifyFetchedAsync(string image, string? digest, CancellationToken cancellationToken) =>
        WithinAsync(image, async token =>
        {
            ImageName name = Resolve(image);
            IImageSource source = Open(name);
            ImageManifest manifest = await source.GetManifestAsync(digest, token).ConfigureAwait(false);
            JudgedManifest judged = JudgedManifest.FromContent(ManifestShape.RequireObject(manifest));
            if ((digest ?? name.Reference?.Digest) is { } named && !judged.Matches(named))
                throw FetchedImage.Mismatch(manifest.Source, judged.Digest, named);
            FetchedImage fetched = new(name, source, digest, null, manifest, judged);
            Judgement judgement = await EvaluateAsync(fetched, null, token).ConfigureAwait(false);
            return judgement.Failure is { } failure && !judgement.Verdict.IsAccepted ? throw failure
                : judgement.ToResult(fetched, Host.ComputerName);
        }, cancellationToken);
}
