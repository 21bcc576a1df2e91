namespace ContainerTrust.Engine.Manifests;

/// <summary>A signature as its store has it; nothing of it has been verified.</summary>
/// <param name="Source">The URL or file that it came from.</param>
/// <param name="UntrustedContent">The bytes; of an attachment those of its layer.</param>
internal sealed record SignatureBlob(string Source, ReadOnlyMemory<byte> UntrustedContent)
{
    /// <summary>Whether it was found where bundles of sigstore are. A content alone never makes it one.</summary>
    public bool IsBundle { get; init; }

    /// <summary>Its parts, where it was found as an attachment; its format then needs no mark. Null for a signature of a store.</summary>
    public SignatureAttachment? UntrustedAttachment { get; init; }
}
