using System.Text;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>
/// Bundles by a public key, which a log of a trusted root must have taken in; and by workflows, whose certificates name a URI.
/// </summary>
public sealed class LoggedKeyTests
{
    private static readonly TestKey s_key = TestKey.Get("P-256", "logged key");
    private readonly TestInstance _instance = new();

    [Theory]
    [InlineData("dsse 0.0.1")]
    [InlineData("intoto 0.0.2")]
    [InlineData("hashedrekord 0.0.2")]
    [InlineData("dsse 0.0.2")]
    public void A_signature_that_a_log_has_taken_in_is_good(string kind)
    {
        bool isSecond = kind.EndsWith("0.0.2", StringComparison.Ordinal) && kind != "intoto 0.0.2";
        TestBundle bundle = isSecond
            ? new TestBundle(_instance) { Key = s_key, Kind = kind, HasPromise = false, IsTiles = true, LogKey = _instance.TileKey }
            : new TestBundle(_instance) { Key = s_key, Kind = kind };
        SigstoreVerification verification = Verify(bundle);
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal(s_key.Fingerprint, verification.KeyFingerprint);
        Assert.Null(verification.CertificateSubject);
        Assert.Equal(isSecond ? 4 : 4711, verification.LogIndex);
        Assert.Equal(isSecond ? null : TestInstance.Time, verification.IntegratedTime);
        Assert.Equal(isSecond ? null : TestInstance.Time, verification.ProvenTime);
    }

    [Fact]
    public void Each_check_refuses_alone()
    {
        TestKey other = TestKey.Get("P-256", "logged other");
        Refused(SigstoreProblem.WrongSignature, new TestBundle(_instance) { Key = other });
        Refused(SigstoreProblem.LogEntryOtherKey, new TestBundle(_instance) { Signer = s_key });
        Refused(SigstoreProblem.LogEntryNotSigned, new TestBundle(_instance) { Key = s_key, PromiseKey = other });
        Refused(SigstoreProblem.LogEntryNotSigned, new TestBundle(_instance) { Key = s_key, LogKey = other });
        Refused(SigstoreProblem.MissingLogEntry, new TestBundle(_instance) { Key = s_key, HasProof = false });
        Refused(SigstoreProblem.OtherMediaType, new TestBundle(_instance)
        {
            Key = s_key, MediaType = "application/vnd.dev.sigstore.bundle+json;version=0.2",
        });
        Refused(SigstoreProblem.LogEntryOtherSignature, new TestBundle(_instance)
        {
            Key = s_key, Kind = "dsse 0.0.1",
            ChangeBody = body => body.Replace("\"signature\":\"", "\"signature\":\"AAAA", StringComparison.Ordinal),
        });
        Refused(SigstoreProblem.MissingLogEntry, new TestBundle(_instance)
        {
            Key = s_key,
            Change = static text => text.Replace("\"tlogEntries\":[", "\"tlogEntries\":[],\"was\":[", StringComparison.Ordinal),
        });

        // A log's key counts in its window: at the time of the entry, or now where no time is proven.
        _instance.LogValidity = TestInstance.Window(TestInstance.Time.AddDays(1), null);
        Refused(SigstoreProblem.LogEntryNotSigned, new TestBundle(_instance) { Key = s_key });
        TestBundle tiles = new(_instance)
        {
            Key = s_key, Kind = "dsse 0.0.2", HasPromise = false, IsTiles = true, LogKey = _instance.TileKey,
        };
        _instance.TileValidity = TestInstance.Window(TestInstance.Time.AddYears(-1), TestInstance.Time);
        Refused(SigstoreProblem.LogEntryNotSigned, tiles);
    }

    [Fact]
    public void A_file_s_signature_is_named_and_not_taken()
    {
        SigstoreVerification file = Verify(new TestBundle(_instance) { Key = s_key, Kind = "hashedrekord 0.0.1", IsOfFile = true });
        Assert.False(file.IsGood);
        Assert.Contains("a good signature of a file with these bytes", file.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_for_keys_needs_no_authority_and_says_nothing_of_logs_of_certificates()
    {
        string root = _instance.TrustedRoot();
        int start = root.IndexOf("\"certificateAuthorities\"", StringComparison.Ordinal);
        int end = root.IndexOf("\"ctlogs\"", StringComparison.Ordinal);
        SigstoreKeySource source = TestInstance.SourceOf(root[..start] + root[end..]);
        SigstoreTrust trust = SigstoreTrust.FromLoggedKeys([s_key.Source], source);
        Assert.Empty(trust.Warnings);
        Assert.True(Verify(new TestBundle(_instance) { Key = s_key }, trust).IsGood);
        Assert.Equal("InvalidTrustedRoot", Assert.Throws<TrustFormatException>(
            () => SigstoreTrust.FromTrustedRoot(source, TestInstance.Issuer, TestInstance.Email)).ErrorId);
    }

    [Fact]
    public void A_workflow_is_named_by_its_URI_letter_by_letter()
    {
        const string Workflow = "https://github.com/person/repo/.github/workflows/build.yml@refs/heads/main";
        TestCertificate leaf = new() { Name = "workflow", Key = TestKey.Get("P-256", "bundle workflow"), Issuer = _instance.Authority };
        leaf.Extensions.AddRange(_instance.NewLeaf().Extensions.Where(static e => e.Oid?.Value != "2.5.29.17"));
        leaf.Extensions.Add(TestCertificate.Names(critical: true, (6, Encoding.ASCII.GetBytes(Workflow))));
        TestBundle bundle = new(_instance) { Leaf = leaf };
        SigstoreVerification good = Verify(bundle, Trust(Workflow));
        Assert.True(good.IsGood, good.Reason);
        Assert.Equal(Workflow, good.CertificateSubject);
        string[] others = [Workflow + "2", Workflow.Replace("main", "Main", StringComparison.Ordinal), "person@example.com"];
        foreach (string other in others)
        {
            SigstoreVerification refused = Verify(bundle, Trust(other));
            Assert.Equal(SigstoreProblem.CertificateSubject, refused.Problem);
            Assert.Contains($"is not for the URI {other}. It is for {Workflow}.", refused.Reason, StringComparison.Ordinal);
        }

        // An address is not a URI, and a URI is not an address.
        Assert.Equal(SigstoreProblem.CertificateSubject, Verify(new TestBundle(_instance), Trust(TestInstance.Email)).Problem);
        Assert.Equal(SigstoreProblem.CertificateSubject, Verify(bundle, _instance.Trust(email: Workflow)).Problem);

        SigstoreTrust Trust(string subject) => SigstoreTrust.FromTrustedRoot(
            TestInstance.SourceOf(_instance.TrustedRoot()), TestInstance.Issuer, subject, isUri: true);
    }

    private void Refused(SigstoreProblem problem, TestBundle bundle)
    {
        SigstoreVerification verification = Verify(bundle);
        Assert.True(verification.Problem == problem, $"{verification.Problem}: {verification.Reason}");
    }

    private SigstoreVerification Verify(TestBundle bundle, SigstoreTrust? trust = null)
    {
        byte[] made = Encoding.UTF8.GetBytes(bundle.Make());
        Assert.True(SigstoreBundle.TryParse(made, out SigstoreBundle? parsed, out string problem), problem);
        trust ??= SigstoreTrust.FromLoggedKeys([s_key.Source], TestInstance.SourceOf(_instance.TrustedRoot()));
        return trust.Verify(parsed, $"sha256:{TestBundle.Hex}", TestBundle.Manifest);
    }
}
