using System.Text;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Tests.Sigstore;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>The audit says of a policy's certificates what the verifier would.</summary>
public sealed class CertificateRuleTests
{
    private const string Roots = "/etc/pki/roots.pem";
    private const string Middle = "/etc/pki/middle.pem";
    private static readonly TestCertificate Root = TestCertificate.Authority("Good root");

    public static TheoryData<string, string, bool> Kinds => UnusableAuthority.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_file_that_nothing_is_accepted_by_is_an_error(string kind, string reason, bool isUnreadable)
    {
        string root = UnusableAuthority.Make(kind).Pem;
        foreach (string member in MembersOf(root))
        {
            ImageTrustFinding finding = Find(member, root);
            Assert.Equal((isUnreadable ? "KeyInvalid" : "KeyUnusable", ImageTrustSeverity.Error), (finding.RuleId, finding.Severity));
            Assert.Contains($"CN=Unusable {kind}", finding.Message, StringComparison.Ordinal);
            Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
            Assert.Contains("registry.example.com", finding.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Beside_a_good_certificate_it_is_less(string kind, string reason, bool isUnreadable)
    {
        string roots = Root.Pem + UnusableAuthority.Make(kind).Pem;
        foreach (string member in MembersOf(roots))
        {
            ImageTrustFinding finding = Find(member, roots);
            (string, ImageTrustSeverity) expected = isUnreadable ? ("KeyPartSkipped", ImageTrustSeverity.Information)
                : ("KeyUnusable", ImageTrustSeverity.Warning);
            Assert.Equal(expected, (finding.RuleId, finding.Severity));
            Assert.Contains($"CN=Unusable {kind}", finding.Message, StringComparison.Ordinal);
            Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void An_intermediate_is_found_by_path_and_inside_the_policy(string kind, string reason, bool isUnreadable)
    {
        string middle = TestCertificate.Authority("Good middle", Root).Pem + UnusableAuthority.Make(kind, Root).Pem;
        bool isRefused = isUnreadable || reason.StartsWith("has no key", StringComparison.Ordinal);
        foreach (string member in (string[])[$"\"caIntermediatesPath\":\"{Middle}\"", $"\"caIntermediatesData\":\"{Base64(middle)}\""])
        {
            ImageTrustFinding finding = Find($$""" "pki":{"caRootsPath":"{{Roots}}",{{member}},"subjectEmail":"dev@example.com"} """,
                Root.Pem, middle);
            (string, ImageTrustSeverity) expected = isRefused ? ("KeyInvalid", ImageTrustSeverity.Error)
                : ("KeyUnusable", ImageTrustSeverity.Warning);
            Assert.Equal(expected, (finding.RuleId, finding.Severity));
            Assert.Contains($"CN=Unusable {kind}", finding.Message, StringComparison.Ordinal);
            Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    // PKI roots and a Fulcio CA, by path and inside the policy.
    private static IEnumerable<string> MembersOf(string roots)
    {
        const string Subject = "\"subjectEmail\":\"dev@example.com\"";
        const string Issuer = "\"oidcIssuer\":\"https://issuer.example.com\"";
        string rekor = $"\"rekorPublicKeyData\":\"{Base64(AuditKeys.Cosign)}\"";
        yield return $$""" "pki":{"caRootsPath":"{{Roots}}",{{Subject}}} """;
        yield return $$""" "pki":{"caRootsData":"{{Base64(roots)}}",{{Subject}}} """;
        yield return $$""" "fulcio":{"caPath":"{{Roots}}",{{Issuer}},{{Subject}}},{{rekor}} """;
        yield return $$""" "fulcio":{"caData":"{{Base64(roots)}}",{{Issuer}},{{Subject}}},{{rekor}} """;
    }

    private static ImageTrustFinding Find(string member, string roots, string middle = "") => AuditHost
        .WithPolicy($$$""" "registry.example.com":[{"type":"sigstoreSigned",{{{member}}},"signedIdentity":{"type":"matchRepository"}}] """)
        .With("/etc/containers/registries.d/example.yaml", "docker:\n  registry.example.com:\n    use-sigstore-attachments: true\n")
        .With(Roots, roots).With(Middle, middle)
        .Check().Findings.Single();
}
