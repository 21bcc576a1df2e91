namespace ContainerTrust.Engine.Verification;

/// <summary>
/// By whose certificates images must be signed, named by the caller in the policy's place. Files are this machine's, paths absolute.
/// </summary>
public sealed record SignerCertificates
{
    /// <summary>A sigstore instance's <c>trusted_root.json</c>, for bundles. Null for none.</summary>
    public string? TrustedRootPath { get; init; }

    /// <summary>Certificates of a Fulcio CA. Null for none.</summary>
    public string? FulcioCAPath { get; init; }

    /// <summary>The issuer that must have authenticated the signer. Null for a private PKI.</summary>
    public string? OidcIssuer { get; init; }

    /// <summary>The e-mail address that the signer's certificate must be for. Null if a host name says who it is.</summary>
    public string? SubjectEmail { get; init; }

    /// <summary>With <see cref="TrustedRootPath"/>, the URI that the signer's certificate must name, as a workflow's. Null if an e-mail
    /// address says who it is.</summary>
    public string? SubjectUri { get; init; }

    /// <summary>Keys of the logs, one of which must have taken the signature in.</summary>
    public IReadOnlyList<string> RekorPublicKeyPaths { get; init; } = [];

    /// <summary>Root certificates of a private PKI. Null for none.</summary>
    public string? CARootsPath { get; init; }

    /// <summary>Intermediate certificates of a private PKI. Null for none.</summary>
    public string? CAIntermediatesPath { get; init; }

    /// <summary>The host name that the signer's certificate must be for. Null if an e-mail address says who it is.</summary>
    public string? SubjectHostname { get; init; }

    /// <summary>Whether nothing was named.</summary>
    public bool IsEmpty => TrustedRootPath is null && FulcioCAPath is null && OidcIssuer is null && SubjectEmail is null
        && RekorPublicKeyPaths.Count == 0 && CARootsPath is null && CAIntermediatesPath is null && SubjectHostname is null
        && SubjectUri is null;

    /// <summary>Whether a trusted root is named and nobody who has signed: then keys say that.</summary>
    public bool IsRootAlone => TrustedRootPath is not null && this with { TrustedRootPath = null } is { IsEmpty: true };

    /// <summary>Refuses what could not be judged by, before any image is fetched.</summary>
    /// <param name="identity">The name that signatures must have. Null for the default.</param>
    /// <exception cref="TrustException">What was named contradicts itself, is not enough, or cannot be used.</exception>
    public void RequireUsable(SignedIdentity? identity) => CallerCertificates.ToRequirements(this, identity);

    /// <summary>Refuses what could not be judged by together with keys, before any image is fetched.</summary>
    /// <param name="keyPaths">The caller's keys, files of this machine. Null for none.</param>
    /// <param name="identity">The name that signatures must have. Null for the default.</param>
    /// <param name="hasStores">Whether the caller says where signatures are.</param>
    /// <exception cref="TrustException">As above; or the keys cannot be used, or bundles are not where they are looked for.</exception>
    public void RequireUsable(IReadOnlyList<string>? keyPaths, SignedIdentity? identity, bool hasStores)
    {
        CallerKeys.ToRequirements(
            new VerificationOptions { KeyPaths = keyPaths, Signer = this, SignedIdentity = identity }, new VerifierKeys());
        if (TrustedRootPath is not null && hasStores)
            throw new TrustException("ParametersNotTogether", TrustErrorKind.InvalidArgument,
                $"{TrustOption.TrustedRootPath} is asked about bundles, which are in registries and not in stores. Leave out the stores.");
    }

    /// <summary>The files.</summary>
    internal IEnumerable<string> Files =>
        [.. new[] { TrustedRootPath, FulcioCAPath, CARootsPath, CAIntermediatesPath }.OfType<string>(), .. RekorPublicKeyPaths];
}
