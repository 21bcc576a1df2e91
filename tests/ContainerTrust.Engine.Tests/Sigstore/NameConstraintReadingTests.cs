using System.Formats.Asn1;
using System.Text;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>How the extension is read (RFC 5280 section 4.2.1.10): what is not understood is not forgotten, and nothing may
/// follow.</summary>
public sealed class NameConstraintReadingTests
{
    private const int RegisteredId = 8;

    [Fact]
    public void Parts_that_are_not_understood_are_known_however_many_there_are()
    {
        (int Tag, bool HasMinimum) plain = (2, false), minimum = (2, true), unknown = (RegisteredId, false), both = (RegisteredId, true);
        Assert.False(Unknown([plain], []));
        Assert.False(Unknown([plain, plain], [plain]));
        foreach (var (tag, hasMinimum) in new[] { minimum, unknown, both })
        {
            (int, bool) odd = (tag, hasMinimum);
            Assert.True(Unknown([odd], []));
            Assert.True(Unknown([], [odd]));
            Assert.True(Unknown([odd, odd], []));
            Assert.True(Unknown([odd, plain], []));
            Assert.True(Unknown([plain, odd], []));
            Assert.True(Unknown([plain], [plain, odd, plain, odd]));
            Assert.True(Unknown([odd], [odd]));
        }

        static bool Unknown((int, bool)[] permitted, (int, bool)[] excluded) => NameConstraints.Read(Write(permitted, excluded)).HasUnknown;
    }

    [Fact]
    public void Each_kind_goes_to_its_own_list()
    {
        var constraints = NameConstraints.Read(Write([(2, false), (1, false)], [(7, false), (6, false)]));
        Assert.Equal(["example.com"], constraints.Permitted.DnsNames);
        Assert.Equal(["example.com"], constraints.Permitted.EmailHosts);
        Assert.Empty(constraints.Permitted.UriHosts);
        Assert.Empty(constraints.Permitted.Addresses);
        Assert.Empty(constraints.Excluded.DnsNames);
        Assert.Empty(constraints.Excluded.EmailHosts);
        Assert.Equal(["example.com"], constraints.Excluded.UriHosts);
        Assert.Single(constraints.Excluded.Addresses);
        Assert.Equal((2, 2), (constraints.Permitted.Count, constraints.Excluded.Count));
    }

    [Fact]
    public void Nothing_stands_behind()
    {
        byte[] good = Write([(2, false)], [(2, false)]);
        NameConstraints.Read(good);
        Assert.Throws<AsnContentException>(() => NameConstraints.Read([.. good, 5, 0]));
        AsnWriter more = new(AsnEncodingRules.DER);
        using (more.PushSequence())
        {
            WriteList(more, 0, [(2, false)]);
            WriteList(more, 2, [(2, false)]);
        }

        Assert.Throws<AsnContentException>(() => NameConstraints.Read(more.Encode()));
        AsnWriter turned = new(AsnEncodingRules.DER);
        using (turned.PushSequence())
        {
            WriteList(turned, 1, [(2, false)]);
            WriteList(turned, 0, [(2, false)]);
        }

        Assert.Throws<AsnContentException>(() => NameConstraints.Read(turned.Encode()));
        Assert.Throws<UnreadableExtensionException>(() => NameConstraints.Read(Write([], [])));
    }

    private static byte[] Write((int Tag, bool HasMinimum)[] permitted, (int Tag, bool HasMinimum)[] excluded)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteList(writer, 0, permitted);
            WriteList(writer, 1, excluded);
        }

        return writer.Encode();
    }

    private static void WriteList(AsnWriter writer, int number, (int Tag, bool HasMinimum)[] subtrees)
    {
        if (subtrees.Length == 0)
            return;
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, number)))
        {
            foreach (var (tag, hasMinimum) in subtrees)
            {
                using (writer.PushSequence())
                {
                    byte[] name = tag == 7 ? [192, 0, 2, 0, 255, 255, 255, 0] : Encoding.ASCII.GetBytes("example.com");
                    writer.WriteOctetString(name, new Asn1Tag(TagClass.ContextSpecific, tag));
                    if (hasMinimum)
                        writer.WriteInteger(1, new Asn1Tag(TagClass.ContextSpecific, 0));
                }
            }
        }
    }
}
