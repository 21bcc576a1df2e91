using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Roots;

/// <summary>A CA that certifies signers.</summary>
/// <param name="Roots">Its root certificates; they need not be self-signed.</param>
/// <param name="Intermediates">Certificates between a root and signers.</param>
/// <param name="Window">When it counts.</param>
/// <param name="TakesIntermediates">Whether intermediate certificates that come with a signature are used too.</param>
internal sealed record FulcioAuthority(
    IReadOnlyList<SigstoreCertificate> Roots,
    IReadOnlyList<SigstoreCertificate> Intermediates,
    ValidityWindow Window,
    bool TakesIntermediates)
{
    /// <summary>Finds the path from a certificate to one of several CAs.</summary>
    /// <param name="authorities">The CAs.</param>
    /// <param name="leaf">The signer's certificate.</param>
    /// <param name="untrustedIntermediates">CAs that came with it.</param>
    /// <param name="time">The proven time at which all must be valid.</param>
    /// <exception cref="SigstoreRefusal">There is none.</exception>
    public static void RequirePath(
        IReadOnlyList<FulcioAuthority> authorities,
        SigstoreCertificate leaf,
        IReadOnlyList<SigstoreCertificate> untrustedIntermediates,
        DateTimeOffset time)
    {
        SigstoreRefusal refusal = new(SigstoreProblem.CertificateNotTimely, "No CA that is trusted counts at the time of the signature.");
        foreach (FulcioAuthority authority in authorities)
        {
            if (!authority.Window.Contains(time))
                continue;
            try
            {
                CertificatePath.Verify(
                    leaf,
                    authority.Roots,
                    authority.TakesIntermediates ? [.. authority.Intermediates, .. untrustedIntermediates] : authority.Intermediates,
                    time,
                    ignoresUnknownNames: true);
                return;
            }
            catch (SigstoreRefusal e)
            {
                refusal = e;
            }
        }

        throw refusal;
    }
}
