using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>
/// The cases of x509-limbo that apply to a PKI policy, made anew with these tests' own certificates; each row names the case that it
/// follows. What limbo says is for TLS, and so code signing stands for server authentication. Where Go and limbo differ, Go counts, which
/// is said.
/// </summary>
public sealed class LimboTests
{
    private const string KeyUsage = "2.5.29.15";
    private const string BasicConstraints = "2.5.29.19";

    [Theory]

    // rfc5280::nc
    [InlineData("permitted-dns-mismatch", "+d:example.com", "d:not-example.com", false)]
    [InlineData("permitted-dns-match", "+d:example.com", "d:example.com", true)]
    [InlineData("permitted-dns-match-more", "+d:example.com", "d:foo.bar.example.com", true)]
    [InlineData("excluded-dns-match-second", "-d:not-allowed.example.com", "d:example.com d:not-allowed.example.com", false)]
    [InlineData("permitted-ip-mismatch", "+i:C0000200FFFFFF00", "i:C0000301", false)]
    [InlineData("excluded-ipv4-match", "-i:C0000200FFFFFF00", "i:C0000201", false)]
    [InlineData(
        "excluded-ipv6-match", "-i:00000000000000000000000000000001FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "i:00000000000000000000000000000001", false)]
    [InlineData("permitted-ipv4-match", "+i:C0000200FFFFFF00", "i:C0000201", true)]
    [InlineData(
        "permitted-ipv6-match", "+i:00000000000000000000000000000001FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        "i:00000000000000000000000000000001", true)]
    [InlineData("excluded-match-permitted-and-excluded", "+d:example.com -d:example.com", "d:example.com", false)]
    [InlineData("permitted-different-constraint-type", "+i:C0000200FFFFFF00", "d:example.com", true)]
    [InlineData("excluded-different-constraint-type", "-i:C0000200FFFFFF00", "d:example.com", true)]
    [InlineData("invalid-dnsname-wildcard", "+d:*.example.com", "d:foo.example.com", false)]
    [InlineData("invalid-ipv4-address", "+i:7F000001", "i:7F000001", false)]
    [InlineData("invalid-ipv6-address", "+i:00000000000000000000000000000001", "i:00000000000000000000000000000001", false)]
    [InlineData("invalid-email-address", "+e:invalid@invalid@example.com", "e:example@example.com", false)]
    [InlineData("nc-permits-invalid-dns-san", "+d:example.com", "d:foo.example.com d:.example.com", false)]
    [InlineData(
        "nc-permits-invalid-email-san", "+e:example.com",
        "e:good@example.com e:alsogood@example.com e:invalid@address@example.com", false)]
    [InlineData("nc-permits-email-exact", "+e:foo@example.com", "e:foo@example.com", true)]
    [InlineData("nc-permits-email-domain", "+e:example.com", "e:foo@example.com", true)]
    [InlineData("nc-permits-email-literal-asterisk-exact-match", "+e:*@example.com", "e:*@example.com", true)]
    [InlineData("nc-permits-email-literal-asterisk-rejects-user", "+e:*@example.com", "e:user@example.com", false)]
    [InlineData("nc-permits-email-literal-asterisk-rejects-subdomain", "+e:*@example.com", "e:*@subdomain.example.com", false)]
    [InlineData("nc-permits-email-literal-double-asterisk", "+e:**@example.com", "e:**@example.com", true)]
    [InlineData("nc-permits-email-literal-double-asterisk-rejects-single", "+e:**@example.com", "e:*@example.com", false)]
    [InlineData("nc-permits-email-literal-mid-asterisk", "+e:a*b@example.com", "e:a*b@example.com", true)]
    [InlineData("nc-forbids-othername", "-o:", "d:example.com o:", false)]
    [InlineData("nc-forbids-othername-noop", "-o:", "d:example.com", false)]

    // webpki::nc
    [InlineData("intermediate-permitted-excluded-subtrees-both-null", "=", "d:example.com", false)]
    [InlineData("intermediate-permitted-excluded-subtrees-both-empty-sequences", "+ -", "d:example.com", false)]

    // Go takes a leading dot in a DNS constraint, and what limbo refuses with it: a root whose own name is above the constraint.
    [InlineData("invalid-dnsname-leading-period", "+d:.example.com", "d:foo.example.com", true)]
    public void Name_constraints(string id, string constraints, string names, bool isAccepted)
    {
        string asked = names.Split(' ')[0];
        asked = asked[0] != 'i' ? asked : asked.Length == 10 ? $"d:{new System.Net.IPAddress(Convert.FromHexString(asked[2..]))}" : "d:::1";
        (bool ours, string reason) = new NameConstraintCase(constraints, "", "", names, asked).Judge();
        Assert.True(ours == isAccepted, $"{id}: {reason}");
        Assert.True(new NameConstraintCase("", constraints, "", names, asked).Judge().IsAccepted == isAccepted, id);
    }

    [Theory]
    [InlineData("cve::cve-2025-61727", "", "+d:example.com -d:bar.example.com", "", "d:*.example.com", "d:bar.example.com", false)]
    [InlineData("cve::cve-2025-61727-nc-permits-variant", "", "+d:foo.example.com", "", "d:*.example.com", "d:foo.example.com", false)]
    [InlineData(
        "rfc5280::nc::nc-forbids-dnsname-wildcard-san", "", "-d:foo.example.com", "", "d:*.example.com", "d:bar.example.com", false)]
    [InlineData("webpki::nc::nc-permits-dns-san-pattern", "", "+d:example.com", "", "d:*.example.com", "d:foo.example.com", true)]
    [InlineData("rfc5280::nc::excluded-dns-match", "-d:example.com", "", "", "d:example.com", "d:example.com", false)]
    [InlineData(
        "rfc5280::nc::restrictive-permits-in-intermediates-narrows", "+d:foo.example.com +d:bar.example.com", "+d:bar.example.com",
        "", "d:foo.example.com", "d:foo.example.com", false)]
    [InlineData(
        "rfc5280::nc::restrictive-permits-in-intermediates-widens", "+d:bar.example.com", "+d:foo.example.com +d:bar.example.com",
        "", "d:foo.example.com", "d:foo.example.com", false)]
    [InlineData(
        "rfc5280::nc::intermediate-with-san-rejected-by-root-nc", "+d:permitted.example.com -d:forbidden.example.com", "",
        "d:forbidden.example.com", "d:permitted.example.com", "d:permitted.example.com", false)]
    [InlineData(
        "rfc5280::nc::intermediate-with-san-rejected-by-intermediate-nc", "", "+d:permitted.example.com -d:forbidden.example.com",
        "d:forbidden.example.com", "d:permitted.example.com", "d:permitted.example.com", false)]
    [InlineData(
        "rfc5280::nc::invalid-dnsname-leading-period", "", "+d:.example.com", "d:example.com", "d:foo.example.com",
        "d:foo.example.com", false)]
    public void Name_constraints_of_several_CAs(
        string id, string rootConstraints, string constraints, string authorityNames, string names, string asked, bool isAccepted)
    {
        (bool ours, string reason) = new NameConstraintCase(rootConstraints, constraints, authorityNames, names, asked).Judge();
        Assert.True(ours == isAccepted, $"{id}: {reason}");
    }

    [Fact]
    public void Constraints_that_are_not_critical()
    {
        // webpki::nc::permitted-dns-match-noncritical; rfc5280::nc::permitted-dns-match-noncritical wants it refused, Go does not.
        TestCertificate root = TestCertificate.Authority("limbo not critical");
        root.Extensions.Add(TestNames.Constraints("+d:example.com", critical: false)!);
        Assert.True(Judge(Leaf(root, "d:example.com"), "example.com", root).IsGood);
        Assert.False(Judge(Leaf(root, "d:not-example.com"), "not-example.com", root).IsGood);
    }

    [Fact]
    public void Self_issued_CAs()
    {
        // rfc5280::nc::permitted-self-issued is good by RFC 5280 section 6.1.3 b; Go holds a self-issued CA to the constraints as any
        // other.
        TestCertificate root = TestCertificate.Authority("limbo self");
        root.Extensions.Add(TestNames.Constraints("+d:example.com")!);
        TestKey key = TestKey.Get("P-256", "limbo self-issued");
        TestCertificate selfIssued = new() { Name = root.Name, Key = key, Issuer = root, NotAfter = root.NotAfter };
        selfIssued.Extensions.AddRange(root.Extensions.Where(static e => e.Oid!.Value != TestNames.ConstraintsOid));
        selfIssued.Extensions.Add(TestNames.Names("d:not-example.com")!);
        SigstoreVerification verification = Judge(Leaf(selfIssued, "d:example.com"), "example.com", root, selfIssued);
        Assert.Contains("\"not-example.com\" is within nothing that is permitted", verification.Reason, StringComparison.Ordinal);

        // rfc5280::nc::excluded-self-issued-leaf
        TestCertificate leaf = new() { Name = root.Name, Issuer = root, Key = key };
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestNames.Names("d:not-example.com")!);
        Assert.False(Judge(leaf, "not-example.com", root).IsGood);
    }

    [Fact]
    public void Alternate_chains()
    {
        // rfc5280::nc::nc-forbids-same-chain-ica
        TestCertificate rootA = TestCertificate.Authority("limbo root A");
        TestCertificate rootB = TestCertificate.Authority("limbo root B");
        TestCertificate constrained = TestCertificate.Authority("limbo ICA A", rootA);
        constrained.Extensions.Add(TestNames.Constraints("-d:forbidden.example.com")!);
        TestCertificate forbidden = TestCertificate.Authority("limbo ICA B", constrained);
        forbidden.Extensions.Add(TestNames.Names("d:forbidden.example.com")!);
        TestCertificate free = TestCertificate.Authority("limbo ICA B", rootB);
        free.Extensions.Add(TestNames.Names("d:unconstrained-ica.example.com")!);
        TestCertificate leaf = Leaf(forbidden, "d:unconstrained.example.com");
        SigstoreKeySource roots = TestCertificate.SourceOf(rootA.Pem + rootB.Pem);
        SigstoreTrust both = SigstoreTrust.FromPki(roots, null, null, "unconstrained.example.com");
        TestSignature signature = TestSignature.By(leaf.Key).With(leaf, constrained, forbidden, free, rootA);
        Assert.True(both.Verify(signature.Make(), TestCertificate.Begin).IsGood);
        Assert.False(Judge(leaf, "unconstrained.example.com", rootA, constrained, forbidden).IsGood);

        // rfc5280::nc::nc-forbids-alternate-chain-ica
        TestCertificate plain = TestCertificate.Authority("limbo ICA B", constrained);
        Assert.True(Judge(Leaf(plain, "d:permitted.example.com"), "permitted.example.com", rootA, constrained, forbidden, plain).IsGood);
    }

    [Theory]
    [InlineData(2_048)]
    [InlineData(600)]
    public void Many_names_and_constraints(int count)
    {
        // pathological::nc-dos-1, nc-dos-2
        TestCertificate root = TestCertificate.Authority("limbo many");
        string permitted = string.Join(' ', Enumerable.Range(0, count).Select(static i => $"+d:t{i}.test"));
        string excluded = string.Join(' ', Enumerable.Range(0, count).Select(static i => $"-d:x{i}.test"));
        root.Extensions.Add(TestNames.Constraints($"{permitted} +d:test {excluded}")!);
        TestCertificate leaf = Leaf(root, string.Join(' ', Enumerable.Range(0, count).Select(static i => $"d:t{i}.test")));
        long start = Stopwatch.GetTimestamp();
        SigstoreVerification verification = Judge(leaf, "t0.test", root);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.False(verification.IsGood);
        Assert.Contains("too many names", verification.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("webpki::forbidden-p192-root", "P-192", "P-256", false)]
    [InlineData("webpki::forbidden-p192-leaf", "P-256", "P-192", false)]
    [InlineData("webpki::forbidden-weak-rsa-key-in-root (Go takes 1,024 bits)", "RSA-1024", "P-256", true)]
    [InlineData("webpki::forbidden-weak-rsa-in-leaf (Go takes 1,024 bits)", "P-256", "RSA-1024", true)]
    [InlineData("webpki::forbidden-rsa-not-divisible-by-8-in-root (Go takes it)", "RSA-2056", "P-256", true)]
    public void Keys_of_a_kind_are_accepted_or_refused(string id, string rootKind, string leafKind, bool isAccepted)
    {
        TestCertificate root = TestCertificate.Authority("limbo key " + rootKind, null, rootKind);
        TestCertificate leaf = Leaf(root, "d:example.com", leafKind);
        SigstoreVerification verification = Judge(leaf, "example.com", root);
        Assert.True(verification.IsGood == isAccepted, $"{id}: {verification.Reason}");
    }

    [Theory]
    [InlineData("webpki::malformed-aia", "1.3.6.1.5.5.7.1.1", false, "6D616C666F726D6564", false)]
    [InlineData("rfc5280::ee-aia", "1.3.6.1.5.5.7.1.1", false, "3017301506082B060105050730018609687474703A2F2F612F", true)]
    [InlineData("rfc5280::ee-critical-aia-invalid", "1.3.6.1.5.5.7.1.1", true, "3017301506082B060105050730018609687474703A2F2F612F", false)]
    [InlineData("rfc5280::aki::critical-aki", "2.5.29.35", true, "3003800101", false)]
    [InlineData("rfc5280::aki::(malformed)", "2.5.29.35", false, "0401", false)]
    [InlineData("webpki::aki::root-with-aki-missing-keyidentifier", "2.5.29.35", false, "3000", true)]
    [InlineData("rfc5280::ski::critical-ski", "2.5.29.14", true, "040101", false)]
    [InlineData("rfc5280::ski::(well-formed)", "2.5.29.14", false, "040101", true)]
    [InlineData("rfc5280::san::malformed", "2.5.29.17", false, "6D616C666F726D6564", false)]
    [InlineData("rfc5280::unknown-critical-extension-ee", "1.3.6.1.4.1.55738.666.1", true, "0500", false)]
    [InlineData("(malformed policies)", "2.5.29.32", false, "30023000", false)]
    [InlineData("(malformed distribution points)", "2.5.29.31", false, "30020500", false)]
    public void Extensions_that_are_not_allowed_are_refused(string id, string oid, bool isCritical, string value, bool isAccepted)
    {
        X509Extension extension = new(oid, Convert.FromHexString(value), isCritical);
        TestCertificate root = TestCertificate.Authority("limbo extensions");
        TestCertificate leaf = Leaf(root, oid == TestNames.NamesOid ? "" : "d:example.com");
        leaf.Extensions.Add(extension);
        Assert.True(Judge(leaf, "example.com", root).IsGood == isAccepted, id);

        // In a CA's certificate it is the same.
        TestCertificate ca = TestCertificate.Authority("limbo extensions CA", root);
        ca.Extensions.Add(extension);
        Assert.True(Judge(Leaf(ca, "d:example.com"), "example.com", root, ca).IsGood == isAccepted, id);
    }

    [Fact]
    public void CAs_that_are_none_are_refused()
    {
        TestCertificate root = TestCertificate.Authority("limbo CAs");

        // rfc5280::intermediate-ca-without-ca-bit, intermediate-ca-missing-basic-constraints
        Assert.False(JudgeBelow(root, static ca => ca.Replace(new X509BasicConstraintsExtension(false, false, 0, true))));
        Assert.False(JudgeBelow(root, static ca => ca.Remove(BasicConstraints)));

        // rfc5280::ica-ku-keycertsign, root-inconsistent-ca-extensions
        Assert.False(JudgeBelow(root, static ca => ca.Replace(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, false))));

        // rfc5280::root-missing-basic-constraints, root-non-critical-basic-constraints
        TestCertificate without = TestCertificate.Authority("limbo no constraints");
        without.Remove(BasicConstraints);
        Assert.False(Judge(Leaf(without, "d:example.com"), "example.com", without).IsGood);
        TestCertificate notCritical = TestCertificate.Authority("limbo constraints not critical");
        notCritical.Replace(new X509BasicConstraintsExtension(true, false, 0, critical: false));
        Assert.True(Judge(Leaf(notCritical, "d:example.com"), "example.com", notCritical).IsGood);

        // rfc5280::duplicate-extensions, no-keyusage, chain-untrusted-root
        Assert.False(JudgeBelow(root, static ca => ca.Extensions.Add(ca.Extensions[0])));
        Assert.True(JudgeBelow(root, static ca => ca.Remove(KeyUsage)));
        Assert.False(Judge(Leaf(root, "d:example.com"), "example.com", TestCertificate.Authority("limbo other")).IsGood);

        // pathlen::intermediate-violates-pathlen-0, intermediate-pathlen-too-long, intermediate-pathlen-may-increase
        TestCertificate zero = TestCertificate.Authority("limbo zero", root, pathLength: 0);
        TestCertificate below = TestCertificate.Authority("limbo below", zero, pathLength: 2);
        Assert.False(Judge(Leaf(below, "d:example.com"), "example.com", root, zero, below).IsGood);
        TestCertificate one = TestCertificate.Authority("limbo one", root, pathLength: 1);
        TestCertificate more = TestCertificate.Authority("limbo more", one, pathLength: 3);
        Assert.True(Judge(Leaf(more, "d:example.com"), "example.com", root, one, more).IsGood);
    }

    [Theory]

    // webpki::san
    [InlineData("exact-dns-san", "d:example.com", "example.com", true)]
    [InlineData("exact-localhost-ip-san", "i:7F000001", "127.0.0.1", true)]
    [InlineData("mismatch-domain-san", "d:example.com", "example2.com", false)]
    [InlineData("mismatch-subdomain-san", "d:abc.example.com", "def.example.com", false)]
    [InlineData("mismatch-subdomain-apex-san", "d:example.com", "abc.example.com", false)]
    [InlineData("mismatch-apex-subdomain-san", "d:abc.example.com", "example.com", false)]
    [InlineData("leftmost-wildcard-san", "d:*.example.com", "foo.example.com", true)]
    [InlineData("wildcard-embedded-leftmost-san", "d:ba*.example.com", "baz.example.com", false)]
    [InlineData("wildcard-not-in-leftmost-san", "d:foo.*.example.com", "foo.bar.example.com", false)]
    [InlineData("wildcard-match-across-labels-san", "d:*.example.com", "foo.bar.example.com", false)]
    [InlineData("wildcard-embedded-ulabel-san", "d:xn--*-1b3c148a.example.com", "xn--bliss-1b3c148a.example.com", false)]
    [InlineData("public-suffix-wildcard-san (Go takes it)", "d:*.com", "example.com", true)]
    [InlineData("rfc5280::san::underscore-dns (Go takes it)", "d:a_b.example.com", "a_b.example.com", true)]
    [InlineData("rfc5280::san::ip-in-dns", "d:127.0.0.1", "127.0.0.1", false)]
    public void Hosts_are_held_against_names(string id, string names, string host, bool isAccepted)
    {
        TestCertificate root = TestCertificate.Authority("limbo hosts");
        Assert.True(Judge(Leaf(root, names), host, root).IsGood == isAccepted, id);
    }

    private static bool JudgeBelow(TestCertificate root, Action<TestCertificate> change)
    {
        TestCertificate ca = TestCertificate.Authority("limbo CA", root);
        change(ca);
        return Judge(Leaf(ca, "d:example.com"), "example.com", root, ca).IsGood;
    }

    private static TestCertificate Leaf(TestCertificate issuer, string names, string kind = "P-256")
    {
        TestCertificate leaf = new() { Issuer = issuer, Key = TestKey.Get(kind) };
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        if (TestNames.Names(names) is { } extension)
            leaf.Extensions.Add(extension);
        return leaf;
    }

    // The last certificate of a chain is not used, so the root stands there.
    private static SigstoreVerification Judge(TestCertificate leaf, string host, TestCertificate root, params TestCertificate[] chain) =>
        SigstoreTrust.FromPki(root.Source, null, null, host)
            .Verify(TestSignature.By(leaf.Key).With(leaf, [.. chain, root]).Make(), TestCertificate.Begin);
}
