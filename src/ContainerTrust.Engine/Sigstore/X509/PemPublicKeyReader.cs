using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using ContainerTrust.Engine.Formats.Pem;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// Reads a PEM public key, as <c>sigstoreSigned</c> requirements and Rekor logs have them: SubjectPublicKeyInfo (<c>PUBLIC KEY</c>, RFC
/// 5280 section 4.1) or PKCS#1 (<c>RSA PUBLIC KEY</c>, RFC 8017 appendix A.1.1). Like the reference implementation it takes the first PEM
/// block and nothing else, and only RSA, ECDSA on a NIST curve, and Ed25519.
/// </summary>
internal static class PemPublicKeyReader
{
    private const int MaxLength = 100_000;
    internal const string RsaOid = "1.2.840.113549.1.1.1";
    internal const string EcOid = "1.2.840.10045.2.1";
    internal const string Ed25519Oid = "1.3.101.112";

    /// <summary>Reads the key.</summary>
    /// <param name="content">The file.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <returns>One key; a warning if more follows it. <see cref="TrustKey.Path"/> is not set.</returns>
    /// <exception cref="TrustFormatException">The file has no usable key (<c>NoUsableKey</c>).</exception>
    public static KeyReadResult Read(ReadOnlySpan<byte> content, string path) => Read(content, path, out _);

    /// <summary>Reads the key, and gives it as DER.</summary>
    /// <param name="content">The file.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="subjectPublicKeyInfo">The key as DER SubjectPublicKeyInfo, whichever form the file has.</param>
    /// <returns>As <see cref="Read(ReadOnlySpan{byte}, string)"/>.</returns>
    internal static KeyReadResult Read(ReadOnlySpan<byte> content, string path, out byte[] subjectPublicKeyInfo)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (content.Length > MaxLength)
            throw NoUsableKey(path, "the file is larger than 100 KB, too large for a PEM public key.");
        if (!PemBlock.TryFind(content, out var block))
        {
            string? spoiled = SpoiledBlock.Describe(content, "PUBLIC KEY"u8) ?? SpoiledBlock.Describe(content, "RSA PUBLIC KEY"u8);
            string problem = spoiled is not null ? $"the file has a PEM public key, but {spoiled}."
                : ForeignContent.Describe(content) is { } description
                ? $"the file {description}; a whole PEM public key (-----BEGIN PUBLIC KEY-----) is needed here."
                : "it has no PEM public key (-----BEGIN PUBLIC KEY-----).";
            throw NoUsableKey(path, problem);
        }

        TrustKey key;
        subjectPublicKeyInfo = block.Content;
        if (block.Label.SequenceEqual("PUBLIC KEY"u8))
            key = ReadSubjectPublicKeyInfo(block.Content, path);
        else if (block.Label.SequenceEqual("RSA PUBLIC KEY"u8))
            key = ReadRsaPublicKey(block.Content, path, out subjectPublicKeyInfo);
        else
            throw NoUsableKey(path, DescribeLabel(block.Label));

        bool hasMore = PemBlock.TryFind(block.Rest, out _);
        return new KeyReadResult([key], hasMore ? [$"{path}: only the first PEM block is used; give each key a file of its own."] : []);
    }

    private static string DescribeLabel(ReadOnlySpan<byte> label)
    {
        if (label.EndsWith("PRIVATE KEY"u8))
            return "it has a private key, which must not be where policies are; give the public key.";
        if (label.EndsWith("CERTIFICATE"u8))
            return "it has an X.509 certificate; a public key is needed here (certificates belong to the fulcio and pki members).";
        if (label.StartsWith("PGP "u8))
            return "it has an OpenPGP block; a PEM public key (-----BEGIN PUBLIC KEY-----) is needed here.";
        string text = UserIdText.Decode(label[..Math.Min(label.Length, 64)]);
        return $"its first PEM block is {text}; a public key (-----BEGIN PUBLIC KEY-----) is needed here.";
    }

    /// <summary>Reads a DER SubjectPublicKeyInfo.</summary>
    /// <param name="der">The key.</param>
    /// <param name="path">The name of what it comes from, for messages.</param>
    /// <returns>The key.</returns>
    /// <exception cref="TrustFormatException">The key cannot be used (<c>NoUsableKey</c>).</exception>
    internal static TrustKey ReadSubjectPublicKeyInfo(byte[] der, string path)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var info = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            var algorithm = info.ReadSequence();
            string oid = algorithm.ReadObjectIdentifier();
            byte[] key = info.ReadBitString(out int unusedBits);
            info.ThrowIfNotEmpty();
            if (unusedBits != 0)
                throw Malformed(path, null);
            switch (oid)
            {
                case RsaOid:
                    algorithm.ReadNull();
                    algorithm.ThrowIfNotEmpty();
                    return MakeKey(der, "RSA", ReadModulusSize(key, path), null);
                case EcOid:
                    string curveOid = algorithm.ReadObjectIdentifier();
                    algorithm.ThrowIfNotEmpty();
                    return ReadCurveKey(der, key, curveOid, path);
                case Ed25519Oid:
                    algorithm.ThrowIfNotEmpty();
                    if (key.Length != 32)
                        throw Malformed(path, null);
                    return MakeKey(der, "Ed25519", 255, "ed25519");
                default:
                    throw NoUsableKey(path, $"its key is of the algorithm {DescribeAlgorithm(oid)}, which sigstore signatures cannot " +
                        "use; use ECDSA (P-256, P-384, P-521), RSA or Ed25519.");
            }
        }
        catch (AsnContentException e)
        {
            throw Malformed(path, e);
        }
    }

    private static TrustKey ReadCurveKey(byte[] der, byte[] point, string curveOid, string path)
    {
        (string name, int size) = curveOid switch
        {
            "1.3.132.0.33" => ("nistp224", 224),
            "1.2.840.10045.3.1.7" => ("nistp256", 256),
            "1.3.132.0.34" => ("nistp384", 384),
            "1.3.132.0.35" => ("nistp521", 521),
            _ => throw NoUsableKey(path,
                $"its key is of the algorithm ECDSA on the curve {DescribeCurve(curveOid)}, which podman and skopeo " +
                "refuse; use P-256, P-384 or P-521."),
        };

        // Only uncompressed points (SEC 1 section 2.3.3), as in the reference.
        if (point.Length != 1 + (2 * ((size + 7) / 8)) || point[0] != 0x04)
            throw Malformed(path, null);
        return MakeKey(der, "ECDSA", size, name);
    }

    private static TrustKey ReadRsaPublicKey(byte[] der, string path, out byte[] subjectPublicKeyInfo)
    {
        try
        {
            int size = ReadModulusSize(der, path);
            var writer = new AsnWriter(AsnEncodingRules.DER);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(RsaOid);
                    writer.WriteNull();
                }

                writer.WriteBitString(der);
            }

            subjectPublicKeyInfo = writer.Encode();
            return MakeKey(subjectPublicKeyInfo, "RSA", size, null);
        }
        catch (AsnContentException e)
        {
            throw Malformed(path, e);
        }
    }

    private static int ReadModulusSize(byte[] der, string path)
    {
        var reader = new AsnReader(der, AsnEncodingRules.DER);
        var fields = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        BigInteger modulus = fields.ReadInteger();
        bool isExponentSmall = fields.TryReadInt32(out int exponent);
        fields.ThrowIfNotEmpty();
        if (modulus.Sign <= 0 || !isExponentSmall || exponent <= 0)
            throw Malformed(path, null);
        return (int)modulus.GetBitLength();
    }

    private static TrustKey MakeKey(byte[] subjectPublicKeyInfo, string algorithm, int size, string? curve) => new()
    {
        Kind = TrustKeyKind.PublicKey,
        Fingerprint = Hex.Format(SHA256.HashData(subjectPublicKeyInfo)),
        Algorithm = algorithm,
        Size = size,
        Curve = curve,
        CanSign = true,
        CanPrimarySign = true,
    };

    private static string DescribeAlgorithm(string oid) => oid switch
    {
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.10040.4.1" => "DSA",
        "1.3.101.110" => "X25519",
        "1.3.101.111" => "X448",
        "1.3.101.113" => "Ed448",
        _ => oid,
    };

    private static string DescribeCurve(string oid) => oid switch
    {
        "1.3.36.3.3.2.8.1.1.7" => "brainpoolP256r1",
        "1.3.36.3.3.2.8.1.1.11" => "brainpoolP384r1",
        "1.3.36.3.3.2.8.1.1.13" => "brainpoolP512r1",
        "1.3.132.0.10" => "secp256k1",
        _ => oid,
    };

    private static TrustFormatException Malformed(string path, Exception? cause) =>
        new("NoUsableKey", path, 0, 0, "", "its public key is malformed; get the file again.", cause);

    private static TrustFormatException NoUsableKey(string path, string problem) => new("NoUsableKey", path, 0, 0, "", problem);
}
