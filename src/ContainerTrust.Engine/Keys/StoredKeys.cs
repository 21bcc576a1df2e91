using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Keys;

/// <summary>The keys that requirements hold themselves. Files that they name are those of hosts, and are not read.</summary>
internal sealed class StoredKeys
{
    private readonly KeyFiles _files = new(new KeyMaterialFiles(new DocumentHost("")));

    /// <summary>The keys inside requirements.</summary>
    /// <param name="requirements">The requirements.</param>
    /// <returns>The keys, each once; none of data that holds none.</returns>
    public IReadOnlyList<TrustKey> Of(IReadOnlyList<TrustRequirement> requirements) =>
        [.. _files.Of(requirements.SelectMany(static r => r.GetKeyMaterials())
            .Where(static m => m is { Path: null, Use: KeyMaterialUse.OpenPgp or KeyMaterialUse.PublicKey }))
            .SelectMany(static s => s.Keys).Distinct()];
}
