using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring.Saving;

/// <summary>What verifies signatures of some kinds: keys of that kind, or the policy.</summary>
/// <param name="Verifier">It.</param>
/// <param name="Kinds">The kinds.</param>
internal sealed record SavingJudge(ImageVerifier Verifier, IReadOnlyList<ImageSignatureKind> Kinds)
{
    /// <summary>Makes those that are needed.</summary>
    /// <param name="options">Keys and stores.</param>
    /// <param name="kinds">The kinds that are saved.</param>
    /// <param name="make">Makes a verifier.</param>
    /// <exception cref="TrustException"><c>KeyPathMissing</c>, <c>WrongKeyKind</c>, or keys cannot be used.</exception>
    public static IReadOnlyList<SavingJudge> Make(SaveOptions options, IReadOnlyList<ImageSignatureKind> kinds,
        Func<VerificationOptions, ImageVerifier> make)
    {
        VerificationOptions withStores = options.Verification with { KeyPaths = options.KeyPaths };
        VerificationOptions withoutStores = options.Verification with
        {
            KeyPaths = options.SigstoreKeyPaths,
            SignatureStores = null,
            SignatureConfigMaps = null,
            ReadsNoReferrers = true,
        };
        bool hasKeys = options.KeyPaths is not null || options.SigstoreKeyPaths is not null;
        bool hasStores = withStores.SignatureStores is not null || withStores.SignatureConfigMaps is not null;
        if (!hasKeys && !hasStores)
            return [new SavingJudge(make(withStores), kinds)];
        List<SavingJudge> judges = [];
        if (options.KeyPaths is { } keys)
            KeyKinds.RequireOpenPgp(keys);
        if (options.SigstoreKeyPaths is { } pem)
            KeyKinds.RequirePem(pem);
        if (kinds.Contains(ImageSignatureKind.SimpleSigning))
        {
            judges.Add(!hasKeys || options.KeyPaths is not null ? new(make(withStores), [ImageSignatureKind.SimpleSigning])
                : throw Missing(TrustOption.KeyPath, TrustOption.SigstoreKeyPath, "Stores and ConfigMaps hold OpenPGP signatures"));
        }

        if (kinds.Contains(ImageSignatureKind.Sigstore))
        {
            judges.Add(!hasKeys || options.SigstoreKeyPaths is not null ? new(make(withoutStores), [ImageSignatureKind.Sigstore])
                : throw Missing(TrustOption.SigstoreKeyPath, TrustOption.KeyPath, "An OCI layout holds sigstore signatures"));
        }

        return judges;
    }

    private static TrustException Missing(TrustOption needed, TrustOption given, string why) => new(
        "KeyPathMissing", TrustErrorKind.InvalidArgument,
        $"{why}, and the keys of {given} verify others. Specify {needed} as well, or leave keys out to have the policy decide.");
}
