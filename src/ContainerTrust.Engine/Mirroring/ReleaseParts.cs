using ContainerTrust.Engine.Images.Release;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>What a release consists of, whatever its platforms.</summary>
/// <param name="Top">The release image, or its list.</param>
/// <param name="Pinned">The release image by digest.</param>
/// <param name="Contents">The images that it lists, of all instances.</param>
internal sealed record ReleaseParts(FetchedImage Top, string Pinned, IReadOnlyList<ReleaseImageContent> Contents)
{
    /// <summary>The release's own name. Null if it gives none.</summary>
    public string? Name { get; } = Contents.Select(static c => c.ReleaseName).FirstOrDefault(static n => n is not null);

    /// <summary>Reads a release.</summary>
    /// <param name="images">Fetches it.</param>
    /// <param name="release">The release image.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TrustException">It cannot be read, or lists nothing that can be asked for.</exception>
    public static async Task<ReleaseParts> ReadAsync(ImageVerifier images, string release, CancellationToken cancellationToken)
    {
        FetchedImage top = await images.FetchAsync(release, cancellationToken).ConfigureAwait(false);
        string digest = top.Judged.Digest;
        string pinned = top.Name.Reference is { } reference ? $"{reference.Name}@{digest}" : top.Name.FullName;
        if (top.Name.Reference is { Digest: null })
            images.Messages.Warning($"{top.Name.FullName} is a tag, and the registry says which release that is: " +
                $"{digest}. Specify the release by its digest.");
        return new ReleaseParts(top, pinned, await ContentsAsync(images, top, pinned, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>What the release's own version demands.</summary>
    /// <param name="release">The release, as it was given.</param>
    /// <exception cref="TrustException"><c>OpenShiftVersionUnknown</c>.</exception>
    public MirrorDemands Demands(string release) => (Name is null ? null : MirrorDemands.TryParse(Name)) ?? throw new TrustException(
        "OpenShiftVersionUnknown", TrustErrorKind.InvalidData,
        $"{release} does not say which version it is ('{Name}'), so it is not known which signatures a cluster asks for. " +
        $"Specify {TrustOption.OpenShiftVersion}.") { Target = release };

    // Of a multi-arch release every instance has a list of its own. They are alike, but nobody must be.
    private static async Task<IReadOnlyList<ReleaseImageContent>> ContentsAsync(ImageVerifier images, FetchedImage top, string pinned,
        CancellationToken cancellationToken)
    {
        List<string> passed = [];
        ReleaseContentOptions read = new() { Release = pinned, Warning = passed.Add, Verbose = images.Messages.Verbose };
        List<FetchedImage> instances = [];
        if (ManifestList.IsList(top.Manifest!))
        {
            foreach (ManifestInstance instance in ManifestList.Instances(top.Manifest!).DistinctBy(static i => i.Digest))
                instances.Add(await top.FetchInstanceAsync(instance.Digest, instance.Platform, cancellationToken).ConfigureAwait(false));
        }
        else
        {
            instances.Add(top);
        }

        List<ReleaseImageContent> contents = [];
        HashSet<(string, string)> known = [];
        foreach (FetchedImage instance in instances)
        {
            contents.AddRange((await ReleaseContent.ReadAsync(top.Source!, instance.Manifest!, cancellationToken, read)
                .ConfigureAwait(false)).Where(content => known.Add((content.Name, content.Digest))));
        }

        // What cannot be asked for must not look as if it had been found.
        if (passed.Count > 0 || contents.Count == 0)
            throw new TrustException("InvalidReleaseContent", TrustErrorKind.InvalidData, passed.Count > 0
                ? $"{passed[0]} So nothing can be said of it. Specify a release whose images all have digests."
                : $"{pinned} lists no images, so there is nothing to ask for. Specify a release image.")
                { Target = pinned };
        return contents;
    }
}
