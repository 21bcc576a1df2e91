using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Engine.Trust;

/// <summary>One scope of a preset.</summary>
/// <param name="Registry">The scope.</param>
/// <param name="KeyPaths">
/// The publisher's key files on a host that has them; a signature by one of them is enough. Empty if signers are not known by keys.
/// </param>
public sealed record TrustPresetEntry(string Registry, IReadOnlyList<string> KeyPaths)
{
    /// <summary>The scope's transport.</summary>
    public string Transport { get; init; } = "docker";

    /// <summary>What is required.</summary>
    public TrustType Type { get; init; } = TrustType.SignedBy;

    /// <summary>The publisher's signature store. Null where signatures are beside the images.</summary>
    public string? SignatureStore { get; init; }

    /// <summary>Whether sigstore signatures are read from the registry. Null: where they are required.</summary>
    public bool? UseSigstoreAttachments { get; init; }

    /// <summary>The public key of the publisher's Rekor log. Null if no log is asked.</summary>
    public string? RekorPublicKeyPath { get; init; }

    /// <summary>Certificates of the Fulcio CA that certifies signers. Null if signers are known by keys.</summary>
    public string? FulcioCAPath { get; init; }

    /// <summary>With <see cref="FulcioCAPath"/>: who authenticated the signer. Null otherwise.</summary>
    public string? OidcIssuer { get; init; }

    /// <summary>With <see cref="FulcioCAPath"/>: the signer's e-mail address. Null otherwise.</summary>
    public string? SubjectEmail { get; init; }

    /// <summary>The identity rule. Null for the default.</summary>
    public SignedIdentity? SignedIdentity { get; init; }

    /// <summary>What is known of the keys, one for each of <see cref="KeyPaths"/>.</summary>
    internal IReadOnlyList<PresetKey> Keys { get; init; } = [];

    /// <summary>Whether signatures are sigstore's.</summary>
    public bool IsSigstore => Type == TrustType.SigstoreSigned;

    /// <summary>The files that requirements name.</summary>
    public IEnumerable<string> Files => [.. KeyPaths, .. new[] { RekorPublicKeyPath, FulcioCAPath }.OfType<string>()];

    /// <summary>What registries.d says.</summary>
    public LookasideSection Section => new()
    {
        SignatureStore = SignatureStore,
        UseSigstoreAttachments = UseSigstoreAttachments ?? (IsSigstore && Transport == "docker" ? true : null),
    };

    /// <summary>The requirements as the publisher has them.</summary>
    public IReadOnlyList<TrustRequirement> Requirements => Type switch
    {
        TrustType.Accept => [new AcceptRequirement()],
        TrustType.Reject => [new RejectRequirement()],
        TrustType.SigstoreSigned =>
        [
            new SigstoreSignedRequirement
            {
                KeyPath = KeyPaths.Count == 1 ? KeyPaths[0] : null,
                KeyPaths = KeyPaths.Count > 1 ? [.. KeyPaths] : null,
                Fulcio = FulcioCAPath is null ? null
                    : new FulcioIdentity { CaPath = FulcioCAPath, OidcIssuer = OidcIssuer!, SubjectEmail = SubjectEmail! },
                RekorPublicKeyPath = RekorPublicKeyPath,
                SignedIdentity = SignedIdentity,
            },
        ],
        _ =>
        [
            new SignedByRequirement
            {
                KeyPath = KeyPaths.Count == 1 ? KeyPaths[0] : null,
                KeyPaths = KeyPaths.Count > 1 ? [.. KeyPaths] : null,
                SignedIdentity = SignedIdentity,
            },
        ],
    };

    /// <summary>The preset's part of what a user asks for, who may bring own keys in place of the publisher's.</summary>
    /// <param name="given">What was given.</param>
    /// <returns>The same with the preset's keys, unless there are own ones.</returns>
    public RequirementOptions Complete(RequirementOptions given)
    {
        ArgumentNullException.ThrowIfNull(given);
        given = given with { SignedIdentity = given.SignedIdentity ?? SignedIdentity };
        if (Type is TrustType.Accept or TrustType.Reject)
            return given with { Type = Type };
        if (given.KeyPaths.Count > 0)
            return IsSigstore ? given with { Type = TrustType.SigstoreSigned } : given;
        if (!IsSigstore)
            return WithKeys(given);
        return WithKeys(given) with
        {
            Type = TrustType.SigstoreSigned,
            RekorPublicKeyPaths = RekorPublicKeyPath is null ? [] : [RekorPublicKeyPath],
            FulcioCAPath = FulcioCAPath,
            OidcIssuer = OidcIssuer,
            SubjectEmail = SubjectEmail,
        };
    }

    private RequirementOptions WithKeys(RequirementOptions given)
    {
        // One key is stored, as RHEL 7 did.
        IReadOnlyList<string> keys = given.InlineKey ? [.. KeyPaths.Take(1)] : KeyPaths;
        return given with { KeyPaths = keys, AnyKey = given.AnyKey || keys.Count > 1 };
    }
}
