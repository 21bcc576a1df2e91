namespace ContainerTrust.Engine.Trust.Records;

/// <summary>One change of a host's trust, as the host has it on record: who made it, what it did, and what takes it back.</summary>
internal sealed record ChangeRecord
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Who made it.</summary>
    public required ChangeAuthor Author { get; init; }

    /// <summary>The cmdlet or command. Null if it is not known.</summary>
    public string? Command { get; init; }

    /// <summary>The policy.json of the trust that was changed.</summary>
    public required string PolicyPath { get; init; }

    /// <summary>Its registries.d.</summary>
    public required string RegistriesDirectory { get; init; }

    /// <summary>What is trusted differently; only the first of many.</summary>
    public IReadOnlyList<RecordedScope> Scopes { get; init; } = [];

    /// <summary>How many scopes more there are.</summary>
    public long MoreScopes { get; init; }

    /// <summary>The files.</summary>
    public required IReadOnlyList<RecordedFile> Files { get; init; }

    /// <summary>The record that this change took back. Null for none.</summary>
    public string? Undoes { get; init; }

    /// <summary>Why the record does not have what takes the change back. Null if it does.</summary>
    public string? NotKept { get; init; }

    /// <summary>The record without what takes the change back.</summary>
    /// <param name="reason">Why. Null where it is taken back already.</param>
    public ChangeRecord WithoutContent(string? reason) =>
        this with { Files = [.. Files.Select(static f => f with { Content = null })], NotKept = reason };
}

/// <summary>Who made a change.</summary>
/// <param name="User">The user whose rights were used.</param>
/// <param name="SudoUser">Who became that user by sudo. Null if nobody is known to have.</param>
/// <param name="From">Where the user came from: an address, or <c>user@machine</c> of the one that worked over SSH. Null for here.</param>
internal sealed record ChangeAuthor(string User, string? SudoUser, string? From)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{User}{(SudoUser is null ? "" : $", sudo by {SudoUser}")}{(From is null ? "" : $", from {From}")}";
}

/// <summary>A scope before and after a change, in words.</summary>
/// <param name="Transport">The transport; <c>all</c> for the policy's default.</param>
/// <param name="Registry">The scope.</param>
/// <param name="IsDefault">Whether it is the policy's default.</param>
/// <param name="Before">Null if there was no such scope.</param>
/// <param name="After">Null if there is none any more.</param>
internal sealed record RecordedScope(string Transport, string Registry, bool IsDefault, string? Before, string? After);

/// <summary>A file before and after a change.</summary>
/// <param name="Path">The file, as the host names it.</param>
/// <param name="Before">The SHA-256 of what it held, in hex. Null if it did not exist.</param>
/// <param name="After">The SHA-256 of what it holds then. Null if it is deleted.</param>
/// <param name="Mode">Its permission bits before, in octal. Null if they are not known.</param>
/// <param name="Owner">The number of the user whose it was. Null if that is not known.</param>
/// <param name="Content">What it held before. Null if it did not exist, or that is not kept.</param>
internal sealed record RecordedFile(string Path, string? Before, string? After, string? Mode, uint? Owner,
    ContentDelta? Content);
