namespace ContainerTrust;

/// <summary>
/// A section of registries.d (containers-registries.d(5)): what one namespace, or <c>default-docker</c>, says itself, nothing inherited.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record LookasideSection
{
    /// <summary>
    /// Base URL of the signature store for reading (<c>lookaside</c>, or <c>sigstore</c> in older files; <c>lookaside</c> wins when both
    /// are there). Null if the section does not say.
    /// </summary>
    public string? SignatureStore { get; init; }

    /// <summary>
    /// Base URL for writing signatures (<c>lookaside-staging</c>, or <c>sigstore-staging</c>). Null if the section does not say.
    /// </summary>
    public string? SignatureStoreStaging { get; init; }

    /// <summary>
    /// Whether sigstore signatures are read from the registry itself (<c>use-sigstore-attachments</c>). Null if the section does not say.
    /// </summary>
    public bool? UseSigstoreAttachments { get; init; }

    /// <summary>True if the section says nothing.</summary>
    public bool IsEmpty => SignatureStore is null && SignatureStoreStaging is null && UseSigstoreAttachments is null;

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Line(
        $"store {Shown(SignatureStore)}, staging {Shown(SignatureStoreStaging)}, " +
        $"sigstore attachments {UseSigstoreAttachments?.ToString() ?? "not set"}");

    private static string Shown(string? store) => store is null ? "none" : PrintableText.WithoutUser(store);
}
