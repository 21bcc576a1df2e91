using System.Formats.Asn1;
using System.Text;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>The subject's alternative names that a policy can ask for, or a CA can be held to (RFC 5280 section 4.2.1.6).</summary>
internal sealed class CertificateNames
{
    public static readonly CertificateNames None = new();

    // So many are named in a sentence.
    private const int MostShown = 3;

    private CertificateNames()
    {
    }

    public List<string> EmailAddresses { get; } = [];

    public List<string> DnsNames { get; } = [];

    /// <summary>The hosts of URIs; empty for a URI that has none.</summary>
    public List<string> UriHosts { get; } = [];

    /// <summary>The URIs themselves.</summary>
    public List<string> Uris { get; } = [];

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
                    string uri = ReadAscii(content);
                    if (!UriHost.TryRead(uri, out string host))
                        throw new UnreadableExtensionException("it has a URI that cannot be read");
                    names.UriHosts.Add(host);
                    names.Uris.Add(uri);
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

    /// <summary>Says that a certificate is not for an e-mail address, and whom it is for.</summary>
    /// <param name="subjectEmail">The address that is not among the names.</param>
    /// <returns>Sentences.</returns>
    public string EmailRefusal(string subjectEmail)
    {
        const string Only = "podman and skopeo compare e-mail addresses only";
        if (Uris.Contains(subjectEmail, StringComparer.Ordinal))
            return $"The signer's certificate names {subjectEmail} as a URI, and {Only}.";
        string instead = EmailAddresses.Count > 0 ? $" It is for {List(EmailAddresses)}."
            : Uris.Count > 0 ? $" It names the URI {List(Uris)}, and {Only}." : "";
        return $"The signer's certificate is not for {subjectEmail}.{instead}";
    }

    /// <summary>Why a certificate is not a workflow's.</summary>
    /// <param name="subject">The URI that it must name.</param>
    /// <returns>A sentence, or two.</returns>
    public string UriRefusal(string subject)
    {
        string instead = Uris.Count > 0 ? $" It is for {List(Uris)}." : EmailAddresses.Count > 0
            ? $" It is for the e-mail address {List(EmailAddresses)}." : "";
        return $"The signer's certificate is not for the URI {subject}.{instead}";
    }

    private static string List(List<string> names) =>
        string.Join(", ", names.Take(MostShown).Select(static n => Printable.Of(n, Printable.NameLength)))
        + (names.Count > MostShown ? " and others" : "");

    private static string ReadAscii(byte[] content) =>
        Ascii.IsValid(content) ? Encoding.ASCII.GetString(content) : throw new AsnContentException();
}
