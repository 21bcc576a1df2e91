namespace ContainerTrust.Engine.OpenPgp;

/// <summary>A subkey while its certificate is being read.</summary>
internal sealed class CertificateSubkey(PublicKeyPacket key)
{
    /// <summary>The key itself.</summary>
    public PublicKeyPacket Key => key;

    /// <summary>The binding that counts. Null if there is none.</summary>
    public SelfSignature? Binding { get; set; }

    /// <summary>Whether the primary key has revoked it.</summary>
    public bool IsRevoked { get; set; }

    /// <summary>Whether its flags and algorithm allow signatures, and it has agreed to the binding.</summary>
    public bool CanSign => IsMeantForSigning && Binding is { HasBackSignature: true };

    /// <summary>Whether its flags and algorithm allow signatures.</summary>
    public bool IsMeantForSigning => key.IsSigningAlgorithm && Binding is { } binding && KeyFlags.AllowSigning(binding.KeyFlags);

    /// <summary>The subkey as the model shows it.</summary>
    /// <returns>A new object.</returns>
    public TrustSubkey ToModel() => new()
    {
        Fingerprint = key.Fingerprint,
        Algorithm = key.AlgorithmName,
        Size = key.Size,
        Curve = key.Curve?.Name,
        Created = DateTimeOffset.FromUnixTimeSeconds(key.Created),
        Expires = KeyFlags.Expiry(key.Created, Binding?.KeyExpirationSeconds ?? 0),
        IsRevoked = IsRevoked,
        CanSign = CanSign,
    };
}
