using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>A Fulcio CA, and whom it must have certified.</summary>
/// <param name="authorities">The CA.</param>
/// <param name="oidcIssuer">Who must have authenticated the signer.</param>
/// <param name="subject">The signer: an e-mail address, or a URI.</param>
/// <param name="isUri">Whether it is a URI, as a workflow's.</param>
internal sealed class FulcioTrust(IReadOnlyList<FulcioAuthority> authorities, string oidcIssuer, string subject, bool isUri = false)
{
    public FulcioTrust(IReadOnlyList<SigstoreCertificate> roots, string oidcIssuer, string subjectEmail)
        : this([new FulcioAuthority(roots, [], ValidityWindow.Unbounded, TakesIntermediates: true)], oidcIssuer, subjectEmail)
    {
    }

    public IReadOnlyList<FulcioAuthority> Authorities => authorities;

    public string OidcIssuer => oidcIssuer;

    /// <summary>The signer who is meant.</summary>
    public string Subject => subject;

    /// <summary>Verifies a certificate at the time at which the log took it in.</summary>
    /// <param name="leaf">The signer's certificate.</param>
    /// <param name="untrustedIntermediates">CAs that came with it.</param>
    /// <param name="time">The log's time.</param>
    /// <exception cref="SigstoreRefusal">It is not what the policy requires.</exception>
    public void Verify(SigstoreCertificate leaf, IReadOnlyList<SigstoreCertificate> untrustedIntermediates, DateTimeOffset time)
    {
        FulcioAuthority.RequirePath(authorities, leaf, untrustedIntermediates, time);
        RequireIdentity(leaf);
    }

    /// <summary>Requires that a certificate is the signer's who is meant.</summary>
    /// <param name="leaf">A certificate that has been verified.</param>
    /// <exception cref="SigstoreRefusal">It is another's.</exception>
    public void RequireIdentity(SigstoreCertificate leaf)
    {
        if (FulcioIssuer.Read(leaf.Extensions) != oidcIssuer)
            throw new SigstoreRefusal(SigstoreProblem.CertificateIssuer, $"The signer was not authenticated by {oidcIssuer}.");
        CertificateNames names = leaf.Extensions.Names;
        if (!(isUri ? names.Uris : names.EmailAddresses).Contains(subject, StringComparer.Ordinal))
            throw new SigstoreRefusal(SigstoreProblem.CertificateSubject, isUri ? names.UriRefusal(subject) : names.EmailRefusal(subject));
    }
}
