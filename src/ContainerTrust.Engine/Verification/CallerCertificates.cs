using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Verification;

/// <summary>Certificates that the caller names in the policy's place.</summary>
internal static class CallerCertificates
{
    /// <summary>The requirement that they make.</summary>
    /// <param name="signer">By whose certificates images must be signed.</param>
    /// <param name="identity">The name that signatures must have. Null for the default.</param>
    /// <returns>One requirement.</returns>
    /// <exception cref="TrustException">What was named contradicts itself, or is not enough; a file is missing (<c>NoUsableKey</c>), or the
    /// trusted root cannot be used (<c>InvalidTrustedRoot</c>).</exception>
    public static IReadOnlyList<TrustRequirement> ToRequirements(SignerCertificates signer, SignedIdentity? identity)
    {
        IReadOnlyList<TrustRequirement> requirements = signer.TrustedRootPath is not null
            ? [FromTrustedRoot(signer, identity)] : FromAuthority(signer, identity);
        foreach (string path in signer.Files)
        {
            if (!LocalHost.Instance.Exists(path))
                throw new TrustException("NoUsableKey", TrustErrorKind.NotFound,
                    $"The file {path} does not exist. Specify a file of this machine.") { Target = path };
        }

        if (signer.TrustedRootPath is { } file)
            TrustedRootFile.RequireUsable(file, signer.OidcIssuer!, (signer.SubjectUri ?? signer.SubjectEmail)!);
        return requirements;
    }

    /// <summary>Refuses a trusted root beside keys that it says nothing of.</summary>
    /// <param name="path">The trusted root.</param>
    /// <param name="requirements">What the keys demand.</param>
    /// <param name="identity">The name that signatures must have. Null for the default.</param>
    /// <exception cref="TrustException">The keys are OpenPGP keys, or a name is asked for (<c>ParametersNotTogether</c>); the file is
    /// missing (<c>NoUsableKey</c>).</exception>
    public static void RequireLogs(string path, IReadOnlyList<TrustRequirement> requirements, SignedIdentity? identity)
    {
        if (!requirements.All(static r => r is SigstoreSignedRequirement))
            throw Invalid("ParametersNotTogether",
                $"The logs of a trusted root have no OpenPGP signatures. Leave out {TrustOption.TrustedRootPath}, or specify PEM public " +
                    "keys.");
        RequireNoName(identity);
        if (!LocalHost.Instance.Exists(path))
            throw new TrustException("NoUsableKey", TrustErrorKind.NotFound,
                $"The file {path} does not exist. Specify a file of this machine.") { Target = path };
    }

    private static void RequireNoName(SignedIdentity? identity)
    {
        if (identity is not null)
        {
            throw Invalid("ParametersNotTogether",
                $"{TrustOption.TrustedRootPath} is asked about bundles, which are for a digest and name no image. Leave out the name " +
                    "that signatures must have.");
        }
    }

    private static IReadOnlyList<TrustRequirement> FromAuthority(SignerCertificates signer, SignedIdentity? identity)
    {
        if (signer.SubjectUri is not null)
            throw Invalid("ParametersNotTogether",
                $"Only a trusted root is asked about URIs. Specify {TrustOption.TrustedRootPath} with {TrustOption.SubjectUri}, and no " +
                    "CA.");
        if (signer.FulcioCAPath is null && signer.CARootsPath is null)
        {
            throw Invalid("MissingAuthority",
                $"Nothing says whose certificates count. Specify {TrustOption.TrustedRootPath}, {TrustOption.FulcioCAPath} or " +
                    $"{TrustOption.CARootsPath}.");
        }

        return SigstoreRequirements.OfCertificates(new RequirementOptions
        {
            FulcioCAPath = signer.FulcioCAPath,
            OidcIssuer = signer.OidcIssuer,
            SubjectEmail = signer.SubjectEmail,
            RekorPublicKeyPaths = signer.RekorPublicKeyPaths,
            CARootsPath = signer.CARootsPath,
            CAIntermediatesPath = signer.CAIntermediatesPath,
            SubjectHostname = signer.SubjectHostname,
            SignedIdentity = identity,
        });
    }

    private static SigstoreSignedRequirement FromTrustedRoot(SignerCertificates signer, SignedIdentity? identity)
    {
        if (signer.FulcioCAPath is not null || signer.CARootsPath is not null || signer.CAIntermediatesPath is not null
            || signer.SubjectHostname is not null || signer.RekorPublicKeyPaths.Count > 0)
        {
            throw Invalid("ParametersNotTogether",
                $"{TrustOption.TrustedRootPath} names the CAs and the logs itself. Specify {TrustOption.OidcIssuer} and " +
                    $"{TrustOption.SubjectEmail} or {TrustOption.SubjectUri} with it, and nothing else of a signer.");
        }

        RequireNoName(identity);
        if (signer.SubjectEmail is not null && signer.SubjectUri is not null)
            throw Invalid("ParametersNotTogether",
                $"A signer is a person or a workflow. Specify {TrustOption.SubjectEmail} or {TrustOption.SubjectUri}.");
        SigstoreRequirements.RequireText(signer.OidcIssuer, TrustOption.OidcIssuer);
        SigstoreRequirements.RequireText(signer.SubjectEmail, TrustOption.SubjectEmail);
        SigstoreRequirements.RequireText(signer.SubjectUri, TrustOption.SubjectUri);
        if (signer.OidcIssuer is null || (signer.SubjectUri ?? signer.SubjectEmail) is not { } subject)
        {
            throw Invalid("IncompleteIdentity",
                $"The CAs of a trusted root certify everybody who can log in. Specify {TrustOption.OidcIssuer} and " +
                    $"{TrustOption.SubjectEmail} or {TrustOption.SubjectUri} with {TrustOption.TrustedRootPath}.");
        }

        // The file is neither of the two that podman takes there, so the requirement names none; RequirementKeys knows it.
        return new SigstoreSignedRequirement
        {
            Fulcio = new FulcioIdentity { OidcIssuer = signer.OidcIssuer, SubjectEmail = subject },
        };
    }

    /// <summary>The refusal of an image of which there can be no bundle.</summary>
    /// <param name="name">An image that is in no registry.</param>
    /// <returns>The error.</returns>
    public static TrustException NotInRegistry(ImageName name) => new(
        "TransportNotSupported",
        TrustErrorKind.NotSupported,
        $"{TrustOption.TrustedRootPath} is asked about bundles, which are in registries only. Specify the image in its registry.")
    {
        Target = name.FullName,
    };

    private static TrustException Invalid(string id, string message) => new(id, TrustErrorKind.InvalidArgument, message);
}
