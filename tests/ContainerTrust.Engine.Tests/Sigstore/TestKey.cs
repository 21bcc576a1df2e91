using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Sigstore;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>A key pair made for these tests: signs payloads as cosign does, and certificates.</summary>
internal sealed class TestKey
{
    private static readonly ConcurrentDictionary<string, TestKey> Made = new();

    private readonly Func<byte[], HashAlgorithmName, byte[]> _sign;

    private TestKey(string kind, byte[] subjectPublicKeyInfo, Func<byte[], HashAlgorithmName, byte[]> sign)
    {
        Kind = kind;
        SubjectPublicKeyInfo = subjectPublicKeyInfo;
        _sign = sign;
    }

    public string Kind { get; }

    public byte[] SubjectPublicKeyInfo { get; }

    public string Pem => PemEncoding.WriteString("PUBLIC KEY", SubjectPublicKeyInfo) + "\n";

    public SigstoreKeySource Source => new("key.pub", System.Text.Encoding.ASCII.GetBytes(Pem));

    public string Fingerprint => Convert.ToHexString(SHA256.HashData(SubjectPublicKeyInfo));

    /// <summary>The same key for the same kind and name, as RSA keys take long to make.</summary>
    public static TestKey Get(string kind, string name = "") => Made.GetOrAdd($"{kind} {name}", _ => Make(kind));

    /// <summary>A public key that is as it is, sound or not.</summary>
    public static TestKey Public(string kind, byte[] subjectPublicKeyInfo) =>
        new(kind, subjectPublicKeyInfo, static (_, _) => throw new InvalidOperationException("Only a public key."));

    public byte[] Sign(byte[] message) => _sign(message, HashAlgorithmName.SHA256);

    /// <summary>Signs certificates, with any hash, also those that .NET refuses to sign with.</summary>
    public X509SignatureGenerator Issuer(HashAlgorithmName hash) => new Generator(this, hash);

    private static TestKey Make(string kind)
    {
        if (kind == "Ed25519")
        {
            byte[] secret = RandomNumberGenerator.GetBytes(32);
            byte[] point = new byte[32];
            Ed25519.GeneratePublicKey(secret, 0, point, 0);
            byte[] info = [.. Convert.FromHexString("302A300506032B6570032100"), .. point];
            return new TestKey(kind, info, (message, _) =>
            {
                byte[] signature = new byte[64];
                Ed25519.Sign(secret, 0, message, 0, message.Length, signature, 0);
                return signature;
            });
        }

        if (kind.StartsWith("RSA-", StringComparison.Ordinal))
        {
            var rsa = RSA.Create(int.Parse(kind[4..], System.Globalization.CultureInfo.InvariantCulture));
            return new TestKey(kind, rsa.ExportSubjectPublicKeyInfo(), (message, hash) =>
                rsa.SignData(message, hash, RSASignaturePadding.Pkcs1));
        }

        var ecdsa = ECDsa.Create(ECCurve.CreateFromValue(kind switch
        {
            "P-192" => "1.2.840.10045.3.1.1",
            "P-224" => "1.3.132.0.33",
            "P-256" => "1.2.840.10045.3.1.7",
            "P-384" => "1.3.132.0.34",
            "P-521" => "1.3.132.0.35",
            "secp256k1" => "1.3.132.0.10",
            _ => throw new ArgumentException(kind),
        }));
        return new TestKey(kind, ecdsa.ExportSubjectPublicKeyInfo(), (message, hash) =>
            ecdsa.SignData(message, hash, DSASignatureFormat.Rfc3279DerSequence));
    }

    private sealed class Generator(TestKey key, HashAlgorithmName hash) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm)
        {
            AsnWriter writer = new(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                string family = key.Kind[0] == 'R' ? "RSA" : key.Kind[0] == 'E' ? "Ed25519" : "ECDSA";
                writer.WriteObjectIdentifier((family, hash.Name) switch
                {
                    ("RSA", "SHA1") => "1.2.840.113549.1.1.5",
                    ("RSA", "SHA256") => "1.2.840.113549.1.1.11",
                    ("RSA", "SHA512") => "1.2.840.113549.1.1.13",
                    ("ECDSA", "SHA1") => "1.2.840.10045.4.1",
                    ("ECDSA", "SHA256") => "1.2.840.10045.4.3.2",
                    ("ECDSA", "SHA384") => "1.2.840.10045.4.3.3",
                    ("Ed25519", _) => "1.3.101.112",
                    _ => throw new ArgumentException(hash.Name),
                });
                if (family == "RSA")
                    writer.WriteNull();
            }

            return writer.Encode();
        }

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key._sign(data, hash);

        protected override PublicKey BuildPublicKey() => PublicKey.CreateFromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo, out _);
    }
}
