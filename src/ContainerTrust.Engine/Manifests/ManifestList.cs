namespace ContainerTrust.Engine.Manifests;

/// <summary>Manifest lists: OCI image indexes and docker manifest lists.</summary>
internal static class ManifestList
{
    /// <summary>
    /// Whether a manifest names the manifests of several images instead of being one's own. The media type that the source named and the
    /// content must not contradict each other, and the content must not look like both: such manifests are made to be judged as one thing
    /// and used as another.
    /// </summary>
    /// <param name="manifest">The manifest.</param>
    /// <returns>True for a list. False for anything else, content that is not a manifest at all too.</returns>
    /// <exception cref="TrustException">
    /// <c>AmbiguousManifest</c>: it could be taken for more than one kind. <c>InvalidManifest</c>: it is called a list and is none that can
    /// be read.
    /// </exception>
    public static bool IsList(ImageManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ManifestShape shape = ManifestShape.Read(manifest.Content.Span);
        string? named = ManifestMediaType.Simplify(manifest.MediaType);
        string? declared = shape.DeclaredMediaType;
        if (!shape.IsObject)
        {
            return ManifestMediaType.IsList(named)
                ? throw new TrustException("InvalidManifest", TrustErrorKind.InvalidData,
                    $"{manifest.Source} is called a manifest list, and is not a JSON object.") { Target = manifest.Source }
                : false;
        }

        bool single = shape.HasConfig || shape.HasLayers || shape.HasFsLayers || shape.HasHistory;
        if (shape.HasManifests && single)
            throw Ambiguous(manifest, "it has the members of a manifest list and of a single image");
        if ((shape.HasConfig || shape.HasLayers) && (shape.HasFsLayers || shape.HasHistory))
            throw Ambiguous(manifest, "it has the members of two kinds of image manifest");
        bool namedList = ManifestMediaType.IsList(named);
        bool declaredList = ManifestMediaType.IsList(declared);
        bool namedSingle = ManifestMediaType.IsSingle(named);
        bool declaredSingle = ManifestMediaType.IsSingle(declared);
        bool isList = namedList || declaredList || shape.HasManifests;
        if (isList && (namedSingle || declaredSingle || single))
            throw Ambiguous(manifest,
                $"{Says(named, "it came as")}{Says(declared, "it calls itself")}its members are those of " +
                $"{(shape.HasManifests ? "a manifest list" : single ? "a single image" : "neither a list nor an image")}");
        if (namedList && declaredList && named != declared)
            throw Ambiguous(manifest, $"it came as '{named}' and calls itself '{declared}'");
        return isList;
    }

    /// <summary>The manifests that a list names.</summary>
    /// <param name="list">A manifest list.</param>
    /// <returns>Them, in the list's order.</returns>
    /// <exception cref="TrustException"><c>InvalidManifest</c>: it is not a list that can be read, or names something by what is no
    /// digest.</exception>
    public static IReadOnlyList<ManifestInstance> Instances(ImageManifest list) =>
        [.. Read(list).Select(static d =>
            new ManifestInstance(d.Digest, d.Platform, string.IsNullOrEmpty(d.MediaType) ? null : d.MediaType))];

    /// <summary>
    /// The instance that podman and skopeo would pull for a platform: the best compatible variant, of several the first. An entry of an OCI
    /// index without a platform is taken where nothing else fits, and one whose layers are compressed by zstd before its like.
    /// </summary>
    /// <param name="list">A manifest list.</param>
    /// <param name="platform">The platform.</param>
    /// <returns>The instance's digest. The instance may be a list itself; the caller then selects from that one in turn.</returns>
    /// <exception cref="TrustException"><c>PlatformNotFound</c>, naming those there are. <c>InvalidManifest</c>, as in
    /// <see cref="Instances"/>.</exception>
    public static string SelectInstance(ImageManifest list, ImagePlatform platform)
    {
        ArgumentNullException.ThrowIfNull(platform);
        IReadOnlyList<ManifestDescriptor> entries = Read(list);
        string? named = ManifestMediaType.Simplify(list.MediaType);
        bool isDocker = (ManifestMediaType.IsList(named) ? named
            : ManifestShape.Read(list.Content.Span).GuessedMediaType) == ManifestMediaType.DockerList;
        IReadOnlyList<ImagePlatform> wanted = platform.Compatible();
        ManifestDescriptor? best = null;
        int bestRank = int.MaxValue;
        foreach (ManifestDescriptor entry in entries)
        {
            int rank = Rank(entry, wanted, isDocker);
            if (rank < 0)
                continue;
            bool better = best is null || rank < bestRank || (rank == bestRank && !isDocker && entry.IsZstd && !best.IsZstd);
            if (better)
                (best, bestRank) = (entry, rank);
        }

        return best?.Digest ?? throw NotFound(list, platform, entries);
    }

    // -1: not for the platform. Docker lists know no entry without a platform: it is then one of empty names.
    private static int Rank(ManifestDescriptor entry, IReadOnlyList<ImagePlatform> wanted, bool isDocker)
    {
        if (entry.Platform is null)
            return isDocker ? -1 : wanted.Count;
        for (int i = 0; i < wanted.Count; i++)
        {
            if (entry.Platform == wanted[i])
                return i;
        }

        return -1;
    }

    private static IReadOnlyList<ManifestDescriptor> Read(ImageManifest list)
    {
        if (!IsList(list))
            throw new TrustException("InvalidManifest", TrustErrorKind.InvalidData, $"{list.Source} is not a manifest list.")
                { Target = list.Source };
        IReadOnlyList<ManifestDescriptor> entries = ManifestDescriptor.ReadList(list.Content.Span, list.Source);
        foreach (ManifestDescriptor entry in entries)
            ImageDigest.Require(entry.Digest, list.Source);
        return entries;
    }

    private static TrustException NotFound(ImageManifest list, ImagePlatform platform, IReadOnlyList<ManifestDescriptor> entries)
    {
        const int Shown = 30;
        string there = string.Join(", ",
            entries.Select(static e => e.Platform is null ? "one without a platform"
            : Printable.Of(e.Platform.ToString(), Printable.NameLength)).Distinct().Take(Shown));
        string choice = there.Length == 0 ? "it has none at all." : $"it has {there}. Specify another with {TrustOption.Platform}.";
        return new TrustException("PlatformNotFound", TrustErrorKind.NotFound, $"{list.Source} has no image for {platform}; {choice}")
        {
            Target = list.Source,
        };
    }

    private static string Says(string? mediaType, string how) =>
        mediaType is null ? "" : $"{how} '{Printable.Of(mediaType, Printable.NameLength)}', ";

    private static TrustException Ambiguous(ImageManifest manifest, string reason) =>
        new("AmbiguousManifest", TrustErrorKind.InvalidData,
            $"{manifest.Source} is refused because it can be read in more than one way: {reason}. Push the " +
            "image again with a current tool.") { Target = manifest.Source };
}
