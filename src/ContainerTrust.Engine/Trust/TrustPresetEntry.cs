namespace ContainerTrust.Engine.Trust;

/// <summary>One registry of a preset.</summary>
/// <param name="Registry">The scope, in transport <c>docker</c>.</param>
/// <param name="KeyPaths">
/// The vendor's key files on a host that has the vendor's release package; a signature by one of them is enough.
/// </param>
public sealed record TrustPresetEntry(string Registry, IReadOnlyList<string> KeyPaths)
{
    /// <summary>The vendor's signature store. Null where signatures are beside the images.</summary>
    public string? SignatureStore { get; init; }

    /// <summary>The public key of the vendor's Rekor log. Null for GPG signatures.</summary>
    public string? RekorPublicKeyPath { get; init; }

    /// <summary>Whether signatures are sigstore's.</summary>
    public bool IsSigstore => RekorPublicKeyPath is not null;

    /// <summary>The files that requirements name.</summary>
    public IEnumerable<string> Files => RekorPublicKeyPath is { } rekor ? [.. KeyPaths, rekor] : KeyPaths;

    /// <summary>What registries.d says.</summary>
    public LookasideSection Section => IsSigstore ? new() { UseSigstoreAttachments = true } : new() { SignatureStore = SignatureStore };

    /// <summary>The requirements as the vendor has them.</summary>
    public IReadOnlyList<TrustRequirement> Requirements =>
        IsSigstore ? [new SigstoreSignedRequirement { KeyPath = KeyPaths[0], RekorPublicKeyPath = RekorPublicKeyPath }]
        : KeyPaths.Count == 1 ? [new SignedByRequirement { KeyPath = KeyPaths[0] }]
        : [new SignedByRequirement { KeyPaths = [.. KeyPaths] }];

    /// <summary>The preset's part of what a user asks for, who may bring own keys in place of the vendor's.</summary>
    /// <param name="given">What was given.</param>
    /// <returns>The same with the preset's keys, unless there are own ones.</returns>
    public RequirementOptions Complete(RequirementOptions given)
    {
        ArgumentNullException.ThrowIfNull(given);
        if (given.KeyPaths.Count > 0)
            return IsSigstore ? given with { Type = TrustType.SigstoreSigned } : given;

        // One key is stored, as RHEL 7 did.
        IReadOnlyList<string> keys = given.InlineKey ? [KeyPaths[0]] : KeyPaths;
        return IsSigstore
            ? given with { Type = TrustType.SigstoreSigned, KeyPaths = keys, RekorPublicKeyPaths = [RekorPublicKeyPath!] }
            : given with { KeyPaths = keys, AnyKey = given.AnyKey || keys.Count > 1 };
    }
}
