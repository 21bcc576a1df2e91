using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>One image whose signatures are to be saved.</summary>
public sealed record SaveItem
{
    /// <summary>The image, as it is asked for.</summary>
    public required string Image { get; init; }

    /// <summary>The component's name in a release; <see cref="MirrorItem.ReleaseName"/> for the release image. Null without one.</summary>
    public string? Name { get; init; }

    /// <summary>Which manifests of a multi-arch image are meant.</summary>
    public PlatformChoice Platform { get; init; } = PlatformChoice.All;

    /// <summary>Whether OpenPGP signatures are wanted.</summary>
    public bool WantsOpenPgp { get; init; } = true;

    /// <summary>
    /// Whether the OpenPGP signature is wanted of this digest alone, and of no instance: so the cluster-version-operator asks.
    /// </summary>
    public bool HasOneOpenPgp { get; init; }

    /// <summary>Whether sigstore signatures are wanted.</summary>
    public bool WantsSigstore { get; init; } = true;

    /// <summary>Whether anything is wanted of it.</summary>
    public bool IsWanted => WantsOpenPgp || WantsSigstore;
}

/// <summary>The images of a release whose signatures a version asks for.</summary>
/// <param name="Release">The release image by digest.</param>
/// <param name="Version">The version, <c>major.minor</c>.</param>
/// <param name="Items">All images, the release image first; also those of which nothing is wanted.</param>
public sealed record SavePlan(string Release, string Version, IReadOnlyList<SaveItem> Items);

/// <summary>One answer about signatures that were to be saved.</summary>
/// <param name="Result">What became of them.</param>
/// <param name="Failure">Why they could not be saved. Null unless the status is <see cref="SavedSignatureStatus.Failed"/>.</param>
public sealed record SaveAnswer(SavedSignatureResult Result, TrustException? Failure);
