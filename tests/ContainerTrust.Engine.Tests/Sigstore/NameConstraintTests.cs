using System.Diagnostics;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>
/// Name constraints of the policy's root or of a CA below it, each kind of name and each way around them. The expected text is part of
/// the reason of a refusal; null stands for a good signature.
/// </summary>
public sealed class NameConstraintTests
{
    private const string Excluded = "is excluded";
    private const string NotPermitted = "is within nothing that is permitted";
    private const string Unreadable = "cannot be compared with the CA's constraints";
    private const string NoConstraint = "it has name constraints that no name can be compared with";
    private const string Engine = "A CA on the path may not issue certificates for the signer's names.";

    [Theory]
    [InlineData("-d:bar.example.com", "d:*.example.com", "d:bar.example.com", Excluded)]
    [InlineData("-d:bar.example.com", "d:*.example.com", "d:BAR.example.com.", Excluded)]
    [InlineData("-d:bar.example.com", "d:*.example.com", "d:foo.example.com", Excluded)]
    [InlineData("-d:BAR.Example.com", "d:*.eXample.com d:a.example.org", "d:a.example.org", Excluded)]
    [InlineData("+d:example.com -d:bar.example.com", "d:*.example.com", "d:foo.example.com", Excluded)]
    [InlineData("-d:.example.com", "d:*.example.com", "d:foo.example.com", Excluded)]
    [InlineData("-d:example.com", "d:*.example.com", "d:foo.example.com", Excluded)]
    [InlineData("-d:a.bar.example.com", "d:*.example.com", "d:bar.example.com", null)]
    [InlineData("-d:.bar.example.com", "d:*.example.com", "d:bar.example.com", null)]
    [InlineData("-d:example.org", "d:*.example.com", "d:bar.example.com", null)]
    [InlineData("+d:foo.example.com", "d:*.example.com", "d:foo.example.com", NotPermitted)]
    [InlineData("+d:example.com", "d:*.example.com", "d:foo.example.com", null)]
    [InlineData("+d:.example.com", "d:*.example.com", "d:foo.example.com", null)]
    public void N1_wildcards_stand_for_excluded_names(string constraints, string names, string asked, string? reason) =>
        AssertBoth(constraints, names, asked, reason);

    [Theory]
    [InlineData("-e:", "e:u@example.com", "e:u@example.com", Excluded)]
    [InlineData("-d:", "d:example.com", "d:example.com", Excluded)]
    [InlineData("-u:", "d:example.com u:https://example.com/a", "d:example.com", Excluded)]
    [InlineData("-e:", "d:example.com", "d:example.com", null)]
    [InlineData("-d:", "e:u@example.com", "e:u@example.com", null)]
    [InlineData("+d:", "d:example.com", "d:example.com", null)]
    [InlineData("-i:0000000000000000", "i:C0000201", "d:192.0.2.1", Excluded)]
    [InlineData("-i:C0000200FFFFFF00", "i:C0000201", "d:192.0.2.1", Excluded)]
    [InlineData("-i:C0000200FFFFFF00", "i:00000000000000000000FFFFC0000201", "d:192.0.2.1", Excluded)]
    [InlineData("-i:00000000000000000000FFFFC0000200FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00", "i:C0000201", "d:192.0.2.1", Excluded)]
    [InlineData("-i:C0000300FFFFFF00", "i:C0000201", "d:192.0.2.1", null)]
    [InlineData("+i:C0000200FFFFFF00", "i:C0000201", "d:192.0.2.1", null)]
    [InlineData("+i:C0000280FFFFFF80", "i:C0000201", "d:192.0.2.1", NotPermitted)]
    [InlineData("+i:C00002FFFFFFFF00", "i:C0000201", "d:192.0.2.1", null)]
    [InlineData("+i:0000000000000000", "i:00000000000000000000FFFFC0000201", "d:192.0.2.1", NotPermitted)]
    [InlineData(
        "+i:0000000000000000000000000000000000000000000000000000000000000000", "i:00000000000000000000FFFFC0000201", "d:192.0.2.1",
        NotPermitted)]
    public void N2_exclusions_of_everything_and_of_addresses(string constraints, string names, string asked, string? reason) =>
        AssertBoth(constraints, names, asked, reason);

    [Theory]
    [InlineData("-e:example.com", "e:u@example.com", Excluded)]
    [InlineData("-e:example.com", "e:u@a.example.com", Excluded)]
    [InlineData("-e:.example.com", "e:u@a.example.com", Excluded)]
    [InlineData("-e:.example.com", "e:u@example.com", null)]
    [InlineData("-e:example.com", "e:u@anexample.com", null)]
    [InlineData("-e:u@example.com", "e:u@EXAMPLE.com", Excluded)]
    [InlineData("-e:%22u%22@example.com", "e:u@example.com", Excluded)]
    [InlineData("-e:v@example.com", "e:u@example.com", null)]
    [InlineData("+e:example.com", "e:u@example.com", null)]
    [InlineData("+e:example.com", "e:u@a.example.com", NotPermitted)]
    [InlineData("+e:.example.com", "e:u@a.example.com", null)]
    [InlineData("+e:.example.com", "e:u@example.com", NotPermitted)]
    [InlineData("+e:u@example.com", "e:u@example.com", null)]
    [InlineData("+e:U@example.com", "e:u@example.com", NotPermitted)]
    [InlineData("+e:v@example.com +e:example.com", "e:u@example.com", null)]
    [InlineData("+e:example.com -e:u@example.com", "e:u@example.com", Excluded)]
    public void N3_domains_and_hosts_of_e_mail_addresses(string constraints, string name, string? reason) =>
        AssertBoth(constraints, name, name, reason);

    [Theory]
    [InlineData("-d:example.com.")]
    [InlineData("+d:example.com.")]
    [InlineData("-d:exa%20mple.com")]
    [InlineData("-d:example..com")]
    [InlineData("-d:..example.com")]
    [InlineData("-d:.")]
    [InlineData("-d:ex%C3%A4mple.com")]
    [InlineData("-d:example%00.com")]
    [InlineData("-e:example.com.")]
    [InlineData("-e:u@v@example.com")]
    [InlineData("-e:@example.com")]
    [InlineData("-e:u@example.com.")]
    [InlineData("-u:192.0.2.1")]
    [InlineData("-u:[2001:db8::1]")]
    [InlineData("-u:2001:db8::1")]
    [InlineData("-u:example.com.")]
    [InlineData("-i:C0000200")]
    [InlineData("-i:C0000200FFFF00FF")]
    [InlineData("-i:C0000200FFFFFF01")]
    public void N4_a_CA_whose_constraints_say_nothing_readable_is_not_used(string constraints)
    {
        AssertBoth(constraints, "d:good.test", "d:good.test", NoConstraint);
        AssertBoth(constraints + " -d:example.com", "d:good.test", "d:good.test", NoConstraint);
    }

    [Theory]
    [InlineData("=")]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("+ -")]
    public void N4_a_CA_with_empty_constraints_is_not_used(string constraints) =>
        AssertBoth(constraints, "d:good.test", "d:good.test", "its name constraints are empty");

    [Fact]
    public void N4_an_empty_list_beside_another_is_no_matter()
    {
        AssertBoth("+ -d:example.com", "d:good.test", "d:good.test", null);
        AssertBoth("+d:good.test -", "d:good.test", "d:good.test", null);
    }

    [Theory]
    [InlineData("+e:example.com", "e:u@evil.org@example.com")]
    [InlineData("-e:evil.org", "e:u@evil.org@example.com")]
    [InlineData("-e:evil.org", "e:u@example.com.")]
    [InlineData("-e:evil.org", "e:u@exa%20mple.com")]
    [InlineData("-e:evil.org", "e:u")]
    [InlineData("-e:evil.org", "e:@example.com")]
    [InlineData("-e:evil.org", "e:.u@example.com")]
    [InlineData("-e:evil.org", "e:%22u@example.com")]
    [InlineData("-e:evil.org", "e:%22u%0A%22@example.com")]
    [InlineData("-d:evil.org", "e:u v@example.com")]
    public void N5_e_mail_addresses_that_are_none(string constraints, string name)
    {
        name = name.Replace("u v", "u%20v", StringComparison.Ordinal);
        AssertBoth(constraints, name + " e:u@example.com", "e:u@example.com", Unreadable);
        AssertBoth(constraints, "e:u@example.com " + name, "e:u@example.com", Unreadable);
        AssertBoth(constraints, name, name, Unreadable);
    }

    [Theory]
    [InlineData("d:example.com.")]
    [InlineData("d:exa%20mple.com")]
    [InlineData("d:example.com%00")]
    [InlineData("d:.example.com")]
    [InlineData("d:example..com")]
    [InlineData("d:.")]
    [InlineData("e:")]
    [InlineData("u:urn:uuid:1")]
    [InlineData("u:https://192.0.2.1/")]
    [InlineData("u:https://[2001:db8::1]/")]
    [InlineData("u:/relative")]
    public void N6_names_that_are_none_beside_the_good_one(string name)
    {
        foreach (string constraints in (string[])["-d:bar.org", "-e:bar.org", "-u:bar.org", "-i:0A000000FF000000", "+d:example.com"])
        {
            AssertBoth(constraints, name + " d:example.com", "d:example.com", Unreadable);
            AssertBoth(constraints, "d:example.com " + name, "d:example.com", Unreadable);
        }

        // Where no CA says anything of names, they are as good as ever.
        Assert.True(new NameConstraintCase("", "", "", name + " d:example.com", "d:example.com").Judge().IsAccepted);
    }

    [Theory]
    [InlineData("u:https://a%20b/")]
    [InlineData("u:https://example.com:x/")]
    [InlineData("u:https://example.com/%25")]
    [InlineData("u:https://[::1/")]
    [InlineData("u:https://example..com/")]
    [InlineData("u::example")]
    [InlineData("u:a%0Ab")]
    [InlineData("u:%C3%A4")]
    public void N6_a_URI_that_is_none_spoils_the_certificate_anywhere(string uri)
    {
        TestCertificate leaf = new NameConstraintCase("", "", "", uri + " d:example.com", "d:example.com").Leaf;
        Assert.False(SigstoreCertificate.TryParse(leaf.Der, out _, out string problem));
        Assert.NotEmpty(problem);
    }

    [Theory]
    [InlineData("-u:example.com", "u:https://example.com/", Excluded)]
    [InlineData("-u:example.com", "u:https://a.example.com/", Excluded)]
    [InlineData("-u:example.com", "u:https://user@EXAMPLE.com:443/", Excluded)]
    [InlineData("-u:.example.com", "u:https://example.com/", null)]
    [InlineData("-u:.example.com", "u:spiffe://a.example.com/b", Excluded)]
    [InlineData("-u:example.com", "u:https://example.org/example.com", null)]
    [InlineData("+u:example.com", "u:https://example.com/", null)]
    [InlineData("+u:example.com", "u:https://a.example.com/", NotPermitted)]
    [InlineData("+u:.example.com", "u:https://a.example.com/", null)]
    [InlineData("+u:example.com", "u:https://example.com@example.org/", NotPermitted)]
    public void URIs_are_held_against_constraints(string constraints, string uri, string? reason) =>
        AssertBoth(constraints, uri + " d:good.test", "d:good.test", reason);

    [Theory]
    [InlineData("+d:example.com", "d:example.com", null)]
    [InlineData("+d:example.com", "d:a.b.example.com", null)]
    [InlineData("+d:example.com", "d:anexample.com", NotPermitted)]
    [InlineData("+d:example.com", "d:com", NotPermitted)]
    [InlineData("+d:.example.com", "d:example.com", NotPermitted)]
    [InlineData("+d:example.com +d:example.org", "d:a.example.org", null)]
    [InlineData("+d:example.com", "d:a.example.com d:a.example.org", NotPermitted)]
    [InlineData("-d:example.com", "d:a.example.org d:a.EXAMPLE.com", Excluded)]
    [InlineData("+d:example.com -d:secret.example.com", "d:a.example.com", null)]
    [InlineData("+d:example.com -d:secret.example.com", "d:a.secret.example.com", Excluded)]
    [InlineData("+e:example.com", "d:a.example.org", null)]
    [InlineData("+d:example.com", "d:a.example.com o:", null)]
    public void DNS_names(string constraints, string names, string? reason) => AssertBoth(constraints, names, names.Split(' ')[0], reason);

    [Fact]
    public void Constraints_of_every_CA_count()
    {
        AssertCase(new("+d:example.com", "-d:a.example.com", "", "d:b.example.com", "d:b.example.com"), null);
        AssertCase(new("+d:example.com", "-d:a.example.com", "", "d:a.example.com", "d:a.example.com"), Excluded);
        AssertCase(new("+d:example.com", "+d:example.org", "", "d:example.org", "d:example.org"), NotPermitted);
        AssertCase(new("-e:", "+e:example.com", "", "e:u@example.com", "e:u@example.com"), Excluded);
    }

    [Fact]
    public void Names_of_CAs_are_held_to_constraints_too()
    {
        // Those of a CA above it, and its own.
        AssertRefused(new("-d:example.org", "", "d:example.org", "d:a.example.com", "d:a.example.com"), Excluded);
        AssertRefused(new("-e:", "", "e:ca@example.org", "d:a.example.com", "d:a.example.com"), Excluded);
        AssertRefused(new("-d:example.org", "", "d:*.org", "d:a.example.com", "d:a.example.com"), Excluded);
        AssertRefused(new("-d:example.org", "", "d:example.net.", "d:a.example.com", "d:a.example.com"), Unreadable);
        AssertRefused(new("", "+d:.example.com", "d:example.com", "d:a.example.com", "d:a.example.com"), NotPermitted);
        AssertCase(new("", "+d:example.com", "d:ca.example.com", "d:a.example.com", "d:a.example.com"), null);
    }

    [Fact]
    public void Constraints_count_where_they_are_not_critical()
    {
        TestCertificate ca = TestCertificate.Authority("not critical");
        ca.Extensions.Add(TestNames.Constraints("-d:bar.example.com", critical: false)!);
        TestCertificate leaf = new() { Issuer = ca };
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestCertificate.Dns("*.example.com"));
        SigstoreVerification verification = SigstoreTrust.FromPki(ca.Source, null, null, "bar.example.com")
            .Verify(TestSignature.By(leaf.Key).With(leaf).Make(), TestCertificate.Begin);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, verification.Problem);
        Assert.Contains(Excluded, verification.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_must_agree()
    {
        // An e-mail address in the subject, which we do not read; OpenSSL holds it to the constraints.
        TestCertificate ca = TestCertificate.Authority("engine");
        ca.Extensions.Add(TestNames.Constraints("-e:example.com")!);
        TestCertificate leaf = new() { Issuer = ca, Name = "leaf, E=u@example.com" };
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestCertificate.Dns("good.test"));
        SigstoreVerification verification = SigstoreTrust.FromPki(ca.Source, null, null, "good.test")
            .Verify(TestSignature.By(leaf.Key).With(leaf).Make(), TestCertificate.Begin);
        Assert.Equal((SigstoreProblem.CertificateNotTrusted, Engine), (verification.Problem, verification.Reason));
    }

    [Fact]
    public void Another_path_is_tried_where_one_may_not_issue()
    {
        TestCertificate root = TestCertificate.Authority("two ways");
        TestCertificate narrow = TestCertificate.Authority("way", root);
        narrow.Extensions.Add(TestNames.Constraints("-d:good.test")!);
        TestCertificate wide = TestCertificate.Authority("way", root);
        TestCertificate leaf = new() { Issuer = wide };
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestCertificate.Dns("good.test"));
        SigstoreTrust trust = SigstoreTrust.FromPki(root.Source, null, null, "good.test");
        Assert.True(trust.Verify(TestSignature.By(leaf.Key).With(leaf, narrow, wide, root).Make(), TestCertificate.Begin).IsGood);
        Assert.False(trust.Verify(TestSignature.By(leaf.Key).With(leaf, narrow, root).Make(), TestCertificate.Begin).IsGood);
    }

    [Theory]
    [InlineData(500, 500, true)]
    [InlineData(500, 501, false)]
    [InlineData(2_000, 2_000, false)]
    public void Comparisons_are_bounded(int names, int constraints, bool isAccepted)
    {
        string many = string.Join(' ', Enumerable.Range(0, names).Select(static i => $"d:n{i}.test"));
        string others = string.Join(' ', Enumerable.Range(0, constraints).Select(static i => $"-d:{i}.example"));
        NameConstraintCase hostile = new("", others, "", many, "d:n1.test");
        SigstoreTrust trust = SigstoreTrust.FromPki(hostile.Root.Source, null, null, "n1.test");
        SigstoreSignature signature = TestSignature.By(hostile.Leaf.Key).With(hostile.Leaf, hostile.Authority, hostile.Root).Make();
        long start = Stopwatch.GetTimestamp();
        SigstoreVerification verification = trust.Verify(signature, TestCertificate.Begin);
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.True(isAccepted == verification.IsGood, verification.Reason);
        if (!isAccepted)
            Assert.Contains("too many names and constraints", verification.Reason, StringComparison.Ordinal);
    }

    // The constraints in the policy's root, and in a CA that comes with the signature.
    private static void AssertBoth(string constraints, string names, string asked, string? reason)
    {
        AssertCase(new("", constraints, "", names, asked), reason);
        if (reason != NoConstraint && !reason.AsSpan().Contains("empty", StringComparison.Ordinal))
            AssertCase(new(constraints, "", "", names, asked), reason);
        else
            Assert.False(new NameConstraintCase(constraints, "", "", names, asked).Judge().IsAccepted);
    }

    private static void AssertCase(NameConstraintCase testCase, string? reason)
    {
        if (reason is null)
        {
            (bool isAccepted, string why) = testCase.Judge();
            Assert.True(isAccepted, $"{testCase}: {why}");
        }
        else
        {
            AssertRefused(testCase, reason);
        }
    }

    private static void AssertRefused(NameConstraintCase testCase, string reason)
    {
        (bool isAccepted, string why) = testCase.Judge();
        Assert.False(isAccepted, testCase.ToString());
        Assert.Contains(reason, why, StringComparison.Ordinal);
    }
}
