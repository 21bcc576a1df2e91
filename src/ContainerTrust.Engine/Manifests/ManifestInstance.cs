namespace ContainerTrust.Engine.Manifests;

/// <summary>One manifest that a manifest list or index names.</summary>
/// <param name="Digest">Its digest, <c>algorithm:hex</c>.</param>
/// <param name="Platform">The platform that it is for. Null if the list names none.</param>
/// <param name="MediaType">Its media type. Null if the list names none.</param>
internal sealed record ManifestInstance(string Digest, ImagePlatform? Platform, string? MediaType);
