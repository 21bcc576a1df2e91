using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Fulcio's and the user's own certificates: each check failing alone.</summary>
public sealed class CertificateTests
{
    private const string Issuer = "https://login.example.com";
    private const string Email = "user@example.com";
    private const string Host = "build.example.com";
    private const string BasicConstraints = "2.5.29.19";
    private const string KeyUsage = "2.5.29.15";
    private const string ExtendedKeyUsage = "2.5.29.37";
    private const string Names = "2.5.29.17";

    // Fulcio's other name (1.3.6.1.4.1.57264.1.7), a UTF8String "user".
    private static readonly byte[] UserName = Convert.FromHexString("060A2B0601040183BF300107A0060C0475736572");

    private static readonly DateTimeOffset Begin = TestCertificate.Begin;
    private static readonly TestLog Log = new(TestKey.Get("P-256", "log"));
    private static readonly TestCertificate Root = TestCertificate.Authority("root");
    private static readonly TestCertificate Intermediate = TestCertificate.Authority("intermediate", Root, "P-384");

    [Theory]
    [InlineData("P-256", "P-256", "P-384")]
    [InlineData("P-384", "P-384", "P-256")]
    [InlineData("P-521", "P-256", "RSA-2048")]
    [InlineData("RSA-2048", "RSA-4096", "RSA-2048")]
    [InlineData("RSA-4096", "P-256", "P-256")]
    [InlineData("Ed25519", "Ed25519", "Ed25519")]
    [InlineData("P-256", "Ed25519", "RSA-2048")]
    public void Every_algorithm_in_every_place(string leafKind, string intermediateKind, string rootKind)
    {
        TestCertificate root = TestCertificate.Authority("root " + rootKind, null, rootKind);
        TestCertificate intermediate = TestCertificate.Authority("intermediate " + intermediateKind, root, intermediateKind);
        TestCertificate leaf = Leaf(intermediate, leafKind);
        AssertGood(JudgeFulcio(leaf, [intermediate, root], root), leaf);
        AssertGood(JudgePki(leaf, [intermediate, root], root), leaf);
    }

    [Fact]
    public void Certificates_by_the_root_itself_and_by_a_trusted_intermediate()
    {
        AssertGood(JudgeFulcio(Leaf(Root), [], Root));
        AssertGood(JudgeFulcio(Leaf(Intermediate), [], Intermediate));
        AssertGood(JudgePki(Leaf(Intermediate), [], Intermediate));

        // A policy can trust the signer's certificate itself.
        TestCertificate leaf = Leaf(Intermediate);
        AssertGood(JudgePki(leaf, [], leaf));
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgePki(Leaf(Intermediate), [], Leaf(Root)).Problem);

        // Under a trusted intermediate, a forged signature is no better.
        Assert.Equal(SigstoreProblem.CertificateNotTrusted,
            JudgePki(Leaf(Intermediate, signer: TestKey.Get("P-384", "foreign")), [], Intermediate).Problem);
    }

    [Fact]
    public void The_last_certificate_of_a_chain_is_taken_for_the_root_and_not_used()
    {
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgeFulcio(Leaf(Intermediate), [Intermediate], Root).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgePki(Leaf(Intermediate), [Intermediate], Root).Problem);
        AssertGood(JudgeFulcio(Leaf(Intermediate), [Intermediate, Intermediate], Root));
    }

    [Fact]
    public void Long_paths_in_any_order()
    {
        TestCertificate first = TestCertificate.Authority("first", Intermediate);
        TestCertificate second = TestCertificate.Authority("second", first);
        AssertGood(JudgeFulcio(Leaf(second), [Intermediate, second, first, Root], Root));
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgeFulcio(Leaf(second), [Intermediate, second, Root], Root).Problem);
        AssertGood(JudgePki(Leaf(second), [second, first, Root], Root, intermediates: Intermediate));
    }

    [Fact]
    public void Another_CA_of_the_same_name_does_not_do()
    {
        TestCertificate foreign = new() { Name = "root", Key = TestKey.Get("P-256", "foreign"), NotBefore = Begin.AddYears(-1),
            NotAfter = Begin.AddYears(20) };
        foreign.Extensions.AddRange(Root.Extensions);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgeFulcio(Leaf(Root), [], foreign).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgePki(Leaf(Root), [], foreign).Problem);

        // Beside the right one it does not disturb.
        AssertGood(Fulcio(TestCertificate.SourceOf(foreign.Pem + Root.Pem)).Verify(Entered(Leaf(Root), [], Begin).Make()));

        // An intermediate that names the root as its issuer, but is not signed by it.
        TestCertificate forged = new()
            { Name = "intermediate", Key = TestKey.Get("P-384", "forged"), Issuer = Root, Signer = TestKey.Get("P-256", "foreign"),
            NotBefore = Begin.AddYears(-1), NotAfter = Begin.AddYears(20) };
        forged.Extensions.AddRange(Intermediate.Extensions);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgeFulcio(Leaf(forged), [forged, Root], Root).Problem);
    }

    [Fact]
    public void Certificates_of_other_CAs_do_not_do()
    {
        TestCertificate other = TestCertificate.Authority("other");
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgeFulcio(Leaf(Intermediate), [Intermediate, Root], other).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgePki(Leaf(Intermediate), [Intermediate, Root], other).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgePki(Leaf(other), [other, other], Root).Problem);

        TestCertificate selfSigned = new();
        Prepare(selfSigned);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgeFulcio(selfSigned, [selfSigned, Root], Root).Problem);
    }

    [Fact]
    public void A_forged_certificate_does_not_do()
    {
        foreach (string kind in (string[])["P-384", "RSA-2048"])
        {
            TestCertificate issuer = TestCertificate.Authority("forged by " + kind, Root, kind);
            Assert.Equal(SigstoreProblem.CertificateNotTrusted,
                JudgeFulcio(Leaf(issuer, signer: TestKey.Get(kind, "foreign")), [issuer, Root], Root).Problem);
        }
    }

    [Theory]
    [InlineData(-1, nameof(SigstoreProblem.CertificateNotTimely))]
    [InlineData(0, nameof(SigstoreProblem.None))]
    [InlineData(600, nameof(SigstoreProblem.None))]
    [InlineData(601, nameof(SigstoreProblem.CertificateNotTimely))]
    public void A_certificate_counts_in_its_time(int seconds, string expected)
    {
        SigstoreProblem problem = Enum.Parse<SigstoreProblem>(expected);
        Assert.Equal(problem, JudgeFulcio(Leaf(Intermediate), [Intermediate, Root], Root, Begin.AddSeconds(seconds)).Problem);
        Assert.Equal(problem, JudgePki(Leaf(Intermediate), [Intermediate, Root], Root, time: Begin.AddSeconds(seconds)).Problem);

        // What counts for the user's own PKI is now, not when a log took the signature in.
        TestCertificate leaf = Leaf(Intermediate);
        Assert.Equal(problem, Pki(Root.Source)
            .Verify(Entered(leaf, [Intermediate, Root], Begin).Make(), Begin.AddSeconds(seconds)).Problem);
    }

    [Fact]
    public void Fulcios_time_is_the_logs_and_not_now()
    {
        SigstoreTrust trust = Fulcio(Root.Source);
        SigstoreSignature signature = Entered(Leaf(Intermediate), [Intermediate, Root], Begin).Make();
        AssertGood(trust.Verify(signature));
        AssertGood(trust.Verify(signature, Begin.AddYears(100)));
        Assert.Equal(Begin, trust.Verify(signature).IntegratedTime);
    }

    [Fact]
    public void Every_CA_of_the_path_counts_in_its_time()
    {
        foreach (var (notBefore, notAfter) in new[] { (Begin.AddYears(-2), Begin.AddSeconds(-1)),
            (Begin.AddSeconds(1), Begin.AddYears(1)) })
        {
            TestCertificate root = TestCertificate.Authority("untimely");
            root.NotBefore = notBefore;
            root.NotAfter = notAfter;
            Assert.Equal(SigstoreProblem.CertificateNotTimely, JudgeFulcio(Leaf(root), [], root).Problem);
            TestCertificate intermediate = TestCertificate.Authority("untimely", Root);
            intermediate.NotBefore = notBefore;
            intermediate.NotAfter = notAfter;
            Assert.Equal(SigstoreProblem.CertificateNotTimely, JudgeFulcio(Leaf(intermediate), [intermediate, Root], Root).Problem);
            Assert.Equal(SigstoreProblem.CertificateNotTimely, JudgePki(Leaf(intermediate), [intermediate, Root], Root).Problem);
            Assert.Equal(SigstoreProblem.CertificateNotTimely, JudgePki(Leaf(intermediate), [], intermediate).Problem);
        }
    }

    [Fact]
    public void Usages_nest_through_the_whole_path()
    {
        const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
        const string CodeSigning = "1.3.6.1.5.5.7.3.3";
        const string Any = "2.5.29.37.0";
        foreach (string[] usages in (string[][])[[ServerAuthentication], ["1.2.3.4"]])
        {
            Assert.Equal(SigstoreProblem.CertificateUsage, JudgeWith(leaf => leaf.Replace(TestCertificate.Usage(usages))));
            Assert.Equal(SigstoreProblem.CertificateUsage, JudgeWithIntermediate(ca => ca.Replace(TestCertificate.Usage(usages))));
            TestCertificate root = TestCertificate.Authority("narrow root");
            root.Replace(TestCertificate.Usage(usages));
            Assert.Equal(SigstoreProblem.CertificateUsage, JudgeFulcio(Leaf(root), [], root).Problem);
        }

        foreach (string[] usages in (string[][])[[CodeSigning], [Any], [ServerAuthentication, CodeSigning], ["1.2.3.4", Any]])
        {
            Assert.Equal(SigstoreProblem.None, JudgeWith(leaf => leaf.Replace(TestCertificate.Usage(usages))));
            Assert.Equal(SigstoreProblem.None, JudgeWithIntermediate(ca => ca.Replace(TestCertificate.Usage(usages))));
        }

        Assert.Equal(SigstoreProblem.None, JudgeWith(static leaf => leaf.Remove(ExtendedKeyUsage)));
    }

    [Fact]
    public void Key_usages_count()
    {
        Assert.Equal(SigstoreProblem.None, JudgeWith(static leaf => leaf.Remove(KeyUsage)));
        Assert.Equal(SigstoreProblem.None,
            JudgeWith(static leaf => leaf.Replace(new X509KeyUsageExtension(X509KeyUsageFlags.NonRepudiation, true))));
        Assert.Equal(SigstoreProblem.CertificateUsage,
            JudgeWith(static leaf => leaf.Replace(new X509KeyUsageExtension(X509KeyUsageFlags.KeyEncipherment, true))));
        Assert.Equal(SigstoreProblem.None, JudgeWithIntermediate(static ca => ca.Remove(KeyUsage)));
        Assert.Equal(SigstoreProblem.CertificateUsage,
            JudgeWithIntermediate(static ca => ca.Replace(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true))));
    }

    [Fact]
    public void Only_CAs_certify()
    {
        Assert.Equal(SigstoreProblem.CertificateUsage, JudgeWithIntermediate(static ca => ca.Remove(BasicConstraints)));
        Assert.Equal(SigstoreProblem.CertificateUsage,
            JudgeWithIntermediate(static ca => ca.Replace(new X509BasicConstraintsExtension(false, false, 0, true))));

        // A signer who plays CA.
        TestCertificate signer = new() { Name = "signer", Key = TestKey.Get("P-384"), Issuer = Root };
        Prepare(signer);
        Assert.Equal(SigstoreProblem.CertificateUsage, JudgeFulcio(Leaf(signer), [signer, Root], Root).Problem);
        TestCertificate root = TestCertificate.Authority("no CA");
        root.Remove(BasicConstraints);
        Assert.Equal(SigstoreProblem.CertificateUsage, JudgePki(Leaf(root), [], root).Problem);
    }

    [Fact]
    public void The_length_of_a_path_counts()
    {
        TestCertificate root = TestCertificate.Authority("short", pathLength: 0);
        AssertGood(JudgeFulcio(Leaf(root), [], root));
        TestCertificate below = TestCertificate.Authority("below", root);
        Assert.Equal(SigstoreProblem.CertificateUsage, JudgeFulcio(Leaf(below), [below, root], root).Problem);
        AssertGood(JudgeFulcio(Leaf(below), [below, root], below));
    }

    [Fact]
    public void Broken_hashes_do_not_certify()
    {
        TestCertificate root = TestCertificate.Authority("RSA root", null, "RSA-2048");
        TestCertificate leaf = Leaf(root);
        leaf.Hash = HashAlgorithmName.SHA1;
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgePki(leaf, [], root).Problem);
        TestCertificate ecdsaLeaf = Leaf(Root);
        ecdsaLeaf.Hash = HashAlgorithmName.SHA1;
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, JudgePki(ecdsaLeaf, [], Root).Problem);

        // A root's signature on itself says nothing.
        root.Hash = HashAlgorithmName.SHA1;
        AssertGood(JudgePki(Leaf(root), [], root));
    }

    [Fact]
    public void Critical_extensions_must_be_understood()
    {
        X509Extension unknown = new("2.25.1", "whatever"u8.ToArray(), critical: true);
        Assert.Equal(SigstoreProblem.CertificateExtension, JudgeWith(leaf => leaf.Extensions.Add(unknown)));
        Assert.Equal(SigstoreProblem.CertificateExtension, JudgeWithIntermediate(ca => ca.Extensions.Add(unknown)));
        Assert.Equal(SigstoreProblem.CertificateExtension,
            JudgeWith(static leaf => leaf
            .Replace(new X509Extension("1.3.6.1.4.1.57264.1.1", Encoding.UTF8.GetBytes(Issuer), critical: true))));
        X509Extension harmless = new("2.25.1", "whatever"u8.ToArray(), critical: false);
        Assert.Equal(SigstoreProblem.None, JudgeWith(leaf => leaf.Extensions.Add(harmless)));
    }

    [Fact]
    public void Name_constraints_hold()
    {
        Assert.Equal(SigstoreProblem.None,
            JudgeWithIntermediate(static ca => ca.Extensions.Add(TestCertificate.Constraint(permitted: true, 1, "example.com"))));
        Assert.Equal(SigstoreProblem.CertificateNotTrusted,
            JudgeWithIntermediate(static ca => ca.Extensions.Add(TestCertificate.Constraint(permitted: true, 1, "example.org"))));
        Assert.Equal(SigstoreProblem.CertificateNotTrusted,
            JudgeWithIntermediate(static ca => ca.Extensions.Add(TestCertificate.Constraint(permitted: false, 1, "example.com"))));
        Assert.Equal(SigstoreProblem.CertificateExtension,
            JudgeWithIntermediate(static ca => ca.Extensions.Add(TestCertificate.Constraint(permitted: false, 8, "*"))));

        // Also where an intermediate is trusted, and for DNS names.
        foreach (var (name, problem) in new[] { ("example.com", SigstoreProblem.None),
            ("example.org", SigstoreProblem.CertificateNotTrusted) })
        {
            TestCertificate ca = TestCertificate.Authority("for " + name, Root);
            ca.Extensions.Add(TestCertificate.Constraint(permitted: true, 2, name));
            TestCertificate leaf = Leaf(ca);
            leaf.Replace(TestCertificate.Dns(Host));
            Assert.Equal(problem, Judge(SigstoreTrust.FromPki(ca.Source, null, null, Host), leaf));
        }
    }

    [Fact]
    public void The_issuer_of_a_Fulcio_certificate()
    {
        Assert.Equal(SigstoreProblem.None, JudgeIssuer(TestCertificate.FulcioIssuer(Issuer)));
        Assert.Equal(SigstoreProblem.None, JudgeIssuer(TestCertificate.FulcioIssuerV2(Issuer)));
        Assert.Equal(SigstoreProblem.None, JudgeIssuer(TestCertificate.FulcioIssuer(Issuer), TestCertificate.FulcioIssuerV2(Issuer)));

        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer());
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(TestCertificate.FulcioIssuer("https://login.example.org")));
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(TestCertificate.FulcioIssuer(Issuer + "/")));
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(TestCertificate.FulcioIssuer("")));
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(TestCertificate.FulcioIssuerV2("https://login.example.org")));

        // Disagreement, whichever is the right one.
        Assert.Equal(SigstoreProblem.CertificateIssuer,
            JudgeIssuer(TestCertificate.FulcioIssuer(Issuer), TestCertificate.FulcioIssuerV2("https://login.example.org")));
        Assert.Equal(SigstoreProblem.CertificateIssuer,
            JudgeIssuer(TestCertificate.FulcioIssuerV2(Issuer), TestCertificate.FulcioIssuer("https://login.example.org")));

        // Malformed: another type, trailing data, bare text in the second; DER in the first.
        byte[] der = TestCertificate.FulcioIssuerV2(Issuer).RawData;
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(new X509Extension("1.3.6.1.4.1.57264.1.8", [2, 1, 1], false)));
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(new X509Extension("1.3.6.1.4.1.57264.1.8", [.. der, .. der], false)));
        Assert.Equal(SigstoreProblem.CertificateIssuer,
            JudgeIssuer(new X509Extension("1.3.6.1.4.1.57264.1.8", Encoding.UTF8.GetBytes(Issuer), false)));
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(TestCertificate.FulcioIssuerV2(Issuer, UniversalTagNumber.IA5String)));
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(new X509Extension("1.3.6.1.4.1.57264.1.1", der, false)));
        Assert.Equal(SigstoreProblem.CertificateIssuer, JudgeIssuer(new X509Extension("1.3.6.1.4.1.57264.1.1", [0xFF], false)));

        // There twice.
        Assert.Equal(SigstoreProblem.MalformedCertificate,
            JudgeIssuer(TestCertificate.FulcioIssuer(Issuer), TestCertificate.FulcioIssuer(Issuer)));
        Assert.Equal(SigstoreProblem.MalformedCertificate,
            JudgeIssuer(TestCertificate.FulcioIssuerV2(Issuer), TestCertificate.FulcioIssuerV2("x")));
    }

    [Fact]
    public void The_email_address()
    {
        foreach (string[] addresses in (string[][])[[Email], ["a@example.com", Email, "b@example.com"]])
            Assert.Equal(SigstoreProblem.None, JudgeWith(leaf => leaf.Replace(TestCertificate.Email(addresses))));
        foreach (string[] addresses in (string[][])[["a@example.com"], ["a@example.com", "b@example.com"], ["User@example.com"],
            ["user@example.com.evil.example"], [" user@example.com"], [Email + "\0"], [""]])
            Assert.Equal(SigstoreProblem.CertificateSubject, JudgeWith(leaf => leaf.Replace(TestCertificate.Email(addresses))));

        Assert.Equal(SigstoreProblem.CertificateSubject, JudgeWith(static leaf => leaf.Remove(Names)));
        Assert.Equal(SigstoreProblem.CertificateSubject, JudgeWith(static leaf => leaf.Replace(TestCertificate.Dns(Email))));
        Assert.Equal(SigstoreProblem.MalformedCertificate,
            JudgeWith(static leaf => leaf.Replace(TestCertificate.Email("üser@example.com"))));
        Assert.Equal(SigstoreProblem.MalformedCertificate, JudgeWith(static leaf => leaf.Extensions.Add(TestCertificate.Email(Email))));
    }

    [Fact]
    public void The_reason_says_whom_a_certificate_is_for()
    {
        const string Only = "and podman and skopeo compare e-mail addresses only.";
        const string Workflow = "https://github.com/person/repo/.github/workflows/build.yml@refs/heads/main";
        TestCertificate leaf = Leaf(Root);
        leaf.Replace(TestCertificate.Names(critical: true, (6, Encoding.ASCII.GetBytes(Workflow))));
        Assert.Equal(
            $"The signer's certificate is not for {Email}. It names the URI {Workflow}, {Only}",
            JudgeFulcio(leaf, [], Root).Reason);
        Assert.Equal(JudgeFulcio(leaf, [], Root).Reason, JudgePki(leaf, [], Root).Reason);
        SigstoreTrust named = SigstoreTrust.FromFulcio(Root.Source, Issuer, Workflow, [Log.Key.Source]);
        SigstoreVerification refused = named.Verify(Entered(leaf, [], Begin).Make());
        Assert.Equal(
            (SigstoreProblem.CertificateSubject, $"The signer's certificate names {Workflow} as a URI, {Only}"),
            (refused.Problem, refused.Reason));
        leaf = Leaf(Root);
        leaf.Replace(TestCertificate.Email("a@example.com", "b\u001b@example.com", "c@example.com", "d@example.com"));
        Assert.Equal(
            $@"The signer's certificate is not for {Email}. It is for a@example.com, b\u001b@example.com, c@example.com and others.",
            JudgeFulcio(leaf, [], Root).Reason);
    }

    [Fact]
    public void Names_of_kinds_that_are_not_known()
    {
        // Fulcio has certificates with nothing but another name; they reach the e-mail check, and fail there.
        TestCertificate leaf = Leaf(Root);
        leaf.Replace(TestCertificate.Names(critical: true, (0, UserName)));
        Assert.Equal(SigstoreProblem.CertificateSubject, JudgeFulcio(leaf, [], Root).Problem);
        Assert.Equal(SigstoreProblem.CertificateExtension, JudgePki(leaf, [], Root).Problem);

        // Next to a known name they do not matter.
        TestCertificate both = Leaf(Root);
        both.Replace(TestCertificate.Names(critical: true, (0, UserName), (1, Encoding.ASCII.GetBytes(Email))));
        AssertGood(JudgeFulcio(both, [], Root));
        AssertGood(JudgePki(both, [], Root));
    }

    [Theory]
    [InlineData("build.example.com", "build.example.com", true)]
    [InlineData("build.example.com", "BUILD.Example.com", true)]
    [InlineData("build.example.com", "*.example.com", true)]
    [InlineData("build.example.com.", "build.example.com", true)]
    [InlineData("build.example.com", "a.example.com,build.example.com", true)]
    [InlineData("build.example.com", "other.example.com", false)]
    [InlineData("build.example.com", "example.com", false)]
    [InlineData("build.example.com", "*", false)]
    [InlineData("build.example.com", "*.com", false)]
    [InlineData("build.example.com", "b*.example.com", false)]
    [InlineData("build.example.com", "build.*.com", false)]
    [InlineData("build.example.com", "build.example.com.", false)]
    [InlineData("build.example.com", "", false)]
    [InlineData("a.build.example.com", "*.example.com", false)]
    [InlineData("example.com", "*.example.com", false)]
    [InlineData("*.example.com", "*.example.com", true)]
    [InlineData("x y", "X y", true)]
    [InlineData(".", ".", false)]
    [InlineData("build.ſample.com", "build.sample.com", false)]
    [InlineData("192.0.2.1", "192.0.2.1", false)]
    [InlineData("1.2.3", "1.2.3", true)]
    public void The_host_name(string required, string names, bool isFor)
    {
        TestCertificate leaf = Leaf(Root);
        leaf.Replace(TestCertificate.Dns(names.Split(',')));
        SigstoreProblem expected = isFor ? SigstoreProblem.None : SigstoreProblem.CertificateSubject;
        Assert.Equal(expected, Judge(SigstoreTrust.FromPki(Root.Source, null, null, required), leaf));
    }

    [Theory]
    [InlineData("192.0.2.1", "C0000201", true)]
    [InlineData("[192.0.2.1]", "C0000201", true)]
    [InlineData("2001:db8::1", "20010DB8000000000000000000000001", true)]
    [InlineData("[2001:db8::1]", "20010DB8000000000000000000000001", true)]
    [InlineData("192.0.2.1", "00000000000000000000FFFFC0000201", true)]
    [InlineData("192.0.2.2", "C0000201", false)]
    [InlineData("192.0.2.01", "C0000201", false)]
    [InlineData("3221225985", "C0000201", false)]
    [InlineData("2001:db8::1%1", "20010DB8000000000000000000000001", false)]
    [InlineData("build.example.com", "C0000201", false)]
    public void Addresses_for_host_names(string required, string address, bool isFor)
    {
        TestCertificate leaf = Leaf(Root);
        leaf.Replace(TestCertificate.Names(critical: false, (7, Convert.FromHexString(address))));
        SigstoreProblem expected = isFor ? SigstoreProblem.None : SigstoreProblem.CertificateSubject;
        Assert.Equal(expected, Judge(SigstoreTrust.FromPki(Root.Source, null, null, required), leaf));
    }

    [Fact]
    public void The_common_name_is_no_name()
    {
        TestCertificate leaf = new() { Name = Host, Issuer = Root };
        Prepare(leaf);
        Assert.Equal(SigstoreProblem.CertificateSubject, Judge(SigstoreTrust.FromPki(Root.Source, null, null, Host), leaf));
    }

    [Fact]
    public void With_both_subjects_both_must_be_there()
    {
        SigstoreTrust trust = SigstoreTrust.FromPki(Root.Source, null, Email, Host);
        Assert.Equal(SigstoreProblem.CertificateSubject, Judge(trust, Leaf(Root)));
        TestCertificate leaf = Leaf(Root);
        leaf.Replace(TestCertificate.Names(critical: false, (2, Encoding.ASCII.GetBytes(Host))));
        Assert.Equal(SigstoreProblem.CertificateSubject, Judge(trust, leaf));
        TestCertificate both = Leaf(Root);
        both.Replace(TestCertificate.Names(critical: false, (2, Encoding.ASCII.GetBytes(Host)), (1, Encoding.ASCII.GetBytes(Email))));
        var verification = trust.Verify(TestSignature.By(both.Key).With(both).Make(), Begin);
        Assert.Equal(($"{Email}, {Host}", "O=Example, CN=root"), (verification.CertificateSubject, verification.CertificateIssuer));
    }

    [Fact]
    public void The_entry_must_be_about_the_same_certificate()
    {
        TestCertificate leaf = Leaf(Root);
        TestCertificate other = Leaf(Root);
        other.NotAfter = leaf.NotAfter.AddSeconds(1);
        SigstoreTrust trust = Fulcio(Root.Source);
        foreach (string named in (string[])[other.Pem, leaf.Key.Pem, Root.Pem])
            Assert.Equal(SigstoreProblem.LogEntryOtherKey,
                trust.Verify(TestSignature.By(leaf.Key).With(leaf).In(Log, named, Begin).Make()).Problem);

        // The log takes a certificate with its key's signature; a signature by another key is not good, logged or not.
        TestSignature foreign = TestSignature.By(TestKey.Get("P-256", "foreign")).With(leaf).In(Log, leaf.Pem, Begin);
        Assert.Equal(SigstoreProblem.WrongSignature, trust.Verify(foreign.Make()).Problem);
        Assert.Equal(SigstoreProblem.WrongSignature, Pki(Root.Source).Verify(foreign.Make(), Begin).Problem);
        Assert.Equal(SigstoreProblem.LogEntryNotSigned,
            trust.Verify(TestSignature.By(leaf.Key).With(leaf).In(new TestLog(TestKey.Get("P-256", "foreign")), leaf.Pem, Begin)
            .Make()).Problem);
        TestSignature resigned = Entered(leaf, [], Begin);
        resigned[SigstoreSignature.SignatureAnnotation] = TestSignature.By(leaf.Key)[SigstoreSignature.SignatureAnnotation];
        Assert.Equal(SigstoreProblem.LogEntryOtherSignature, trust.Verify(resigned.Make()).Problem);
    }

    [Fact]
    public void Exactly_one_certificate_comes_with_a_signature()
    {
        TestCertificate leaf = Leaf(Root);
        SigstoreTrust pki = Pki(Root.Source);
        foreach (string text in (string[])["", "no PEM", leaf.Pem + leaf.Pem, leaf.Pem + "x",
            leaf.Pem.Replace("CERTIFICATE", "PUBLIC KEY", StringComparison.Ordinal),
            leaf.Pem.Replace("MII", "MIJ", StringComparison.Ordinal), leaf.Key.Pem])
        {
            TestSignature signature = TestSignature.By(leaf.Key).In(Log, leaf.Pem, Begin);
            signature[SigstoreSignature.CertificateAnnotation] = text;
            Assert.Equal(SigstoreProblem.MalformedCertificate, pki.Verify(signature.Make(), Begin).Problem);
            Assert.Equal(SigstoreProblem.MalformedCertificate, Fulcio(Root.Source).Verify(signature.Make()).Problem);
        }

        TestSignature spaced = TestSignature.By(leaf.Key);
        spaced[SigstoreSignature.CertificateAnnotation] = "\n text\n" + leaf.Pem + "\n \n";
        AssertGood(pki.Verify(spaced.Make(), Begin));

        // With a log, nothing may follow the certificate.
        SigstoreTrust fulcio = Fulcio(Root.Source);
        spaced.In(Log, leaf.Pem, Begin)[SigstoreSignature.CertificateAnnotation] = "text\n" + leaf.Pem;
        AssertGood(fulcio.Verify(spaced.Make()));
        spaced[SigstoreSignature.CertificateAnnotation] = leaf.Pem.TrimEnd('\n');
        AssertGood(fulcio.Verify(spaced.Make()));
        spaced[SigstoreSignature.CertificateAnnotation] = leaf.Pem + "\n";
        Assert.Equal(SigstoreProblem.MalformedCertificate, fulcio.Verify(spaced.Make()).Problem);

        TestSignature without = TestSignature.By(leaf.Key).In(Log, leaf.Pem, Begin);
        Assert.Equal(SigstoreProblem.MissingCertificate, pki.Verify(without.Make(), Begin).Problem);
        Assert.Equal(SigstoreProblem.MissingCertificate, Fulcio(Root.Source).Verify(without.Make()).Problem);
        Assert.Equal(SigstoreProblem.MissingLogEntry, Fulcio(Root.Source).Verify(TestSignature.By(leaf.Key).With(leaf).Make()).Problem);
    }

    [Fact]
    public void A_chain_of_something_else_is_refused()
    {
        TestCertificate leaf = Leaf(Root);
        TestSignature signature = TestSignature.By(leaf.Key).With(leaf);
        foreach (string text in (string[])["not a certificate", Root.Pem + "x", Root.Key.Pem,
            string.Concat(Enumerable.Repeat(Root.Pem, 33))])
        {
            signature[SigstoreSignature.ChainAnnotation] = text;
            Assert.Equal(SigstoreProblem.MalformedCertificate, Pki(Root.Source).Verify(signature.Make(), Begin).Problem);
        }

        foreach (string text in (string[])["", " \n", string.Concat(Enumerable.Repeat(Root.Pem, 32))])
        {
            signature[SigstoreSignature.ChainAnnotation] = text;
            AssertGood(Pki(Root.Source).Verify(signature.Make(), Begin));
        }
    }

    [Fact]
    public void Look_alike_certificates_cost_bounded_time()
    {
        // Thirty CAs that could all be each other's issuer: more paths than there are atoms.
        List<TestCertificate> alike = [];
        for (int i = 0; i < 31; i++)
        {
            TestCertificate ca = new() { Name = "alike", Key = TestKey.Get("P-256", $"alike {i}"), NotBefore = Begin.AddYears(-1),
                NotAfter = Begin.AddYears(1) };
            ca.Extensions.AddRange(Root.Extensions);
            alike.Add(ca);
        }

        TestCertificate leaf = Leaf(alike[0]);
        TestSignature signature = TestSignature.By(leaf.Key).With(leaf, [.. alike]);
        TimeSpan start = ProcessorTime.Now;
        Assert.Equal(SigstoreProblem.CertificateNotTrusted, Pki(Root.Source).Verify(signature.Make(), Begin).Problem);
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
    }

    [Fact]
    public void Keys_that_cannot_be_used_are_refused()
    {
        TestCertificate leaf = new() { Issuer = Root, Key = TestKey.Get("secp256k1") };
        Prepare(leaf);
        Assert.Equal(SigstoreProblem.CertificateKey, JudgePki(leaf, [], Root).Problem);
    }

    [Fact]
    public void CAs_that_cannot_be_read_are_passed_over_with_a_warning()
    {
        string damaged = Root.Pem.Replace("MII", "MIJ", StringComparison.Ordinal);
        SigstoreTrust trust = Pki(TestCertificate.SourceOf($"text\n{damaged}{TestKey.Get("P-256").Pem}{Root.Pem}"));
        Assert.Contains("certificate 1", Assert.Single(trust.Warnings), StringComparison.Ordinal);
        AssertGood(trust.Verify(TestSignature.By(Leaf(Root).Key).With(Leaf(Root)).Make(), Begin));
        Assert.Equal("NoUsableCertificate", Assert.Throws<TrustFormatException>(() => Pki(TestCertificate.SourceOf(damaged))).ErrorId);
        Assert.Equal("NoUsableCertificate",
            Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPki(Root.Source, TestCertificate.SourceOf(damaged), Email,
            null)).ErrorId);
    }

    [Fact]
    public void A_pool_without_a_usable_CA_says_why()
    {
        TestCertificate root = UnusableAuthority.Make("unreadable constraint");
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => Pki(TestCertificate.SourceOf(root.Pem)));
        Assert.Contains("certificate 1 is not, as it has name constraints that no name can be compared with", e.Problem,
            StringComparison.Ordinal);
        string damaged = Root.Pem.Replace("MII", "MIJ", StringComparison.Ordinal);
        e = Assert.Throws<TrustFormatException>(() => Pki(TestCertificate.SourceOf(root.Pem + damaged)));
        Assert.Contains("certificate 2 is not, as it is malformed", e.Problem, StringComparison.Ordinal);
    }

    private static void Prepare(TestCertificate leaf)
    {
        leaf.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestCertificate.Email(Email));
        leaf.Extensions.Add(TestCertificate.FulcioIssuer(Issuer));
    }

    private static TestCertificate Leaf(TestCertificate issuer, string kind = "P-256", TestKey? signer = null)
    {
        TestCertificate leaf = new() { Issuer = issuer, Key = TestKey.Get(kind), Signer = signer };
        Prepare(leaf);
        return leaf;
    }

    private static SigstoreTrust Fulcio(SigstoreKeySource ca) => SigstoreTrust.FromFulcio(ca, Issuer, Email, [Log.Key.Source]);

    private static SigstoreTrust Pki(SigstoreKeySource roots) => SigstoreTrust.FromPki(roots, null, Email, null);

    private static TestSignature Entered(TestCertificate leaf, TestCertificate[] chain, DateTimeOffset time) =>
        TestSignature.By(leaf.Key).With(leaf, chain).In(Log, leaf.Pem, time);

    private static SigstoreVerification JudgeFulcio(TestCertificate leaf, TestCertificate[] chain, TestCertificate root,
        DateTimeOffset? time = null) =>
        Fulcio(root.Source).Verify(Entered(leaf, chain, time ?? Begin).Make());

    private static SigstoreVerification JudgePki(TestCertificate leaf, TestCertificate[] chain, TestCertificate root,
        TestCertificate? intermediates = null, DateTimeOffset? time = null) =>
        SigstoreTrust.FromPki(root.Source, intermediates?.Source, Email, null)
            .Verify(TestSignature.By(leaf.Key).With(leaf, chain).Make(), time ?? Begin);

    private static SigstoreProblem Judge(SigstoreTrust trust, TestCertificate leaf) =>
        trust.Verify(TestSignature.By(leaf.Key).With(leaf).Make(), Begin).Problem;

    private static SigstoreProblem JudgeWith(Action<TestCertificate> change)
    {
        TestCertificate leaf = Leaf(Intermediate);
        change(leaf);
        SigstoreProblem problem = JudgeFulcio(leaf, [Intermediate, Root], Root).Problem;
        if (problem is not SigstoreProblem.CertificateIssuer)
            Assert.Equal(problem, JudgePki(leaf, [Intermediate, Root], Root).Problem);
        return problem;
    }

    private static SigstoreProblem JudgeWithIntermediate(Action<TestCertificate> change)
    {
        TestCertificate intermediate = TestCertificate.Authority("changed", Root, "P-384");
        change(intermediate);
        SigstoreProblem problem = JudgeFulcio(Leaf(intermediate), [intermediate, Root], Root).Problem;
        Assert.Equal(problem, JudgePki(Leaf(intermediate), [], Root, intermediate).Problem);
        return problem;
    }

    private static SigstoreProblem JudgeIssuer(params X509Extension[] issuers)
    {
        TestCertificate leaf = Leaf(Intermediate);
        leaf.Remove("1.3.6.1.4.1.57264.1.1");
        leaf.Extensions.AddRange(issuers);
        return JudgeFulcio(leaf, [Intermediate, Root], Root).Problem;
    }

    private static void AssertGood(SigstoreVerification verification, TestCertificate? leaf = null)
    {
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal((TestSignature.Digest, Email), (verification.Payload!.ManifestDigest, verification.CertificateSubject));
        if (leaf is not null)
            Assert.Equal(leaf.Key.Fingerprint, verification.KeyFingerprint);
    }
}
