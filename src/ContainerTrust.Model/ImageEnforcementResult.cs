namespace ContainerTrust;

/// <summary>
/// What would become of one image of one host, if a proposed policy were in force there: the verdict of the policy in force, that of the
/// proposed one, and who names the image.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageEnforcementResult
{
    /// <summary>What would become of it.</summary>
    public required ImageEnforcementStatus Status { get; init; }

    /// <summary>The host by whose policies it was judged.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The user whose podman pulls it, <c>root</c> or the name of a home directory. Null where that is not known.</summary>
    public string? User
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The image as its owners name it. Empty for a host or a file that could not be read.</summary>
    public required string Image { get; init; }

    /// <summary>
    /// Who names the image: <c>container web</c>, <c>quadlet /etc/containers/systemd/web.container</c>, <c>pod shop/web-0</c>,
    /// <c>image of /var/lib/containers/storage</c>.
    /// </summary>
    public required IReadOnlyList<string> Owner { get; init; }

    /// <summary>Whether the image is on the host already, so that it runs on until it is pulled again.</summary>
    public bool IsPresent { get; init; }

    /// <summary>Whether the policy in force accepts it. Null if that is not known.</summary>
    public bool? AcceptedNow { get; init; }

    /// <summary>Whether the proposed policy accepts it. Null if that is not known.</summary>
    public bool? AcceptedThen { get; init; }

    /// <summary>
    /// Whether a signature of it is verified by an entry of one of the two policies, or by a key that was offered. Null if that is not
    /// known.
    /// </summary>
    public bool? IsSigned { get; init; }

    /// <summary>Why, in a sentence: that of the policy that matters for the status.</summary>
    public required string Reason
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>Why the policy in force accepts or refuses it. Null if that is not known.</summary>
    public string? ReasonNow
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The scope of the policy in force that governs it, as in <see cref="ImageSignatureResult.Scope"/>.</summary>
    public string? ScopeNow { get; init; }

    /// <summary>The scope of the proposed policy that governs it.</summary>
    public string? ScopeThen { get; init; }

    /// <summary>Digest of the manifest that was judged. Null if there was none.</summary>
    public string? ManifestDigest { get; init; }

    /// <summary>
    /// Digest of the image that the host has under this name. It differs from <see cref="ManifestDigest"/> where the tag names another
    /// image by now. Null if the host has none.
    /// </summary>
    public string? StoredDigest { get; init; }

    /// <summary>The id of the error for which it is not known what would become of it. Null if it is known.</summary>
    public string? ErrorId { get; init; }

    /// <inheritdoc/>
    public bool Equals(ImageEnforcementResult? other) => other is not null && Scalars(this) == Scalars(other)
        && Texts(this) == Texts(other) && ListContent.AreEqual(Owner, other.Owner);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scalars(this), Texts(this), ListContent.Hash(Owner));

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        $"{(string.IsNullOrEmpty(Image) ? ComputerName : Image)}: {Status}: {Reason}");

    private static (ImageEnforcementStatus, bool, bool?, bool?, bool?) Scalars(ImageEnforcementResult r) =>
        (r.Status, r.IsPresent, r.AcceptedNow, r.AcceptedThen, r.IsSigned);

    private static (string, string?, string, string, string?, string?, string?, string?, string?, string?) Texts(
        ImageEnforcementResult r) => (r.ComputerName, r.User, r.Image, r.Reason, r.ReasonNow, r.ScopeNow, r.ScopeThen, r.ManifestDigest,
            r.StoredDigest, r.ErrorId);
}
