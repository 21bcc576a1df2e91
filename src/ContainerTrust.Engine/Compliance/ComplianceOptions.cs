namespace ContainerTrust.Engine.Compliance;

/// <summary>How a host is audited.</summary>
public sealed record ComplianceOptions
{
    /// <summary>Within what time from now a key's end is a finding. Not negative.</summary>
    public TimeSpan ExpiringWithin { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Ids of rules that are left out, see <see cref="ComplianceRules.Excluded"/>.</summary>
    public IReadOnlyList<string> ExcludedRules { get; init; } = [];

    /// <summary>The least severity that makes the host not compliant.</summary>
    public ImageTrustSeverity MinimumSeverity { get; init; } = ImageTrustSeverity.Warning;

    /// <summary>What the host is compared with. Null for an audit alone.</summary>
    public TrustBaseline? Baseline { get; init; }

    /// <summary>The moment at which keys and certificates are judged.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;
}
