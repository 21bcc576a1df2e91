using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust.Rotation;

/// <summary>Which of two keys the requirements of a host have, by what is in their files.</summary>
/// <param name="host">The host.</param>
/// <param name="request">The keys.</param>
internal sealed class RotationKeys(ITrustHost host, KeyRotationRequest request)
{
    private readonly KeyMaterialFiles _materials = new(host);
    private readonly Dictionary<KeyMaterial, KeyFiles.KeySource?> _sources = [];

    /// <summary>How far a scope has come.</summary>
    /// <param name="requirements">Its requirements, all of which must hold: the slowest one counts.</param>
    /// <exception cref="TrustException">
    /// A key file cannot be read, or the old key is of another kind than the new one (<c>KeyKindsDiffer</c>).
    /// </exception>
    public KeyRotationStep StepOf(IReadOnlyList<TrustRequirement> requirements)
    {
        bool hasOldAlone = false, hasBoth = false, hasNew = false;
        foreach (TrustRequirement requirement in requirements)
        {
            RequireOneKind(requirement);
            bool old = HasOld(requirement), next = HasNew(requirement);
            hasOldAlone |= old && !next;
            hasBoth |= old && next;
            hasNew |= next;
        }

        return hasOldAlone ? KeyRotationStep.OldOnly : hasBoth ? KeyRotationStep.Both
            : hasNew ? KeyRotationStep.NewOnly : KeyRotationStep.Neither;
    }

    /// <summary>Whether a requirement is met by an old key.</summary>
    public bool HasOld(TrustRequirement requirement) => All(requirement).Any(request.IsOld);

    /// <summary>Whether a requirement is met by the new key, and by each if there are several.</summary>
    public bool HasNew(TrustRequirement requirement)
    {
        IReadOnlyList<string> all = [.. All(requirement).Select(static k => k.Fingerprint)];
        return request.NewKey.Fingerprints.All(all.Contains);
    }

    /// <summary>The keys that count beside the new ones, and beside the old ones that were named.</summary>
    /// <param name="requirements">The requirements of a scope.</param>
    public IReadOnlyList<TrustKey> Others(IReadOnlyList<TrustRequirement> requirements) =>
        [.. requirements.SelectMany(All).Where(k => !request.IsOld(k) && !request.IsNew(k)).DistinctBy(static k => k.Fingerprint)];

    /// <summary>Why the new key, as a requirement's files on the host have it, can make no signature that counts now.</summary>
    /// <param name="requirements">The requirements of a scope.</param>
    /// <returns>A sentence. Null if it can, or the requirements do not have it.</returns>
    public string? WhyNewIsUnusable(IReadOnlyList<TrustRequirement> requirements)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        foreach (TrustRequirement requirement in requirements)
        {
            KeyFiles.KeySource[] sources = [.. Materials(requirement).Select(Source).OfType<KeyFiles.KeySource>()];
            foreach (string fingerprint in request.NewKey.Fingerprints)
            {
                KeyFiles.KeySource[] have = [.. sources.Where(s => s.Keys.Any(k => k.Fingerprint == fingerprint))];
                if (have.Length > 0 && !have.Any(s => CanSign(s, fingerprint, now)))
                    return $"{Printable.Of(have[0].Name, Printable.NameLength)} has the new key {fingerprint} in a state in which it can " +
                        "make no valid signature now. Replace it by the current copy of that key.";
            }
        }

        return null;
    }

    /// <summary>The keys in a material. A file that is missing has none.</summary>
    /// <exception cref="TrustException">It cannot be read.</exception>
    public IReadOnlyList<TrustKey> Of(KeyMaterial material) => Source(material)?.Keys ?? [];

    /// <summary>The keys that meet a requirement, by their fingerprints.</summary>
    public IReadOnlyList<string> FingerprintsOf(TrustRequirement requirement) => [.. All(requirement).Select(static k => k.Fingerprint)];

    /// <summary>The content of a material that has keys.</summary>
    public ReadOnlyMemory<byte> ContentOf(KeyMaterial material) => _materials.TryGet(material)!.Value;

    private static bool CanSign(KeyFiles.KeySource source, string fingerprint, DateTimeOffset now) =>
        !source.Problems.ContainsKey(fingerprint)
            && source.Keys.Any(k => k.Fingerprint == fingerprint && (k.Kind == TrustKeyKind.PublicKey || k.CanSignAt(now)));

    private KeyFiles.KeySource? Source(KeyMaterial material)
    {
        if (_sources.TryGetValue(material, out KeyFiles.KeySource? known))
            return known;
        if (_materials.TryGet(material) is null)
            return _sources[material] = null;
        KeyFiles.KeySource source = new KeyFiles(_materials).Of([material])[0];
        return source.Problem is null ? _sources[material] = source : throw source.Problem;
    }

    private IReadOnlyList<KeyMaterial> Materials(TrustRequirement requirement) =>
        RotationForms.Materials(requirement, request.NewKey.IsOpenPgp);

    private IEnumerable<TrustKey> All(TrustRequirement requirement) => Materials(requirement).SelectMany(Of);

    // A fingerprint of 64 digits does not say of what kind its key is.
    private void RequireOneKind(TrustRequirement requirement)
    {
        if (!request.OldFingerprints.Any(static f => f.Length == KeyRotationRequest.LongDigits))
            return;
        foreach (KeyMaterial material in RotationForms.Materials(requirement, !request.NewKey.IsOpenPgp))
        {
            if (_materials.TryGet(material) is not null && new KeyFiles(_materials).Of([material])[0] is { Problem: null } source
                && source.Keys.FirstOrDefault(request.IsOld) is { } old)
                throw request.KindsDiffer(old.Fingerprint);
        }
    }
}
