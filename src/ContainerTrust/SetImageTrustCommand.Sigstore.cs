using System.Management.Automation;
using ContainerTrust.Commands.Completion;

namespace ContainerTrust.Commands;

/// <content>The parameters for sigstore signatures by certificates and with logs.</content>
public sealed partial class SetImageTrustCommand
{
    /// <summary>
    /// A <c>trusted_root.json</c> of this machine: the CAs and Rekor logs of that sigstore instance which count now are stored in the
    /// policy. Needs <see cref="OidcIssuer"/> and <see cref="SubjectEmail"/>; with <see cref="KeyPath"/> its logs alone are taken.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [Alias("TrustedRoot")]
    [ValidateNotNullOrEmpty]
    public string? TrustedRootPath { get; set; }

    /// <summary>
    /// Certificates of the Fulcio CA that signers' certificates come from. Needs <see cref="OidcIssuer"/>, <see cref="SubjectEmail"/> and
    /// <see cref="RekorPublicKeyPath"/>.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string? FulcioCAPath { get; set; }

    /// <summary>
    /// With <see cref="FulcioCAPath"/> or <see cref="TrustedRootPath"/>: the OpenID Connect issuer that authenticated the signer, a URL.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SubjectCompleter))]
    public string? OidcIssuer { get; set; }

    /// <summary>
    /// With <see cref="FulcioCAPath"/>, <see cref="TrustedRootPath"/> or <see cref="CARootsPath"/>: the e-mail address in the signer's
    /// certificate.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SubjectCompleter))]
    public string? SubjectEmail { get; set; }

    /// <summary>Public keys of Rekor logs: signatures must be entered in one of them. For keys and Fulcio.</summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string[]? RekorPublicKeyPath { get; set; }

    /// <summary>
    /// Root certificates of a private PKI that signers' certificates come from. Needs <see cref="SubjectEmail"/> or
    /// <see cref="SubjectHostname"/>.
    /// </summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string? CARootsPath { get; set; }

    /// <summary>With <see cref="CARootsPath"/>: intermediate certificates.</summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string? CAIntermediatesPath { get; set; }

    /// <summary>With <see cref="CARootsPath"/>: the host name in the signer's certificate.</summary>
    [Parameter(ParameterSetName = RegistrySet)]
    [Parameter(ParameterSetName = DefaultSet)]
    [Parameter(ParameterSetName = InputObjectSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SubjectCompleter))]
    public string? SubjectHostname { get; set; }
}
