using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <content>By whose certificates images must be signed, in the policy's place. All files are this machine's.</content>
public abstract partial class ImageSignatureCmdlet
{
    /// <summary>
    /// A sigstore instance's <c>trusted_root.json</c>, for signatures in bundles. Needs <see cref="OidcIssuer"/>, and
    /// <see cref="SubjectEmail"/> or <see cref="SubjectUri"/>. With keys: one of its logs must have taken the signature in.
    /// </summary>
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? TrustedRootPath { get; set; }

    /// <summary>
    /// Certificates of the Fulcio CA that signers' certificates come from. Needs <see cref="OidcIssuer"/>, <see cref="SubjectEmail"/> and
    /// <see cref="RekorPublicKeyPath"/>.
    /// </summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? FulcioCAPath { get; set; }

    /// <summary>With <see cref="TrustedRootPath"/> or <see cref="FulcioCAPath"/>: the OpenID Connect issuer that authenticated the signer,
    /// a URL.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SubjectCompleter))]
    public string? OidcIssuer { get; set; }

    /// <summary>The e-mail address in the signer's certificate.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SubjectCompleter))]
    public string? SubjectEmail { get; set; }

    /// <summary>With <see cref="TrustedRootPath"/>: the URI in the signer's certificate, as a workflow's.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? SubjectUri { get; set; }

    /// <summary>With <see cref="FulcioCAPath"/>: public keys of Rekor logs, one of which must have taken the signature in.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    public string[]? RekorPublicKeyPath { get; set; }

    /// <summary>
    /// Root certificates of a private PKI that signers' certificates come from. Needs <see cref="SubjectEmail"/> or
    /// <see cref="SubjectHostname"/>.
    /// </summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? CARootsPath { get; set; }

    /// <summary>With <see cref="CARootsPath"/>: intermediate certificates.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    public string? CAIntermediatesPath { get; set; }

    /// <summary>With <see cref="CARootsPath"/>: the host name in the signer's certificate.</summary>
    [Parameter(ParameterSetName = CertificateSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SubjectCompleter))]
    public string? SubjectHostname { get; set; }

    private SignerCertificates? Signer
    {
        get
        {
            SignerCertificates signer = new()
            {
                TrustedRootPath = LocalPathOrNull(TrustedRootPath),
                FulcioCAPath = LocalPathOrNull(FulcioCAPath),
                OidcIssuer = OidcIssuer,
                SubjectEmail = SubjectEmail,
                SubjectUri = SubjectUri,
                RekorPublicKeyPaths = LocalPaths(RekorPublicKeyPath) ?? [],
                CARootsPath = LocalPathOrNull(CARootsPath),
                CAIntermediatesPath = LocalPathOrNull(CAIntermediatesPath),
                SubjectHostname = SubjectHostname,
            };
            return signer.IsEmpty ? null : signer;
        }
    }
}
