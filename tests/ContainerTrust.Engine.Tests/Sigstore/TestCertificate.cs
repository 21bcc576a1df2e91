using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>A certificate to be made, and made: change what a test is about before <see cref="Der"/> is used.</summary>
internal sealed class TestCertificate
{
    public static readonly DateTimeOffset Begin = new(2024, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private const string NamesOid = "2.5.29.17";
    private byte[]? _der;

    public TestKey Key { get; init; } = TestKey.Get("P-256");

    public string Name { get; init; } = "leaf";

    /// <summary>Null: it signs itself.</summary>
    public TestCertificate? Issuer { get; init; }

    /// <summary>The key that really signs. Null: the issuer's.</summary>
    public TestKey? Signer { get; init; }

    public HashAlgorithmName Hash { get; set; } = HashAlgorithmName.SHA256;

    public DateTimeOffset NotBefore { get; set; } = Begin;

    public DateTimeOffset NotAfter { get; set; } = Begin.AddMinutes(10);

    /// <summary>3, or 1 for a certificate without extensions.</summary>
    public int Version { get; init; } = 3;

    public List<X509Extension> Extensions { get; } = [];

    public byte[] Der => _der ??= Make();

    public string Pem => PemEncoding.WriteString("CERTIFICATE", Der) + "\n";

    public SigstoreKeySource Source => SourceOf(Pem);

    public static SigstoreKeySource SourceOf(string pem) => new("ca.pem", Encoding.ASCII.GetBytes(pem));

    public static TestCertificate Authority(string name, TestCertificate? issuer = null, string key = "P-256", int? pathLength = null)
    {
        TestCertificate authority = new()
            { Name = name, Key = TestKey.Get(key, key.StartsWith("RSA", StringComparison.Ordinal) ? "" : name), Issuer = issuer,
            NotBefore = Begin.AddYears(-1), NotAfter = Begin.AddYears(20) };
        authority.Extensions.Add(new X509BasicConstraintsExtension(true, pathLength is not null, pathLength ?? 0, critical: true));
        authority.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        return authority;
    }

    public static X509Extension Usage(params string[] oids)
    {
        OidCollection collection = [];
        foreach (string oid in oids)
            collection.Add(new Oid(oid));
        return new X509EnhancedKeyUsageExtension(collection, critical: false);
    }

    public static X509Extension CodeSigning => Usage("1.3.6.1.5.5.7.3.3");

    public static X509Extension FulcioIssuer(string issuer) =>
        new("1.3.6.1.4.1.57264.1.1", Encoding.UTF8.GetBytes(issuer), critical: false);

    public static X509Extension FulcioIssuerV2(string issuer, UniversalTagNumber tag = UniversalTagNumber.UTF8String)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        writer.WriteCharacterString(tag, issuer);
        return new X509Extension("1.3.6.1.4.1.57264.1.8", writer.Encode(), critical: false);
    }

    /// <summary>Names with their tags: 0 other (the values inside it), 1 e-mail, 2 DNS, 6 URI, 7 IP.</summary>
    public static X509Extension Names(bool critical, params (int Tag, byte[] Content)[] names)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (var (tag, content) in names)
            {
                if (tag != 0)
                {
                    writer.WriteOctetString(content, new Asn1Tag(TagClass.ContextSpecific, tag));
                    continue;
                }

                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, tag)))
                {
                    AsnReader parts = new(content, AsnEncodingRules.DER);
                    while (parts.HasData)
                        writer.WriteEncodedValue(parts.ReadEncodedValue().Span);
                }
            }
        }

        return new X509Extension(NamesOid, writer.Encode(), critical);
    }

    public static X509Extension Email(params string[] addresses) =>
        Names(critical: true, [.. addresses.Select(static a => (1, Encoding.UTF8.GetBytes(a)))]);

    public static X509Extension Dns(params string[] names) =>
        Names(critical: false, [.. names.Select(static a => (2, Encoding.UTF8.GetBytes(a)))]);

    /// <summary>Name constraints with one permitted or excluded subtree.</summary>
    public static X509Extension Constraint(bool permitted, int tag, string name)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, permitted ? 0 : 1)))
        using (writer.PushSequence())
            writer.WriteOctetString(Encoding.ASCII.GetBytes(name), new Asn1Tag(TagClass.ContextSpecific, tag));
        return new X509Extension("2.5.29.30", writer.Encode(), critical: true);
    }

    public void Replace(X509Extension extension)
    {
        Remove(extension.Oid!.Value!);
        Extensions.Add(extension);
    }

    public void Remove(string oid) => Extensions.RemoveAll(e => e.Oid!.Value == oid);

    private byte[] Make()
    {
        TestKey signer = Signer ?? (Issuer ?? this).Key;
        var generator = signer.Issuer(Hash);

        // CertificateRequest refuses what some tests need (two extensions of one kind), so the body is written here.
        AsnWriter body = new(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            if (Version > 1)
            {
                using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                    body.WriteInteger(Version - 1);
            }

            body.WriteInteger(Math.Abs(Name.GetHashCode(StringComparison.Ordinal)) + 1L);
            body.WriteEncodedValue(generator.GetSignatureAlgorithmIdentifier(Hash));
            body.WriteEncodedValue(NameOf(Issuer ?? this));
            using (body.PushSequence())
            {
                body.WriteUtcTime(NotBefore);
                body.WriteUtcTime(NotAfter);
            }

            body.WriteEncodedValue(NameOf(this));
            body.WriteEncodedValue(Key.SubjectPublicKeyInfo);
            if (Extensions.Count > 0)
            {
                using (body.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3)))
                using (body.PushSequence())
                {
                    foreach (X509Extension extension in Extensions)
                    {
                        using (body.PushSequence())
                        {
                            body.WriteObjectIdentifier(extension.Oid!.Value!);
                            if (extension.Critical)
                                body.WriteBoolean(true);
                            body.WriteOctetString(extension.RawData);
                        }
                    }
                }
            }
        }

        byte[] signed = body.Encode();
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(signed);
            writer.WriteEncodedValue(generator.GetSignatureAlgorithmIdentifier(Hash));
            writer.WriteBitString(generator.SignData(signed, Hash));
        }

        return writer.Encode();
    }

    private static byte[] NameOf(TestCertificate certificate) => new X500DistinguishedName($"O=Example, CN={certificate.Name}").RawData;
}
