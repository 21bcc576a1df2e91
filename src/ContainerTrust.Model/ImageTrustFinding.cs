namespace ContainerTrust;

/// <summary>Something that an audit of a host's trust has found.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageTrustFinding
{
    /// <summary>The host that was audited. Null for a finding that was not made by an audit.</summary>
    public string? ComputerName { get; init; }

    /// <summary>The rule's stable id in PascalCase, such as <c>DefaultAcceptsAnything</c>.</summary>
    public required string RuleId { get; init; }

    /// <summary>How bad it is.</summary>
    public required ImageTrustSeverity Severity { get; init; }

    /// <summary>What was found, where, and what it leads to: one or two sentences.</summary>
    public required string Message
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>The file that the finding is about, as the host names it. Null if there is none.</summary>
    public string? Path { get; init; }

    /// <summary>
    /// The scope: <c>default</c> for the policy's default, a registry, namespace, repository or image of transport <c>docker</c>, else
    /// <c>transport:scope</c>. Null if the finding is not about one scope.
    /// </summary>
    public string? Scope { get; init; }

    /// <summary>
    /// A command that fixes it, ready to run. Null where no command can know what is wanted; the message then says what to do.
    /// </summary>
    public string? Fix
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Severity} {RuleId}: {Message}");
}

/// <summary>How bad a finding is. Later values are worse.</summary>
public enum ImageTrustSeverity
{
    /// <summary>Worth knowing.</summary>
    Information,

    /// <summary>Weakens the host's protection, or will keep it from accepting images.</summary>
    Warning,

    /// <summary>The host is not protected as it should be, cannot accept images that it should, or could not be checked.</summary>
    Error,
}
