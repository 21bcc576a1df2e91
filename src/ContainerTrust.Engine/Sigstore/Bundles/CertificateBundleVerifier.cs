using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// Verifies bundles by short-lived certificates, as <c>sigstore-go</c> does: each log entry by its log, and that it is about this
/// signature, this certificate and this content; the time by logs and time stamp authorities; the certificate at every time that is
/// proven. No time that is only claimed counts, and not the time of the day. Entries of logs that are not trusted are passed over; one of
/// a trusted log must be there, and each of those must hold.
/// </summary>
/// <param name="root">Whom the user trusts.</param>
/// <param name="takesOldVersions">Whether bundles before version 0.3 are taken, as for files; images need that version.</param>
internal sealed class CertificateBundleVerifier(TrustedRoot root, bool takesOldVersions = false)
{
    /// <summary>Verifies a bundle's signature; what it is about, and who the signer is, is for others.</summary>
    /// <param name="bundle">The bundle.</param>
    /// <param name="signedBytes">What the signature must be over.</param>
    /// <returns>What is proven.</returns>
    /// <exception cref="SigstoreRefusal">A check fails.</exception>
    public ProvenSignature Verify(SigstoreBundle bundle, byte[] signedBytes)
    {
        if (!takesOldVersions)
            BundleContent.RequireThirdVersion(bundle);
        BundleSigner signer = BundleSigner.Read(bundle);
        LoggedSignature logged = new BundleLog(root).Verify(bundle, signer.Leaf.Raw.Span, isKey: false, signedBytes);
        IReadOnlyList<DateTimeOffset> times = logged.Times;
        if (times.Count == 0)
            throw new SigstoreRefusal(
                SigstoreProblem.CertificateNotTimely,
                "Nothing proves when the signature was made: there is no time that a log has signed, and no time stamp of an authority " +
                    "that is trusted.");
        foreach (DateTimeOffset time in times)
        {
            FulcioAuthority.RequirePath(root.Authorities, signer.Leaf, signer.Intermediates, time);
            logged.RequireLogsAt(time);
        }

        if (root.CertificateLogs.Count > 0 && !CertificateLog.HaveTakenIn(
            root.CertificateLogs, signer.Leaf, root.Authorities.SelectMany(static a => a.Roots.Concat(a.Intermediates))))
            throw new SigstoreRefusal(
                SigstoreProblem.CertificateNotLogged,
                "No log of certificates that is trusted has signed that it took in the signer's certificate.");
        string fingerprint = signer.Verify(signedBytes, bundle.UntrustedSignature.Span);
        return new ProvenSignature(signer.Leaf, fingerprint, logged.LogIndex, logged.IntegratedTime, times[0]);
    }
}

/// <summary>What a bundle's log entries, time stamps and signature prove.</summary>
/// <param name="Leaf">The signer's certificate.</param>
/// <param name="Fingerprint">The fingerprint of its key.</param>
/// <param name="LogIndex">The index of the entry in its log.</param>
/// <param name="IntegratedTime">When a log has taken it in. Null if no log has signed that.</param>
/// <param name="Time">A time at which the signature existed.</param>
internal sealed record ProvenSignature(
    SigstoreCertificate Leaf, string Fingerprint, long LogIndex, DateTimeOffset? IntegratedTime, DateTimeOffset Time);
