namespace ContainerTrust.Engine.OpenPgp;

/// <summary>What <see cref="OpenPgpKeyring.Verify"/> found.</summary>
internal sealed record OpenPgpVerification
{
    /// <summary>Whether there is exactly one signature, it is good, and its key is valid now and may sign.</summary>
    public bool IsGood => Problem == OpenPgpProblem.None;

    /// <summary>Why it is not good; <see cref="OpenPgpProblem.None"/> if it is.</summary>
    public required OpenPgpProblem Problem { get; init; }

    /// <summary>A sentence that says so. It repeats nothing that an unverified signature claims, but for its key id.</summary>
    public required string Reason { get; init; }

    /// <summary>The signed content. Empty unless the signature is good.</summary>
    public ReadOnlyMemory<byte> Content { get; init; }

    /// <summary>Fingerprint of the signer's primary key, upper-case hex. Null unless the signature is good.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Fingerprint of the key that made the signature, which may be a subkey. Null unless the signature is good.</summary>
    public string? KeyFingerprint { get; init; }

    /// <summary>The key's primary user id. Null unless the signature is good, or if the key has none.</summary>
    public string? UserId { get; init; }

    /// <summary>When the signature was made, as it says. Null unless it is good.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>When the signature ends. Null unless it is good, or if it does not end.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>
    /// Which releases or builds of podman and skopeo refuse such a signature: sentences. Null unless it is good, or if none is known to.
    /// </summary>
    public string? Note { get; init; }

    /// <summary>The key id that the signature names, 16 upper-case hex digits: anybody can write any. Null if it names none.</summary>
    public string? UntrustedKeyId { get; init; }
}
