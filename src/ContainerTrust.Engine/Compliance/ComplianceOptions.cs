using ContainerTrust.Engine.Trust;

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

    /// <summary>The words of <see cref="ImageTrustFinding.Fix"/>.</summary>
    public FixStyle Fixes { get; init; }

    /// <summary>Which files were meant, so that a fix is for the same ones.</summary>
    public TrustStoreOptions Target { get; init; } = new();
}

/// <summary>In whose words a fix is given.</summary>
public enum FixStyle
{
    /// <summary>Cmdlets, quoted as PowerShell needs it.</summary>
    PowerShell,

    /// <summary>The <c>containertrust</c> command, quoted as a POSIX shell needs it.</summary>
    Command,
}
