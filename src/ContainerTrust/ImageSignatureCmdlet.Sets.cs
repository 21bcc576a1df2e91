using System.Management.Automation;
using ContainerTrust.Commands.Completion;

namespace ContainerTrust.Commands;

/// <content>
/// Which sets ask a host and a registry: those that judge files alone do neither, so nothing of that is a parameter of theirs.
/// </content>
public abstract partial class ImageSignatureCmdlet
{
    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public override string? Root { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public override string? PolicyPath { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public override string? RegistriesDirectory { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    public override SwitchParameter CurrentUser { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    public override string? PodmanVersion { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNull]
    [Credential]
    public override PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public override string? AuthFile { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public override string? CertificateDirectory { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    public override SwitchParameter SkipCertificateCheck { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public override string? RegistriesConfPath { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateRange(1, 3600)]
    public override int TimeoutSec { get; set; } = 30;

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateRange(1, 86400)]
    public override int ImageTimeoutSec { get; set; } = 300;

    /// <inheritdoc/>
    [Parameter(ParameterSetName = PolicySet)]
    [Parameter(ParameterSetName = KeySet)]
    [Parameter(ParameterSetName = CertificateSet)]
    [Parameter(ParameterSetName = ReleaseSet)]
    [Parameter(ParameterSetName = StoreSet)]
    [ValidateRange(0, 20)]
    public override int MaximumRetryCount { get; set; } = 3;
}
