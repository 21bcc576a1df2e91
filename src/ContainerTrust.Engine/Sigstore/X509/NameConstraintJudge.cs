using System.Net;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// Whether the CAs of a path may issue certificates for the names below them (RFC 5280 section 6.1.3, b and c), by the rules of Go's
/// crypto/x509 with the fix of CVE-2025-61727. The chain engine judges the same path, but OpenSSL knows no exclusion of every e-mail
/// address, none of a host's subdomains, and none of a name that a wildcard stands for, and it passes over names that it cannot read.
/// Releases of Go differ too, and the strictest counts: the names of CAs are held to the constraints of those above them and to their
/// own, self-issued or not, and a name that cannot be read is refused below any constraint, whatever its kind.
/// </summary>
/// <param name="askedHost">The host that the policy asks for, which a wildcard of the certificate may stand for. Null if it asks for
/// none.</param>
internal sealed class NameConstraintJudge(string? askedHost)
{
    // Go's limit, so that a hostile path costs bounded time: there for each CA, here for all paths that are tried.
    private const int MaxComparisons = 250_000;

    private long _comparisons;

    /// <summary>Judges a path.</summary>
    /// <param name="path">The signer's certificate first, the trusted one last.</param>
    /// <returns>Why a CA may not issue what is below it. Null if each may.</returns>
    public SigstoreRefusal? Judge(IReadOnlyList<SigstoreCertificate> path)
    {
        for (int ca = 1; ca < path.Count; ca++)
        {
            NameConstraints? constraints = path[ca].Extensions.NameConstraints;
            if (constraints is null)
                continue;
            string? fault = null;
            for (int i = 0; i <= ca && fault is null; i++)
                fault = FindFault(constraints, path[i].Extensions.Names);
            if (askedHost is not null && HostNameMatch.IsFor(path[0].Extensions.Names, askedHost))
                fault ??= FindFaultOfHost(constraints, askedHost);
            if (fault is not null)
                return Refuse(fault);
        }

        return null;
    }

    private static SigstoreRefusal Refuse(string fault) =>
        new(SigstoreProblem.CertificateNotTrusted, $"A CA on the path may not issue certificates for the signer's names: {fault}.");

    private string? FindFault(NameConstraints constraints, CertificateNames names)
    {
        _comparisons += (long)names.Count * (constraints.Permitted.Count + constraints.Excluded.Count);
        if (_comparisons > MaxComparisons)
            return "there are too many names and constraints to compare";
        return First(names.DnsNames, name => FindFaultOfDnsName(constraints, name))
            ?? First(names.EmailAddresses, address => FindFaultOfEmail(constraints, address))
            ?? First(names.UriHosts, host => FindFaultOfUri(constraints, host))
            ?? First(names.IpAddresses, address => FindFaultOfAddress(constraints, address));
    }

    private static string? First<T>(List<T> names, Func<T, string?> findFault)
    {
        foreach (T name in names)
        {
            if (findFault(name) is { } fault)
                return fault;
        }

        return null;
    }

    // What a wildcard of the certificate stands for; an address has been found among the certificate's, perhaps in its other form.
    private static string? FindFaultOfHost(NameConstraints constraints, string host)
    {
        if (HostNameMatch.TryReadAddress(host, out byte[] address))
            return constraints.Excluded.ExcludesAddress(address) ? Describe("IP address", host, "is excluded") : null;
        return FindFaultOfDnsName(constraints, host.EndsWith('.') ? host[..^1] : host);
    }

    private static string? FindFaultOfDnsName(NameConstraints constraints, string name)
    {
        const string Kind = "DNS name";
        return !DomainName.IsReadable(name) ? Unreadable(Kind, name)
            : constraints.Excluded.ExcludesDnsName(name) ? Describe(Kind, name, "is excluded")
            : constraints.Permitted.PermitsDnsName(name) ? null : NotPermitted(Kind, name);
    }

    private static string? FindFaultOfEmail(NameConstraints constraints, string address)
    {
        const string Kind = "e-mail address";
        return !Mailbox.TryParse(address, out Mailbox mailbox) ? Unreadable(Kind, address)
            : constraints.Excluded.ExcludesEmail(mailbox) ? Describe(Kind, address, "is excluded")
            : constraints.Permitted.PermitsEmail(mailbox) ? null : NotPermitted(Kind, address);
    }

    private static string? FindFaultOfUri(NameConstraints constraints, string host)
    {
        const string Kind = "host of a URI,";
        return !UriHost.IsName(host) ? Unreadable(Kind, host)
            : constraints.Excluded.ExcludesUriHost(host) ? Describe(Kind, host, "is excluded")
            : constraints.Permitted.PermitsUriHost(host) ? null : NotPermitted(Kind, host);
    }

    private static string? FindFaultOfAddress(NameConstraints constraints, byte[] address)
    {
        const string Kind = "IP address";
        return constraints.Excluded.ExcludesAddress(address) ? Describe(Kind, new IPAddress(address).ToString(), "is excluded")
            : constraints.Permitted.PermitsAddress(address) ? null : NotPermitted(Kind, new IPAddress(address).ToString());
    }

    private static string NotPermitted(string kind, string name) => Describe(kind, name, "is within nothing that is permitted");

    private static string Unreadable(string kind, string name) => Describe(kind, name, "cannot be compared with the CA's constraints");

    private static string Describe(string kind, string name, string verdict) =>
        $"the {kind} \"{Printable.Of(name, Printable.NameLength)}\" {verdict}";
}
