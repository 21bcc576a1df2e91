namespace ContainerTrust;

/// <summary>
/// The <c>signedBy</c> requirement: a simple-signing signature by one of the given OpenPGP keys.
/// Exactly one of <see cref="KeyPath"/>, <see cref="KeyPaths"/> and <see cref="KeyData"/> is not null.
/// </summary>
public sealed record SignedByRequirement : TrustRequirement
{
    /// <inheritdoc/>
    public override string Type => "signedBy";

    /// <summary>
    /// <c>GPGKeys</c>, the only usable value, or one of <c>signedByGPGKeys</c>, <c>X509Certificates</c>, <c>signedByX509CAs</c>,
    /// which parse and then refuse every image.
    /// </summary>
    public string KeyType { get; init; } = "GPGKeys";

    /// <summary>Path of one key file on the host that evaluates the policy; its keys are alternatives. Null if not used.</summary>
    public string? KeyPath { get; init; }

    /// <summary>Paths of several key files; a signature by any key in any of them is enough. Null if not used.</summary>
    public IReadOnlyList<string>? KeyPaths { get; init; }

    /// <summary>
    /// The keys themselves: base64 (RFC 4648 section 4, no line breaks) of an armored or binary OpenPGP key file. Null if not used.
    /// </summary>
    public string? KeyData { get; init; }

    /// <summary>
    /// Which references a signature may name. Null where policy.json names none: <c>matchRepoDigestOrExact</c> then applies.
    /// </summary>
    public SignedIdentity? SignedIdentity { get; init; }

    /// <summary>Whether another requirement has the same members, lists by what is in them.</summary>
    /// <param name="other">The other.</param>
    /// <returns>True if it does.</returns>
    public bool Equals(SignedByRequirement? other) =>
        other is not null && KeyType == other.KeyType && KeyPath == other.KeyPath && KeyData == other.KeyData
            && SignedIdentity == other.SignedIdentity && ListContent.AreEqual(KeyPaths, other.KeyPaths);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(KeyType, KeyPath, KeyData, SignedIdentity, ListContent.Hash(KeyPaths));

    /// <inheritdoc/>
    internal override IReadOnlyList<KeyMaterial> GetKeyMaterials() =>
        [.. KeyMaterial.From(KeyType == "GPGKeys" ? KeyMaterialUse.OpenPgp : KeyMaterialUse.NotImplemented, KeyPath, KeyPaths, KeyData)];

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        KeyPath is not null ? $"signedBy {KeyPath}"
        : KeyPaths is not null ? $"signedBy any of {string.Join(", ", KeyPaths)}"
        : "signedBy inline key");
}
