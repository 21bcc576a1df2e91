namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// One side of name constraints, the permitted subtrees or the excluded ones (RFC 5280 section 4.2.1.10), of the kinds that Go's
/// crypto/x509 knows. A side that has no subtree of a name's kind permits it, and excludes nothing.
/// </summary>
internal sealed class NameSubtrees
{
    /// <summary>Domains; empty means every name.</summary>
    public List<string> DnsNames { get; } = [];

    /// <summary>Domains of e-mail addresses; empty means every address.</summary>
    public List<string> EmailHosts { get; } = [];

    /// <summary>Whole e-mail addresses.</summary>
    public List<Mailbox> Mailboxes { get; } = [];

    /// <summary>Domains of URIs; empty means every URI.</summary>
    public List<string> UriHosts { get; } = [];

    public List<AddressRange> Addresses { get; } = [];

    /// <summary>Whether there are subtrees of other kinds, or ones that do not begin at their base.</summary>
    public bool HasUnknown { get; set; }

    /// <summary>How many subtrees names may have to be compared with.</summary>
    public int Count => DnsNames.Count + EmailHosts.Count + Mailboxes.Count + UriHosts.Count + Addresses.Count;

    public bool PermitsDnsName(string name) => DnsNames.Count == 0 || DnsNames.Exists(c => DomainName.IsWithin(name, c));

    public bool ExcludesDnsName(string name) => DnsNames.Exists(c => DomainName.IsExcluded(name, c));

    public bool PermitsUriHost(string host) => UriHosts.Count == 0 || UriHosts.Exists(c => DomainName.IsPermittedHost(host, c));

    public bool ExcludesUriHost(string host) => UriHosts.Exists(c => DomainName.IsExcluded(host, c));

    public bool PermitsEmail(Mailbox mailbox) =>
        (EmailHosts.Count == 0 && Mailboxes.Count == 0)
        || Mailboxes.Exists(mailbox.IsSame)
        || EmailHosts.Exists(c => DomainName.IsPermittedHost(mailbox.Domain, c));

    public bool ExcludesEmail(Mailbox mailbox) =>
        Mailboxes.Exists(mailbox.IsSame) || EmailHosts.Exists(c => DomainName.IsExcluded(mailbox.Domain, c));

    public bool PermitsAddress(byte[] address) => Addresses.Count == 0 || Addresses.Exists(c => c.Permits(address));

    public bool ExcludesAddress(byte[] address) => Addresses.Exists(c => c.Excludes(address));
}
