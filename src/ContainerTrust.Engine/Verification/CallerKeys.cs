using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Verification;

/// <summary>Keys that the caller names in the policy's place.</summary>
internal static class CallerKeys
{
    /// <summary>The requirements that the caller's keys or certificates make.</summary>
    /// <param name="options">What the caller names.</param>
    /// <param name="verifiers">Told what the keys of a ConfigMap are called.</param>
    /// <returns>The requirements, at least one. Null if the policy decides.</returns>
    /// <exception cref="TrustException">What is named cannot be used, or keys and certificates are named together
    /// (<c>SeveralKeySources</c>).</exception>
    public static IReadOnlyList<TrustRequirement>? ToRequirements(VerificationOptions options, VerifierKeys verifiers)
    {
        if (options.Signer is not { } signer)
            return options.KeyPaths is { } paths ? ToRequirements(paths, options.SignedIdentity, verifiers) : null;
        if (options.KeyPaths is not { } named)
            return CallerCertificates.ToRequirements(signer, options.SignedIdentity);
        if (!signer.IsRootAlone)
            throw new TrustException("SeveralKeySources", TrustErrorKind.InvalidArgument,
                "A signer is known by keys or by certificates, and only by one of them. Leave out the others.");
        IReadOnlyList<TrustRequirement> requirements = ToRequirements(named, options.SignedIdentity, verifiers);
        CallerCertificates.RequireLogs(signer.TrustedRootPath!, requirements, options.SignedIdentity);
        return requirements;
    }

    /// <summary>
    /// The requirements that keys make: OpenPGP keys ask for simple-signing signatures, PEM public keys for sigstore's. A signature by one
    /// of them is enough, but for those of a ConfigMap (<see cref="VerifierKeys"/>), each of which must have signed.
    /// </summary>
    /// <param name="paths">The key files, on this machine.</param>
    /// <param name="identity">The name that signatures must have. Null for the default.</param>
    /// <param name="verifiers">Told what the keys of a ConfigMap are called.</param>
    /// <returns>The requirements, at least one.</returns>
    /// <exception cref="TrustException"><c>NoUsableKey</c>: a file is missing. <c>MixedKeys</c>: the keys are of both kinds.</exception>
    public static IReadOnlyList<TrustRequirement> ToRequirements(IReadOnlyList<string> paths, SignedIdentity? identity,
        VerifierKeys verifiers)
    {
        foreach (string path in paths)
        {
            if (!LocalHost.Instance.Exists(path))
                throw new TrustException("NoUsableKey", TrustErrorKind.NotFound, $"The key file {path} does not exist.") { Target = path };
        }

        if (verifiers.Read(paths, identity) is { } ofConfigMap)
            return ofConfigMap;
        bool[] arePem = [.. paths.Select(static p => IsPemPublicKey(p))];
        if (arePem.Contains(true) && arePem.Contains(false))
        {
            throw new TrustException(
                "MixedKeys",
                TrustErrorKind.InvalidArgument,
                "Some of the keys are OpenPGP keys and some are PEM public keys, for different kinds of " +
                    "signatures. Ask with one kind at a time.")
            {
                Target = string.Join(", ", paths),
            };
        }

        return arePem.Contains(true)
            ? [new SigstoreSignedRequirement { KeyPaths = paths, SignedIdentity = identity }]
            : [new SignedByRequirement { KeyPaths = paths, SignedIdentity = identity }];
    }

    /// <summary>
    /// Refuses keys of which none can be used: keys that the caller names are parameters, and without any there is nothing to judge by.
    /// A key that only a named release cannot use is not refused here: that is its verdict.
    /// </summary>
    /// <param name="keys">What was read of them.</param>
    /// <param name="requirements">The requirements that they make.</param>
    /// <param name="keyPaths">Their files.</param>
    /// <exception cref="TrustException"><c>NoUsableKey</c>.</exception>
    public static void RequireUsable(RequirementKeys keys, IReadOnlyList<TrustRequirement> requirements, IReadOnlyList<string> keyPaths)
    {
        if (keys.Consumer is not null)
            keys = keys.WithoutConsumer();
        foreach (TrustRequirement requirement in requirements)
        {
            string problem = requirement switch
            {
                SignedByRequirement signedBy => keys.For(signedBy).Problem,
                SigstoreSignedRequirement sigstore => keys.For(sigstore).Problem,
                _ => "",
            };
            if (problem.Length > 0)
                throw new TrustException("NoUsableKey", TrustErrorKind.InvalidData, problem) { Target = string.Join(", ", keyPaths) };
        }
    }

    private static bool IsPemPublicKey(string path)
    {
        ReadOnlySpan<byte> content = LocalHost.Instance.TryReadFile(path, KeyMaterialFiles.MaxBytes) is { } file ? file.Content.Span
            : default;
        return content.IndexOf("-----BEGIN PUBLIC KEY-----"u8) >= 0 || content.IndexOf("-----BEGIN RSA PUBLIC KEY-----"u8) >= 0;
    }
}
