using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>Refuses keys that cannot be what they are given for, before anything is asked.</summary>
internal static class KeyKinds
{
    /// <summary>Refuses keys that do not verify OpenPGP signatures.</summary>
    /// <exception cref="TrustException"><c>WrongKeyKind</c>, or they cannot be read.</exception>
    public static void RequireOpenPgp(IReadOnlyList<string> paths) =>
        Require<SignedByRequirement>(paths, "OpenPGP keys", TrustOption.KeyPath);

    /// <summary>Refuses keys that do not verify sigstore signatures.</summary>
    /// <exception cref="TrustException"><c>WrongKeyKind</c>, or they cannot be read.</exception>
    public static void RequirePem(IReadOnlyList<string> paths) =>
        Require<SigstoreSignedRequirement>(paths, "PEM public keys", TrustOption.SigstoreKeyPath);

    /// <summary>Refuses keys of which none can be used.</summary>
    /// <param name="verifier">Verifies by them.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="TrustException"><c>NoUsableKey</c>.</exception>
    public static async Task RequireUsableAsync(ImageVerifier verifier, CancellationToken cancellationToken)
    {
        const string Digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
        FetchedImage nothing = new(ImageName.Parse($"docker://localhost/nothing@{Digest}", static path => path), null, null, null, null,
            JudgedManifest.FromDigest(Digest));
        ImageToJudge unsigned = new()
        {
            Reference = nothing.Name.Reference,
            Manifest = nothing.Judged,
            UntrustedSignatures = [],
            Now = DateTimeOffset.UtcNow,
        };
        await verifier.EvaluateAsync(nothing, unsigned, cancellationToken).ConfigureAwait(false);
    }

    private static void Require<T>(IReadOnlyList<string> paths, string kind, TrustOption option)
    {
        if (!CallerKeys.ToRequirements(paths, null, new VerifierKeys()).All(static r => r is T))
            throw new TrustException("WrongKeyKind", TrustErrorKind.InvalidArgument,
                $"The keys of {option} are to be {kind}, and {string.Join(", ", paths)} has others. Specify files of {kind}.")
                { Target = string.Join(", ", paths) };
    }
}
