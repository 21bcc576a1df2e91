namespace ContainerTrust.Engine.Manifests;

/// <summary>
/// A sigstore signature as a registry keeps it beside an image: a layer and its annotations. Nothing of it has been verified.
/// </summary>
/// <param name="UntrustedMediaType">The layer's media type; empty for none.</param>
/// <param name="UntrustedPayload">The layer's bytes.</param>
/// <param name="UntrustedAnnotations">The layer's annotations.</param>
internal sealed record SignatureAttachment(
    string UntrustedMediaType, ReadOnlyMemory<byte> UntrustedPayload, IReadOnlyDictionary<string, string> UntrustedAnnotations);
