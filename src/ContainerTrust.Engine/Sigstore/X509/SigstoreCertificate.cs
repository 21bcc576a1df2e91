using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// What the rules for certificate paths need of an X.509 certificate (RFC 5280 section 4.1), read from strict DER, as Go's crypto/x509
/// reads it. Nothing here has been verified.
/// </summary>
internal sealed class SigstoreCertificate
{
    // Certificates with hundreds of names reach some 30 KB.
    private const int MaxLength = 128 * 1024;

    private SigstoreCertificate(ReadOnlyMemory<byte> raw) => Raw = raw;

    /// <summary>The whole certificate, DER.</summary>
    public ReadOnlyMemory<byte> Raw { get; }

    /// <summary>1 to 3.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>The subject, a DER Name.</summary>
    public ReadOnlyMemory<byte> Subject { get; private set; }

    /// <summary>The issuer, a DER Name.</summary>
    public ReadOnlyMemory<byte> Issuer { get; private set; }

    /// <summary>Valid from this second on.</summary>
    public DateTimeOffset NotBefore { get; private set; }

    /// <summary>Valid up to and including this second.</summary>
    public DateTimeOffset NotAfter { get; private set; }

    /// <summary>The key, DER.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; private set; }

    /// <summary>Whether the issuer's signature is of an algorithm that is not broken (no MD5, no SHA-1).</summary>
    public bool HasStrongSignature { get; private set; }

    /// <summary>The extensions; without any for versions 1 and 2.</summary>
    public CertificateExtensions Extensions { get; private set; } = CertificateExtensions.None;

    /// <summary>The subject in words; empty if it cannot be read.</summary>
    public string SubjectName
    {
        get
        {
            try
            {
                return new X500DistinguishedName(Subject.Span).Name;
            }
            catch (CryptographicException)
            {
                return "";
            }
        }
    }

    /// <summary>Whether it names itself as its issuer.</summary>
    public bool IsSelfIssued => Subject.Span.SequenceEqual(Issuer.Span);

    /// <summary>Reads a certificate.</summary>
    /// <param name="der">Bytes.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="problem">What is wrong with it ("it is malformed"), a clause; empty if nothing is.</param>
    /// <returns>Whether the bytes are a certificate.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> der, [NotNullWhen(true)] out SigstoreCertificate? certificate, out string problem)
    {
        certificate = null;
        if (der.Length > MaxLength)
        {
            problem = "it is larger than 128 KB";
            return false;
        }

        try
        {
            certificate = Parse(der);
            problem = "";
            return true;
        }
        catch (UnreadableExtensionException e)
        {
            problem = e.Message;
            return false;
        }
        catch (AsnContentException)
        {
            problem = "it is malformed";
            return false;
        }
    }

    private static SigstoreCertificate Parse(ReadOnlyMemory<byte> der)
    {
        AsnReader outer = new(der, AsnEncodingRules.DER);
        AsnReader signed = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        AsnReader body = signed.ReadSequence();
        ReadOnlyMemory<byte> algorithm = signed.ReadEncodedValue();
        signed.ReadBitString(out int unusedBits);
        signed.ThrowIfNotEmpty();
        Require(unusedBits == 0);

        SigstoreCertificate certificate = new(der);
        Asn1Tag versionTag = new(TagClass.ContextSpecific, 0, isConstructed: true);
        if (body.PeekTag() == versionTag)
        {
            AsnReader version = body.ReadSequence(versionTag);
            Require(version.TryReadInt32(out int number) && number is >= 0 and <= 2);
            certificate.Version = number + 1;
            version.ThrowIfNotEmpty();
        }

        // No negative serial numbers.
        Require((body.ReadIntegerBytes().Span[0] & 0x80) == 0);
        Require(body.ReadEncodedValue().Span.SequenceEqual(algorithm.Span));
        certificate.HasStrongSignature = CertificateSignatureAlgorithm.IsStrong(algorithm);
        certificate.Issuer = ReadName(body);
        AsnReader validity = body.ReadSequence();
        certificate.NotBefore = ReadTime(validity);
        certificate.NotAfter = ReadTime(validity);
        validity.ThrowIfNotEmpty();
        certificate.Subject = ReadName(body);
        Require(body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence));
        certificate.SubjectPublicKeyInfo = body.ReadEncodedValue();
        if (certificate.Version > 1)
        {
            SkipOptional(body, 1);
            SkipOptional(body, 2);
        }

        Asn1Tag extensionsTag = new(TagClass.ContextSpecific, 3, isConstructed: true);
        if (certificate.Version == 3 && body.HasData)
        {
            AsnReader extensions = body.ReadSequence(extensionsTag);
            certificate.Extensions = CertificateExtensions.Read(extensions.ReadSequence());
            extensions.ThrowIfNotEmpty();
        }

        body.ThrowIfNotEmpty();
        return certificate;
    }

    private static ReadOnlyMemory<byte> ReadName(AsnReader reader)
    {
        Require(reader.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence));
        return reader.ReadEncodedValue();
    }

    // RFC 5280 section 4.1.2.5: no fractions of a second.
    private static DateTimeOffset ReadTime(AsnReader reader)
    {
        DateTimeOffset time = reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();
        Require(time.Ticks % TimeSpan.TicksPerSecond == 0);
        return time;
    }

    private static void SkipOptional(AsnReader reader, int tag)
    {
        if (reader.HasData && reader.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, tag)))
            reader.ReadEncodedValue();
    }

    private static void Require(bool condition)
    {
        if (!condition)
            throw new AsnContentException();
    }
}
