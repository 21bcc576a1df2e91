using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary>What the cmdlets share that say which keys count, and which names signatures must have.</summary>
public abstract class IdentityCmdlet : SignatureCmdlet
{
    private protected IdentityCmdlet()
    {
    }

    /// <summary>Fingerprints of the keys that may have signed. Any key of the key files if left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FingerprintCompleter))]
    public string[]? Fingerprint { get; set; }

    /// <summary>Which reference a signature must name. <c>MatchRepoDigestOrExact</c> applies if no identity is given.</summary>
    [Parameter]
    [ValidateSet("MatchExact", "MatchRepoDigestOrExact", "MatchRepository")]
    public string? SignedIdentity { get; set; }

    /// <summary>Signatures must name this reference, whatever the image is called.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExactReference { get; set; }

    /// <summary>Signatures must name this repository, whatever the image is called.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExactRepository { get; set; }

    /// <summary>For mirrors: this prefix of the image's name is <see cref="SignedPrefix"/> in signatures.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RemapPrefix { get; set; }

    /// <summary>The prefix that signatures name instead of <see cref="RemapPrefix"/>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SignedPrefix { get; set; }

    private protected override void Begin()
    {
        base.Begin();
        Identity = IdentityRule.Of(SignedIdentity, ExactReference, ExactRepository, RemapPrefix, SignedPrefix);
    }
}
