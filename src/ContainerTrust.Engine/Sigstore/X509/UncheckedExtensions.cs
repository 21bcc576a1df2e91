using System.Formats.Asn1;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// Extensions that restrict nothing here, but that Go's crypto/x509 reads, refusing a certificate in which they are malformed:
/// identifiers of keys (RFC 5280 sections 4.2.1.1 and 4.2.1.2), policies (4.2.1.4), CRL distribution points (4.2.1.13) and access to the
/// authority's information (4.2.2.1).
/// </summary>
internal static class UncheckedExtensions
{
    private const string SubjectKeyOid = "2.5.29.14";
    private const string DistributionPointsOid = "2.5.29.31";
    private const string PoliciesOid = "2.5.29.32";
    private const string AuthorityKeyOid = "2.5.29.35";
    private const string AuthorityInformationOid = "1.3.6.1.5.5.7.1.1";

    /// <summary>Whether an extension is one of these.</summary>
    /// <param name="oid">Its identifier.</param>
    /// <returns>Whether it is.</returns>
    public static bool Contain(string oid) =>
        oid is SubjectKeyOid or DistributionPointsOid or PoliciesOid or AuthorityKeyOid or AuthorityInformationOid;

    /// <summary>Reads one of these.</summary>
    /// <param name="oid">Its identifier.</param>
    /// <param name="isCritical">Whether it is critical, which RFC 5280 forbids to those that are about keys and information.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="AsnContentException">It is malformed.</exception>
    public static void RequireWellFormed(string oid, bool isCritical, byte[] value)
    {
        if (isCritical && oid is not (PoliciesOid or DistributionPointsOid))
            throw new UnreadableExtensionException("it has a critical extension that must not be critical");
        AsnReader reader = new(value, AsnEncodingRules.DER);
        if (oid == SubjectKeyOid)
        {
            reader.ReadOctetString();
            return;
        }

        AsnReader parts = reader.ReadSequence();
        while (parts.HasData)
        {
            if (oid == AuthorityKeyOid)
            {
                parts.ReadEncodedValue();
                continue;
            }

            AsnReader part = parts.ReadSequence();
            if (oid is PoliciesOid or AuthorityInformationOid)
                part.ReadObjectIdentifier();
            if (oid == AuthorityInformationOid)
                part.ReadEncodedValue();
        }
    }
}
