using System.Security.Cryptography.X509Certificates;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>The search for a path itself: which root it ends at, what a refusal says, and how much it tries.</summary>
public sealed class CertificatePathTests
{
    private const string NotTimely = "The signer's certificate is not valid at the time of the signature.";
    private static readonly TestCertificate Root = TestCertificate.Authority("path root");
    private static readonly TestCertificate Other = TestCertificate.Authority("path other root");

    [Fact]
    public void The_signer_must_be_valid_at_the_time()
    {
        var leaf = Leaf(Root);
        Assert.Equal(Root.Der, Verify(leaf, [Root], [], leaf.NotBefore));
        Assert.Equal(Root.Der, Verify(leaf, [Root], [], leaf.NotAfter));
        foreach (var time in new[] { leaf.NotBefore.AddSeconds(-1), leaf.NotAfter.AddSeconds(1) })
            Assert.Equal((SigstoreProblem.CertificateNotTimely, NotTimely), Refused(leaf, [Root], [], time));
    }

    [Fact]
    public void Every_CA_must_be_valid_at_the_time()
    {
        var soon = TestCertificate.Authority("path soon over", Root);
        soon.NotAfter = TestCertificate.Begin.AddMinutes(5);
        var leaf = Leaf(soon);
        Assert.Equal(Root.Der, Verify(leaf, [Root], [soon], soon.NotAfter));
        Assert.Equal((SigstoreProblem.CertificateNotTimely, "A CA's certificate is not valid at the time of the signature."),
            Refused(leaf, [Root], [soon], soon.NotAfter.AddSeconds(1)));
    }

    [Fact]
    public void The_path_ends_at_the_first_root_that_does()
    {
        var leaf = Leaf(Root);
        var twin = Twin(Root, years: 10);
        Assert.Equal(Root.Der, Verify(leaf, [Other, Root, twin], []));
        Assert.Equal(twin.Der, Verify(leaf, [Other, twin, Root], []));
        var below = TestCertificate.Authority("path below", Root);
        var belowTwin = Twin(below, years: 10);
        Assert.Equal(Root.Der, Verify(Leaf(below), [Root, Other], [below, belowTwin]));

        // An intermediate that the policy trusts itself ends it before the root above.
        Assert.Equal(below.Der, Verify(Leaf(below), [below, Root], [below]));
        Assert.Equal(below.Der, Verify(Leaf(below), [Root, below], [below]));
    }

    [Fact]
    public void A_signer_that_the_policy_trusts_itself_needs_no_CA()
    {
        var leaf = Leaf(null);
        Assert.Equal(leaf.Der, Verify(leaf, [leaf], []));
        Assert.Equal(leaf.Der, Verify(leaf, [Root, leaf, Other], []));
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, Refused(leaf, [Root, Other], []).Problem);
    }

    [Fact]
    public void Without_a_CA_that_issued_it_nothing_is_trusted()
    {
        var expected = (SigstoreProblem.CertificateNotTrusted, "The signer's certificate does not lead to a CA that is accepted.");
        Assert.Equal(expected, Refused(Leaf(Root), [Other], []));
        Assert.Equal(expected, Refused(Leaf(Root), [], [Root]));
        Assert.Equal(expected, Refused(Leaf(Root), [Other], [Root, Twin(Root, years: 10)]));
    }

    [Fact]
    public void CAs_of_the_right_name_and_another_key_are_tried_eight_times()
    {
        var leaf = Leaf(Root);
        TestCertificate[] wrong = [.. Enumerable.Range(0, 8).Select(static i => LookAlike($"wrong {i}"))];
        Assert.Equal(Root.Der, Verify(leaf, [.. wrong[..7], Root], []));
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, Refused(leaf, [.. wrong, Root], []).Problem);
        Assert.Equal(Root.Der, Verify(leaf, [.. wrong[..7], Root, wrong[7]], []));
    }

    [Fact]
    public void A_hundred_CAs_are_looked_at()
    {
        var leaf = Leaf(Root);
        TestCertificate[] unfit = [.. Enumerable.Range(0, 100).Select(static i =>
        {
            var authority = LookAlike($"unfit {i}");
            authority.Replace(new X509BasicConstraintsExtension(false, false, 0, critical: true));
            return authority;
        })];
        Assert.Equal(Root.Der, Verify(leaf, [.. unfit[..99], Root], []));
        Assert.Equal((SigstoreProblem.CertificateUsage, "A certificate on the path is used as a CA, but is not one."),
            Refused(leaf, [.. unfit, Root], []));
    }

    [Fact]
    public void Roots_before_version_3_need_not_say_that_they_are_CAs()
    {
        var old = new TestCertificate
            { Name = "path version 1", Key = TestKey.Get("P-256", "path version 1"), Version = 1, NotBefore = Root.NotBefore,
            NotAfter = Root.NotAfter };
        Assert.Equal(1, Parse(old).Version);
        Assert.True(CertificateFitness.IsAuthority(Parse(old), isRoot: true));
        Assert.False(CertificateFitness.IsAuthority(Parse(old), isRoot: false));
        Assert.True(CertificateFitness.IsAuthority(Parse(Root), isRoot: false));
        Assert.False(CertificateFitness.IsAuthority(Parse(Leaf(Root)), isRoot: true));
        Assert.Equal(old.Der, Verify(Leaf(old), [old], []));

        var oldBelow = new TestCertificate
            { Name = "path version 1 below", Key = TestKey.Get("P-256", "path version 1 below"), Issuer = Root, Version = 1,
            NotBefore = Root.NotBefore, NotAfter = Root.NotAfter };
        Assert.Equal((SigstoreProblem.CertificateUsage, "A certificate on the path is used as a CA, but is not one."),
            Refused(Leaf(oldBelow), [Root], [oldBelow]));
    }

    [Theory]
    [InlineData("-d:example.com -e:example.com -u:example.com -i:0000000000000000",
        "i:C0000201 u:https://example.com/a e:u@example.com d:a.example.com", "the DNS name \"a.example.com\" is excluded")]
    [InlineData("-e:example.com -u:example.com -i:0000000000000000", "i:C0000201 u:https://example.com/a e:u@example.com d:a.example.org",
        "the e-mail address \"u@example.com\" is excluded")]
    [InlineData("-u:example.com -i:0000000000000000", "i:C0000201 u:https://example.com/a e:u@example.org",
        "the host of a URI, \"example.com\" is excluded")]
    [InlineData("-i:0000000000000000", "i:C0000201 u:https://example.org/a", "the IP address \"192.0.2.1\" is excluded")]
    [InlineData("+d:example.com", "i:C0000201", null)]
    public void The_first_name_that_is_not_allowed_is_named(string constraints, string names, string? reason)
    {
        NameConstraintCase testCase = new(constraints, "", "", names, "d:192.0.2.1");
        SigstoreCertificate[] path = [Parse(testCase.Leaf), Parse(testCase.Authority), Parse(testCase.Root)];
        string? found = new NameConstraintJudge("192.0.2.1").Judge(path)?.Message;
        Assert.Equal(reason is null ? null : $"A CA on the path may not issue certificates for the signer's names: {reason}.", found);
        Assert.Equal(found, new NameConstraintJudge(null).Judge(path)?.Message);
    }

    private static TestCertificate Leaf(TestCertificate? issuer)
    {
        TestCertificate leaf = new() { Name = "path leaf", Issuer = issuer };
        leaf.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        return leaf;
    }

    // The same name and key in another certificate.
    private static TestCertificate Twin(TestCertificate authority, int years)
    {
        var twin = TestCertificate.Authority(authority.Name, authority.Issuer);
        twin.NotAfter = TestCertificate.Begin.AddYears(years);
        Assert.Equal(authority.Key.SubjectPublicKeyInfo, twin.Key.SubjectPublicKeyInfo);
        return twin;
    }

    private static TestCertificate LookAlike(string key)
    {
        TestCertificate authority = new()
            { Name = Root.Name, Key = TestKey.Get("P-256", key), NotBefore = Root.NotBefore, NotAfter = Root.NotAfter };
        authority.Extensions.AddRange(Root.Extensions);
        return authority;
    }

    private static SigstoreCertificate Parse(TestCertificate certificate)
    {
        Assert.True(SigstoreCertificate.TryParse(certificate.Der, out SigstoreCertificate? parsed, out string problem), problem);
        return parsed;
    }

    private static byte[] Verify(TestCertificate leaf, TestCertificate[] roots, TestCertificate[] intermediates,
        DateTimeOffset? time = null) =>
        CertificatePath.Verify(Parse(leaf), [.. roots.Select(Parse)], [.. intermediates.Select(Parse)], time ?? TestCertificate.Begin,
            ignoresUnknownNames: false).Raw.ToArray();

    private static (SigstoreProblem Problem, string Reason) Refused(TestCertificate leaf, TestCertificate[] roots,
        TestCertificate[] intermediates, DateTimeOffset? time = null)
    {
        var refusal = Assert.Throws<SigstoreRefusal>(() => Verify(leaf, roots, intermediates, time));
        return (refusal.Problem, refusal.Message);
    }
}
