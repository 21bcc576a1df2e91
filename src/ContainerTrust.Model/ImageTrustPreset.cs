namespace ContainerTrust;

/// <summary>A preset, and what it would write on a host.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageTrustPreset
{
    /// <summary>The host that the entries are for.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The name, as <c>Set-ImageTrust -Preset</c> takes it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, a sentence without a full stop.</summary>
    public required string Description { get; init; }

    /// <summary>Where the keys and stores are published, URLs.</summary>
    public required IReadOnlyList<string> Source { get; init; }

    /// <summary>The form that applies to the host, one of the preset's.</summary>
    public required string Form { get; init; }

    /// <summary>Why that form applies, a sentence.</summary>
    public required string Reason
    {
        get;
        init => field = PrintableText.Line(value);
    }

    /// <summary>The entries that would be written, of no host.</summary>
    public required IReadOnlyList<ImageTrust> Entries { get; init; }

    /// <summary>The files that the entries name and the host does not have.</summary>
    public IReadOnlyList<string> MissingFile { get; init; } = [];

    /// <summary>The file of this machine that the preset was read from. Null if it is built in.</summary>
    public string? Path { get; init; }

    /// <summary>Whether the other preset says the same.</summary>
    /// <param name="other">Another preset.</param>
    public bool Equals(ImageTrustPreset? other) =>
        ReferenceEquals(this, other)
        || (other is not null && ComputerName == other.ComputerName && Name == other.Name && Description == other.Description
            && ListContent.AreEqual(Source, other.Source) && Form == other.Form && Reason == other.Reason
            && ListContent.AreEqual(Entries, other.Entries) && ListContent.AreEqual(MissingFile, other.MissingFile)
            && Path == other.Path);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        HashCode.Combine(ComputerName, Name, Form, ListContent.Hash(Source), ListContent.Hash(Entries), Path);

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(Name ?? "");
}
