using System.Diagnostics.CodeAnalysis;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Keys;

/// <summary>What the verifier would say of a certificate that a policy names, before any signature is there.</summary>
/// <param name="Subject">Its name.</param>
/// <param name="Begins">In force from here on.</param>
/// <param name="Ends">The last second in which it is.</param>
/// <param name="RsaBits">The length of an RSA key; 0 for others, and for those that cannot be used.</param>
/// <param name="Fault">Why it cannot vouch for signers, in words that follow its name ("is not for code signing"). Null if it can.</param>
/// <param name="IsUseless">
/// Whether it has a fault and cannot be the signer's own certificate either, which roots may have among them.
/// </param>
internal sealed record CertificateFacts(string Subject, DateTime Begins, DateTime Ends, int RsaBits, string? Fault, bool IsUseless)
{
    // Below this a key is too short to begin with, though podman and skopeo take it from CAs that exist.
    private const int SmallestRsa = 2048;

    /// <summary>Whether its key is too short for a CA that is trusted from now on.</summary>
    public bool IsShort => RsaBits is > 0 and < SmallestRsa;

    /// <summary>Reads a certificate as the verifier does.</summary>
    /// <param name="content">DER.</param>
    /// <param name="use">What it is for.</param>
    /// <param name="facts">What there is to know.</param>
    /// <param name="problem">Why the verifier passes over it, a clause; empty if it does not.</param>
    /// <returns>Whether the verifier can read it.</returns>
    public static bool TryRead(byte[] content, KeyMaterialUse use, [NotNullWhen(true)] out CertificateFacts? facts, out string problem)
    {
        facts = null;
        if (!SigstoreCertificate.TryParse(content, out SigstoreCertificate? certificate, out problem))
            return false;
        CertificateKey.IsUsable(certificate, out int rsaBits, out _);
        (string? fault, bool isUseless) = Judge(certificate, use != KeyMaterialUse.PkiIntermediates);
        string subject = Printable.Of(certificate.SubjectName, Printable.NameLength);
        facts = new CertificateFacts(
            subject.Length > 0 ? subject : "a certificate without a name",
            certificate.NotBefore.UtcDateTime,
            certificate.NotAfter.UtcDateTime,
            rsaBits,
            fault,
            isUseless);
        return true;
    }

    /// <summary>
    /// Whether nothing can be accepted by a file, whatever the signature. A Fulcio CA may be of the past, and signatures may bring what
    /// intermediates lack.
    /// </summary>
    /// <param name="certificates">The certificates that can be read.</param>
    /// <param name="use">What they are for.</param>
    /// <param name="now">The moment at which roots must be in force.</param>
    /// <returns>Whether none can do its work.</returns>
    public static bool IsNoneUsable(IReadOnlyList<CertificateFacts> certificates, KeyMaterialUse use, DateTime now) =>
        use != KeyMaterialUse.PkiIntermediates
        && certificates.All(c => c.IsUseless || (use == KeyMaterialUse.PkiRoots && (c.Ends < now || c.Begins > now)));

    private static (string? Fault, bool IsUseless) Judge(SigstoreCertificate certificate, bool isRoot)
    {
        if (!ChainEngine.CanRead(certificate))
            return ("cannot be read by OpenSSL", true);
        if (!CertificateFitness.AllowsCodeSigning(certificate))
            return ("is not for code signing", true);
        if (!isRoot && !certificate.HasStrongSignature)
            return ("is signed with an algorithm that is broken or not known", true);
        bool isAuthority = CertificateFitness.IsAuthority(certificate, isRoot);
        if (CertificateFitness.CanIssue(certificate, out _, out string fault) && isAuthority)
            return (null, false);
        bool isSigner = isRoot && CertificateFitness.CanSign(certificate, ignoresUnknownNames: false, out _, out _)
            && CertificateKey.IsUsable(certificate, out _);
        return (isAuthority ? fault : "is not a CA certificate, so no signer's certificate can come from it", !isSigner);
    }
}
