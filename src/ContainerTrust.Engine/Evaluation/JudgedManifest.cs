using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Evaluation;

/// <summary>The manifest that a verdict is about: its bytes, or only their digest where that is all that is known.</summary>
internal sealed class JudgedManifest
{
    private JudgedManifest(string digest, ReadOnlyMemory<byte>? content) => (Digest, Content) = (digest, content);

    /// <summary>The manifest's digest, <c>algorithm:hex</c>; of a signed schema 1 manifest that of its payload.</summary>
    public string Digest { get; }

    /// <summary>The raw bytes. Null if only the digest is known.</summary>
    public ReadOnlyMemory<byte>? Content { get; }

    /// <summary>A manifest by its bytes.</summary>
    /// <param name="content">The raw bytes.</param>
    /// <returns>The manifest, with the digest computed from the bytes.</returns>
    /// <exception cref="TrustException">The manifest is a signed schema 1 manifest that is malformed (<c>InvalidManifest</c>).</exception>
    public static JudgedManifest FromContent(ReadOnlyMemory<byte> content) => new(ManifestDigest.Compute(content.Span), content);

    /// <summary>A manifest of which only the digest is known.</summary>
    /// <param name="digest">A valid digest, from a source that the caller believes (such as a reference by digest).</param>
    /// <returns>The manifest.</returns>
    public static JudgedManifest FromDigest(string digest) => new(digest, null);

    /// <summary>
    /// Whether a digest is this manifest's, compared as text: one by another algorithm matches nothing, as in the reference.
    /// </summary>
    /// <param name="digest">A digest.</param>
    /// <returns>True if it is.</returns>
    public bool Matches(string digest) => digest == Digest;
}
