namespace ContainerTrust;

/// <summary>
/// One signature of an image, as judged. Of a signature that was not found good, only its source, kind and the key id it names are shown:
/// its claims are nobody's.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record ImageSignature
{
    /// <summary>Where it came from: a URL or file.</summary>
    public required string Source { get; init; }

    /// <summary>Its format.</summary>
    public required ImageSignatureKind Kind { get; init; }

    /// <summary>Whether it is good, by an accepted key, and says of this image what is required.</summary>
    public required bool IsValid { get; init; }

    /// <summary>Why, in a sentence.</summary>
    public required string Reason
    {
        get;
        init => field = PrintableText.LineOrNull(value);
    }

    /// <summary>
    /// Fingerprint of the signer's primary key, upper-case hex; of a sigstore signature the SHA-256 of the key's or certificate's
    /// SubjectPublicKeyInfo. Null unless the signature itself is good.
    /// </summary>
    public string? Fingerprint { get; init; }

    /// <summary>Fingerprint of the key that made the signature, which may be a subkey. Null unless the signature itself is good.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>The signer's user id, as its key states it. Null unless the signature itself is good, or if the key has none.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// The e-mail address or host name that the signer's certificate is for. Null unless the signature is good and by a certificate.
    /// </summary>
    public string? CertificateSubject { get; init; }

    /// <summary>
    /// Who vouches for <see cref="CertificateSubject"/>: the OIDC issuer (Fulcio) or the root certificate's name (own PKI). Null unless
    /// the signature is good and by a certificate.
    /// </summary>
    public string? CertificateIssuer { get; init; }

    /// <summary>The signature's index in the Rekor log. Null unless the signature is good and a log was required.</summary>
    public long? LogIndex { get; init; }

    /// <summary>When the Rekor log took the signature in. Null unless the signature is good and a log was required.</summary>
    public DateTimeOffset? IntegratedTime { get; init; }

    /// <summary>When the signature says it was made. Null unless it is good, and for sigstore, whose signatures do not say.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The reference that the signature is for. Null unless it is good and its claim can be read.</summary>
    public string? Reference { get; init; }

    /// <summary>The manifest digest that the signature is for. Null unless it is good and its claim can be read.</summary>
    public string? Digest { get; init; }

    /// <summary>The program that the claim names as its creator. Null unless the signature is good, or if it names none.</summary>
    public string? Creator { get; init; }

    /// <summary>The time that the claim names. Null unless the signature is good, or if it names none.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>
    /// Which releases or builds of podman and skopeo refuse a good signature like this one: sentences. Null if none is known to.
    /// </summary>
    public string? Note { get; init; }

    /// <summary>The key id that the signature names, 16 upper-case hex digits: anybody can write any. Null if it names none.</summary>
    public string? UntrustedKeyId { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{Source}: {(IsValid ? "valid" : "not valid")}: {Reason}");
}

/// <summary>The format of a signature.</summary>
public enum ImageSignatureKind
{
    /// <summary>An OpenPGP message with a JSON claim (containers-signature(5)).</summary>
    SimpleSigning,

    /// <summary>A sigstore (cosign) signature.</summary>
    Sigstore,

    /// <summary>Of a format that is not known.</summary>
    Unknown,

    /// <summary>A sigstore bundle, as cosign 3 writes it. No policy takes it.</summary>
    SigstoreBundle,
}
