using System.Text;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Bundles;
using ContainerTrust.Engine.Sigstore.Roots;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Bundles of sigstore by short-lived certificates and by a private PKI: what is good, and each check failing alone.</summary>
public sealed partial class CertificateBundleTests
{
    private static readonly TestInstance s_instance = new();

    [Theory]
    [InlineData("dsse 0.0.1")]
    [InlineData("intoto 0.0.2")]
    public void An_entry_of_the_first_Rekor_is_good(string kind)
    {
        SigstoreVerification verification = Verify(new TestBundle(s_instance) { Kind = kind });
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal(TestInstance.Email, verification.CertificateSubject);
        Assert.Equal(TestInstance.Issuer, verification.CertificateIssuer);
        Assert.Equal(TestInstance.Time, verification.IntegratedTime);
        Assert.Equal(TestInstance.Time, verification.ProvenTime);
        Assert.Equal(4711, verification.LogIndex);
        Assert.Null(verification.Payload);
    }

    [Theory]
    [InlineData("hashedrekord 0.0.2")]
    [InlineData("dsse 0.0.2")]
    public void An_entry_of_the_second_Rekor_is_good(string kind)
    {
        SigstoreVerification verification = Verify(TestBundle.Second(s_instance, kind));
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Null(verification.IntegratedTime);
        Assert.Equal(TestInstance.Time, verification.ProvenTime);
        Assert.Equal(4, verification.LogIndex);
    }

    [Fact]
    public void Every_place_in_small_trees_is_proven()
    {
        for (int size = 1; size <= 17; size++)
        {
            for (int index = 0; index < size; index++)
            {
                SigstoreVerification verification = Verify(new TestBundle(s_instance) { TreeSize = size, Index = index });
                Assert.True(verification.IsGood, $"{index} of {size}: {verification.Reason}");
            }
        }
    }

    [Theory]
    [InlineData("application/vnd.dev.sigstore.bundle+json;version=0.1", true, true)]
    [InlineData("application/vnd.dev.sigstore.bundle+json;version=0.1", false, true)]
    [InlineData("application/vnd.dev.sigstore.bundle+json;version=0.2", true, true)]
    [InlineData("application/vnd.dev.sigstore.bundle+json;version=0.2", false, false)]
    [InlineData("application/vnd.dev.sigstore.bundle.v0.3+json", false, false)]
    public void Only_the_first_version_needs_no_proof(string mediaType, bool hasProof, bool isGood) =>
        Assert.Equal(isGood ? SigstoreProblem.None : SigstoreProblem.MissingLogEntry,
            VerifyAny(new TestBundle(s_instance) { MediaType = mediaType, HasProof = hasProof }));

    // Such a proof is signed by nobody, and what counts is the promise.
    [Fact]
    public void In_the_first_version_a_proof_can_lack_its_checkpoint()
    {
        Assert.Equal(SigstoreProblem.None, VerifyAny(Without(First, true)));
        Assert.Equal(SigstoreProblem.MissingLogEntry, VerifyAny(Without(Second, true)));
        Assert.Equal(SigstoreProblem.MissingLogEntry, VerifyAny(Without(First, false)));

        static TestBundle Without(string mediaType, bool hasPromise) => new(s_instance)
        {
            MediaType = mediaType, HasPromise = hasPromise, Change = static t =>
                t.Replace("\"envelope\"", "\"other\"", StringComparison.Ordinal),
        };
    }

    [Fact]
    public void A_chain_is_for_versions_before_the_third_and_has_no_root()
    {
        TestBundle bundle = new(s_instance);
        Assert.Equal(SigstoreProblem.None, VerifyAny(Chained(Second, bundle.Leaf, s_instance.Authority)));
        Assert.Equal(SigstoreProblem.MalformedCertificate, VerifyAny(Chained(Second, bundle.Leaf, s_instance.Root)));
        Assert.Equal(SigstoreProblem.MalformedCertificate, Verify(Chained(bundle.MediaType, bundle.Leaf)).Problem);
        Assert.Equal(SigstoreProblem.MissingCertificate, VerifyAny(Chained(Second)));
        TestBundle byKey = new(s_instance) { Change = static text => text.Replace("\"certificate\":", "\"publicKey\":",
            StringComparison.Ordinal) };
        Assert.Equal(SigstoreProblem.MissingCertificate, Verify(byKey).Problem);

        TestBundle Chained(string mediaType, params TestCertificate[] chain) =>
            new(s_instance) { MediaType = mediaType, Chain = chain, Leaf = bundle.Leaf };
    }

    [Fact]
    public void A_CA_and_a_log_s_key_alone_do_for_the_first_Rekor()
    {
        SigstoreTrust trust = SigstoreTrust.FromFulcio(
            TestCertificate.SourceOf(s_instance.Root.Pem + s_instance.Authority.Pem), TestInstance.Issuer, TestInstance.Email,
                [s_instance.LogKey.Source]);
        SigstoreVerification verification = Verify(new TestBundle(s_instance), trust);
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Verify(TestBundle.Second(s_instance), trust).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTimely,
            Verify(new TestBundle(s_instance) { HasPromise = false, ChangeBody = static b => b, IsTiles = false,
            Change = static text => text.Replace("\"logIndex\":\"4711\"", "\"logIndex\":\"4\"", StringComparison.Ordinal) },
                trust).Problem);
    }

    [Fact]
    public void A_time_stamp_of_a_stranger_does_no_harm_and_proves_nothing()
    {
        TestBundle bundle = new(s_instance);
        bundle.Stamps.Add(static s => s.Key = TestKey.Get("P-256", "other stamper"));
        Assert.True(Verify(bundle).IsGood);
        TestBundle embedded = TestBundle.Second(s_instance);
        embedded.Stamps[0] = static s => s.Embedded.Add(s_instance.Stamper.Der);
        Assert.True(Verify(embedded).IsGood);
    }

    [Fact]
    public void A_time_stamp_authority_is_for_time_stamps_only()
    {
        Assert.True(Stamped(new TestInstance().NewStamper()).IsGood);
        Assert.False(Stamped(s_instance.NewStamper(isCritical: false)).IsGood);
        Assert.False(Stamped(s_instance.NewStamper(hasUsage: false)).IsGood);
        Assert.False(Stamped(s_instance.NewStamper(more: ["1.3.6.1.5.5.7.3.3"])).IsGood);
        Assert.False(Stamped(s_instance.NewStamper(issuer: TestCertificate.Authority("other"))).IsGood);

        static SigstoreVerification Stamped(TestCertificate stamper)
        {
            TestBundle bundle = TestBundle.Second(s_instance);
            bundle.Stamps[0] = s => s.Signer = stamper;
            return Verify(bundle, SigstoreTrust.FromTrustedRoot(
                TestInstance.SourceOf(s_instance.TrustedRoot(stamper)), TestInstance.Issuer, TestInstance.Email));
        }
    }

    [Fact]
    public void What_is_trusted_counts_in_its_time_both_ends_included()
    {
        DateTimeOffset time = TestInstance.Time;
        foreach ((DateTimeOffset start, DateTimeOffset end, bool isGood) in new[]
        {
            (time, time, true), (time.AddSeconds(1), time.AddDays(1), false), (time.AddDays(-1), time.AddSeconds(-1), false),
        })
        {
            string window = TestInstance.Window(start, end);
            TestInstance log = new() { LogValidity = window }, authority = new() { AuthorityValidity = window };
            TestInstance tiles = new() { TileValidity = window }, stamps = new() { StampValidity = window };
            Assert.Equal(isGood, Verify(new TestBundle(log), log.Trust()).IsGood);
            Assert.Equal(isGood, Verify(new TestBundle(authority), authority.Trust()).IsGood);
            Assert.Equal(isGood, Verify(TestBundle.Second(tiles), tiles.Trust()).IsGood);
            Assert.Equal(isGood, Verify(TestBundle.Second(stamps), stamps.Trust()).IsGood);
        }
    }

    [Fact]
    public void Where_logs_of_certificates_are_named_one_must_know_the_certificate()
    {
        SigstoreTrust trust = new TestInstance { DemandsCertificateLog = true }.Trust();
        TestCertificate leaf = s_instance.NewLeaf();
        Assert.Equal(SigstoreProblem.CertificateNotLogged, Verify(new TestBundle(s_instance), trust).Problem);
        Assert.True(Verify(new TestBundle(s_instance) { Leaf = s_instance.Logged(leaf) }, trust).IsGood);
        Assert.True(Verify(new TestBundle(s_instance) { Leaf = s_instance.Logged(leaf, extensions: [1, 2, 3]) }, trust).IsGood);
        Assert.Equal(SigstoreProblem.CertificateNotLogged,
            Verify(new TestBundle(s_instance) { Leaf = s_instance.Logged(leaf, TestKey.Get("P-256", "other ct")) }, trust).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotLogged,
            Verify(new TestBundle(s_instance) { Leaf = s_instance.Logged(leaf, time: TestCertificate.Begin.AddYears(-2)) }, trust).Problem);
        TestCertificate other = s_instance.NewLeaf("else@example.com");
        TestCertificate mixed = s_instance.Logged(other);
        leaf.Extensions.Add(mixed.Extensions[^1]);
        Assert.Equal(SigstoreProblem.CertificateNotLogged, Verify(new TestBundle(s_instance) { Leaf = leaf }, trust).Problem);
    }

    [Fact]
    public void A_file_s_signature_is_none_of_an_image_however_good_it_is()
    {
        TestBundle bundle = new(s_instance) { Kind = "hashedrekord 0.0.1", IsOfFile = true };
        Assert.Equal(SigstoreProblem.None, VerifyAny(bundle));
        SigstoreTrust pki = SigstoreTrust.FromPki(s_instance.Root.Source, s_instance.Authority.Source, TestInstance.Email, null);
        foreach (SigstoreVerification file in (SigstoreVerification[])
        [
            Verify(bundle), Verify(TestBundle.Second(s_instance, isOfFile: true)),
            pki.Verify(Parse(bundle), "sha256:" + TestBundle.Hex, TestBundle.Manifest, TestInstance.Time),
        ])
        {
            Assert.Equal(SigstoreProblem.OtherMediaType, file.Problem);
            Assert.Contains("a good signature of a file with these bytes, which is not an image signature", file.Reason,
                StringComparison.Ordinal);
            Assert.Null(file.KeyFingerprint);
        }

        SigstoreTrust trust = s_instance.Trust();
        Assert.Contains("only its digest is", trust.Verify(Parse(bundle), "sha256:" + TestBundle.Hex).Reason, StringComparison.Ordinal);
        Assert.False(trust.Verify(Parse(bundle), "sha512:" + new string('a', 128), TestBundle.Manifest).IsGood);
        Assert.False(trust.Verify(Parse(bundle), "sha256:" + new string('a', 64), TestBundle.Manifest).IsGood);
    }

    [Fact]
    public void A_private_PKI_counts_now_and_by_its_own_rules()
    {
        SigstoreTrust trust = SigstoreTrust.FromPki(s_instance.Root.Source, s_instance.Authority.Source, TestInstance.Email, null);
        TestBundle bundle = new(s_instance);
        SigstoreVerification good = trust.Verify(Parse(bundle), "sha256:" + TestBundle.Hex, TestBundle.Manifest, TestInstance.Time);
        Assert.True(good.IsGood, good.Reason);
        Assert.Equal("O=Example, CN=bundle root", good.CertificateIssuer);
        Assert.Null(good.ProvenTime);
        Assert.Null(good.LogIndex);

        // A log entry moves no time.
        Assert.Equal(SigstoreProblem.CertificateNotTimely, Pki(bundle, TestCertificate.Begin.AddMinutes(11)).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTimely, trust.Verify(Parse(bundle), "sha256:" + TestBundle.Hex).Problem);
        Assert.Contains("too old", Pki(new TestBundle(s_instance) { MediaType = Second }).Reason, StringComparison.Ordinal);
        Assert.Equal(SigstoreProblem.WrongSignature,
            Pki(new TestBundle(s_instance) { Signer = TestKey.Get("P-256", "other signer") }).Problem);
        Assert.Equal(SigstoreProblem.CertificateSubject,
            Pki(new TestBundle(s_instance) { Leaf = s_instance.NewLeaf("other@example.com") }).Problem);
        Assert.Equal(SigstoreProblem.CertificateUsage,
            Pki(new TestBundle(s_instance) { Leaf = s_instance.NewLeaf(isForCode: false) }).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTrusted,
            Pki(new TestBundle(s_instance) { Leaf = s_instance.NewLeaf(authority: TestCertificate.Authority("other")) }).Problem);
        Assert.Equal(SigstoreProblem.OtherMediaType, Pki(new TestBundle(s_instance)
        {
            Statement = bundle.Statement.Replace("cosign/sign", "other", StringComparison.Ordinal),
        }).Problem);

        SigstoreVerification Pki(TestBundle changed, DateTimeOffset? now = null) =>
            trust.Verify(Parse(changed), "sha256:" + TestBundle.Hex, TestBundle.Manifest, now ?? TestInstance.Time);
    }

    [Fact]
    public void A_trusted_root_is_for_bundles_and_keys_with_a_log_are_not()
    {
        TestSignature signature = TestSignature.By(TestKey.Get("P-256"));
        SigstoreVerification older = s_instance.Trust().Verify(signature.Make());
        Assert.Equal(SigstoreProblem.OtherMediaType, older.Problem);
        Assert.Contains("older form", older.Reason, StringComparison.Ordinal);
        SigstoreTrust logged = SigstoreTrust.FromPublicKeys([TestKey.Get("P-256").Source], [s_instance.LogKey.Source]);
        Assert.False(Verify(new TestBundle(s_instance), logged).IsGood);
    }

    private static SigstoreBundle Parse(TestBundle bundle)
    {
        Assert.True(SigstoreBundle.TryParse(Encoding.UTF8.GetBytes(bundle.Make()), out SigstoreBundle? parsed, out string problem),
            problem);
        return parsed;
    }

    // As for files: any version, and whatever is signed.
    private static SigstoreProblem VerifyAny(TestBundle bundle)
    {
        try
        {
            TrustedRoot root = TrustedRootReader.Read(TestInstance.SourceOf(s_instance.TrustedRoot()));
            new CertificateBundleVerifier(root, takesOldVersions: true).Verify(Parse(bundle), bundle.SignedBytes);
            return SigstoreProblem.None;
        }
        catch (SigstoreRefusal refusal)
        {
            return refusal.Problem;
        }
    }

    private static SigstoreVerification Verify(TestBundle bundle, SigstoreTrust? trust = null) =>
        (trust ?? s_instance.Trust()).Verify(Parse(bundle), "sha256:" + TestBundle.Hex, TestBundle.Manifest);
}
