namespace ContainerTrust.Engine.Trust.Rotation;

/// <summary>Which key is exchanged for which, and where.</summary>
public sealed record KeyRotationRequest
{
    /// <summary>The scopes. With none, and without <see cref="IsDefault"/>, all that have one of the keys.</summary>
    public IReadOnlyList<string> Registries { get; init; } = [];

    /// <summary>The transport of <see cref="Registries"/>.</summary>
    public string Transport { get; init; } = "docker";

    /// <summary>The policy's default.</summary>
    public bool IsDefault { get; init; }

    /// <summary>The old keys by their fingerprints.</summary>
    public required IReadOnlyList<string> OldFingerprints { get; init; }

    /// <summary>The new key.</summary>
    public required RotationKey NewKey { get; init; }

    /// <summary>The directory of the host that the new key's file is put in. Null for the usual one.</summary>
    public string? KeyDirectory { get; init; }

    /// <summary>Take a new key that cannot sign now.</summary>
    public bool Force { get; init; }

    /// <summary>Refuses what is not possible on any host.</summary>
    /// <exception cref="TrustException">
    /// No old key is named (<c>MissingKey</c>), or it is the new one (<c>SameKey</c>).
    /// </exception>
    public void RequirePossible()
    {
        if (OldFingerprints.Count == 0)
            throw new TrustException(
                "MissingKey",
                TrustErrorKind.InvalidArgument,
                "Say which key is exchanged: specify the old key's file or its fingerprint.");
        if (OldFingerprints.FirstOrDefault(f => NewKey.Fingerprints.Contains(f)) is { } same)
            throw new TrustException(
                "SameKey",
                TrustErrorKind.InvalidArgument,
                $"The key {same} is both the old one and in {Printable.Of(NewKey.Path, Printable.NameLength)}. Specify a file that has " +
                "the new key alone; a newer copy of the same key needs no exchange.")
            {
                Target = NewKey.Path,
            };
    }
}
