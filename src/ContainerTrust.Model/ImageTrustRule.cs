namespace ContainerTrust;

/// <summary>A rule that hosts are audited by.</summary>
public sealed record ImageTrustRule
{
    /// <summary>The stable id in PascalCase, as <see cref="ImageTrustFinding.RuleId"/> has it.</summary>
    public required string Id { get; init; }

    /// <summary>How bad a finding is, as a rule; some findings are milder, and say why.</summary>
    public required ImageTrustSeverity Severity { get; init; }

    /// <summary>What is wrong where the rule finds something, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>
    /// Whether findings may carry a command that fixes them (<see cref="ImageTrustFinding.Fix"/>). One is shown only where it is proven.
    /// </summary>
    public required bool HasFix { get; init; }

    /// <summary>Whether the rule may be left out of an audit. Without the others, a host that nobody checked would be compliant.</summary>
    public required bool CanBeExcluded { get; init; }

    /// <summary>The controls of frameworks such as DISA's STIGs that the rule is evidence for.</summary>
    public IReadOnlyList<ImageTrustControl> Controls { get; init; } = [];

    /// <summary>Whether the other rule says the same.</summary>
    /// <param name="other">Another rule.</param>
    public bool Equals(ImageTrustRule? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Id == other.Id && Severity == other.Severity && Title == other.Title && HasFix == other.HasFix
            && CanBeExcluded == other.CanBeExcluded && ListContent.AreEqual(Controls, other.Controls));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Severity, Title, HasFix, CanBeExcluded, ListContent.Hash(Controls));

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Severity} {Id}: {Title}");
}
