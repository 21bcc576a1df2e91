using System.Formats.Asn1;
using System.Security.Cryptography;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>An answer of a time stamp authority to be made; change what a test is about before <see cref="Make"/>.</summary>
internal sealed class TestTimestamp
{
    private const string InfoOid = "1.2.840.113549.1.9.16.1.4";

    public required TestCertificate Signer { get; set; }

    /// <summary>The key that really signs. Null: the signer's.</summary>
    public TestKey? Key { get; set; }

    public required byte[] Stamped { get; set; }

    public required DateTimeOffset Time { get; set; }

    public int Status { get; set; }

    public string SignedType { get; set; } = InfoOid;

    /// <summary>The certificate that the signed attributes name. Null: the signer's; empty: they name none.</summary>
    public byte[]? NamedCertificate { get; set; }

    /// <summary>Changes what the signed hash is of.</summary>
    public bool HasOtherDigest { get; set; }

    public bool HasCriticalExtension { get; set; }

    /// <summary>Certificates that come with it, DER.</summary>
    public List<byte[]> Embedded { get; } = [];

    public byte[] Make()
    {
        byte[] info = Info();
        byte[] attributes = Attributes(info);
        byte[] signature = (Key ?? Signer.Key).Sign(attributes);
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteInteger(Status);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
                using (writer.PushSequence(Context(0)))
                using (writer.PushSequence())
                {
                    writer.WriteInteger(3);
                    using (writer.PushSetOf())
                        WriteSha256(writer);
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier(InfoOid);
                        using (writer.PushSequence(Context(0)))
                            writer.WriteOctetString(info);
                    }

                    if (Embedded.Count > 0)
                    {
                        using (writer.PushSetOf(Context(0)))
                            Embedded.ForEach(c => writer.WriteEncodedValue(c));
                    }

                    using (writer.PushSetOf())
                        WriteSigner(writer, attributes, signature);
                }
            }
        }

        return writer.Encode();
    }

    private static void WriteSigner(AsnWriter writer, byte[] attributes, byte[] signature)
    {
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                }

                writer.WriteInteger(1);
            }

            WriteSha256(writer);
            byte[] implicitly = [.. attributes];
            implicitly[0] = 0xA0;
            writer.WriteEncodedValue(implicitly);
            using (writer.PushSequence())
                writer.WriteObjectIdentifier("1.2.840.10045.4.3.2");
            writer.WriteOctetString(signature);
        }
    }

    private byte[] Info()
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier("1.3.6.1.4.1.57264.2");
            using (writer.PushSequence())
            {
                WriteSha256(writer);
                writer.WriteOctetString(SHA256.HashData(Stamped));
            }

            writer.WriteInteger(4711);
            writer.WriteGeneralizedTime(Time);
            if (HasCriticalExtension)
            {
                using (writer.PushSequence(Context(1)))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.2.3.4");
                    writer.WriteBoolean(true);
                    writer.WriteOctetString([5, 0]);
                }
            }
        }

        return writer.Encode();
    }

    private byte[] Attributes(byte[] info)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            Attribute(writer, "1.2.840.113549.1.9.3", () => writer.WriteObjectIdentifier(SignedType));
            Attribute(writer, "1.2.840.113549.1.9.4", () => writer.WriteOctetString(SHA256.HashData(HasOtherDigest ? [1] : info)));
            if (NamedCertificate is not { Length: 0 })
            {
                Attribute(writer, "1.2.840.113549.1.9.16.2.47", () =>
                {
                    using (writer.PushSequence())
                    using (writer.PushSequence())
                    using (writer.PushSequence())
                        writer.WriteOctetString(SHA256.HashData(NamedCertificate ?? Signer.Der));
                });
            }
        }

        return writer.Encode();
    }

    private static void Attribute(AsnWriter writer, string oid, Action value)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(oid);
            using (writer.PushSetOf())
                value();
        }
    }

    private static void WriteSha256(AsnWriter writer)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier("2.16.840.1.101.3.4.2.1");
    }

    private static Asn1Tag Context(int value) => new(TagClass.ContextSpecific, value, isConstructed: true);
}
