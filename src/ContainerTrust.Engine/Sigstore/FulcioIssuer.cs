using System.Formats.Asn1;
using System.Text;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore;

/// <summary>The OIDC issuer that a Fulcio certificate names (https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md).</summary>
internal static class FulcioIssuer
{
    /// <summary>Reads the issuer.</summary>
    /// <param name="extensions">The extensions of a certificate that has been verified.</param>
    /// <returns>The issuer, the same in both extensions if both are there.</returns>
    /// <exception cref="SigstoreRefusal">
    /// There is none, or the extensions disagree. Stricter than the reference: the second must be a UTF8String.
    /// </exception>
    public static string Read(CertificateExtensions extensions)
    {
        string? first = extensions.FulcioIssuer is { } raw ? Decode(raw.Span) : null;
        string? second = extensions.FulcioIssuerV2 is { } der ? ReadUtf8String(der) : null;
        if (first is not null && second is not null && first != second)
            throw new SigstoreRefusal(SigstoreProblem.CertificateIssuer, "The signer's certificate names two different OIDC issuers.");
        return first
            ?? second ?? throw new SigstoreRefusal(SigstoreProblem.CertificateIssuer, "The signer's certificate names no OIDC issuer.");
    }

    private static string ReadUtf8String(ReadOnlyMemory<byte> der)
    {
        try
        {
            AsnReader reader = new(der, AsnEncodingRules.DER);
            string issuer = reader.ReadCharacterString(UniversalTagNumber.UTF8String);
            reader.ThrowIfNotEmpty();
            return issuer;
        }
        catch (AsnContentException)
        {
            throw Malformed();
        }
    }

    private static string Decode(ReadOnlySpan<byte> text) =>
        System.Text.Unicode.Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Malformed();

    private static SigstoreRefusal Malformed() => new(
        SigstoreProblem.CertificateIssuer,
        "The signer's certificate names its OIDC issuer in a malformed way.");
}
