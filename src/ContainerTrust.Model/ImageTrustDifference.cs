namespace ContainerTrust;

/// <summary>What <c>Compare-ImageTrust</c> says of one scope: how the other side differs from the reference.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageTrustDifference
{
    /// <summary>The transport; <c>all</c> for the policy's default.</summary>
    public required string Transport { get; init; }

    /// <summary>The scope; <c>default</c> for the policy's default.</summary>
    public required string Registry { get; init; }

    /// <summary>Whether this is the policy's default.</summary>
    public bool IsDefault { get; init; }

    /// <summary>Which side accepts more, of the images that the scope governs.</summary>
    public required ImageTrustVerdict Verdict { get; init; }

    /// <summary>What has become of the entry.</summary>
    public required ImageTrustPresence Presence { get; init; }

    /// <summary>The side that the other is compared with: a host, a file, a root.</summary>
    public required string Reference { get; init; }

    /// <summary>The side that is compared.</summary>
    public required string Difference { get; init; }

    /// <summary>What the reference requires of the scope's images, in words; with what it inherits, if it has no entry.</summary>
    public required string ReferenceTrust
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>What the other side requires of the scope's images, in words.</summary>
    public required string DifferenceTrust
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>Keys and certificates that only the other side has: fingerprints, or files whose content is not known.</summary>
    public IReadOnlyList<string> AddedKeys { get; init; } = [];

    /// <summary>Keys and certificates that only the reference has.</summary>
    public IReadOnlyList<string> RemovedKeys { get; init; } = [];

    /// <summary>The signature store in force on the reference. Null if there is none, or if it is not known.</summary>
    public string? ReferenceStore { get; init; }

    /// <summary>The signature store in force on the other side. Null if there is none, or if it is not known.</summary>
    public string? DifferenceStore { get; init; }

    /// <summary>Why the verdict is what it is: sentences.</summary>
    public IReadOnlyList<string> Reasons
    {
        get;
        init => field = PrintableText.All([.. value]);
    }

    = [];

    /// <summary>The reference's own entry. Null if it has none.</summary>
    public ImageTrust? ReferenceEntry { get; init; }

    /// <summary>The other side's own entry. Null if it has none.</summary>
    public ImageTrust? DifferenceEntry { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        $"{(IsDefault ? "default" : $"{Transport}:{Registry}")}: {Verdict}, {ReferenceTrust} -> {DifferenceTrust}");
}

/// <summary>How much one side accepts, compared with another.</summary>
public enum ImageTrustVerdict
{
    /// <summary>Both accept the same.</summary>
    Same,

    /// <summary>The other side accepts less, and nothing that the reference refuses.</summary>
    Stricter,

    /// <summary>The other side accepts more, and everything that the reference accepts.</summary>
    Weaker,

    /// <summary>Each side may accept what the other refuses, or it cannot be known.</summary>
    Different,
}

/// <summary>Which side has an entry of a scope.</summary>
public enum ImageTrustPresence
{
    /// <summary>Both have one.</summary>
    Both,

    /// <summary>Only the reference has one.</summary>
    Missing,

    /// <summary>Only the other side has one.</summary>
    Extra,
}
