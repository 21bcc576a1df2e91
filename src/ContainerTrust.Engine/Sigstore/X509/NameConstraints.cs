using System.Formats.Asn1;
using System.Text;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// For which names a CA may issue certificates (RFC 5280 section 4.2.1.10), read as strictly as Go's crypto/x509 reads it.
/// </summary>
/// <param name="Permitted">Names of the kinds that are here must be within one.</param>
/// <param name="Excluded">Names must be within none.</param>
internal sealed record NameConstraints(NameSubtrees Permitted, NameSubtrees Excluded)
{
    private const int Email = 1;
    private const int DnsName = 2;
    private const int Uri = 6;
    private const int IpAddress = 7;

    /// <summary>Whether a part is not understood, which is not possible where the extension is critical.</summary>
    public bool HasUnknown => Permitted.HasUnknown || Excluded.HasUnknown;

    /// <summary>Reads the extension.</summary>
    /// <param name="value">Its value, DER.</param>
    /// <returns>The constraints.</returns>
    /// <exception cref="AsnContentException">It is malformed, empty, or says something that no name can be compared with.</exception>
    public static NameConstraints Read(byte[] value)
    {
        AsnReader reader = new(value, AsnEncodingRules.DER);
        AsnReader constraints = reader.ReadSequence();
        reader.ThrowIfNotEmpty();
        NameSubtrees permitted = ReadOptional(constraints, 0);
        NameSubtrees excluded = ReadOptional(constraints, 1);
        constraints.ThrowIfNotEmpty();
        if (permitted is { Count: 0, HasUnknown: false } && excluded is { Count: 0, HasUnknown: false })
            throw new UnreadableExtensionException("its name constraints are empty");
        return new NameConstraints(permitted, excluded);
    }

    private static NameSubtrees ReadOptional(AsnReader constraints, int number)
    {
        NameSubtrees subtrees = new();
        Asn1Tag tag = new(TagClass.ContextSpecific, number, isConstructed: true);
        if (!constraints.HasData || constraints.PeekTag() != tag)
            return subtrees;
        AsnReader list = constraints.ReadSequence(tag);
        while (list.HasData)
            Add(subtrees, list.ReadSequence());
        return subtrees;
    }

    private static void Add(NameSubtrees subtrees, AsnReader subtree)
    {
        Asn1Tag tag = subtree.PeekTag();
        if (tag is { TagClass: TagClass.ContextSpecific, IsConstructed: false, TagValue: Email or DnsName or Uri or IpAddress })
        {
            Add(subtrees, tag.TagValue, subtree.ReadOctetString(tag));
        }
        else
        {
            subtree.ReadEncodedValue();
            subtrees.HasUnknown = true;
        }

        // Minimum and maximum, for which RFC 5280 has no use. The base counts as if they were not there, as in Go; the chain engine
        // refuses them.
        subtrees.HasUnknown |= subtree.HasData;
    }

    private static void Add(NameSubtrees subtrees, int kind, byte[] value)
    {
        if (kind == IpAddress)
        {
            subtrees.Addresses.Add(AddressRange.Read(value) ?? throw Unreadable());
            return;
        }

        string text = Ascii.IsValid(value) ? Encoding.ASCII.GetString(value) : throw Unreadable();
        if (kind == Email && text.Contains('@', StringComparison.Ordinal))
        {
            subtrees.Mailboxes.Add(Mailbox.TryParse(text, out Mailbox mailbox) ? mailbox : throw Unreadable());
            return;
        }

        if (!DomainName.IsReadableConstraint(text) || (kind == Uri && text.Length > 0 && !UriHost.IsName(text)))
            throw Unreadable();
        List<string> domains = kind == Email ? subtrees.EmailHosts : kind == DnsName ? subtrees.DnsNames : subtrees.UriHosts;
        domains.Add(text);
    }

    private static UnreadableExtensionException Unreadable() => new("it has name constraints that no name can be compared with");
}
