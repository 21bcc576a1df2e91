using System.Formats.Asn1;
using System.Text;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>The subject's alternative names that a policy can ask for, or a CA can be held to (RFC 5280 section 4.2.1.6).</summary>
internal sealed class CertificateNames
{
    public static readonly CertificateNames None = new();

    private CertificateNames()
    {
    }

    public List<string> EmailAddresses { get; } = [];

    public List<string> DnsNames { get; } = [];

    /// <summary>The hosts of URIs; empty for a URI that has none.</summary>
    public List<string> UriHosts { get; } = [];

    /// <summary>4 or 16 octets each.</summary>
    public List<byte[]> IpAddresses { get; } = [];

    /// <summary>How many names there are of a kind that is understood.</summary>
    public int Count => EmailAddresses.Count + DnsNames.Count + UriHosts.Count + IpAddresses.Count;

    /// <summary>Whether there is no name of a kind that is understood.</summary>
    public bool IsEmpty => Count == 0;

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
                    if (!UriHost.TryRead(ReadAscii(content), out string host))
                        throw new UnreadableExtensionException("it has a URI that cannot be read");
                    names.UriHosts.Add(host);
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

    private static string ReadAscii(byte[] content) =>
        Ascii.IsValid(content) ? Encoding.ASCII.GetString(content) : throw new AsnContentException();
}
