namespace ContainerTrust.Engine.Compliance.Reports;

/// <summary>One host's values for <see cref="OpenMetricsReport"/>.</summary>
internal sealed record HostMetrics
{
    /// <summary>The label that names the host. Null if it has none.</summary>
    public required string? Name { get; init; }

    /// <summary>Whether any rule was checked.</summary>
    public required bool IsChecked { get; init; }

    /// <summary>Whether the host is compliant.</summary>
    public required bool IsCompliant { get; init; }

    /// <summary>When it was checked, or was tried to be.</summary>
    public required DateTimeOffset CheckedAt { get; init; }

    /// <summary>How many rules were checked to their end.</summary>
    public required int RulesChecked { get; init; }

    /// <summary>Findings by rule and severity, each pair once, in the order of the rules.</summary>
    public required IReadOnlyList<KeyValuePair<(string Rule, string Severity), int>> Findings { get; init; }

    /// <summary>The policy's path. Null if it is not known.</summary>
    public string? PolicyPath { get; init; }

    /// <summary>The policy's SHA-256. Null if it is not known.</summary>
    public string? PolicyHash { get; init; }

    /// <summary>When the next key ends. Null if none is known to.</summary>
    public DateTimeOffset? NextKeyExpiry { get; init; }

    /// <summary>The values of a result.</summary>
    /// <param name="host">The result.</param>
    /// <param name="name">The label that names the host. Null for none.</param>
    public static HostMetrics Of(ImageTrustCompliance host, string? name) => new()
    {
        Name = name,
        IsChecked = host.Status != ImageTrustStatus.NotChecked,
        IsCompliant = host.Compliant,
        CheckedAt = host.CheckedAt,
        RulesChecked = host.CheckedRules?.Count ?? 0,
        Findings = Count(host),
        PolicyPath = host.PolicyPath,
        PolicyHash = host.PolicyHash,
        NextKeyExpiry = host.NextKeyExpiry,
    };

    /// <summary>The values of a host that could not be checked.</summary>
    /// <param name="time">When that was found.</param>
    /// <param name="name">The label that names the host. Null for none.</param>
    public static HostMetrics NotChecked(DateTimeOffset time, string? name) => new()
    {
        Name = name,
        IsChecked = false,
        IsCompliant = false,
        CheckedAt = time,
        RulesChecked = 0,
        Findings = [new((ComplianceRules.NotChecked, Word(ImageTrustSeverity.Error)), 1)],
    };

    // A rule has always a series of its own severity, so that a rule of Prometheus can tell none from not checked.
    private static List<KeyValuePair<(string Rule, string Severity), int>> Count(ImageTrustCompliance host)
    {
        Dictionary<(string Rule, string Severity), int> counts = [];
        if (host.CheckedRules is { Count: > 0 })
            counts.Add((ComplianceRules.NotChecked, Word(ImageTrustSeverity.Error)), 0);
        foreach (string rule in host.CheckedRules ?? [])
            counts.TryAdd(Key(rule, ComplianceRules.Find(rule)?.Severity ?? ImageTrustSeverity.Error), 0);
        foreach (ImageTrustFinding finding in host.Findings ?? [])
        {
            (string, string) key = Key(finding.RuleId, finding.Severity);
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }

        return [.. counts.OrderBy(static c => ComplianceRules.PositionOf(c.Key.Rule))
            .ThenBy(static c => c.Key.Rule, StringComparer.Ordinal).ThenBy(static c => c.Key.Severity, StringComparer.Ordinal)];
    }

    // Results may come from another session, or be made by hand.
    private static (string Rule, string Severity) Key(string rule, ImageTrustSeverity severity) =>
        (PrintableText.Line(rule), Word(severity));

    private static string Word(ImageTrustSeverity severity) => severity switch
    {
        ImageTrustSeverity.Error => "error",
        ImageTrustSeverity.Warning => "warning",
        _ => "information",
    };
}
