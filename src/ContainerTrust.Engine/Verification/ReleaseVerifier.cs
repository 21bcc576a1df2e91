using ContainerTrust.Engine.Images.Release;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Verification;

/// <summary>
/// Trust through an OpenShift or OKD release image: the release is signed as a whole, and lists its images by digest, which carry no
/// signature of their own. Each release is fetched and verified once. For many threads.
/// </summary>
public sealed class ReleaseVerifier
{
    private readonly ImageVerifier _images;
    private readonly ImagePlatform? _platform;
    private readonly AsyncCache<string, Release> _releases = new();
    private readonly AsyncCache<string, IReadOnlyList<ReleaseImageContent>> _contents = new();

    /// <summary>A verifier.</summary>
    /// <param name="images">How images are fetched and judged; its policy or keys decide about release images.</param>
    /// <param name="platform">Which instance of a multi-arch release is read. Null if releases are single images.</param>
    public ReleaseVerifier(ImageVerifier images, ImagePlatform? platform)
    {
        ArgumentNullException.ThrowIfNull(images);
        _images = images;
        _platform = platform;
    }

    /// <summary>Whether an image is among the contents of a release whose signature holds.</summary>
    /// <param name="image">The image; by digest, or by a tag, which is looked up now.</param>
    /// <param name="release">The release image.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The verdict on the image; that on the release is in <see cref="ImageSignatureResult.Release"/>.</returns>
    /// <exception cref="TrustException">The release, or an image by tag, cannot be reached, or the release lists no contents.</exception>
    public Task<ImageSignatureResult> VerifyAsync(string image, string release, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        return _images.WithinAsync(image, token => VerifyWithinAsync(image, release, token), cancellationToken);
    }

    private async Task<ImageSignatureResult> VerifyWithinAsync(string image, string release, CancellationToken cancellationToken)
    {
        FetchedImage member = await _images.IdentifyAsync(image, cancellationToken).ConfigureAwait(false);
        Release known = await GetAsync(release, cancellationToken).ConfigureAwait(false);
        string digest = member.Judged.Digest;

        // What an unsigned release lists is anybody's list.
        IReadOnlyList<ReleaseImageContent> contents = known.Verdict.IsValid ? await ContentsAsync(release, known, cancellationToken)
            .ConfigureAwait(false) : [];
        ReleaseImageContent? content = contents.FirstOrDefault(c => c.Digest == digest);
        string? rejected = RejectedByPolicy(member.Name);
        bool isValid = known.Verdict.IsValid && content is not null && rejected is null;
        string title = contents.Count > 0 && contents[0].ReleaseName is { } name ? $"release {Printable.Of(name, Printable.NameLength)}"
            : "the release";
        return new ImageSignatureResult
        {
            ComputerName = known.Verdict.ComputerName,
            Image = member.Name.FullName,
            ManifestDigest = digest,
            PinnedReference = isValid ? Pinned(member.Name, digest) : null,
            IsValid = isValid,
            Reason =
                isValid ? $"It is {Printable.Of(content!.Name, Printable.NameLength)} of {title} ({known.Verdict.ManifestDigest}), whose " +
                    $"signature holds. {known.Verdict.Reason}"
                : rejected is not null ? rejected
                : known.Verdict.IsValid ? $"The digest is not among the {contents.Count} images of {title} " +
                    $"({known.Verdict.ManifestDigest})."
                : $"The release image is not trusted, so nothing that it lists is. {known.Verdict.Reason}",
            Requirements = [],
            Signatures = [],
            ManifestSource = member.Manifest?.Source,
            Release = known.Verdict,
            ReleaseComponent = isValid ? content!.Name : null,
        };
    }

    /// <summary>The contents of a release.</summary>
    /// <param name="release">The release image.</param>
    /// <param name="requireSignature">Whether its signature must hold; only without are the contents of an untrusted release handed
    /// out.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The images that it lists.</returns>
    /// <exception cref="TrustException">The release is not trusted (<c>ReleaseNotTrusted</c>), cannot be reached, or lists no
    /// contents.</exception>
    public Task<IReadOnlyList<ReleaseImageContent>> ReadAsync(string release, bool requireSignature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(release);
        return _images.WithinAsync(release, token => ReadWithinAsync(release, requireSignature, token), cancellationToken);
    }

    private async Task<IReadOnlyList<ReleaseImageContent>> ReadWithinAsync(string release, bool requireSignature,
        CancellationToken cancellationToken)
    {
        if (!requireSignature)
        {
            FetchedImage fetched = await FetchAsync(release, cancellationToken).ConfigureAwait(false);
            return await ReadContentsAsync(fetched, fetched, cancellationToken).ConfigureAwait(false);
        }

        Release known = await GetAsync(release, cancellationToken).ConfigureAwait(false);
        return known.Verdict.IsValid
            ? await ContentsAsync(release, known, cancellationToken).ConfigureAwait(false)
            : throw new TrustException("ReleaseNotTrusted", TrustErrorKind.InvalidData,
                $"The release image {release} is not trusted, so what it lists says nothing. {known.Verdict.Reason}") { Target = release };
    }

    // By its digest, unless the policy refuses that name.
    private string? Pinned(ImageName name, string digest)
    {
        if (name.Reference is not { } reference)
            return null;
        string text = $"{reference.Name}@{digest}";
        return RejectedByPolicy(ImageName.Parse($"docker://{text}", static path => path)) is null ? text : null;
    }

    // Why the policy refuses an image whatever is signed; null if it does not, or if keys were given in the policy's place.
    private string? RejectedByPolicy(ImageName name)
    {
        if (_images.HasOwnKeys)
            return null;
        (IReadOnlyList<TrustRequirement> requirements, _, string? reason) = _images.Requirements(name);
        return requirements.Any(static r => r is RejectRequirement or SignedBaseLayerRequirement)
            ? $"The policy rejects {name.FullName}. {reason}" : null;
    }

    private Task<Release> GetAsync(string release, CancellationToken cancellationToken) => _releases.GetAsync(
        release,
        async token =>
        {
            // The signature is of the image as it is referred to; the instance is reached from the list by its digest.
            FetchedImage top = await _images.FetchAsync(release, token).ConfigureAwait(false);
            return (new Release(top, await _images.JudgeAsync(top, requireSignature: true, token).ConfigureAwait(false)), null);
        },
        cancellationToken);

    private Task<IReadOnlyList<ReleaseImageContent>> ContentsAsync(string release, Release known, CancellationToken cancellationToken) =>
        _contents.GetAsync(
        release,
        async token => (await ReadContentsAsync(known.Top, await _images.SelectAsync(known.Top, _platform, token).ConfigureAwait(false),
            token).ConfigureAwait(false), null),
        cancellationToken);

    private async Task<FetchedImage> FetchAsync(string release, CancellationToken cancellationToken)
    {
        FetchedImage top = await _images.FetchAsync(release, cancellationToken).ConfigureAwait(false);
        return await _images.SelectAsync(top, _platform, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<ReleaseImageContent>> ReadContentsAsync(FetchedImage top, FetchedImage instance,
        CancellationToken cancellationToken)
    {
        if (ManifestList.IsList(instance.Manifest!))
        {
            throw new TrustException("PlatformRequired", TrustErrorKind.InvalidArgument,
                $"{top.Name.FullName} is a multi-arch release; say with {TrustOption.Platform} which of its images is meant: " +
                $"{string.Join(", ", ManifestList.Instances(instance.Manifest!).Select(static i => i.Platform).Distinct())}.")
            {
                Target = top.Name.FullName,
            };
        }

        string pinned = top.Name.Reference is { } reference ? $"{reference.Name}@{top.Judged.Digest}"
            : $"{top.Name.FullName}@{top.Judged.Digest}";
        ReleaseContentOptions options = new() { Release = pinned, Warning = _images.Messages.Warning, Verbose = _images.Messages.Verbose };
        return await ReleaseContent.ReadAsync(instance.Source!, instance.Manifest!, cancellationToken, options).ConfigureAwait(false);
    }

    /// <summary>A release that has been judged.</summary>
    private sealed record Release(FetchedImage Top, ImageSignatureResult Verdict);
}
