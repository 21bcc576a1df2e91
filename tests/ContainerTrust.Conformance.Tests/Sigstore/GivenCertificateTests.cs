using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>Every given case of certificates, refused for its reason; the good one is accepted.</summary>
public sealed class GivenCertificateTests
{
    private static readonly Dictionary<string, (string? Host, SigstoreProblem Problem, string Reason)> Expected = new()
    {
        ["N0-ok"] = (null, SigstoreProblem.None, "The signature is good"),
        ["N0-excluded"] = (null, SigstoreProblem.CertificateNotTrusted, "the e-mail address \"u@example.com\" is excluded"),
        ["N1-wildcard"] = ("bar.example.com", SigstoreProblem.CertificateNotTrusted, "the DNS name \"*.example.com\" is excluded"),
        ["N2-no-email-at-all"] = (null, SigstoreProblem.CertificateNotTrusted, "the e-mail address \"u@example.com\" is excluded"),
        ["N2b-no-dns-at-all"] = ("example.com", SigstoreProblem.CertificateNotTrusted, "the DNS name \"example.com\" is excluded"),
        ["N4-trailing-dot-constraint"] = ("example.com", SigstoreProblem.MalformedCertificate, "that no name can be compared with"),
        ["N6-malformed-beside"] = ("example.com", SigstoreProblem.CertificateNotTrusted, "\"example.com.\" cannot be compared"),
        ["N7-p192-intermediate"] = (null, SigstoreProblem.CertificateKey, "on the curve"),
        ["N8-rsa512-intermediate"] = (null, SigstoreProblem.CertificateKey, "its RSA key has 512 bits"),
        ["N8-rsa768-intermediate"] = (null, SigstoreProblem.CertificateKey, "its RSA key has 768 bits"),
    };

    [SkippableFact]
    public void Every_case_is_judged_rightly()
    {
        GivenCertificates given = new();
        List<string> names = [.. given.Names];
        Assert.Contains("N0-ok", names);
        foreach (string name in names)
        {
            bool isKnown = Expected.TryGetValue(name, out var expected);
            string? email = expected.Host is null ? "u@example.com" : null;
            foreach (bool hasIntermediates in (bool[])[true, false])
            {
                (SigstoreProblem problem, string reason) = given.Judge(name, hasIntermediates, email, expected.Host);

                // A policy's own file with a CA that cannot be used is refused as a whole.
                bool isWholeFile = hasIntermediates && expected.Problem == SigstoreProblem.CertificateKey;
                SigstoreProblem right = isWholeFile ? SigstoreProblem.MalformedCertificate : expected.Problem;

                // Cases that came later are only known to be bad.
                bool isRight = isKnown
                    ? problem == right && reason.Contains(expected.Reason, StringComparison.Ordinal)
                    : problem != SigstoreProblem.None;
                Assert.True(isRight, $"{name}: {problem}, {reason}");
            }
        }
    }
}
