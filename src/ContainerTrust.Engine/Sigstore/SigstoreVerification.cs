using ContainerTrust.Engine.Claims;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>
/// What the keys, CAs and logs of one requirement say of one signature. Whether the claim fits the image is for the evaluation to say.
/// </summary>
internal sealed record SigstoreVerification
{
    /// <summary>Whether the signature is good.</summary>
    public bool IsGood => Problem == SigstoreProblem.None;

    /// <summary>The first check that failed.</summary>
    public required SigstoreProblem Problem { get; init; }

    /// <summary>Why, a sentence; it repeats nothing that an unverified signature claims.</summary>
    public required string Reason { get; init; }

    /// <summary>The claim. Null unless the signature is good.</summary>
    public SigstorePayload? Payload { get; init; }

    /// <summary>
    /// SHA-256 of the signer's SubjectPublicKeyInfo, upper-case hex: of the policy's key or the certificate's. Null unless the signature
    /// is good.
    /// </summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>
    /// The e-mail address or host name that the policy requires and the certificate has. Null unless the signature is good and by a
    /// certificate.
    /// </summary>
    public string? CertificateSubject { get; init; }

    /// <summary>
    /// Who vouches for <see cref="CertificateSubject"/>: the OIDC issuer (Fulcio), or the distinguished name of the root (own PKI).
    /// Null unless the signature is good and by a certificate.
    /// </summary>
    public string? CertificateIssuer { get; init; }

    /// <summary>The signature's index in the log. Null unless the signature is good and a log was required.</summary>
    public long? LogIndex { get; init; }

    /// <summary>When the log took the signature in (UTC). Null unless the signature is good and a log was required.</summary>
    public DateTimeOffset? IntegratedTime { get; init; }

    /// <summary>
    /// A time at which a log or a time stamp authority proves that the signature existed (UTC). Null unless the signature is good, and in
    /// a bundle by a short-lived certificate.
    /// </summary>
    public DateTimeOffset? ProvenTime { get; init; }
}
