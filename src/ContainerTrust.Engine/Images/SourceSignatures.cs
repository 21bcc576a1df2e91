using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Images;

/// <summary>The signatures of a manifest, from where its image is kept. Nothing of them is verified.</summary>
/// <param name="Signatures">The signatures in order; empty if there are none.</param>
/// <param name="Failure">
/// Why one of several places of them could not be read. An image whose other signatures are not accepted cannot be judged then.
/// </param>
internal sealed record SourceSignatures(IReadOnlyList<SignatureBlob> Signatures, TrustException? Failure = null);
