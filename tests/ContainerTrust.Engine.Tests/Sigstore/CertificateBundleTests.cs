using System.Text;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Bundles of sigstore by short-lived certificates and by a private PKI: what is good, and each check failing alone.</summary>
public sealed class CertificateBundleTests
{
    private static readonly TestInstance s_instance = new();

    [Theory]
    [InlineData("dsse 0.0.1", false)]
    [InlineData("intoto 0.0.2", false)]
    [InlineData("hashedrekord 0.0.1", true)]
    public void An_entry_of_the_first_Rekor_is_good(string kind, bool isOfFile)
    {
        SigstoreVerification verification = Verify(new TestBundle(s_instance) { Kind = kind, IsOfFile = isOfFile });
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal(TestInstance.Email, verification.CertificateSubject);
        Assert.Equal(TestInstance.Issuer, verification.CertificateIssuer);
        Assert.Equal(TestInstance.Time, verification.IntegratedTime);
        Assert.Equal(TestInstance.Time, verification.ProvenTime);
        Assert.Equal(4711, verification.LogIndex);
        Assert.Equal(isOfFile, verification.IsOfFile);
        Assert.Null(verification.Payload);
    }

    [Theory]
    [InlineData("hashedrekord 0.0.2", false)]
    [InlineData("hashedrekord 0.0.2", true)]
    [InlineData("dsse 0.0.2", false)]
    public void An_entry_of_the_second_Rekor_is_good(string kind, bool isOfFile)
    {
        SigstoreVerification verification = Verify(TestBundle.Second(s_instance, kind, isOfFile));
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
        Assert.Equal(isGood, Verify(new TestBundle(s_instance) { MediaType = mediaType, HasProof = hasProof }).IsGood);

    // Such a proof is signed by nobody, and what counts is the promise.
    [Fact]
    public void In_the_first_version_a_proof_can_lack_its_checkpoint()
    {
        Assert.True(Verify(Without(First, true)).IsGood);
        Assert.Equal(SigstoreProblem.MissingLogEntry, Verify(Without("application/vnd.dev.sigstore.bundle+json;version=0.2", true)).Problem);
        Assert.Equal(SigstoreProblem.MissingLogEntry, Verify(Without(First, false)).Problem);

        static TestBundle Without(string mediaType, bool hasPromise) => new(s_instance)
        {
            MediaType = mediaType, HasPromise = hasPromise, Change = static t => t.Replace("\"envelope\"", "\"other\"", StringComparison.Ordinal),
        };
    }

    [Fact]
    public void A_chain_is_for_versions_before_the_third_and_has_no_root()
    {
        const string Second = "application/vnd.dev.sigstore.bundle+json;version=0.2";
        TestBundle bundle = new(s_instance);
        Assert.True(Verify(Chained(Second, bundle.Leaf, s_instance.Authority)).IsGood);
        Assert.Equal(SigstoreProblem.MalformedCertificate, Verify(Chained(Second, bundle.Leaf, s_instance.Root)).Problem);
        Assert.Equal(SigstoreProblem.MalformedCertificate, Verify(Chained(bundle.MediaType, bundle.Leaf)).Problem);
        Assert.Equal(SigstoreProblem.MissingCertificate, Verify(Chained(Second)).Problem);
        TestBundle byKey = new(s_instance) { Change = static text => text.Replace("\"certificate\":", "\"publicKey\":", StringComparison.Ordinal) };
        Assert.Equal(SigstoreProblem.MissingCertificate, Verify(byKey).Problem);

        TestBundle Chained(string mediaType, params TestCertificate[] chain) => new(s_instance) { MediaType = mediaType, Chain = chain, Leaf = bundle.Leaf };
    }

    [Fact]
    public void A_CA_and_a_log_s_key_alone_do_for_the_first_Rekor()
    {
        SigstoreTrust trust = SigstoreTrust.FromFulcio(
            TestCertificate.SourceOf(s_instance.Root.Pem + s_instance.Authority.Pem), TestInstance.Issuer, TestInstance.Email, [s_instance.LogKey.Source]);
        SigstoreVerification verification = Verify(new TestBundle(s_instance), trust);
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Verify(TestBundle.Second(s_instance), trust).Problem);
        Assert.Equal(SigstoreProblem.CertificateNotTimely, Verify(new TestBundle(s_instance) { HasPromise = false, ChangeBody = static b => b, IsTiles = false,
            Change = static text => text.Replace("\"logIndex\":\"4711\"", "\"logIndex\":\"4\"", StringComparison.Ordinal) }, trust).Problem);
    }

    /// <summary>One case: what is changed, and which check must refuse it.</summary>
    /// <param name="Name">What is wrong.</param>
    /// <param name="Problem">The check.</param>
    /// <param name="Change">Does it.</param>
    private sealed record Case(string Name, SigstoreProblem Problem, Action<TestBundle> Change, bool IsSecond = false);

    private static readonly Case[] s_cases =
    [
        new("promise by another key", SigstoreProblem.LogEntryNotSigned, static b => { b.LogKey = TestKey.Get("P-256", "other log"); b.HasProof = false; b.MediaType = First; }),
        new("checkpoint by another key", SigstoreProblem.LogEntryNotSigned, static b => b.LogKey = TestKey.Get("P-256", "other log")),
        new("promise over another body", SigstoreProblem.LogEntryNotSigned,
            static b => { b.ForgeBody = static t => t.Replace("0000", "1111", StringComparison.Ordinal); b.HasProof = false; b.MediaType = First; }),
        new("proof of another body", SigstoreProblem.LogEntryNotSigned, static b => b.ForgeBody = static t => t.Replace("0000", "1111", StringComparison.Ordinal)),
        new("promise of another time", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => t.Replace("\"integratedTime\":\"17", "\"integratedTime\":\"18", StringComparison.Ordinal)),
        new("promise of another index", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => t.Replace("\"4711\"", "\"4712\"", StringComparison.Ordinal)),
        new("time after the certificate", SigstoreProblem.CertificateNotTimely, static b => b.IntegratedTime = TestCertificate.Begin.AddMinutes(11)),
        new("time before the certificate", SigstoreProblem.CertificateNotTimely, static b => b.IntegratedTime = TestCertificate.Begin.AddSeconds(-1)),
        new("broken node of the proof", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => Broken(t, "\"hashes\":[\"")),
        new("proof without a node", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => WithoutHashes(t)),
        new("root of another tree", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => Broken(t, "\"rootHash\":\"")),
        new("size of another tree", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => t.Replace("\"treeSize\":\"7\"", "\"treeSize\":\"8\"", StringComparison.Ordinal)),
        new("checkpoint of another size", SigstoreProblem.LogEntryNotSigned, static b => b.ChangeCheckpoint = static t => t.Replace("\n7\n", "\n8\n", StringComparison.Ordinal)),
        new("checkpoint of another origin", SigstoreProblem.LogEntryNotSigned, static b => b.Origin = "other.example.com - 1"),
        new("checkpoint whose origin is longer", SigstoreProblem.LogEntryNotSigned, static b => b.Origin = "rekor.example.com - 1x"),
        new("checkpoint of another signer's name", SigstoreProblem.LogEntryNotSigned, static b => { b.NoteName = "other.example.com"; b.Origin = "other.example.com"; }),
        new("checkpoint with another key hint", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => Broken(t, "— rekor.example.com ")),
        new("checkpoint without a root", SigstoreProblem.MalformedLogEntry, static b => b.ChangeCheckpoint = static t => string.Join('\n', t.Split('\n')[..2]) + "\n"),
        new("checkpoint without a size", SigstoreProblem.MalformedLogEntry, static b => b.ChangeCheckpoint = static t => t.Replace("\n7\n", "\n", StringComparison.Ordinal)),
        new("checkpoint without signatures", SigstoreProblem.MalformedLogEntry, static b => b.Change = static t => t.Replace("\\n\\n", "\\n", StringComparison.Ordinal)),
        new("checkpoint that ends with its text", SigstoreProblem.MalformedLogEntry, static b => b.Change = static t => Truncated(t)),
        new("another log", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => Broken(t, "\"keyId\":\"")),
        new("no entry", SigstoreProblem.MissingLogEntry, static b => b.Change = static t => WithoutEntries(t)),
        new("no proof", SigstoreProblem.MissingLogEntry, static b => b.HasProof = false),
        new("entry of another payload", SigstoreProblem.LogEntryOtherPayload, static b => b.ChangeBody = static t => Replaced(t, "payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"", 64, new string('a', 64))),
        new("entry of another signature", SigstoreProblem.LogEntryOtherSignature, static b => b.ChangeBody = b2 => Replaced(b2, "\"signature\":\"", 8, "AAAAAAAA")),
        new("entry of another certificate", SigstoreProblem.LogEntryOtherKey, static b => b.ChangeBody = t => t.Replace(
            Convert.ToBase64String(Encoding.ASCII.GetBytes(b.Leaf.Pem)), Convert.ToBase64String(Encoding.ASCII.GetBytes(s_instance.NewLeaf(key: "other").Pem)), StringComparison.Ordinal)),
        new("entry of another kind than it says", SigstoreProblem.MalformedLogEntry, static b => b.Change = static t => t.Replace("\"kind\":\"dsse\"", "\"kind\":\"intoto\"", StringComparison.Ordinal)),
        new("entry of an unknown kind", SigstoreProblem.MalformedLogEntry, static b => b.Kind = "other 9"),
        new("entry with an unknown member", SigstoreProblem.MalformedLogEntry, static b => b.ChangeBody = static t => t.Replace("{\"apiVersion\"", "{\"x\":1,\"apiVersion\"", StringComparison.Ordinal)),
        new("entry with a member twice", SigstoreProblem.MalformedLogEntry, static b => b.ChangeBody = static t => t.Replace("\"kind\":\"dsse\"", "\"kind\":\"dsse\",\"kind\":\"dsse\"", StringComparison.Ordinal)),
        new("entry with two signatures", SigstoreProblem.MalformedLogEntry, static b => b.ChangeBody = static t => t.Replace("\"}]}}", "\"},{}]}}", StringComparison.Ordinal)),
        new("hashedrekord of an envelope's payload", SigstoreProblem.LogEntryOtherPayload, static b => b.Kind = "hashedrekord 0.0.1"),
        new("signature by another key", SigstoreProblem.WrongSignature, static b => b.Signer = TestKey.Get("P-256", "other signer")),
        new("certificate not for code", SigstoreProblem.CertificateUsage, static b => b.Leaf = s_instance.NewLeaf(isForCode: false)),
        new("certificate of another CA", SigstoreProblem.CertificateNotTrusted, static b => b.Leaf = s_instance.NewLeaf(authority: TestCertificate.Authority("other"))),
        new("certificate of a CA of the same name", SigstoreProblem.CertificateNotTrusted, static b => b.Leaf = s_instance.NewLeaf(authority: Namesake())),
        new("another e-mail address", SigstoreProblem.CertificateSubject, static b => b.Leaf = s_instance.NewLeaf("other@example.com")),
        new("an e-mail address in other case", SigstoreProblem.CertificateSubject, static b => b.Leaf = s_instance.NewLeaf("Signer@example.com")),
        new("another issuer", SigstoreProblem.CertificateIssuer, static b => b.Leaf = s_instance.NewLeaf(issuer: "https://other.example.com")),
        new("another predicate", SigstoreProblem.OtherMediaType, static b => b.Statement = b.Statement.Replace("cosign/sign", "other", StringComparison.Ordinal)),
        new("another manifest", SigstoreProblem.MalformedPayload, static b => b.Statement = b.Statement.Replace(TestBundle.Hex, new string('a', 64), StringComparison.Ordinal)),
        new("another file", SigstoreProblem.MalformedPayload, static b => { b.Kind = "hashedrekord 0.0.1"; b.IsOfFile = true; b.Content = [1]; }),
        new("another file whose hash is hidden", SigstoreProblem.LogEntryOtherPayload, static b =>
        {
            b.Kind = "hashedrekord 0.0.1";
            b.IsOfFile = true;
            b.Content = [1];
            b.Change = static t => t.Replace("\"messageDigest\"", "\"other\"", StringComparison.Ordinal);
        }),
        new("dsse of a file", SigstoreProblem.LogEntryOtherPayload, static b => b.IsOfFile = true),

        new("no proof", SigstoreProblem.MissingLogEntry, static b => b.HasProof = false, true),
        new("checkpoint by another key", SigstoreProblem.LogEntryNotSigned, static b => b.LogKey = TestKey.Get("Ed25519", "other tiles"), true),
        new("checkpoint of a tree's number", SigstoreProblem.LogEntryNotSigned, static b => b.Origin = "log2026.rekor.example.com - x", true),
        new("index that is not proven", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => ReplacedOnce(t, "\"logIndex\":\"4\"", "\"logIndex\":\"5\""), true),
        new("no time stamp", SigstoreProblem.CertificateNotTimely, static b => b.Stamps.Clear(), true),
        new("time that is only claimed", SigstoreProblem.CertificateNotTimely, static b =>
        {
            b.Stamps.Clear();
            b.Change = static t => t.Replace("\"kindVersion\"", "\"integratedTime\":\"1709294700\",\"kindVersion\"", StringComparison.Ordinal);
        }, true),
        new("time stamp of other bytes", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.Stamped = [1], true),
        new("time stamp after the certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.Time = TestCertificate.Begin.AddMinutes(11), true),
        new("time stamp outside the authority's certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.Time = TestCertificate.Begin.AddYears(6), true),
        new("time stamp by another key", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.Key = TestKey.Get("P-256", "other stamper"), true),
        new("time stamp refused", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.Status = 2, true),
        new("time stamp of another type", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.SignedType = "1.2.840.113549.1.7.1", true),
        new("time stamp whose content was changed", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.HasOtherDigest = true, true),
        new("time stamp that names no certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.NamedCertificate = [], true),
        new("time stamp that names another certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.NamedCertificate = s_instance.StampRoot.Der, true),
        new("time stamp with a critical extension", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.HasCriticalExtension = true, true),
        new("second time stamp outside the certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps.Add(static s => s.Time = TestCertificate.Begin.AddMinutes(11)), true),
        new("envelope of another entry", SigstoreProblem.LogEntryOtherPayload, static b => b.ChangeBody = static t => Replaced(t, "\"digest\":\"", 43, new string('A', 43)), true),
        new("certificate by a key alone", SigstoreProblem.MalformedLogEntry, static b => b.ChangeBody = static t => t.Replace("x509Certificate", "publicKey", StringComparison.Ordinal), true),
    ];

    private const string First = "application/vnd.dev.sigstore.bundle+json;version=0.1";

    public static TheoryData<string, bool> Cases()
    {
        TheoryData<string, bool> data = [];
        foreach (Case c in s_cases)
            data.Add(c.Name, c.IsSecond);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_check_fails_alone(string name, bool isSecond)
    {
        Case found = Assert.Single(s_cases, c => c.Name == name && c.IsSecond == isSecond);
        TestBundle bundle = isSecond ? TestBundle.Second(s_instance) : new TestBundle(s_instance);
        Assert.True(Verify(isSecond ? TestBundle.Second(s_instance) : new TestBundle(s_instance)).IsGood);
        found.Change(bundle);
        SigstoreVerification verification = Verify(bundle);
        Assert.False(verification.IsGood, name);
        Assert.True(found.Problem == verification.Problem, $"{name}: {verification.Problem}: {verification.Reason}");
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
    public void A_file_is_good_only_where_its_bytes_are_known()
    {
        TestBundle bundle = new(s_instance) { Kind = "hashedrekord 0.0.1", IsOfFile = true };
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
        Assert.Equal(SigstoreProblem.WrongSignature, Pki(new TestBundle(s_instance) { Signer = TestKey.Get("P-256", "other signer") }).Problem);
        Assert.Equal(SigstoreProblem.CertificateSubject, Pki(new TestBundle(s_instance) { Leaf = s_instance.NewLeaf("other@example.com") }).Problem);
        Assert.Equal(SigstoreProblem.CertificateUsage, Pki(new TestBundle(s_instance) { Leaf = s_instance.NewLeaf(isForCode: false) }).Problem);
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
        Assert.True(SigstoreBundle.TryParse(Encoding.UTF8.GetBytes(bundle.Make()), out SigstoreBundle? parsed, out string problem), problem);
        return parsed;
    }

    private static SigstoreVerification Verify(TestBundle bundle, SigstoreTrust? trust = null) =>
        (trust ?? s_instance.Trust()).Verify(Parse(bundle), "sha256:" + TestBundle.Hex, TestBundle.Manifest);

    private static TestCertificate Namesake()
    {
        TestCertificate real = s_instance.Authority;
        TestCertificate namesake = new() { Name = real.Name, Key = TestKey.Get("P-256", "namesake"), Issuer = s_instance.Root, NotBefore = real.NotBefore, NotAfter = real.NotAfter };
        namesake.Extensions.AddRange(real.Extensions);
        return namesake;
    }

    // Another base64 digit at the first place after a text.
    private static string Broken(string text, string after)
    {
        int at = text.IndexOf(after, StringComparison.Ordinal) + after.Length;
        Assert.True(at >= after.Length, after);
        return text[..at] + (text[at] == 'A' ? 'B' : 'A') + text[(at + 1)..];
    }

    private static string Replaced(string text, string after, int length, string by)
    {
        int at = text.IndexOf(after, StringComparison.Ordinal) + after.Length;
        Assert.True(at >= after.Length, after);
        return text[..at] + by + text[(at + length)..];
    }

    private static string ReplacedOnce(string text, string old, string by)
    {
        int at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, old);
        return text[..at] + by + text[(at + old.Length)..];
    }

    private static string Truncated(string text)
    {
        int start = text.IndexOf("\\n\\n", StringComparison.Ordinal) + 4;
        return text[..start] + text[text.IndexOf('"', start)..];
    }

    private static string WithoutHashes(string text)
    {
        int start = text.IndexOf("\"hashes\":[", StringComparison.Ordinal) + 10;
        int comma = text.IndexOf(',', start);
        return text[..start] + text[(comma + 1)..];
    }

    private static string WithoutEntries(string text)
    {
        int start = text.IndexOf("\"tlogEntries\":[", StringComparison.Ordinal) + 15;
        return text[..start] + text[text.IndexOf("],\"timestampVerificationData\"", StringComparison.Ordinal)..];
    }
}
