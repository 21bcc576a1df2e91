using System.Formats.Asn1;
using System.Text;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>The subject's alternative names that a policy can ask for (RFC 5280 section 4.2.1.6).</summary>
internal sealed class CertificateNames
{
    public static readonly CertificateNames None = new();

    private bool _hasUris;

    private CertificateNames()
    {
    }

    public List<string> EmailAddresses { get; } = [];

    public List<string> DnsNames { get; } = [];

    /// <summary>4 or 16 octets each.</summary>
    public List<byte[]> IpAddresses { get; } = [];

    /// <summary>Whether there is no name of a kind that is understood.</summary>
    public bool IsEmpty => EmailAddresses.Count == 0 && DnsNames.Count == 0 && IpAddresses.Count == 0 && !_hasUris;

    /// <summary>Reads the names.</summary>
    /// <param name="value">The extension's value, DER.</param>
    /// <returns>The names; others than e-mail, DNS, URI and IP are passed over.</returns>
    /// <exception cref="AsnContentException">The value is malformed.</exception>
    public static CertificateNames Read(byte[] value)
    {
        AsnReader reader = new(value, AsnEncodingRules.DER);
        AsnReader list = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        CertificateNames names = new();
        while (list.HasData)
        {
            Asn1Tag tag = list.PeekTag();
            if (tag.TagClass != TagClass.ContextSpecific || tag.IsConstructed || tag.TagValue is not (1 or 2 or 6 or 7))
            {
                list.ReadEncodedValue();
                continue;
            }

            byte[] content = list.ReadOctetString(tag);
            switch (tag.TagValue)
            {
                case 1:
                    names.EmailAddresses.Add(ReadAscii(content));
                    break;
                case 2:
                    names.DnsNames.Add(ReadAscii(content));
                    break;
                case 6:
                    ReadAscii(content);
                    names._hasUris = true;
                    break;
                default:
                    if (content.Length is not (4 or 16))
                        throw new AsnContentException();
                    names.IpAddresses.Add(content);
                    break;
            }
        }

        return names;
    }

    private static string ReadAscii(byte[] content) => Ascii.IsValid(content) ? Encoding.ASCII.GetString(content) : throw new AsnContentException();
}
