namespace ContainerTrust.Engine.Manifests;

/// <summary>A manifest as it was fetched.</summary>
/// <param name="Content">The raw bytes, which its digest is of.</param>
/// <param name="MediaType">The media type that the source named. Null if it named none.</param>
/// <param name="Source">The URL or file that it came from.</param>
internal sealed record ImageManifest(ReadOnlyMemory<byte> Content, string? MediaType, string Source);
