namespace ContainerTrust.Engine.OpenPgp;

/// <summary>The keys of a file, and what was found in it but is not used.</summary>
/// <param name="Keys">The usable keys, in the order of the file; at least one.</param>
/// <param name="Warnings">Sentences that name the file and what was skipped in it; empty if nothing was.</param>
public sealed record KeyReadResult(IReadOnlyList<TrustKey> Keys, IReadOnlyList<string> Warnings)
{
    /// <summary>Why a key can make no signature that counts now, by its fingerprint: sentences.</summary>
    public IReadOnlyDictionary<string, string> Problems { get; init; } = new Dictionary<string, string>();

    /// <summary>What became of every signature of the file: sentences.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}
