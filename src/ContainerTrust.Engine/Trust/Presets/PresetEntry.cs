using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust.Presets;

/// <summary>A scope of a preset as its file says it, before a host is asked which keys it has.</summary>
/// <param name="Entry">The entry without keys.</param>
/// <param name="Keys">The keys, a signature by one of which is enough.</param>
internal sealed record PresetEntry(TrustPresetEntry Entry, IReadOnlyList<PresetKey> Keys)
{
    /// <summary>The files that the entry may name on a host.</summary>
    public IEnumerable<string> Files => [.. Keys.SelectMany(static k => k.Paths), .. Entry.Files];

    /// <summary>The entry with the files that a host has.</summary>
    /// <param name="host">The host. Null if none is asked: then keys are where they are preferred, and without those that may be
    /// missing.</param>
    /// <exception cref="TrustException">A file cannot be looked at.</exception>
    public TrustPresetEntry For(ITrustHost? host)
    {
        List<(PresetKey Key, string Path)> chosen = [];
        foreach (PresetKey key in Keys)
        {
            string? there = host is null ? null : key.Paths.FirstOrDefault(host.Exists);
            if (there is not null || !key.IsOptional)
                chosen.Add((key, there ?? key.Paths[0]));
        }

        if (chosen.Count == 0 && Keys.Count > 0)
            chosen.Add((Keys[0], Keys[0].Paths[0]));
        return Entry with { KeyPaths = [.. chosen.Select(static c => c.Path)], Keys = [.. chosen.Select(static c => c.Key)] };
    }
}
