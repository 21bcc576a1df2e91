using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>A public key as the schema takes it: one PEM block <c>PUBLIC KEY</c> and nothing around it.</summary>
internal static class PublicKeyPem
{
    /// <summary>Reads a key file as podman and CRI-O do, and takes out of it what they use: the first PEM block.</summary>
    /// <param name="content">The file.</param>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="key">The key.</param>
    /// <returns>The file itself where it is nothing but the key; else the same key written anew.</returns>
    /// <exception cref="TrustException">The file has no usable key (<c>NoUsableKey</c>).</exception>
    public static byte[] Read(ReadOnlySpan<byte> content, string name, out TrustKey key)
    {
        key = PemPublicKeyReader.Read(content, name).Keys[0];
        if (PemMarks.IsWhole(content, "PUBLIC KEY", blocks: 1) || !PemBlock.TryFind(content, out PemBlock block))
            return content.ToArray();
        byte[] info = block.Label.SequenceEqual("RSA PUBLIC KEY"u8) ? ToSubjectPublicKeyInfo(block.Content, name) : block.Content;
        return Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", info) + "\n");
    }

    private static byte[] ToSubjectPublicKeyInfo(byte[] rsaPublicKey, string name)
    {
        try
        {
            using RSA rsa = RSA.Create();
            rsa.ImportRSAPublicKey(rsaPublicKey, out _);
            return rsa.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException e)
        {
            throw new TrustFormatException("NoUsableKey", name, 0, 0, "", "its public key is malformed; get the file again.", e);
        }
    }
}
