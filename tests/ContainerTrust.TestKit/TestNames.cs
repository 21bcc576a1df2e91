using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ContainerTrust.TestKit;

/// <summary>
/// Names and name constraints as text, which tests and tables can hold: <c>d:</c> a DNS name, <c>e:</c> an e-mail address, <c>u:</c> a
/// URI, <c>i:</c> an address or range in hex, <c>o:</c> a name of another kind, whatever follows. <c>%</c> and two digits are an octet.
/// Constraints have <c>+</c> (permitted) or <c>-</c> (excluded) before them; alone these are empty lists, and <c>=</c> is an empty
/// extension. A space is between two.
/// </summary>
internal static class TestNames
{
    public const string NamesOid = "2.5.29.17";
    public const string ConstraintsOid = "2.5.29.30";

    // id-on-permanentIdentifier with an empty value: known to nobody here.
    private static readonly byte[] OtherName = Convert.FromHexString("06082B06010505070803A0023000");

    /// <summary>The extension with these names. Null if there are none.</summary>
    public static X509Extension? Names(string names)
    {
        if (names.Length == 0)
            return null;
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (string name in names.Split(' '))
                Write(writer, name);
        }

        return new X509Extension(NamesOid, writer.Encode(), critical: false);
    }

    /// <summary>The extension with these constraints. Null if there are none.</summary>
    public static X509Extension? Constraints(string constraints, bool critical = true)
    {
        if (constraints.Length == 0)
            return null;
        string[] tokens = constraints.Split(' ');
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (char side in "+-")
            {
                string[] subtrees = [.. tokens.Where(t => t[0] == side)];
                if (subtrees.Length == 0)
                    continue;
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, side == '+' ? 0 : 1)))
                {
                    foreach (string subtree in subtrees.Where(static t => t.Length > 1))
                    {
                        using (writer.PushSequence())
                            Write(writer, subtree[1..]);
                    }
                }
            }
        }

        return new X509Extension(ConstraintsOid, writer.Encode(), critical);
    }

    /// <summary>The text of octets.</summary>
    public static string Escape(string name) =>
        string.Concat(name.Select(static c => c is > ' ' and < '\x7F' and not ('%' or '|') ? c.ToString() : $"%{(int)c:X2}"));

    /// <summary>The octets of a text, as Latin-1.</summary>
    public static string Unescape(string text)
    {
        StringBuilder name = new();
        for (int i = 0; i < text.Length; i++)
        {
            bool isEscape = text[i] == '%';
            name.Append(isEscape ? (char)byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) : text[i]);
            i += isEscape ? 2 : 0;
        }

        return name.ToString();
    }

    private static void Write(AsnWriter writer, string name)
    {
        string value = name[2..];
        (int tag, byte[] content) = name[0] switch
        {
            'e' => (1, Encoding.Latin1.GetBytes(Unescape(value))),
            'd' => (2, Encoding.Latin1.GetBytes(Unescape(value))),
            'u' => (6, Encoding.Latin1.GetBytes(Unescape(value))),
            'i' => (7, Convert.FromHexString(value)),
            'o' => (0, OtherName),
            _ => throw new ArgumentException(name),
        };
        if (tag != 0)
        {
            writer.WriteOctetString(content, new Asn1Tag(TagClass.ContextSpecific, tag));
            return;
        }

        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            AsnReader parts = new(content, AsnEncodingRules.DER);
            while (parts.HasData)
                writer.WriteEncodedValue(parts.ReadEncodedValue().Span);
        }
    }
}
