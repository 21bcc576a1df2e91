namespace ContainerTrust.Engine.Compliance;

/// <summary>The files that requirements name.</summary>
internal static class RequirementFiles
{
    /// <summary>Keys, Rekor keys and certificates.</summary>
    /// <param name="requirement">A requirement.</param>
    /// <returns>Paths, as the policy has them.</returns>
    public static IEnumerable<string> Of(TrustRequirement requirement) => (requirement switch
    {
        SignedByRequirement r => [r.KeyPath, .. r.KeyPaths ?? []],
        SigstoreSignedRequirement r => [r.KeyPath, .. r.KeyPaths ?? [], r.RekorPublicKeyPath, .. r.RekorPublicKeyPaths ?? [], r.Fulcio?.CaPath, r.Pki?.CaRootsPath, r.Pki?.CaIntermediatesPath],
        _ => Array.Empty<string?>(),
    }).OfType<string>();
}
