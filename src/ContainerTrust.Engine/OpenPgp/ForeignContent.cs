using System.Buffers;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Says what a file is that was given as a key and is none, so that the message can help.</summary>
internal static class ForeignContent
{
    /// <summary>Looks at the beginning of a file.</summary>
    /// <param name="content">The file.</param>
    /// <returns>A phrase that completes "the file ..."; null if nothing is recognized.</returns>
    public static string? Describe(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty)
            return "is empty";
        if (content.Length >= 12 && content.Slice(8, 4).SequenceEqual("KBXf"u8))
            return "is a GnuPG keybox (pubring.kbx); export the keys from it with gpg --export --armor";
        if (content.StartsWith<byte>([0xED, 0xAB, 0xEE, 0xDB]))
            return "is an RPM package; the key is a file inside it";
        if (content.StartsWith<byte>([0x1F, 0x8B]) || content.StartsWith<byte>([0xFD, 0x37, 0x7A, 0x58, 0x5A]))
            return "is compressed; decompress it first";
        if (content.StartsWith<byte>([0x30, 0x82]) || content.StartsWith<byte>([0x30, 0x59]))
            return "looks like a DER certificate or key";
        if (content.StartsWith<byte>([0xFE, 0xFF]) || content.StartsWith<byte>([0xFF, 0xFE]))
            return "is UTF-16 text; save it as ASCII";

        int label = content.IndexOf("-----BEGIN "u8);
        if (label >= 0)
            return DescribePem(content[(label + "-----BEGIN ".Length)..]);
        var text = content.TrimStart(" \t\r\n"u8);
        if (text.IsEmpty)
            return "is empty";
        if (text[0] == (byte)'<')
            return "is an HTML or XML page, probably the error page of a download that failed; get the key again";
        if (text[0] == (byte)'{')
            return "is a JSON document";
        if (text.StartsWith("ssh-"u8) || text.StartsWith("ecdsa-sha2-"u8) || text.StartsWith("sk-"u8))
            return "is an SSH public key, which signs no images";
        return null;
    }

    private static string? DescribePem(ReadOnlySpan<byte> label)
    {
        if (label.StartsWith("PUBLIC KEY-----"u8) || label.StartsWith("RSA PUBLIC KEY-----"u8))
            return "is a PEM public key, as sigstore signatures use it (type sigstoreSigned)";
        if (label.StartsWith("CERTIFICATE"u8) || label.StartsWith("TRUSTED CERTIFICATE"u8) || label.StartsWith("X509 CERTIFICATE"u8))
            return "is an X.509 certificate";
        if (label.StartsWith("PGP PRIVATE KEY BLOCK"u8) || label.StartsWith("PGP SECRET KEY BLOCK"u8))
            return "is an OpenPGP private key, which must not be where policies are; export the public key with gpg --export --armor";
        if (label.StartsWith("PGP PUBLIC KEY BLOCK"u8))
            return "is an OpenPGP public key (type signedBy)";
        if (label.StartsWith("PGP "u8))
            return "is an OpenPGP message or signature";
        if (label.StartsWith("SSH2 PUBLIC KEY"u8))
            return "is an SSH public key, which signs no images";
        int end = label.IndexOf("-----"u8);
        return end >= 0 && label[..Math.Min(end, 64)].IndexOf("PRIVATE KEY"u8) >= 0
            ? "is a private key, which must not be where policies are; export the public key" : null;
    }
}
