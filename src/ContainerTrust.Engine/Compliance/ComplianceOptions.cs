using ContainerTrust.Engine.Compliance.Controls;

namespace ContainerTrust.Engine.Compliance;

/// <summary>How a host is audited.</summary>
public sealed record ComplianceOptions
{
    /// <summary>Within what time from now a key's end is a finding. Not negative.</summary>
    public TimeSpan ExpiringWithin { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Ids of rules that are left out, see <see cref="ComplianceRules.Excluded"/>.</summary>
    public IReadOnlyList<string> ExcludedRules { get; init; } = [];

    /// <summary>The framework for which the host is audited, see <see cref="ForProfile"/>. Null for all rules.</summary>
    public ControlFramework? Profile { get; init; }

    /// <summary>The least severity that makes the host not compliant.</summary>
    public ImageTrustSeverity MinimumSeverity { get; init; } = ImageTrustSeverity.Warning;

    /// <summary>What the host is compared with. Null for an audit alone.</summary>
    public TrustBaseline? Baseline { get; init; }

    /// <summary>The moment at which keys and certificates are judged.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>The same audit by the rules that are evidence for a framework's controls alone.</summary>
    /// <param name="profile">The framework's profile, see <see cref="ControlFrameworks.All"/>; null for all rules.</param>
    /// <returns>Options that leave out all other rules that may be left out, besides those that were left out before.</returns>
    /// <exception cref="TrustException">There is no such profile (<c>ProfileNotFound</c>).</exception>
    public ComplianceOptions ForProfile(string? profile)
    {
        if (profile is null)
            return this;
        ControlFramework framework = ControlFrameworks.Find(profile);
        HashSet<string> rules = [.. framework.Rules];
        return this with
        {
            Profile = framework,
            ExcludedRules = [.. ComplianceRules.Excludable.Select(static r => r.Id).Where(r => ExcludedRules.Contains(r)
                || !(rules.Contains(r) || (Baseline is not null && r.StartsWith("Baseline", StringComparison.Ordinal))))],
        };
    }
}
