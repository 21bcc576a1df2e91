namespace ContainerTrust;

/// <summary>
/// Whether a mirror has one image of an OpenShift or OKD release, with the signatures that the release's version asks for: the release
/// image, a component, or one instance of either.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ReleaseMirrorResult
{
    /// <summary>What was found.</summary>
    public required ReleaseMirrorStatus Status { get; init; }

    /// <summary>The component's name, such as <c>machine-config-operator</c>; <c>release</c> for the release image itself.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The platform of an instance, <c>os/architecture[/variant]</c>; <c>list</c> for a multi-arch list itself. Null for an image that is
    /// not multi-arch, one that is not there, and an instance whose list names no platform.
    /// </summary>
    public string? Platform { get; init; }

    /// <summary>The manifest digest, <c>algorithm:hex</c>.</summary>
    public required string Digest { get; init; }

    /// <summary>The image by digest where it comes from. Null if that is not known.</summary>
    public string? Source { get; init; }

    /// <summary>The mirror, as it was given.</summary>
    public required string Mirror { get; init; }

    /// <summary>The image by digest in the mirror.</summary>
    public required string MirrorImage { get; init; }

    /// <summary>The OpenPGP signature of the release image, which the cluster-version-operator asks for.</summary>
    public required MirroredSignature OpenPgpSignature { get; init; }

    /// <summary>The sigstore attachment (<c>sha256-HEX.sig</c>) in the mirror, which CRI-O asks for.</summary>
    public required MirroredSignature SigstoreSignature { get; init; }

    /// <summary>What is missing or wrong, in sentences. Empty if nothing is.</summary>
    public required string[] Missing
    {
        get;
        init => field = PrintableText.All(value);
    }

    /// <summary>Commands that copy what is missing into the mirror, to run in this order. Empty if nothing can be copied.</summary>
    public required string[] Copy { get; init; }

    /// <summary>The release image by digest, to ask again with.</summary>
    public required string Release { get; init; }

    /// <summary>The version whose demands count, such as <c>4.22</c>.</summary>
    public required string OpenShiftVersion { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        $"{Name}{(Platform is null ? "" : $" ({Platform})")} {Digest}: {Status}" +
        (Missing is null or [] ? "" : $": {string.Join(' ', Missing)}"));
}
