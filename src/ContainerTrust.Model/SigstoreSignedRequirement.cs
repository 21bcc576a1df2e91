namespace ContainerTrust;

/// <summary>
/// The <c>sigstoreSigned</c> requirement. Exactly one of the key sources (<see cref="KeyPath"/>, <see cref="KeyPaths"/>,
/// <see cref="KeyData"/>, <see cref="KeyDatas"/>, <see cref="Fulcio"/>, <see cref="Pki"/>) is not null, and at most one Rekor key source.
/// </summary>
public sealed record SigstoreSignedRequirement : TrustRequirement
{
    /// <inheritdoc/>
    public override string Type => "sigstoreSigned";

    /// <summary>Path of one PEM public key. Null if not used.</summary>
    public string? KeyPath { get; init; }

    /// <summary>Paths of several PEM public keys; a signature by any of them is enough. Null if not used.</summary>
    public IReadOnlyList<string>? KeyPaths { get; init; }

    /// <summary>Base64 of one PEM public key. Null if not used.</summary>
    public string? KeyData { get; init; }

    /// <summary>Base64 of several PEM public keys; a signature by any of them is enough. Null if not used.</summary>
    public IReadOnlyList<string>? KeyDatas { get; init; }

    /// <summary>Short-lived certificates of a Fulcio CA. Null if not used. Needs a Rekor key.</summary>
    public FulcioIdentity? Fulcio { get; init; }

    /// <summary>Certificates of the user's own PKI. Null if not used. Takes no Rekor key.</summary>
    public PkiIdentity? Pki { get; init; }

    /// <summary>Path of the Rekor log's PEM public key. Null if not used.</summary>
    public string? RekorPublicKeyPath { get; init; }

    /// <summary>Paths of several Rekor public keys. Null if not used.</summary>
    public IReadOnlyList<string>? RekorPublicKeyPaths { get; init; }

    /// <summary>Base64 of the Rekor log's PEM public key. Null if not used.</summary>
    public string? RekorPublicKeyData { get; init; }

    /// <summary>Base64 of several Rekor public keys. Null if not used.</summary>
    public IReadOnlyList<string>? RekorPublicKeyDatas { get; init; }

    /// <summary>
    /// Which references a signature may name. Null where policy.json names none: <c>matchRepoDigestOrExact</c> then applies.
    /// </summary>
    public SignedIdentity? SignedIdentity { get; init; }

    /// <summary>Whether another requirement has the same members, lists by what is in them.</summary>
    /// <param name="other">The other.</param>
    /// <returns>True if it does.</returns>
    public bool Equals(SigstoreSignedRequirement? other) =>
        other is not null && KeyPath == other.KeyPath && KeyData == other.KeyData
            && RekorPublicKeyPath == other.RekorPublicKeyPath && RekorPublicKeyData == other.RekorPublicKeyData
            && Fulcio == other.Fulcio && Pki == other.Pki && SignedIdentity == other.SignedIdentity
            && ListContent.AreEqual(KeyPaths, other.KeyPaths) && ListContent.AreEqual(KeyDatas, other.KeyDatas)
            && ListContent.AreEqual(RekorPublicKeyPaths, other.RekorPublicKeyPaths)
            && ListContent.AreEqual(RekorPublicKeyDatas, other.RekorPublicKeyDatas);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(
        HashCode.Combine(KeyPath, KeyData, Fulcio, Pki, SignedIdentity),
        HashCode.Combine(RekorPublicKeyPath, RekorPublicKeyData),
        ListContent.Hash(KeyPaths),
        ListContent.Hash(KeyDatas),
        ListContent.Hash(RekorPublicKeyPaths),
        ListContent.Hash(RekorPublicKeyDatas));

    /// <inheritdoc/>
    internal override IReadOnlyList<KeyMaterial> GetKeyMaterials() =>
    [
        .. KeyMaterial.From(KeyMaterialUse.PublicKey, KeyPath, KeyPaths, KeyData, KeyDatas),
        .. KeyMaterial.From(KeyMaterialUse.Rekor, RekorPublicKeyPath, RekorPublicKeyPaths, RekorPublicKeyData, RekorPublicKeyDatas),
        .. KeyMaterial.From(KeyMaterialUse.FulcioCA, Fulcio?.CaPath, data: Fulcio?.CaData),
        .. KeyMaterial.From(KeyMaterialUse.PkiRoots, Pki?.CaRootsPath, data: Pki?.CaRootsData),
        .. KeyMaterial.From(KeyMaterialUse.PkiIntermediates, Pki?.CaIntermediatesPath, data: Pki?.CaIntermediatesData),
    ];

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        KeyPath is not null ? $"sigstoreSigned {KeyPath}"
        : KeyPaths is not null ? $"sigstoreSigned any of {string.Join(", ", KeyPaths)}"
        : Fulcio is not null ? $"sigstoreSigned {Fulcio.SubjectEmail} ({Fulcio.OidcIssuer})"
        : Pki is not null ? $"sigstoreSigned {Pki.SubjectEmail ?? Pki.SubjectHostname}"
        : "sigstoreSigned inline key");
}

/// <summary>
/// The <c>fulcio</c> member of a <c>sigstoreSigned</c> requirement. Exactly one of <see cref="CaPath"/> and <see cref="CaData"/> is not
/// null, or neither where a trusted root that a caller names stands in for the CA, as none can in a policy.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record FulcioIdentity
{
    /// <summary>Path of the CA certificates (PEM). Null if not used.</summary>
    public string? CaPath { get; init; }

    /// <summary>Base64 of the CA certificates (PEM). Null if not used.</summary>
    public string? CaData { get; init; }

    /// <summary>The OIDC issuer that authenticated the signer, as a URL.</summary>
    public required string OidcIssuer { get; init; }

    /// <summary>The signer's e-mail address.</summary>
    public required string SubjectEmail { get; init; }

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line($"{SubjectEmail} ({OidcIssuer})"
        + ((CaPath ?? (CaData is null ? null : "in the policy")) is { } place ? $", CA {place}" : ""));
}

/// <summary>
/// The <c>pki</c> member of a <c>sigstoreSigned</c> requirement. Exactly one roots source, at most one intermediates source, and at least
/// one of <see cref="SubjectEmail"/> and <see cref="SubjectHostname"/> is not null.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record PkiIdentity
{
    /// <summary>Path of the root certificates (PEM). Null if not used.</summary>
    public string? CaRootsPath { get; init; }

    /// <summary>Base64 of the root certificates (PEM). Null if not used.</summary>
    public string? CaRootsData { get; init; }

    /// <summary>Path of the intermediate certificates (PEM). Null if not used.</summary>
    public string? CaIntermediatesPath { get; init; }

    /// <summary>Base64 of the intermediate certificates (PEM). Null if not used.</summary>
    public string? CaIntermediatesData { get; init; }

    /// <summary>The signer's e-mail address. Null if not required.</summary>
    public string? SubjectEmail { get; init; }

    /// <summary>The signer's host name (DNS SAN). Null if not required.</summary>
    public string? SubjectHostname { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        PrintableText.Line($"{SubjectEmail ?? SubjectHostname}, CA {CaRootsPath ?? "in the policy"}");
}
