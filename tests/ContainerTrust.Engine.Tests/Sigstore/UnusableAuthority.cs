using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Certificates of CAs that are in force and that no signature is accepted by, each with the reason.</summary>
internal static class UnusableAuthority
{
    /// <summary>A kind, what messages must say of it, and whether the verifier cannot even read it.</summary>
    public static TheoryData<string, string, bool> Kinds => new()
    {
        { "P-192", "has no key that can be used: its key is of the algorithm ECDSA on the curve", false },
        { "secp256k1", "has no key that can be used: its key is of the algorithm ECDSA on the curve", false },
        { "RSA-512", "has no key that can be used: its RSA key has 512 bits", false },
        { "unreadable constraint", "it has name constraints that no name can be compared with", true },
        { "empty constraints", "its name constraints are empty", true },
        { "registered ID", "has a critical extension that is not understood", false },
        { "unknown extension", "has a critical extension that is not understood", false },
        { "e-mail only", "is not for code signing", false },
        { "CRLs only", "is not for signing certificates", false },
        { "not for anything", "is not a CA certificate", false },
    };

    /// <summary>Makes one.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="issuer">Who signs it. Null: it does so itself.</param>
    public static TestCertificate Make(string kind, TestCertificate? issuer = null)
    {
        bool isKey = kind.StartsWith("P-", StringComparison.Ordinal) || kind.StartsWith("RSA-", StringComparison.Ordinal)
            || kind == "secp256k1";
        TestCertificate authority = TestCertificate.Authority("Unusable " + kind, issuer, isKey ? kind : "P-256");
        switch (kind)
        {
            case "unreadable constraint":
                authority.Replace(TestNames.Constraints("+d:bad..name")!);
                break;
            case "empty constraints":
                authority.Replace(TestNames.Constraints("=")!);
                break;
            case "registered ID":
                authority.Replace(new X509Extension(TestNames.ConstraintsOid, Convert.FromHexString("3009A007300588032A0304"),
                    critical: true));
                break;
            case "unknown extension":
                authority.Replace(new X509Extension("1.2.3.4", [5, 0], critical: true));
                break;
            case "e-mail only":
                authority.Replace(TestCertificate.Usage("1.3.6.1.5.5.7.3.4"));
                break;
            case "CRLs only":
                authority.Replace(new X509KeyUsageExtension(X509KeyUsageFlags.CrlSign, critical: true));
                break;
            case "not for anything":
                authority.Replace(new X509BasicConstraintsExtension(false, false, 0, critical: true));
                break;
        }

        return authority;
    }

    /// <summary>A signer below a CA.</summary>
    public static TestCertificate SignerOf(TestCertificate issuer)
    {
        TestCertificate signer = new() { Name = "signer", Issuer = issuer };
        signer.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        signer.Extensions.Add(TestCertificate.CodeSigning);
        signer.Extensions.Add(TestCertificate.Email("dev@example.com"));
        return signer;
    }

    /// <summary>What the verifier says of a signer below it, if it takes the roots at all.</summary>
    public static bool IsAccepted(TestCertificate signer, string roots, string? intermediates = null)
    {
        try
        {
            SigstoreKeySource? chain = intermediates is null ? null : TestCertificate.SourceOf(intermediates);
            return SigstoreTrust.FromPki(TestCertificate.SourceOf(roots), chain, "dev@example.com", null)
                .Verify(TestSignature.By(signer.Key).With(signer).Make(), TestCertificate.Begin).IsGood;
        }
        catch (TrustFormatException e)
        {
            Assert.Equal("NoUsableCertificate", e.ErrorId);
            return false;
        }
    }
}
