using Org.BouncyCastle.Math.EC.Rfc8032;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>Ed25519 (RFC 8032), which .NET lacks. The only place of this room that touches the library.</summary>
internal static class Ed25519Verifier
{
    /// <summary>Length of a public key in octets.</summary>
    public const int KeyLength = 32;

    private const int SignatureLength = 64;

    /// <summary>Verifies a signature over the message itself (not its hash).</summary>
    /// <param name="publicKey">32 octets.</param>
    /// <param name="message">The message.</param>
    /// <param name="signature">The signature; any length.</param>
    /// <returns>Whether the signature is good.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        publicKey.Length == KeyLength
        && signature.Length == SignatureLength
        && Ed25519.Verify(signature.ToArray(), 0, publicKey.ToArray(), 0, message.ToArray(), 0, message.Length);
}
