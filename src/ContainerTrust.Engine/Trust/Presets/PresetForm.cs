using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>A form of a preset: what it writes on some hosts.</summary>
/// <param name="Name">The form's name.</param>
/// <param name="Description">What it asks for, a clause.</param>
/// <param name="Conditions">Where it applies: where any of these holds. Empty for the last form, which applies everywhere.</param>
/// <param name="Entries">The entries, at least one.</param>
internal sealed record PresetForm(
    string Name, string Description, IReadOnlyList<PresetCondition> Conditions, IReadOnlyList<PresetEntry> Entries)
{
    /// <summary>Files of a host that decide, or that the entries name.</summary>
    public IEnumerable<string> Files => [.. Conditions.SelectMany(static c => c.Files), .. Entries.SelectMany(static e => e.Files)];

    /// <summary>Why the form applies on a host.</summary>
    /// <param name="release">The host's release.</param>
    /// <param name="host">The host.</param>
    /// <returns>A sentence; empty for the form that applies everywhere. Null if it does not apply.</returns>
    /// <exception cref="TrustException">A file cannot be looked at.</exception>
    public string? AppliesTo(OperatingSystemRelease release, ITrustHost host) =>
        Conditions.Count == 0 ? "" : Conditions.FirstOrDefault(c => c.Holds(release, host))?.Reason(release);

    /// <summary>The entries for a host.</summary>
    /// <param name="host">The host. Null if none is asked.</param>
    /// <exception cref="TrustException">A file cannot be looked at.</exception>
    public IReadOnlyList<TrustPresetEntry> For(ITrustHost? host) => [.. Entries.Select(e => e.For(host))];
}
