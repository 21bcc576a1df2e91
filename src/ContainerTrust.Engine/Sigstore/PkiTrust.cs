using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>The user's own PKI, and whom it must have certified.</summary>
internal sealed class PkiTrust(IReadOnlyList<SigstoreCertificate> roots, IReadOnlyList<SigstoreCertificate> intermediates,
    string? subjectEmail, string? subjectHostname)
{
    /// <summary>What the certificate must be for.</summary>
    public string Subject =>
        subjectEmail is not null && subjectHostname is not null ? $"{subjectEmail}, {subjectHostname}" : subjectEmail ?? subjectHostname!;

    /// <summary>Verifies a certificate.</summary>
    /// <param name="leaf">The signer's certificate.</param>
    /// <param name="untrustedIntermediates">CAs that came with it.</param>
    /// <param name="now">The time at which it must be valid.</param>
    /// <returns>The root's distinguished name.</returns>
    /// <exception cref="SigstoreRefusal">It is not what the policy requires.</exception>
    public string Verify(SigstoreCertificate leaf, IReadOnlyList<SigstoreCertificate> untrustedIntermediates, DateTimeOffset now)
    {
        SigstoreCertificate root = CertificatePath.Verify(
            leaf, roots, [.. intermediates, .. untrustedIntermediates], now, ignoresUnknownNames: false, subjectHostname);
        CertificateNames names = leaf.Extensions.Names;
        if (subjectEmail is not null && !names.EmailAddresses.Contains(subjectEmail, StringComparer.Ordinal))
            throw new SigstoreRefusal(SigstoreProblem.CertificateSubject, names.EmailRefusal(subjectEmail));
        if (subjectHostname is not null && !HostNameMatch.IsFor(names, subjectHostname))
            throw new SigstoreRefusal(SigstoreProblem.CertificateSubject, $"The signer's certificate is not for {subjectHostname}.");
        return root.SubjectName;
    }
}
