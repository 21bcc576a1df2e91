using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>A preset: published trust, by name, in the forms that hosts have it.</summary>
/// <param name="Name">The name, compared without case.</param>
/// <param name="Description">What it is, a sentence without a full stop.</param>
/// <param name="Sources">Where it is published, URLs. At least one.</param>
/// <param name="Forms">The forms, the first that applies counts; the last applies everywhere.</param>
internal sealed record TrustPreset(string Name, string Description, IReadOnlyList<string> Sources, IReadOnlyList<PresetForm> Forms)
{
    /// <summary>The file that it was read from. Null if the preset is built in.</summary>
    public string? Path { get; init; }

    /// <summary>The entries where no host is asked.</summary>
    public IReadOnlyList<TrustPresetEntry> Default { get; } = Forms[^1].For(null);

    /// <summary>The files of a host that are looked at, for reading ahead.</summary>
    public IReadOnlyList<string> Files { get; } =
        [.. Forms.SelectMany(static f => f.Files).Concat(OperatingSystemRelease.Files).Distinct(StringComparer.Ordinal)];

    /// <summary>The form for a host, and why.</summary>
    /// <param name="host">The host.</param>
    /// <exception cref="TrustException">The host's files cannot be read.</exception>
    public (PresetForm Form, string Reason) FormFor(ITrustHost host)
    {
        if (Forms.Count == 1)
            return (Forms[0], "There is no other form.");
        OperatingSystemRelease release = OperatingSystemRelease.Read(host);
        foreach (PresetForm form in Forms)
        {
            if (form.AppliesTo(release, host) is { } reason)
                return (form, reason.Length > 0 ? reason : "No other form applies to the host.");
        }

        // The reader refuses a preset whose last form does not apply everywhere.
        return (Forms[^1], "No other form applies to the host.");
    }
}
