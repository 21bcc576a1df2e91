using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ContainerTrust.Engine.Sigstore.Timestamps;

/// <summary>
/// The answer of a time stamp authority (RFC 3161 section 2.4.2) with its one signature (RFC 5652 section 5), in strict DER. Parsed, and
/// nothing of it verified.
/// </summary>
internal sealed class TimestampToken
{
    private const int MaxLength = 128 * 1024;
    private const string SignedDataOid = "1.2.840.113549.1.7.2";
    private const string TimestampInfoOid = "1.2.840.113549.1.9.16.1.4";
    private const string ContentTypeOid = "1.2.840.113549.1.9.3";
    private const string MessageDigestOid = "1.2.840.113549.1.9.4";
    private const string SigningCertificateV2Oid = "1.2.840.113549.1.9.16.2.47";

    private TimestampToken()
    {
    }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Time { get; private set; }

    /// <summary>The hash by which the imprint was made.</summary>
    public HashAlgorithmName ImprintHash { get; private set; }

    /// <summary>The hash of what was stamped.</summary>
    public byte[] Imprint { get; private set; } = [];

    /// <summary>What the signature is over.</summary>
    public byte[] SignedBytes { get; private set; } = [];

    /// <summary>The signature.</summary>
    public byte[] Signature { get; private set; } = [];

    /// <summary>The hash of the signature.</summary>
    public HashAlgorithmName SignatureHash { get; private set; }

    /// <summary>Whether the signature is ECDSA; else it is RSA (PKCS #1 v1.5).</summary>
    public bool IsEcdsa { get; private set; }

    /// <summary>The hash of the signer's certificate that the signature covers.</summary>
    public byte[] CertificateHash { get; private set; } = [];

    /// <summary>The algorithm of <see cref="CertificateHash"/>.</summary>
    public HashAlgorithmName CertificateHashAlgorithm { get; private set; }

    /// <summary>Reads an answer.</summary>
    /// <param name="der">Bytes.</param>
    /// <param name="token">The time stamp.</param>
    /// <returns>Whether there is one, and its signature covers what it says.</returns>
    public static bool TryParse(byte[] der, [NotNullWhen(true)] out TimestampToken? token)
    {
        token = null;
        if (der.Length > MaxLength)
            return false;
        try
        {
            token = Parse(der);
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    /// <summary>Hashes.</summary>
    /// <param name="algorithm">SHA-256, SHA-384 or SHA-512.</param>
    /// <param name="content">What is hashed.</param>
    /// <returns>The hash.</returns>
    public static byte[] Hash(HashAlgorithmName algorithm, ReadOnlySpan<byte> content) =>
        CryptographicOperations.HashData(algorithm, content);

    private static TimestampToken Parse(byte[] der)
    {
        AsnReader outer = new(der, AsnEncodingRules.DER);
        AsnReader response = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        AsnReader status = response.ReadSequence();
        Require(status.TryReadInt32(out int granted) && granted is 0 or 1);
        AsnReader content = response.ReadSequence();
        response.ThrowIfNotEmpty();
        Require(content.ReadObjectIdentifier() == SignedDataOid);
        AsnReader explicitContent = content.ReadSequence(Context(0));
        content.ThrowIfNotEmpty();
        AsnReader signedData = explicitContent.ReadSequence();
        explicitContent.ThrowIfNotEmpty();

        Require(signedData.TryReadInt32(out int version) && version == 3);
        signedData.ReadSetOf();
        AsnReader encapsulated = signedData.ReadSequence();
        Require(encapsulated.ReadObjectIdentifier() == TimestampInfoOid);
        AsnReader explicitInfo = encapsulated.ReadSequence(Context(0));
        encapsulated.ThrowIfNotEmpty();
        byte[] info = explicitInfo.ReadOctetString();
        explicitInfo.ThrowIfNotEmpty();

        // Certificates and revocation lists that come with it: only certificates that the user has named count.
        Skip(signedData, 0);
        Skip(signedData, 1);
        AsnReader signers = signedData.ReadSetOf();
        signedData.ThrowIfNotEmpty();
        AsnReader signer = signers.ReadSequence();
        signers.ThrowIfNotEmpty();

        TimestampToken token = new();
        token.ReadInfo(info);
        token.ReadSigner(signer, info);
        return token;
    }

    private void ReadInfo(byte[] der)
    {
        AsnReader outer = new(der, AsnEncodingRules.DER);
        AsnReader info = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        Require(info.TryReadInt32(out int version) && version == 1);
        info.ReadObjectIdentifier();
        AsnReader imprint = info.ReadSequence();
        ImprintHash = ReadHash(imprint);
        Imprint = imprint.ReadOctetString();
        imprint.ThrowIfNotEmpty();
        info.ReadIntegerBytes();
        Time = info.ReadGeneralizedTime();

        // Accuracy, ordering and nonce say nothing here; the authority's name is in its certificate.
        if (Next(info, Asn1Tag.Sequence))
            info.ReadSequence();
        if (Next(info, Asn1Tag.Boolean))
            info.ReadBoolean();
        if (Next(info, Asn1Tag.Integer))
            info.ReadIntegerBytes();
        Skip(info, 0);
        if (info.HasData)
            RequireNothingCritical(info.ReadSequence(Context(1)));
        info.ThrowIfNotEmpty();
    }

    private static void RequireNothingCritical(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            extension.ReadObjectIdentifier();
            Require(!Next(extension, Asn1Tag.Boolean) || !extension.ReadBoolean());
        }
    }

    private void ReadSigner(AsnReader signer, byte[] info)
    {
        Require(signer.TryReadInt32(out int version) && version is 1 or 3);
        signer.ReadEncodedValue();
        HashAlgorithmName digest = ReadHash(signer);
        Require(signer.PeekTag().HasSameClassAndValue(Context(0)));
        byte[] attributes = signer.ReadEncodedValue().ToArray();
        (IsEcdsa, SignatureHash) = ReadAlgorithm(signer.ReadSequence(), digest);
        Signature = signer.ReadOctetString();
        Skip(signer, 1);
        signer.ThrowIfNotEmpty();

        // RFC 5652 section 5.4: signed is the set as a set, and not by its tag here. Its length is right, as DER's is.
        attributes[0] = 0x31;
        SignedBytes = attributes;
        AsnReader outer = new(attributes, AsnEncodingRules.DER);
        AsnReader set = outer.ReadSetOf();
        outer.ThrowIfNotEmpty();
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (set.HasData)
        {
            AsnReader attribute = set.ReadSequence();
            string oid = attribute.ReadObjectIdentifier();
            AsnReader values = attribute.ReadSetOf();
            attribute.ThrowIfNotEmpty();
            Require(seen.Add(oid));
            switch (oid)
            {
                case ContentTypeOid:
                    Require(values.ReadObjectIdentifier() == TimestampInfoOid);
                    break;
                case MessageDigestOid:
                    Require(values.ReadOctetString().AsSpan().SequenceEqual(Hash(digest, info)));
                    break;
                case SigningCertificateV2Oid:
                    ReadSigningCertificate(values.ReadSequence());
                    break;
                default:
                    continue;
            }

            values.ThrowIfNotEmpty();
        }

        Require(seen.Contains(ContentTypeOid) && seen.Contains(MessageDigestOid) && seen.Contains(SigningCertificateV2Oid));
    }

    // RFC 5035 section 3: the first of the list is the signer's.
    private void ReadSigningCertificate(AsnReader signingCertificate)
    {
        AsnReader identifier = signingCertificate.ReadSequence().ReadSequence();
        CertificateHashAlgorithm = Next(identifier, Asn1Tag.Sequence) ? ReadHash(identifier) : HashAlgorithmName.SHA256;
        CertificateHash = identifier.ReadOctetString();
    }

    private static (bool IsEcdsa, HashAlgorithmName Hash) ReadAlgorithm(AsnReader algorithm, HashAlgorithmName digest)
    {
        (bool isEcdsa, HashAlgorithmName hash) = algorithm.ReadObjectIdentifier() switch
        {
            "1.2.840.10045.4.3.2" => (true, HashAlgorithmName.SHA256),
            "1.2.840.10045.4.3.3" => (true, HashAlgorithmName.SHA384),
            "1.2.840.10045.4.3.4" => (true, HashAlgorithmName.SHA512),
            "1.2.840.113549.1.1.11" => (false, HashAlgorithmName.SHA256),
            "1.2.840.113549.1.1.12" => (false, HashAlgorithmName.SHA384),
            "1.2.840.113549.1.1.13" => (false, HashAlgorithmName.SHA512),
            "1.2.840.113549.1.1.1" => (false, digest),
            _ => throw new AsnContentException(),
        };
        if (Next(algorithm, Asn1Tag.Null))
            algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        return (isEcdsa, hash);
    }

    private static HashAlgorithmName ReadHash(AsnReader reader)
    {
        AsnReader algorithm = reader.ReadSequence();
        HashAlgorithmName hash = algorithm.ReadObjectIdentifier() switch
        {
            "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
            "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
            "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
            _ => throw new AsnContentException(),
        };
        if (Next(algorithm, Asn1Tag.Null))
            algorithm.ReadNull();
        algorithm.ThrowIfNotEmpty();
        return hash;
    }

    private static Asn1Tag Context(int value) => new(TagClass.ContextSpecific, value, isConstructed: true);

    private static bool Next(AsnReader reader, Asn1Tag tag) => reader.HasData && reader.PeekTag().HasSameClassAndValue(tag);

    private static void Skip(AsnReader reader, int tag)
    {
        if (Next(reader, Context(tag)))
            reader.ReadEncodedValue();
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new AsnContentException();
    }
}
