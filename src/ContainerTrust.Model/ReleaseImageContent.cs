namespace ContainerTrust;

/// <summary>One image that an OpenShift or OKD release lists in its <c>release-manifests/image-references</c>.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ReleaseImageContent
{
    /// <summary>The component's name, such as <c>machine-config-operator</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The image by digest, such as <c>quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:…</c>.</summary>
    public required string Image { get; init; }

    /// <summary>The image's manifest digest, <c>algorithm:hex</c>.</summary>
    public required string Digest { get; init; }

    /// <summary>The release image that lists it, by digest.</summary>
    public required string Release { get; init; }

    /// <summary>The release's own name, such as <c>4.14.3</c>. Null if it gives none.</summary>
    public string? ReleaseName { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Name} {Image}");
}
