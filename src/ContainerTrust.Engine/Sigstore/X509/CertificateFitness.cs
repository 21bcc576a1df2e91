namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// What a certificate must be whatever the path it is on, by the rules of <see cref="CertificatePath"/>. Asked by the verifier, and of the
/// certificates that a policy names, before it is written and by the audit.
/// </summary>
internal static class CertificateFitness
{
    /// <summary>The usage for signatures of code.</summary>
    public const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    /// <summary>The usage for time stamps.</summary>
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    private const string AnyUsage = "2.5.29.37.0";

    /// <summary>Whether it says that it is a CA. Certificates before version 3 cannot, which is enough for roots.</summary>
    /// <param name="certificate">A certificate.</param>
    /// <param name="isRoot">Whether the policy trusts it itself.</param>
    /// <returns>Whether it can be a CA.</returns>
    public static bool IsAuthority(SigstoreCertificate certificate, bool isRoot) =>
        certificate.Extensions is { HasBasicConstraints: true, IsAuthority: true } || (isRoot && certificate.Version < 3);

    /// <summary>Whether it, and what is below it, may be for code signing.</summary>
    /// <param name="certificate">A certificate.</param>
    /// <returns>Whether it may.</returns>
    public static bool AllowsCodeSigning(SigstoreCertificate certificate) => Allows(certificate, CodeSigning);

    /// <summary>Whether it, and what is below it, may be for a usage.</summary>
    /// <param name="certificate">A certificate.</param>
    /// <param name="usage">The usage's object identifier.</param>
    /// <returns>Whether it may.</returns>
    public static bool Allows(SigstoreCertificate certificate, string usage) =>
        certificate.Extensions.ExtendedKeyUsages is not { } usages || usages.Contains(usage) || usages.Contains(AnyUsage);

    /// <summary>Whether it is for time stamps, as RFC 3161 section 2.3 has it: critically so, and for nothing else.</summary>
    /// <param name="certificate">A certificate.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsForTimestampsOnly(SigstoreCertificate certificate) =>
        certificate.Extensions is { ExtendedKeyUsages: [TimeStamping], IsExtendedKeyUsageCritical: true };

    /// <summary>Whether the certificate of a CA can issue others.</summary>
    /// <param name="authority">A certificate that <see cref="IsAuthority"/>.</param>
    /// <param name="problem">Why it cannot.</param>
    /// <param name="reason">The same in words, which follow its name ("has no key that can be used: ..."); empty if it can.</param>
    /// <returns>Whether it can.</returns>
    public static bool CanIssue(SigstoreCertificate authority, out SigstoreProblem problem, out string reason)
    {
        CertificateExtensions extensions = authority.Extensions;
        if (extensions.HasUnknownCritical || extensions.HasUnknownCriticalNames)
        {
            (problem, reason) = (SigstoreProblem.CertificateExtension, "has a critical extension that is not understood");
            return false;
        }

        if (extensions.KeyUsage is { } usage && (usage & CertificateKeyUsage.CertificateSignature) == 0)
        {
            (problem, reason) = (SigstoreProblem.CertificateUsage, "is not for signing certificates");
            return false;
        }

        if (!CertificateKey.IsUsable(authority, out string fault))
        {
            (problem, reason) = (SigstoreProblem.CertificateKey, $"has no key that can be used: {fault}");
            return false;
        }

        (problem, reason) = (SigstoreProblem.None, "");
        return true;
    }

    /// <summary>Whether the certificate of a signer can sign; its key is judged where it is read.</summary>
    /// <param name="leaf">The certificate.</param>
    /// <param name="ignoresUnknownNames">Whether a critical list of alternative names can be one that has no name of a known kind.</param>
    /// <param name="problem">Why it cannot.</param>
    /// <param name="reason">The same in words, which follow its name; empty if it can.</param>
    /// <returns>Whether it can.</returns>
    public static bool CanSign(SigstoreCertificate leaf, bool ignoresUnknownNames, out SigstoreProblem problem, out string reason)
    {
        CertificateExtensions extensions = leaf.Extensions;
        const CertificateKeyUsage Signatures = CertificateKeyUsage.DigitalSignature | CertificateKeyUsage.ContentCommitment;
        (problem, reason) =
            extensions.HasUnknownCritical || (extensions.HasUnknownCriticalNames && !ignoresUnknownNames)
                ? (SigstoreProblem.CertificateExtension, "has a critical extension that is not understood")
            : extensions.KeyUsage is { } usage && (usage & Signatures) == 0 ? (SigstoreProblem.CertificateUsage, "is not for signatures")
            : (SigstoreProblem.None, "");
        return problem == SigstoreProblem.None;
    }
}
