namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// Finds and judges the path from a signer's certificate to an accepted CA, by the rules of Go's <c>x509.Verify</c> for code signing,
/// which is what the reference calls. Two judges must agree on the same path: the rules here, which are those where engines differ
/// (usages nested through the whole path, every certificate valid at the time, CAs marked as such, keys of CAs as strong as signers' must
/// be, no SHA-1, nothing critical that is not understood, names as the CAs allow them: <see cref="NameConstraintJudge"/>), and .NET's
/// chain engine (<see cref="ChainEngine"/>), which verifies the signatures and enforces name constraints too. Stricter than the
/// reference: a signer's key usage, where there is one, must allow signatures.
/// </summary>
internal static class CertificatePath
{
    // As the reference's limit on signature checks, this bounds the time that a signature with many look-alike certificates can cost.
    private const int MaxCandidates = 100;
    private const int MaxEngineRuns = 8;

    /// <summary>Verifies a certificate.</summary>
    /// <param name="leaf">The signer's certificate.</param>
    /// <param name="roots">The CAs that are accepted; they need not be self-signed.</param>
    /// <param name="intermediates">CAs that may be on the path.</param>
    /// <param name="time">The time at which the whole path must be valid.</param>
    /// <param name="ignoresUnknownNames">Whether a critical list of alternative names can be one that has no name of a known kind
    /// (Fulcio's e-mail check refuses later).</param>
    /// <param name="askedHost">The host that the signer must be, to which CAs on the path must not object. Null if the policy asks for
    /// none.</param>
    /// <param name="usage">What the whole path must be for, an object identifier of extended key usage.</param>
    /// <returns>The root.</returns>
    /// <exception cref="SigstoreRefusal">There is no path.</exception>
    public static SigstoreCertificate Verify(
        SigstoreCertificate leaf,
        IReadOnlyList<SigstoreCertificate> roots,
        IReadOnlyList<SigstoreCertificate> intermediates,
        DateTimeOffset time,
        bool ignoresUnknownNames,
        string? askedHost = null,
        string usage = CertificateFitness.CodeSigning)
    {
        if (!CertificateFitness.CanSign(leaf, ignoresUnknownNames, out SigstoreProblem problem, out string reason))
            throw new SigstoreRefusal(problem, $"The signer's certificate {reason}.");
        if (!IsValidAt(leaf, time))
            throw new SigstoreRefusal(
                SigstoreProblem.CertificateNotTimely,
                "The signer's certificate is not valid at the time of the signature.");

        Search search = new(roots, intermediates, time, new NameConstraintJudge(askedHost), usage);
        if (Find(roots, leaf))
            search.Judge([leaf]);
        else
            search.Extend([leaf]);
        return search.Root ?? throw search.Refusal;
    }

    private static bool Find(IReadOnlyList<SigstoreCertificate> pool, SigstoreCertificate certificate) =>
        pool.Any(c => c.Raw.Span.SequenceEqual(certificate.Raw.Span));

    private static bool IsValidAt(SigstoreCertificate certificate, DateTimeOffset time) =>
        time >= certificate.NotBefore && time <= certificate.NotAfter;

    /// <summary>A search through the CAs, depth first, as far as the limits go.</summary>
    private sealed class Search(
        IReadOnlyList<SigstoreCertificate> roots,
        IReadOnlyList<SigstoreCertificate> intermediates,
        DateTimeOffset time,
        NameConstraintJudge nameConstraints,
        string usage)
    {
        private int _candidates;
        private int _engineRuns;

        /// <summary>The end of the path that was found. Null if none was.</summary>
        public SigstoreCertificate? Root { get; private set; }

        /// <summary>Why the path that looked best did not do.</summary>
        public SigstoreRefusal Refusal { get; private set; } =
            new(SigstoreProblem.CertificateNotTrusted, "The signer's certificate does not lead to a CA that is accepted.");

        public void Extend(List<SigstoreCertificate> path)
        {
            foreach (SigstoreCertificate root in roots)
            {
                if (IsIssuer(path, root, isRoot: true))
                    Judge([.. path, root]);
                if (Root is not null)
                    return;
            }

            foreach (SigstoreCertificate intermediate in intermediates)
            {
                if (!IsIssuer(path, intermediate, isRoot: false))
                    continue;
                Extend([.. path, intermediate]);
                if (Root is not null)
                    return;
            }
        }

        public void Judge(List<SigstoreCertificate> path)
        {
            // From the root down, as the reference: whatever a CA is not for, nothing below it is for.
            if (!path.TrueForAll(certificate => CertificateFitness.Allows(certificate, usage)))
            {
                Refusal = new SigstoreRefusal(
                    SigstoreProblem.CertificateUsage,
                    usage == CertificateFitness.CodeSigning
                        ? "The signer's certificate, or a CA above it, is not for code signing."
                        : "The certificate, or a CA above it, is not for time stamps.");
                return;
            }

            if (nameConstraints.Judge(path) is { } objection)
            {
                Refusal = objection;
                return;
            }

            if (_engineRuns++ >= MaxEngineRuns)
                return;
            if (ChainEngine.Accepts(path, time, out SigstoreRefusal? refusal))
                Root = path[^1];
            else
                Refusal = refusal;
        }

        private bool IsIssuer(List<SigstoreCertificate> path, SigstoreCertificate candidate, bool isRoot)
        {
            SigstoreCertificate child = path[^1];
            if (!candidate.Subject.Span.SequenceEqual(child.Issuer.Span) || _candidates++ >= MaxCandidates || Find(path, candidate))
                return false;
            if (path.Exists(c => c.Subject.Span.SequenceEqual(candidate.Subject.Span)
                && c.SubjectPublicKeyInfo.Span.SequenceEqual(candidate.SubjectPublicKeyInfo.Span)))
                return false;
            if (!child.HasStrongSignature)
                return No(
                    SigstoreProblem.CertificateNotTrusted,
                    "A certificate on the path to the CA is signed with an algorithm that is broken or not known.");
            if (!CertificateFitness.IsAuthority(candidate, isRoot))
                return No(SigstoreProblem.CertificateUsage, "A certificate on the path is used as a CA, but is not one.");
            if (!CertificateFitness.CanIssue(candidate, out SigstoreProblem problem, out string reason))
                return No(problem, $"A CA's certificate {reason}.");
            if (candidate.Extensions.PathLength is { } length && path.Count - 1 > length)
                return No(SigstoreProblem.CertificateUsage, "The path to the CA is longer than a CA on it allows.");
            return IsValidAt(candidate, time)
                || No(SigstoreProblem.CertificateNotTimely, "A CA's certificate is not valid at the time of the signature.");
        }

        private bool No(SigstoreProblem problem, string reason)
        {
            Refusal = new SigstoreRefusal(problem, reason);
            return false;
        }
    }
}
