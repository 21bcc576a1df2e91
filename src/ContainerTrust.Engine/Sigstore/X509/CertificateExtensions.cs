using System.Formats.Asn1;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>The extensions of a certificate (RFC 5280 section 4.2, and Fulcio's), as they state them.</summary>
internal sealed class CertificateExtensions
{
    public static readonly CertificateExtensions None = new();

    private const string KeyUsageOid = "2.5.29.15";
    private const string NamesOid = "2.5.29.17";
    private const string BasicConstraintsOid = "2.5.29.19";
    private const string NameConstraintsOid = "2.5.29.30";
    private const string ExtendedKeyUsageOid = "2.5.29.37";
    private const string FulcioIssuerOid = "1.3.6.1.4.1.57264.1.1";
    private const string FulcioIssuerV2Oid = "1.3.6.1.4.1.57264.1.8";

    private CertificateExtensions()
    {
    }

    /// <summary>Whether there are basic constraints.</summary>
    public bool HasBasicConstraints { get; private set; }

    /// <summary>Whether the basic constraints say that it is a CA.</summary>
    public bool IsAuthority { get; private set; }

    /// <summary>How many CAs may be between this one and the end of the path. Null if nothing is said.</summary>
    public int? PathLength { get; private set; }

    /// <summary>Key usage. Null if nothing is said.</summary>
    public CertificateKeyUsage? KeyUsage { get; private set; }

    /// <summary>Object identifiers of the extended key usages. Null if nothing is said.</summary>
    public IReadOnlyList<string>? ExtendedKeyUsages { get; private set; }

    /// <summary>Whether the extended key usages are critical.</summary>
    public bool IsExtendedKeyUsageCritical { get; private set; }

    /// <summary>The subject's alternative names; empty if there are none.</summary>
    public CertificateNames Names { get; private set; } = CertificateNames.None;

    /// <summary>For which names it may issue certificates. Null if nothing is said.</summary>
    public NameConstraints? NameConstraints { get; private set; }

    /// <summary>Whether there is a critical list of alternative names none of which is understood.</summary>
    public bool HasUnknownCriticalNames { get; private set; }

    /// <summary>Whether there is another critical extension that is not understood.</summary>
    public bool HasUnknownCritical { get; private set; }

    /// <summary>Fulcio's first issuer extension: the bare text. Null if there is none.</summary>
    public ReadOnlyMemory<byte>? FulcioIssuer { get; private set; }

    /// <summary>Fulcio's second issuer extension: DER. Null if there is none.</summary>
    public ReadOnlyMemory<byte>? FulcioIssuerV2 { get; private set; }

    /// <summary>Reads the extensions.</summary>
    /// <param name="reader">What the sequence of them contains.</param>
    /// <returns>The extensions.</returns>
    /// <exception cref="AsnContentException">One is malformed, or there twice.</exception>
    public static CertificateExtensions Read(AsnReader reader)
    {
        CertificateExtensions extensions = new();
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (reader.HasData)
        {
            AsnReader extension = reader.ReadSequence();
            string oid = extension.ReadObjectIdentifier();
            bool isCritical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            byte[] value = extension.ReadOctetString();
            extension.ThrowIfNotEmpty();
            if (!seen.Add(oid))
                throw new AsnContentException();
            extensions.Add(oid, isCritical, value);
        }

        return extensions;
    }

    private void Add(string oid, bool isCritical, byte[] value)
    {
        switch (oid)
        {
            case KeyUsageOid:
                KeyUsage = ReadKeyUsage(value);
                break;
            case NamesOid:
                Names = CertificateNames.Read(value);
                HasUnknownCriticalNames = isCritical && Names.IsEmpty;
                break;
            case BasicConstraintsOid:
                ReadBasicConstraints(value);
                break;
            case NameConstraintsOid:
                NameConstraints = NameConstraints.Read(value);
                HasUnknownCritical |= NameConstraints.HasUnknown && isCritical;
                break;
            case ExtendedKeyUsageOid:
                ExtendedKeyUsages = ReadExtendedKeyUsages(value);
                IsExtendedKeyUsageCritical = isCritical;
                break;
            case FulcioIssuerOid:
                FulcioIssuer = value;
                HasUnknownCritical |= isCritical;
                break;
            case FulcioIssuerV2Oid:
                FulcioIssuerV2 = value;
                HasUnknownCritical |= isCritical;
                break;
            default:
                if (UncheckedExtensions.Contain(oid))
                    UncheckedExtensions.RequireWellFormed(oid, isCritical, value);
                else
                    HasUnknownCritical |= isCritical;
                break;
        }
    }

    private static CertificateKeyUsage ReadKeyUsage(byte[] value)
    {
        AsnReader reader = new(value, AsnEncodingRules.DER);
        byte[] bits = reader.ReadBitString(out _);
        reader.ThrowIfNotEmpty();
        int first = bits.Length > 0 ? bits[0] : 0;
        return (CertificateKeyUsage)first;
    }

    private void ReadBasicConstraints(byte[] value)
    {
        AsnReader reader = new(value, AsnEncodingRules.DER);
        AsnReader constraints = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        HasBasicConstraints = true;
        if (constraints.HasData && constraints.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean))
            IsAuthority = constraints.ReadBoolean();
        if (constraints.HasData)
        {
            if (!constraints.TryReadInt32(out int length) || length < 0)
                throw new AsnContentException();
            PathLength = length;
        }

        constraints.ThrowIfNotEmpty();
    }

    private static List<string> ReadExtendedKeyUsages(byte[] value)
    {
        AsnReader reader = new(value, AsnEncodingRules.DER);
        AsnReader usages = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        List<string> oids = [];
        while (usages.HasData)
            oids.Add(usages.ReadObjectIdentifier());
        return oids;
    }
}
