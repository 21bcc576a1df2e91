using System.Text;

namespace ContainerTrust.Engine.Images.Stores;

/// <summary>Tells the formats of stored signatures apart (containers/image, <c>signature.FromBlob</c>).</summary>
internal static class SignatureFormat
{
    private const string SimpleSigning = "simple-signing";
    private const string Sigstore = "sigstore-json";

    /// <summary>
    /// Takes the mark of its format off a stored signature: a zero byte, the format's name and a line feed; or none, where it is an
    /// OpenPGP message. Where this fails, podman and skopeo refuse the whole image, whatever other signatures it has.
    /// </summary>
    /// <param name="untrustedBlob">The bytes as the store has them.</param>
    /// <param name="kind">The format.</param>
    /// <param name="untrustedSignature">The signature itself.</param>
    /// <param name="problem">Why it is not a signature, a clause without a full stop; empty if it is one.</param>
    /// <returns>Whether the format is known.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> untrustedBlob, out ImageSignatureKind kind, out ReadOnlyMemory<byte> untrustedSignature,
        out string problem)
    {
        kind = ImageSignatureKind.SimpleSigning;
        untrustedSignature = default;
        problem = "";
        ReadOnlySpan<byte> blob = untrustedBlob.Span;
        if (blob.IsEmpty)
        {
            problem = "it is empty";
            return false;
        }

        if (blob[0] != 0)
        {
            untrustedSignature = untrustedBlob;
            problem = IsOpenPgp(blob[0]) ? "" : ArmorProblem(blob) ?? $"it begins with the byte 0x{blob[0]:x2}, as no signature does";
            return problem.Length == 0;
        }

        int end = blob.IndexOf((byte)'\n');
        if (end < 0)
        {
            problem = "the name of its format does not end";
            return false;
        }

        untrustedSignature = untrustedBlob[(end + 1)..];
        string format = Encoding.Latin1.GetString(blob[1..end]);
        if (format == Sigstore)
            kind = ImageSignatureKind.Sigstore;
        else if (format != SimpleSigning)
            problem = $"its format '{Printable.Of(format, Printable.NameLength)}' is not known";
        return problem.Length == 0;
    }

    private static string? ArmorProblem(ReadOnlySpan<byte> blob) =>
        blob.StartsWith("-----BEGIN PGP SIGNED MESSAGE"u8)
            ? "it is a text that is signed in the clear, and podman wants a binary OpenPGP message"
        : blob.StartsWith("-----BEGIN PGP MESSAGE"u8)
            ? "it is armored, and podman reads binary OpenPGP messages only; gpg --dearmor makes one of it"
        : blob.StartsWith("-----BEGIN PGP"u8) ? "it is armored OpenPGP data and not a signed message"
        : null;

    // The first octet of a compressed, one-pass signature or signature packet, in either framing. (0x3D for 0x93 is the reference's.)
    private static bool IsOpenPgp(byte first) =>
        first is (>= 0xA0 and <= 0xA3) or 0xC8 or (>= 0x90 and <= 0x92) or 0x3D or 0xC4 or (>= 0x88 and <= 0x8B) or 0xC2;
}
