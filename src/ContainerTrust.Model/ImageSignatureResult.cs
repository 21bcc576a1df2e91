namespace ContainerTrust;

/// <summary>
/// Whether an image is acceptable, by a policy or by given keys, and why. A verdict holds for one manifest digest; a tag may name another
/// image a moment later, so <see cref="PinnedReference"/> is what to pull.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageSignatureResult
{
    /// <summary>The host whose policy or keys decided.</summary>
    public required string ComputerName { get; init; }

    /// <summary>
    /// The image asked about: <c>docker://registry.example.com/app:v1</c>, <c>dir:/…</c>, <c>oci:/…</c>; with files, the reference as
    /// given.
    /// </summary>
    public required string Image { get; init; }

    /// <summary>
    /// The image as it was given (a parameter's value, a line of a list), by which a verdict is joined with what was asked about. Null
    /// for a verdict that nobody asked for by itself, such as <see cref="Release"/>.
    /// </summary>
    public string? InputReference { get; init; }

    /// <summary>
    /// The platform whose instance of a multi-arch image was judged (<c>os/architecture[/variant]</c>); <c>all</c> for a list of which
    /// every instance was. Null if the image is not multi-arch, if its list alone was judged, or if the list names no platform for the
    /// instance.
    /// </summary>
    public string? Platform { get; init; }

    /// <summary>Digest of the manifest that was judged, <c>algorithm:hex</c>.</summary>
    public required string ManifestDigest { get; init; }

    /// <summary>Digest of the multi-arch list that the instance was chosen from. Null if no instance was chosen.</summary>
    public string? ListDigest { get; init; }

    /// <summary>
    /// The image by the digest that was judged, such as <c>registry.example.com/app@sha256:…</c>: pull this and nothing else. Null unless
    /// <see cref="IsValid"/>, for images that have no docker reference, and where the policy refuses by digest what it accepts by tag.
    /// </summary>
    public string? PinnedReference { get; init; }

    /// <summary>Whether the image is acceptable: every requirement is satisfied.</summary>
    public required bool IsValid { get; init; }

    /// <summary>
    /// The release whose verdict it is, if one was asked for, such as <c>podman 5.4 built with gpgme (GnuPG)</c>. Null for
    /// none in particular.
    /// </summary>
    public string? JudgedAs { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Reason
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>
    /// The scope of the policy that governs the image; empty for its transport's default, <c>default</c> for the policy's. Null if no
    /// policy was asked.
    /// </summary>
    public string? Scope { get; init; }

    /// <summary>Why that scope governs the image. Null if no policy was asked.</summary>
    public string? ScopeReason
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The requirements, in the order of the policy, each with its verdict. All must be satisfied.</summary>
    public required IReadOnlyList<RequirementVerdict> Requirements { get; init; }

    /// <summary>The signatures that were found, in the order of their sources.</summary>
    public required IReadOnlyList<ImageSignature> Signatures { get; init; }

    /// <summary>
    /// Where the manifest came from: the URL that answered (a mirror's, perhaps) or a file. Null if only its digest was given.
    /// </summary>
    public string? ManifestSource { get; init; }

    /// <summary>With a release: the verdict on the release image. Null otherwise.</summary>
    public ImageSignatureResult? Release { get; init; }

    /// <summary>
    /// With a release: the component's name in it (such as <c>machine-config-operator</c>). Null if the image is not among its contents.
    /// </summary>
    public string? ReleaseComponent { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        $"{Image}: {(IsValid ? "valid" : "not valid")}{(JudgedAs is null ? "" : $" as {JudgedAs}")}: {Reason}");
}
