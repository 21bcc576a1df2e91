using ContainerTrust.Engine.Claims;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Sigstore.Bundles;
using ContainerTrust.Engine.Sigstore.Roots;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>
/// The keys, CAs and logs of one <c>sigstoreSigned</c> requirement, imported once: what containers/image checks of a signature before it
/// compares the claim with the image (<c>policy_eval_sigstore.go</c>). Immutable, for many threads; no I/O.
/// </summary>
internal sealed partial class SigstoreTrust
{
    private readonly IReadOnlyList<SigstorePublicKey> _keys = [];
    private readonly RekorLog? _log;
    private readonly FulcioTrust? _fulcio;
    private readonly PkiTrust? _pki;
    private readonly CertificateBundleVerifier? _bundles;
    private readonly TrustedRoot? _root;

    private SigstoreTrust(IReadOnlyList<SigstorePublicKey> keys, RekorLog? log, IReadOnlyList<string> warnings)
    {
        _keys = keys;
        _log = log;
        Warnings = warnings;
    }

    private SigstoreTrust(FulcioTrust fulcio, RekorLog log, IReadOnlyList<string> warnings)
    {
        _fulcio = fulcio;
        _log = log;
        _bundles = new CertificateBundleVerifier(new TrustedRoot(fulcio.Authorities, log.ToLogs(), [], [], []));
        Warnings = warnings;
    }

    private SigstoreTrust(FulcioTrust fulcio, TrustedRoot root)
    {
        _fulcio = fulcio;
        _bundles = new CertificateBundleVerifier(root);
        Warnings = root.Warnings;
    }

    private SigstoreTrust(IReadOnlyList<SigstorePublicKey> keys, TrustedRoot root, IReadOnlyList<string> warnings)
    {
        _keys = keys;
        _root = root;
        Warnings = warnings;
    }

    private SigstoreTrust(PkiTrust pki, IReadOnlyList<string> warnings)
    {
        _pki = pki;
        Warnings = warnings;
    }

    /// <summary>Sentences about what was passed over in the files; empty if nothing was.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Trusts public keys: a signature by any of them is good.</summary>
    /// <param name="keys">PEM public keys, one a file: ECDSA on a NIST curve, RSA of 1024 bits or more, Ed25519. At least one.</param>
    /// <param name="rekorKeys">
    /// The ECDSA keys of logs, one of which must have taken the signature in. Null if no log is required; an empty list is refused.
    /// </param>
    /// <returns>The trust.</returns>
    /// <exception cref="TrustException">There is no key, or one cannot be used (<c>NoUsableKey</c>).</exception>
    public static SigstoreTrust FromPublicKeys(IReadOnlyList<SigstoreKeySource> keys, IReadOnlyList<SigstoreKeySource>? rekorKeys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        List<string> warnings = [];
        List<SigstorePublicKey> imported = Import(keys, "sigstoreSigned needs at least one public key.", warnings);
        return new SigstoreTrust(imported, rekorKeys is null ? null : ImportLog(rekorKeys, warnings), warnings);
    }

    /// <summary>
    /// Trusts public keys for bundles that a log of a sigstore instance has taken in. Signatures in the older form are not accepted by it.
    /// </summary>
    /// <param name="keys">PEM public keys, as above.</param>
    /// <param name="root">The instance's <c>trusted_root.json</c>, whose logs and time stamp authorities count.</param>
    /// <returns>The trust.</returns>
    /// <exception cref="TrustException">A key (<c>NoUsableKey</c>) or the root cannot be used (<c>InvalidTrustedRoot</c>).</exception>
    public static SigstoreTrust FromLoggedKeys(IReadOnlyList<SigstoreKeySource> keys, SigstoreKeySource root)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(root);
        List<string> warnings = [];
        List<SigstorePublicKey> imported = Import(keys, "At least one public key is needed.", warnings);
        TrustedRoot trusted = TrustedRootReader.Read(root, needsAuthority: false);
        return new SigstoreTrust(imported, trusted, [.. warnings, .. trusted.Warnings]);
    }

    /// <summary>Trusts the short-lived certificates of a Fulcio CA, at the time at which a log has taken the signature in.</summary>
    /// <param name="ca">The CA's certificates, PEM. They need not be self-signed.</param>
    /// <param name="oidcIssuer">The OIDC issuer that must have authenticated the signer, exactly.</param>
    /// <param name="subjectEmail">The signer's e-mail address, exactly.</param>
    /// <param name="rekorKeys">
    /// The ECDSA keys of logs, one of which must have taken the signature in. At least one: there is no Fulcio without Rekor.
    /// </param>
    /// <returns>The trust.</returns>
    /// <exception cref="TrustException">A key or the CA cannot be used (<c>NoUsableKey</c>, <c>NoUsableCertificate</c>), or an argument
    /// is empty (<c>InvalidIdentity</c>).</exception>
    public static SigstoreTrust FromFulcio(SigstoreKeySource ca, string oidcIssuer, string subjectEmail,
        IReadOnlyList<SigstoreKeySource> rekorKeys)
    {
        ArgumentNullException.ThrowIfNull(ca);
        ArgumentNullException.ThrowIfNull(rekorKeys);
        RequireIdentity(oidcIssuer, subjectEmail);
        List<string> warnings = [];
        FulcioTrust fulcio = new(PemCertificates.ReadPool(ca, warnings), oidcIssuer, subjectEmail);
        return new SigstoreTrust(fulcio, ImportLog(rekorKeys, warnings), warnings);
    }

    /// <summary>
    /// Trusts the short-lived certificates of a sigstore instance for bundles, at the times that its logs and time stamp authorities
    /// prove. Signatures in the older form are not accepted by it.
    /// </summary>
    /// <param name="root">The instance's <c>trusted_root.json</c>.</param>
    /// <param name="oidcIssuer">The OIDC issuer that must have authenticated the signer, exactly.</param>
    /// <param name="subject">The signer's e-mail address, exactly; a workflow's URI if <paramref name="isUri"/>.</param>
    /// <param name="isUri">Whether the certificate must name the subject as a URI, and not as an e-mail address.</param>
    /// <returns>The trust.</returns>
    /// <exception cref="TrustException">The root cannot be used (<c>InvalidTrustedRoot</c>), or an argument is empty
    /// (<c>InvalidIdentity</c>).</exception>
    public static SigstoreTrust FromTrustedRoot(SigstoreKeySource root, string oidcIssuer, string subject, bool isUri = false)
    {
        ArgumentNullException.ThrowIfNull(root);
        RequireIdentity(oidcIssuer, subject);
        TrustedRoot trusted = TrustedRootReader.Read(root);
        return new SigstoreTrust(new FulcioTrust(trusted.Authorities, oidcIssuer, subject, isUri), trusted);
    }

    /// <summary>Trusts the certificates of the user's own PKI, as long as they are valid.</summary>
    /// <param name="roots">The root certificates, PEM. They need not be self-signed.</param>
    /// <param name="intermediates">
    /// Intermediate certificates, PEM; those that come with a signature are used too. Null if there are none.
    /// </param>
    /// <param name="subjectEmail">The signer's e-mail address, exactly. Null or empty if it does not matter.</param>
    /// <param name="subjectHostname">
    /// The signer's host name; a certificate may have a wildcard for its first label. Null or empty if it does not matter.
    /// </param>
    /// <returns>The trust.</returns>
    /// <exception cref="TrustException">
    /// A file cannot be used (<c>NoUsableCertificate</c>), or neither subject is given (<c>InvalidIdentity</c>).
    /// </exception>
    public static SigstoreTrust FromPki(SigstoreKeySource roots, SigstoreKeySource? intermediates, string? subjectEmail,
        string? subjectHostname)
    {
        ArgumentNullException.ThrowIfNull(roots);
        subjectEmail = string.IsNullOrEmpty(subjectEmail) ? null : subjectEmail;
        subjectHostname = string.IsNullOrEmpty(subjectHostname) ? null : subjectHostname;
        if (subjectEmail is null && subjectHostname is null)
            throw new TrustException(
                "InvalidIdentity",
                TrustErrorKind.InvalidArgument,
                "A PKI needs the signer's e-mail address, host name or both; give at least one.");
        List<string> warnings = [];
        List<SigstoreCertificate> pool = PemCertificates.ReadPool(roots, warnings);
        List<SigstoreCertificate> chain = [];
        if (intermediates is not null && !PemCertificates.TryReadIntermediates(intermediates.Content.Span, out chain, out string problem))
            throw PemCertificates.NoUsableCertificate(
                intermediates.Name,
                $"its intermediate certificates cannot be used: {problem}; give sound ones alone.");
        return new SigstoreTrust(new PkiTrust(pool, chain, subjectEmail, subjectHostname), warnings);
    }

    /// <summary>Judges a signature now.</summary>
    /// <param name="signature">A signature.</param>
    /// <returns>The verdict; it says nothing yet about any image.</returns>
    public SigstoreVerification Verify(SigstoreSignature signature) => Verify(signature, DateTimeOffset.UtcNow);

    /// <summary>Judges a signature.</summary>
    /// <param name="signature">A signature.</param>
    /// <param name="now">
    /// The time at which certificates of the user's own PKI must be valid; Fulcio's must have been when the log took them in.
    /// </param>
    /// <returns>The verdict; it says nothing yet about any image.</returns>
    public SigstoreVerification Verify(SigstoreSignature signature, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(signature);
        try
        {
            return Judge(signature, now);
        }
        catch (SigstoreRefusal refusal)
        {
            return new SigstoreVerification { Problem = refusal.Problem, Reason = refusal.Message };
        }
    }

    private SigstoreVerification Judge(SigstoreSignature signature, DateTimeOffset now)
    {
        if (signature.UntrustedMimeType != SigstoreSignature.ImageSignatureMimeType)
            throw new SigstoreRefusal(SigstoreProblem.OtherMediaType, "The attachment is not an image signature.");
        string untrustedText = Annotation(signature, SigstoreSignature.SignatureAnnotation)
            ?? throw new SigstoreRefusal(SigstoreProblem.MissingSignature,
            $"The annotation {SigstoreSignature.SignatureAnnotation} is missing.");
        byte[] untrustedSignature = KeyData.Decode(untrustedText)
            ?? throw new SigstoreRefusal(SigstoreProblem.MalformedSignature, "The signature is not base64.");
        Material material = new(signature, untrustedSignature, signature.UntrustedPayload);
        if ((_fulcio is not null || _root is not null) && _log is null)
            throw new SigstoreRefusal(SigstoreProblem.OtherMediaType,
                "It is in cosign's older form, and a trusted root is asked about bundles only. " + (_root is null
                    ? "Certificates of the CA and keys of the log are asked about both." : "Keys alone are asked about both."));
        return _fulcio is not null ? JudgeFulcio(material, _fulcio, _log!)
            : _pki is not null ? JudgePki(material, _pki, now)
            : JudgeKeys(material);
    }

    private SigstoreVerification JudgeKeys(Material material)
    {
        RekorEntry? entry = null;
        IReadOnlyList<SigstorePublicKey> candidates = _keys;
        if (_log is not null)
        {
            // The entry names one key; only that one can have signed.
            SigstorePublicKey? named = null;
            entry = _log.Verify(
                material.Bundle(),
                material.UntrustedSignature,
                material.UntrustedPayload.Span,
                der => (named = _keys.FirstOrDefault(k => k.SubjectPublicKeyInfo.AsSpan().SequenceEqual(der))) is not null);
            candidates = [named!];
        }

        SigstorePublicKey signer = candidates.FirstOrDefault(k => k.Verify(material.UntrustedPayload.Span, material.UntrustedSignature))
            ?? throw new SigstoreRefusal(SigstoreProblem.WrongSignature, "The signature is by none of the accepted keys.");
        return Accept(material, signer.Fingerprint, entry);
    }

    private static SigstoreVerification JudgeFulcio(Material material, FulcioTrust fulcio, RekorLog log)
    {
        string untrustedBundle = material.Bundle();
        SigstoreCertificate leaf = material.Certificate();
        if (!UntrustedCertificates.IsOneBlock(Annotation(material.Signature, SigstoreSignature.CertificateAnnotation)!))
            throw new SigstoreRefusal(
                SigstoreProblem.MalformedCertificate,
                "Something follows the signer's certificate, which a log entry does not allow.");
        RekorEntry entry = log.Verify(
            untrustedBundle,
            material.UntrustedSignature,
            material.UntrustedPayload.Span,
            der => leaf.Raw.Span.SequenceEqual(der));
        fulcio.Verify(leaf, material.Chain(), TimeOf(entry));
        return Accept(material, VerifyWithCertificate(material, leaf), entry) with { CertificateSubject = fulcio.Subject,
            CertificateIssuer = fulcio.OidcIssuer };
    }

    private static SigstoreVerification JudgePki(Material material, PkiTrust pki, DateTimeOffset now)
    {
        SigstoreCertificate leaf = material.Certificate();
        string root = pki.Verify(leaf, material.Chain(), now);
        return Accept(material, VerifyWithCertificate(material, leaf), null) with { CertificateSubject = pki.Subject,
            CertificateIssuer = root };
    }

    private static string VerifyWithCertificate(Material material, SigstoreCertificate leaf)
    {
        using SigstorePublicKey key = CertificateKey.Read(leaf);
        return key.Verify(material.UntrustedPayload.Span, material.UntrustedSignature)
            ? key.Fingerprint
            : throw new SigstoreRefusal(SigstoreProblem.WrongSignature, "The signature is not by the certificate's key.");
    }

    private static SigstoreVerification Accept(Material material, string fingerprint, RekorEntry? entry)
    {
        if (!SigstorePayload.TryParse(material.UntrustedPayload.Span, out SigstorePayload? payload, out string problem))
            throw new SigstoreRefusal(
                SigstoreProblem.MalformedPayload,
                $"The signature holds, but what was signed is not a claim about an image: {problem}.");
        return new SigstoreVerification
        {
            Problem = SigstoreProblem.None,
            Reason = $"The signature is good, by the key {fingerprint}.",
            Payload = payload,
            KeyFingerprint = fingerprint,
            LogIndex = entry?.LogIndex,
            IntegratedTime = entry is null ? null : TimeOf(entry),
        };
    }

    private static DateTimeOffset TimeOf(RekorEntry entry) =>
        entry.IntegratedTime >= DateTimeOffset.MinValue.ToUnixTimeSeconds()
            && entry.IntegratedTime <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(entry.IntegratedTime)
            : throw new SigstoreRefusal(SigstoreProblem.MalformedLogEntry, "The log entry's time is outside the years 1 to 9999.");

    private static string? Annotation(SigstoreSignature signature, string name) =>
        signature.UntrustedAnnotations.TryGetValue(name, out string? value) ? value : null;

    private static void RequireIdentity(string oidcIssuer, string subjectEmail)
    {
        if (string.IsNullOrEmpty(oidcIssuer) || string.IsNullOrEmpty(subjectEmail))
            throw new TrustException(
                "InvalidIdentity",
                TrustErrorKind.InvalidArgument,
                "Fulcio needs the signer's OIDC issuer and e-mail address; give both.");
    }

    private static RekorLog ImportLog(IReadOnlyList<SigstoreKeySource> sources, List<string> warnings)
    {
        List<SigstorePublicKey> keys = Import(sources, "A log is required, but there is no key of one; give its public key.", warnings);
        for (int i = 0; i < keys.Count; i++)
        {
            if (!keys[i].IsEcdsa)
                throw new TrustFormatException("NoUsableKey", sources[i].Name, 0, 0, "", "a Rekor log's key must be an ECDSA key.");
        }

        return new RekorLog(keys);
    }

    private static List<SigstorePublicKey> Import(IReadOnlyList<SigstoreKeySource> sources, string problemIfEmpty, List<string> warnings)
    {
        if (sources.Count == 0)
            throw new TrustException("NoUsableKey", TrustErrorKind.InvalidArgument, problemIfEmpty);
        List<SigstorePublicKey> keys = [];
        foreach (SigstoreKeySource source in sources)
        {
            var result = PemPublicKeyReader.Read(source.Content.Span, source.Name, out byte[] subjectPublicKeyInfo);
            warnings.AddRange(result.Warnings);
            if (!SigstorePublicKey.TryCreate(result.Keys[0], subjectPublicKeyInfo, out SigstorePublicKey? key, out string problem))
                throw new TrustFormatException("NoUsableKey", source.Name, 0, 0, "", $"{problem}; get the key again, or use another.");
            keys.Add(key);
        }

        return keys;
    }

    /// <summary>The parts of a signature, as they are needed.</summary>
    private sealed record Material(SigstoreSignature Signature, byte[] UntrustedSignature, ReadOnlyMemory<byte> UntrustedPayload)
    {
        public string Bundle() =>
            Annotation(Signature, SigstoreSignature.BundleAnnotation)
            ?? throw new SigstoreRefusal(SigstoreProblem.MissingLogEntry,
                $"The annotation {SigstoreSignature.BundleAnnotation} is missing: the signature has no log " +
                "entry, which is required.");

        public SigstoreCertificate Certificate() => UntrustedCertificates.ReadLeaf(
            Annotation(Signature, SigstoreSignature.CertificateAnnotation)
            ?? throw new SigstoreRefusal(SigstoreProblem.MissingCertificate,
                $"The annotation {SigstoreSignature.CertificateAnnotation} is missing: the signature has no " +
                "certificate, which is required."));

        public IReadOnlyList<SigstoreCertificate> Chain() => UntrustedCertificates.ReadIntermediates(Annotation(
            Signature,
            SigstoreSignature.ChainAnnotation));
    }
}
