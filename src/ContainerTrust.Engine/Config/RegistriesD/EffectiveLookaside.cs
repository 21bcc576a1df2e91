namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>
/// What registries.d says in the end for one scope or image: for each setting the most specific section that has it decides
/// (containers-registries.d(5), as containers/image does it).
/// </summary>
internal sealed record EffectiveLookaside
{
    /// <summary>
    /// Base URL that signatures are read from. Null if nothing is configured: the built-in directory of the user applies.
    /// </summary>
    public string? SignatureStore { get; init; }

    /// <summary>The section that <see cref="SignatureStore"/> comes from. Null if none.</summary>
    public LookasideEntry? SignatureStoreSource { get; init; }

    /// <summary>
    /// Base URL for writing that a staging key gives. Null if writing goes to a store for reading (see <see cref="WriteStore"/>), or
    /// nothing is configured.
    /// </summary>
    public string? SignatureStoreStaging { get; init; }

    /// <summary>
    /// Base URL that signatures are written to: of the most specific section that has a staging store or a store, the staging store if it
    /// has one. Null if nothing is configured.
    /// </summary>
    public string? WriteStore { get; init; }

    /// <summary>The section that <see cref="WriteStore"/> comes from. Null if none.</summary>
    public LookasideEntry? WriteStoreSource { get; init; }

    /// <summary>Whether sigstore attachments are read from the registry. Null if nothing is configured: then they are not.</summary>
    public bool? UseSigstoreAttachments { get; init; }

    /// <summary>The section that <see cref="UseSigstoreAttachments"/> comes from. Null if none.</summary>
    public LookasideEntry? UseSigstoreAttachmentsSource { get; init; }
}
