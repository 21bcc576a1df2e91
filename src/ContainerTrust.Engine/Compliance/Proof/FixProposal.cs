namespace ContainerTrust.Engine.Compliance.Proof;

/// <summary>What may fix a finding, and is shown only if it is proven to.</summary>
/// <param name="Finding">The finding's place in the audit.</param>
/// <param name="Fixes">What may fix it, best first.</param>
internal sealed record FixProposal(int Finding, IReadOnlyList<Advice> Fixes)
{
    /// <summary>The entry of the policy that the finding is about. Null for files.</summary>
    public PolicyEntry? Entry { get; init; }

    /// <summary>For mirrors: the scope whose images come from there.</summary>
    public string? Source { get; init; }

    /// <summary>What is said beside a proven fix: sentences. Null if the fix says all.</summary>
    public string? Beside { get; init; }

    /// <summary>What somebody has to decide if nothing is proven: sentences. Null if the finding says all.</summary>
    public string? Otherwise { get; init; }
}
