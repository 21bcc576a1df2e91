namespace ContainerTrust;

/// <summary>How far the exchange of a key has come for a scope.</summary>
public enum KeyRotationStep
{
    /// <summary>It could not be found out.</summary>
    NotChecked,

    /// <summary>Neither key counts for the scope.</summary>
    Neither,

    /// <summary>A signature by the old key is demanded, at least by one of the scope's requirements.</summary>
    OldOnly,

    /// <summary>A signature by either key is accepted.</summary>
    Both,

    /// <summary>The old key counts for nothing any more.</summary>
    NewOnly,
}

/// <summary>How far a host has come in exchanging a key for another, for one scope.</summary>
/// <remarks>Values are as they were read. Views and <see cref="object.ToString"/> are printable.</remarks>
public sealed record KeyRotationState
{
    /// <summary>The host.</summary>
    public required string ComputerName { get; init; }

    /// <summary>The transport; <c>all</c> for the policy's default. Null where nothing is known of a scope.</summary>
    public string? Transport { get; init; }

    /// <summary>The scope; <c>default</c> for the policy's default. Null where no scope is meant, or none could be looked at.</summary>
    public string? Registry { get; init; }

    /// <summary>The scope as people write it: without its transport where that is docker. Null where no scope is meant.</summary>
    public string? Scope => Registry is null ? null
        : Transport == "all" || (Transport == "docker" && Registry.Length > 0) ? Registry : $"{Transport}:{Registry}";

    /// <summary>How far it has come, after what was done.</summary>
    public required KeyRotationStep Step { get; init; }

    /// <summary>Whether this call has changed it.</summary>
    public bool IsChanged { get; init; }

    /// <summary>
    /// The id of the error by which the step was not done; <c>OldKeyNotFound</c> also where other keys count, and the old one is nowhere on
    /// the host. Null if there was none.
    /// </summary>
    public string? ErrorId { get; init; }

    /// <summary>Why it is so, a sentence. Null where there is nothing to say.</summary>
    public string? Reason
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        PrintableText.Line($"{ComputerName}{(Registry is null ? "" : $" {Registry}")}: {Step}");
}
