namespace ContainerTrust;

/// <summary>What an audit of one host's trust has found, and what was looked at.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageTrustCompliance
{
    /// <summary>The host.</summary>
    public required string ComputerName { get; init; }

    /// <summary>
    /// Whether something was checked and nothing was found that is as bad as <see cref="MinimumSeverity"/>. What could not be checked is
    /// a finding of severity <see cref="ImageTrustSeverity.Error"/>, so a host that was not checked in full is never compliant.
    /// </summary>
    public bool Compliant =>
        CheckedRules is { Count: > 0 } && Findings is not null && Findings.All(f => f is not null && f.Severity < MinimumSeverity);

    /// <summary>What was found, the worst first.</summary>
    public required IReadOnlyList<ImageTrustFinding> Findings { get; init; }

    /// <summary>When the host was checked (UTC).</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>The least severity of a finding that makes the host not compliant.</summary>
    public ImageTrustSeverity MinimumSeverity { get; init; } = ImageTrustSeverity.Warning;

    /// <summary>Ids of the rules that were checked to their end.</summary>
    public required IReadOnlyList<string> CheckedRules { get; init; }

    /// <summary>Ids of the rules that were left out by the user's wish.</summary>
    public IReadOnlyList<string> ExcludedRules { get; init; } = [];

    /// <summary>The policy.json that was checked, as the host names it. Null if it is not known.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>How many findings are of severity <see cref="ImageTrustSeverity.Error"/>.</summary>
    public int ErrorCount => Count(ImageTrustSeverity.Error);

    /// <summary>How many findings are of severity <see cref="ImageTrustSeverity.Warning"/>.</summary>
    public int WarningCount => Count(ImageTrustSeverity.Warning);

    /// <summary>How many findings are of severity <see cref="ImageTrustSeverity.Information"/>.</summary>
    public int InformationCount => Count(ImageTrustSeverity.Information);

    /// <inheritdoc/>
    public override string ToString() =>
        PrintableText.Line($"{ComputerName}: " +
            (Compliant ? "compliant" : $"not compliant, {Count(ErrorCount, "error")}, {Count(WarningCount, "warning")}"));

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private int Count(ImageTrustSeverity severity) => Findings?.Count(f => f.Severity == severity) ?? 0;
}
