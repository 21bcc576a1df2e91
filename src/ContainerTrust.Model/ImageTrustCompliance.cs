namespace ContainerTrust;

/// <summary>What an audit of one host's trust has found, and what was looked at.</summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageTrustCompliance
{
    /// <summary>The rule by which something could not be checked.</summary>
    internal const string NotCheckedRule = "NotChecked";

    /// <summary>The host.</summary>
    public required string ComputerName { get; init; }

    /// <summary>
    /// Whether something was checked and nothing was found that is as bad as <see cref="MinimumSeverity"/>. What could not be checked is
    /// a finding of severity <see cref="ImageTrustSeverity.Error"/>, so a host that was not checked in full is never compliant.
    /// </summary>
    public bool Compliant =>
        CheckedRules is { Count: > 0 } && Findings is not null && Findings.All(f => f is not null && f.Severity < MinimumSeverity);

    /// <summary>Whether the host is as it is to be, or was not checked at all.</summary>
    public ImageTrustStatus Status =>
        CheckedRules is not { Count: > 0 } ? ImageTrustStatus.NotChecked
            : Compliant ? ImageTrustStatus.Compliant : ImageTrustStatus.NotCompliant;

    /// <summary>
    /// The id of the error for which the host could not be checked, such as <c>HostUnreachable</c>. Null if it was checked.
    /// </summary>
    public string? ErrorId { get; init; }

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

    /// <summary>The profile of controls that the audit was for, such as <c>Stig-Ocp4</c>. Null for all rules.</summary>
    public string? Profile { get; init; }

    /// <summary>Controls of the profile that the rules do not cover in full, with a remark each. Empty without a profile.</summary>
    public IReadOnlyList<ImageTrustControl> NotCovered { get; init; } = [];

    /// <summary>The policy.json that was checked, as the host names it. Null if it is not known.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>SHA-256 of the policy.json that was checked, in lower-case hex. Null if it is missing or could not be read.</summary>
    public string? PolicyHash { get; init; }

    /// <summary>
    /// When the first of the policy's keys and certificates that have not ended yet will end (UTC). Null if none is known to end, or they
    /// were not looked at.
    /// </summary>
    public DateTimeOffset? NextKeyExpiry { get; init; }

    /// <summary>How many findings are of severity <see cref="ImageTrustSeverity.Error"/>.</summary>
    public int ErrorCount => Count(ImageTrustSeverity.Error);

    /// <summary>How many findings are of severity <see cref="ImageTrustSeverity.Warning"/>.</summary>
    public int WarningCount => Count(ImageTrustSeverity.Warning);

    /// <summary>How many findings are of severity <see cref="ImageTrustSeverity.Information"/>.</summary>
    public int InformationCount => Count(ImageTrustSeverity.Information);

    /// <summary>The result that stands for a host that could not be checked.</summary>
    /// <param name="computerName">The host.</param>
    /// <param name="errorId">The error's id.</param>
    /// <param name="reason">Why, in a sentence.</param>
    /// <param name="minimumSeverity">The least severity of a finding that makes a host not compliant.</param>
    /// <returns>A result with that one finding; never compliant.</returns>
    public static ImageTrustCompliance NotChecked(string computerName, string errorId, string reason, ImageTrustSeverity minimumSeverity) =>
        new()
        {
            ComputerName = computerName,
            ErrorId = errorId,
            Findings =
            [
                new ImageTrustFinding
                {
                    ComputerName = computerName,
                    RuleId = NotCheckedRule,
                    Severity = ImageTrustSeverity.Error,
                    Message = $"The host could not be checked: {reason}",
                },
            ],
            CheckedAt = DateTimeOffset.UtcNow,
            MinimumSeverity = minimumSeverity,
            CheckedRules = [],
        };

    /// <inheritdoc/>
    public override string ToString() =>
        PrintableText.Line($"{ComputerName}: " +
            (Status == ImageTrustStatus.NotChecked ? "not checked"
            : Compliant ? "compliant" : $"not compliant, {Count(ErrorCount, "error")}, {Count(WarningCount, "warning")}"));

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";

    private int Count(ImageTrustSeverity severity) => Findings?.Count(f => f.Severity == severity) ?? 0;
}

/// <summary>What an audit says of a host.</summary>
public enum ImageTrustStatus
{
    /// <summary>The host was checked, and nothing was found that is as bad as the least severity asked for.</summary>
    Compliant,

    /// <summary>Something was found.</summary>
    NotCompliant,

    /// <summary>No rule was checked: the host could not be reached, or all rules were left out.</summary>
    NotChecked,
}
