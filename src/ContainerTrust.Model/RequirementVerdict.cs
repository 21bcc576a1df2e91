namespace ContainerTrust;

/// <summary>One requirement of a policy, as judged for one image.</summary>
public sealed record RequirementVerdict
{
    /// <summary>The requirement's type as policy.json writes it: <c>signedBy</c>, <c>reject</c>, ….</summary>
    public string Type => Requirement.Type;

    /// <summary>The requirement.</summary>
    public required TrustRequirement Requirement { get; init; }

    /// <summary>Whether the image satisfies it.</summary>
    public required bool IsSatisfied { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Reason
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>
    /// What this requirement made of each signature, in the order of <see cref="ImageSignatureResult.Signatures"/>. Empty if it asks for
    /// none.
    /// </summary>
    public IReadOnlyList<ImageSignature> Signatures { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Requirement}: {(IsSatisfied ? "satisfied" : "not satisfied")}: {Reason}");
}
