using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>A key pair, as skopeo takes it for signing: PKCS#8 in cosign's encrypted PEM (scrypt and NaCl's secretbox, from
/// go-tuf).</summary>
internal sealed class SigstoreSigner
{
    public const string Passphrase = "correct horse";

    private readonly byte[] _privateKey;

    private SigstoreSigner(byte[] publicKey, byte[] privateKey, Func<byte[], byte[]> sign)
    {
        PublicPem = PemEncoding.WriteString("PUBLIC KEY", publicKey) + "\n";
        _privateKey = privateKey;
        Sign = sign;
    }

    public string PublicPem { get; }

    public Func<byte[], byte[]> Sign { get; }

    public static SigstoreSigner Make(string kind)
    {
        if (kind == "Ed25519")
        {
            byte[] seed = RandomNumberGenerator.GetBytes(32);
            byte[] point = new byte[32];
            Ed25519.GeneratePublicKey(seed, 0, point, 0);
            return new SigstoreSigner([.. Convert.FromHexString("302A300506032B6570032100"), .. point],
                [.. Convert.FromHexString("302E020100300506032B657004220420"), .. seed], message =>
            {
                byte[] signature = new byte[64];
                Ed25519.Sign(seed, 0, message, 0, message.Length, signature, 0);
                return signature;
            });
        }

        if (kind == "RSA-2048")
        {
            var rsa = RSA.Create(2048);
            return new SigstoreSigner(rsa.ExportSubjectPublicKeyInfo(), rsa.ExportPkcs8PrivateKey(),
                m => rsa.SignData(m, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        }

        var ecdsa = ECDsa.Create(kind == "P-256" ? ECCurve.NamedCurves.nistP256 : kind == "P-384" ? ECCurve.NamedCurves.nistP384
            : ECCurve.NamedCurves.nistP521);
        return new SigstoreSigner(ecdsa.ExportSubjectPublicKeyInfo(), ecdsa.ExportPkcs8PrivateKey(),
            m => ecdsa.SignData(m, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    /// <summary>The private key's file.</summary>
    public string EncryptedPem()
    {
        byte[] salt = RandomNumberGenerator.GetBytes(32);
        byte[] nonce = RandomNumberGenerator.GetBytes(24);
        byte[] key = SCrypt.Generate(Encoding.ASCII.GetBytes(Passphrase), salt, 32768, 8, 1, 32);
        string json = $$$"""{"kdf":{"name":"scrypt","params":{"N":32768,"r":8,"p":1},"salt":"{{{Convert.ToBase64String(salt)}}}"},"cipher":{"name":"nacl/secretbox","nonce":"{{{Convert.ToBase64String(nonce)}}}"},"ciphertext":"{{{Convert.ToBase64String(Seal(key, nonce, _privateKey))}}}"}""";
        return PemEncoding.WriteString("ENCRYPTED COSIGN PRIVATE KEY", Encoding.ASCII.GetBytes(json)) + "\n";
    }

    // The cipher's first 32 octets are the one-time key of the authenticator, which goes before the ciphertext.
    private static byte[] Seal(byte[] key, byte[] nonce, byte[] message)
    {
        XSalsa20Engine cipher = new();
        cipher.Init(true, new ParametersWithIV(new KeyParameter(key), nonce));
        byte[] macKey = new byte[32];
        cipher.ProcessBytes(macKey, 0, macKey.Length, macKey, 0);
        byte[] sealedMessage = new byte[message.Length];
        cipher.ProcessBytes(message, 0, message.Length, sealedMessage, 0);
        Poly1305 mac = new();
        mac.Init(new KeyParameter(macKey));
        mac.BlockUpdate(sealedMessage, 0, sealedMessage.Length);
        byte[] tag = new byte[16];
        mac.DoFinal(tag, 0);
        return [.. tag, .. sealedMessage];
    }
}
