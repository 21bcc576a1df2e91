namespace ContainerTrust.Engine.Trust.Rotation;

/// <summary>Which key is exchanged for which, and where.</summary>
public sealed record KeyRotationRequest
{
    // SHA-256 of a public key, or an OpenPGP key of version 6.
    internal const int LongDigits = 64;

    /// <summary>The scopes. With none, and without <see cref="IsDefault"/>, all that have one of the keys.</summary>
    public IReadOnlyList<string> Registries { get; init; } = [];

    /// <summary>The transport of <see cref="Registries"/>.</summary>
    public string Transport { get; init; } = "docker";

    /// <summary>The policy's default.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The old keys by their fingerprints.</summary>
    public required IReadOnlyList<string> OldFingerprints { get; init; }

    /// <summary>The files of <see cref="OldFingerprints"/>, as far as they were named by files.</summary>
    public IReadOnlyList<RotationKey> OldKeys { get; init; } = [];

    /// <summary>The new key.</summary>
    public required RotationKey NewKey { get; init; }

    /// <summary>The directory of the host that the new key's file is put in. Null for the usual one.</summary>
    public string? KeyDirectory { get; init; }

    /// <summary>Take keys that cannot sign now, and a signature by the new key alone where two signers were demanded.</summary>
    public bool Force { get; init; }

    /// <summary>Refuses what is not possible on any host.</summary>
    /// <exception cref="TrustException">
    /// No old key is named (<c>MissingKey</c>), it is the new one (<c>SameKey</c>), or it is of another kind (<c>KeyKindsDiffer</c>).
    /// </exception>
    public void RequirePossible()
    {
        if (OldFingerprints.Count == 0)
            throw new TrustException(
                "MissingKey",
                TrustErrorKind.InvalidArgument,
                "It is not said which key is exchanged. Specify the old key's file or its fingerprint.");
        if (OldFingerprints.FirstOrDefault(f => NewKey.Names(f)) is { } same)
            throw new TrustException(
                "SameKey",
                TrustErrorKind.InvalidArgument,
                $"The key {same} is both the old one and in {Printable.Of(NewKey.Path, Printable.NameLength)}. Specify a file that has " +
                "the new key alone; a newer copy of the same key needs no exchange.")
            {
                Target = NewKey.Path,
            };
        if (OldKeys.FirstOrDefault(k => k.IsOpenPgp != NewKey.IsOpenPgp) is { } other)
            throw KindsDiffer(other.Fingerprints[0]);

        // All public keys of sigstore have long ones.
        if (!NewKey.IsOpenPgp && OldFingerprints.FirstOrDefault(static f => f.Length != LongDigits) is { } shorter)
            throw KindsDiffer(shorter);
    }

    internal bool IsOld(TrustKey key) =>
        OldFingerprints.Contains(key.Fingerprint) || key.Subkeys.Any(s => OldFingerprints.Contains(s.Fingerprint));

    internal bool IsNew(TrustKey key) => NewKey.Fingerprints.Contains(key.Fingerprint);

    internal TrustException KindsDiffer(string old) =>
        new(
            "KeyKindsDiffer",
            TrustErrorKind.InvalidArgument,
            $"The old key {old} is {(NewKey.IsOpenPgp ? "a public key of sigstore" : "an OpenPGP key")} and " +
            $"{Printable.Of(NewKey.Path, Printable.NameLength)} has " +
            $"{(NewKey.IsOpenPgp ? "an OpenPGP key" : "a public key of sigstore")}: one requirement cannot accept either. " +
            "Nothing was changed. Specify a new key of the same kind.")
        {
            Target = NewKey.Path,
        };
}
