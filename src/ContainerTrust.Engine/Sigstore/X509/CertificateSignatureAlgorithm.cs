using System.Formats.Asn1;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>Which algorithms may sign certificates: those of Go's crypto/x509 that it does not call insecure.</summary>
internal static class CertificateSignatureAlgorithm
{
    private const string RsaPss = "1.2.840.113549.1.1.10";
    private const string Mgf1 = "1.2.840.113549.1.1.8";

    /// <summary>Whether an algorithm may sign certificates.</summary>
    /// <param name="algorithm">A DER AlgorithmIdentifier.</param>
    /// <returns>False for MD5, SHA-1, DSA and what is not known.</returns>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static bool IsStrong(ReadOnlyMemory<byte> algorithm)
    {
        AsnReader reader = new AsnReader(algorithm, AsnEncodingRules.DER).ReadSequence();
        switch (reader.ReadObjectIdentifier())
        {
            case "1.2.840.10045.4.3.2" or "1.2.840.10045.4.3.3" or "1.2.840.10045.4.3.4": // ECDSA with SHA-256, SHA-384, SHA-512
            case "1.3.101.112": // Ed25519
                return !reader.HasData;
            case "1.2.840.113549.1.1.11" or "1.2.840.113549.1.1.12" or "1.2.840.113549.1.1.13": // RSA PKCS#1 with SHA-256, SHA-384, SHA-512
                SkipNull(reader);
                return !reader.HasData;
            case RsaPss:
                return IsStrongPss(reader.ReadSequence()) && !reader.HasData;
            default:
                return false;
        }
    }

    // RFC 4055 section 3.1; the defaults are SHA-1, so all must be there: the hash, MGF1 with the same hash, and a salt of the hash's
    // length.
    private static bool IsStrongPss(AsnReader parameters)
    {
        string hash = ReadHash(Explicit(parameters, 0));
        int length = hash switch
        {
            "2.16.840.1.101.3.4.2.1" => 32,
            "2.16.840.1.101.3.4.2.2" => 48,
            "2.16.840.1.101.3.4.2.3" => 64,
            _ => 0,
        };
        AsnReader mask = Explicit(parameters, 1).ReadSequence();
        bool isMgf1 = mask.ReadObjectIdentifier() == Mgf1;
        bool isSameHash = ReadHash(mask) == hash;
        bool isSaltRight = Explicit(parameters, 2).TryReadInt32(out int salt) && salt == length;

        // The trailer field has one value only.
        bool isTrailerRight = !parameters.HasData || (Explicit(parameters, 3).TryReadInt32(out int trailer) && trailer == 1);
        return length > 0 && isMgf1 && isSameHash && isSaltRight && isTrailerRight && !parameters.HasData;
    }

    private static AsnReader Explicit(AsnReader reader, int tag) =>
        reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, tag, isConstructed: true));

    private static string ReadHash(AsnReader reader)
    {
        AsnReader hash = reader.ReadSequence();
        string oid = hash.ReadObjectIdentifier();
        SkipNull(hash);
        hash.ThrowIfNotEmpty();
        return oid;
    }

    private static void SkipNull(AsnReader reader)
    {
        if (reader.HasData)
            reader.ReadNull();
    }
}
