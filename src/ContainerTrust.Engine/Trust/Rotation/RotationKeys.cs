using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust.Rotation;

/// <summary>Which of two keys the requirements of a host have, by what is in their files.</summary>
/// <param name="host">The host.</param>
/// <param name="request">The keys.</param>
internal sealed class RotationKeys(ITrustHost host, KeyRotationRequest request)
{
    private readonly KeyMaterialFiles _materials = new(host);
    private readonly Dictionary<KeyMaterial, IReadOnlyList<string>> _keys = [];

    /// <summary>How far a scope has come.</summary>
    /// <param name="requirements">Its requirements, all of which must hold: the slowest one counts.</param>
    /// <exception cref="TrustException">A key file cannot be read.</exception>
    public KeyRotationStep StepOf(IReadOnlyList<TrustRequirement> requirements)
    {
        bool hasOldAlone = false, hasBoth = false, hasNew = false;
        foreach (TrustRequirement requirement in requirements)
        {
            bool old = HasOld(requirement), next = HasNew(requirement);
            hasOldAlone |= old && !next;
            hasBoth |= old && next;
            hasNew |= next;
        }

        return hasOldAlone ? KeyRotationStep.OldOnly : hasBoth ? KeyRotationStep.Both
            : hasNew ? KeyRotationStep.NewOnly : KeyRotationStep.Neither;
    }

    /// <summary>Whether a requirement is met by an old key.</summary>
    public bool HasOld(TrustRequirement requirement) => All(requirement).Any(request.OldFingerprints.Contains);

    /// <summary>Whether a requirement is met by the new key, and by each if there are several.</summary>
    public bool HasNew(TrustRequirement requirement)
    {
        IReadOnlyList<string> all = [.. All(requirement)];
        return request.NewKey.Fingerprints.All(all.Contains);
    }

    /// <summary>The keys in a material, by their fingerprints. A file that is missing has none.</summary>
    /// <exception cref="TrustException">It cannot be read.</exception>
    public IReadOnlyList<string> Of(KeyMaterial material)
    {
        if (_keys.TryGetValue(material, out IReadOnlyList<string>? known))
            return known;
        if (_materials.TryGet(material) is null)
            return _keys[material] = [];
        KeyFiles.KeySource source = new KeyFiles(_materials).Of([material])[0];
        return _keys[material] = source.Problem is null ? [.. source.Keys.Select(static k => k.Fingerprint)] : throw source.Problem;
    }

    /// <summary>The content of a material that has keys.</summary>
    public ReadOnlyMemory<byte> ContentOf(KeyMaterial material) => _materials.TryGet(material)!.Value;

    private IEnumerable<string> All(TrustRequirement requirement) =>
        RotationForms.Materials(requirement, request.NewKey.IsOpenPgp).SelectMany(Of);
}
