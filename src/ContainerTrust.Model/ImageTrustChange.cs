namespace ContainerTrust;

/// <summary>
/// A change of one scope on one host: what <c>-PassThru</c> gives of a change that was just made, and <c>Get-ImageTrustChange</c> of
/// those that the host has on record.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageTrustChange
{
    /// <summary>The host.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The transport; <c>all</c> for the policy's default. Empty where no scope is known.</summary>
    public required string Transport { get; init; }

    /// <summary>The scope; <c>default</c> for the policy's default. Empty for a transport's default, and where no scope is known.</summary>
    public required string Registry { get; init; }

    /// <summary>Whether this is the policy's default.</summary>
    public bool IsDefault { get; init; }

    /// <summary>What became of the scope.</summary>
    public required ImageTrustChangeStatus Status { get; init; }

    /// <summary>The entry before the change. Null for a new scope, and for a change on record.</summary>
    public ImageTrust? Before { get; init; }

    /// <summary>The entry after the change. Null for a removed scope, and for a change on record.</summary>
    public ImageTrust? After { get; init; }

    /// <summary>What was trusted before, in words. Null where there was no such scope.</summary>
    public string? BeforeTrust
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>What is trusted after the change, in words. Null where there is no such scope any more.</summary>
    public string? AfterTrust
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The directory that is the host's root. Null for the host itself.</summary>
    public string? Root { get; init; }

    /// <summary>The files that were written or deleted, as the host names them. Empty if nothing was.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Where the change was made, for cmdlets that the object is piped to. Null if that is not known.</summary>
    public ImageTrustOrigin? Origin { get; init; }

    /// <summary>The id of the host's record of the change. Null if nothing was changed, or it could not be recorded.</summary>
    public string? Id { get; init; }

    /// <summary>When the change was made. Null if nothing was changed.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Who made it: the user, and after a comma what else is known of them. Null if nothing was changed.</summary>
    public string? User
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The cmdlet or command that made it. Null if nothing was changed.</summary>
    public string? Command
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The id of the change that this one took back. Null if it took none back.</summary>
    public string? Undoes { get; init; }

    /// <summary>The id of the change that took this one back. Null if it is not taken back.</summary>
    public string? UndoneBy { get; init; }

    /// <summary>Why it failed, or why it cannot be taken back. Null if there is nothing to say.</summary>
    public string? Reason
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The error's id, where it failed. Null otherwise.</summary>
    public string? ErrorId { get; init; }

    /// <summary>Of a scope that was left as it was: what the same call has changed on the host. Null if that was nothing.</summary>
    internal ImageTrustChange? Beside { get; init; }

    /// <summary>What is required after the change, in one word. Null where there is no entry.</summary>
    public TrustType? Type => After?.Type;

    /// <summary>The requirements after the change. Null where there is no entry.</summary>
    public IReadOnlyList<TrustRequirement>? Requirements => After?.Requirements;

    /// <summary>The signature store in force after the change. Null if there is none.</summary>
    public string? SignatureStore => After?.SignatureStore;

    /// <summary>The store for writing signatures in force after the change. Null if there is none.</summary>
    public string? SignatureStoreStaging => After?.SignatureStoreStaging;

    /// <summary>Whether sigstore attachments are read after the change. Null if registries.d does not say.</summary>
    public bool? UseSigstoreAttachments => After?.UseSigstoreAttachments;

    /// <summary>The keys that the requirements name after the change. Null where there is no entry.</summary>
    public IReadOnlyList<TrustKey>? Keys => After?.Keys;

    /// <summary>The scope's own section in registries.d after the change. Null if there is none.</summary>
    public LookasideSection? Section => After?.Section;

    /// <summary>Whether another change is the same one, of the same content.</summary>
    /// <param name="other">The other.</param>
    /// <returns>True if it is.</returns>
    public bool Equals(ImageTrustChange? other) =>
        other is not null && ComputerName == other.ComputerName && Root == other.Root && Transport == other.Transport
            && Registry == other.Registry && IsDefault == other.IsDefault && Status == other.Status && Before == other.Before
            && After == other.After && BeforeTrust == other.BeforeTrust && AfterTrust == other.AfterTrust
            && ListContent.AreEqual(Paths, other.Paths) && Origin == other.Origin && Id == other.Id && Time == other.Time
            && User == other.User && Command == other.Command && Undoes == other.Undoes && UndoneBy == other.UndoneBy
            && Reason == other.Reason && ErrorId == other.ErrorId;

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(ComputerName, Root, Transport, Registry, Status, Id, After, ListContent.Hash(Paths));

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        $"{Status} {(IsDefault ? "default" : $"{Transport}:{Registry}")} on {ComputerName}{(Root is null ? "" : $" under {Root}")}");
}
