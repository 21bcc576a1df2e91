using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <content>Logs of many kinds, and bundles with entries of several.</content>
public sealed partial class CertificateBundleTests
{
    [Theory]
    [InlineData("RSA-2048")]
    [InlineData("Ed25519")]
    public void A_promise_by_a_key_that_is_not_ECDSA_is_refused(string kind)
    {
        TestInstance instance = new() { LogKey = TestKey.Get(kind, "bundle log") };
        SigstoreVerification verification = Verify(new TestBundle(instance), instance.Trust());
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, verification.Problem);
        Assert.Contains("not an ECDSA key", verification.Reason, StringComparison.Ordinal);
        byte[] info = instance.LogKey.SubjectPublicKeyInfo;
        Assert.True(SigstorePublicKey.TryCreate(PemPublicKeyReader.ReadSubjectPublicKeyInfo(info, "key"), info,
            out SigstorePublicKey? key, out _));
        using (key)
            Assert.False(key.VerifyEcdsa(new byte[32], TestKey.Get("P-256").Sign([1])));
    }

    [Fact]
    public void The_first_Rekor_is_called_as_its_server_is_and_the_second_by_its_URL()
    {
        SigstoreVerification pod = Verify(new TestBundle(s_instance) { NoteName = "rekor-server-7d9f", Origin = "rekor-server-7d9f - 12" });
        Assert.True(pod.IsGood, pod.Reason);
        Assert.Contains("for a log of another name",
            Verify(new TestBundle(s_instance) { NoteName = "rekor-server-7d9f", Origin = "rekor-server-7d9f" }).Reason,
            StringComparison.Ordinal);
        Assert.Contains("for a log of another name",
            Verify(new TestBundle(s_instance) { NoteName = "rekor-server-7d9f", Origin = "rekor-server - 12" }).Reason,
            StringComparison.Ordinal);
        Assert.Contains("not signed by its log", Verify(new TestBundle(s_instance) { LogKey = TestKey.Get("P-256", "other log") }).Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_without_a_URL_is_good_for_the_first_Rekor_only()
    {
        SigstoreTrust first = TrustOf(ReplacedOnce(s_instance.TrustedRoot(), $"\"baseUrl\":\"https://{TestInstance.LogHost}\",", ""));
        Assert.True(Verify(new TestBundle(s_instance), first).IsGood);
        SigstoreTrust second = TrustOf(ReplacedOnce(s_instance.TrustedRoot(), $"\"baseUrl\":\"https://{TestInstance.TileHost}\",", ""));
        SigstoreVerification verification = Verify(TestBundle.Second(s_instance), second);
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, verification.Problem);
        Assert.Contains("has no baseUrl", verification.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_of_a_stranger_is_passed_over_and_every_other_must_be_good()
    {
        TestBundle bundle = new(s_instance) { Change = static t => WithEntries(t, static e => $"{Strange(e)},{e}") };
        SigstoreVerification verification = Verify(bundle);
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal(4711, verification.LogIndex);
        bundle.Change = static t => WithEntries(t, static e => $"{e},{Strange(e)}");
        Assert.True(Verify(bundle).IsGood);
        bundle.Change = static t => WithEntries(t, static e => $"{Strange(e)},{Strange(e)}");
        Assert.Contains("not of a log that is trusted", Verify(bundle).Reason, StringComparison.Ordinal);
        bundle.Change = static t => WithEntries(t, static e => $"{e},{Broken(e, "\"rootHash\":\"")}");
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Verify(bundle).Problem);

        // The same holds for a stranger's entry that is about something else.
        bundle.Change = static t => WithEntries(t, static e => $"{e},{Strange(Broken(e, "\"rootHash\":\""))}");
        Assert.True(Verify(bundle).IsGood);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_log_that_is_named_twice_one_window_must_fit(bool fits)
    {
        DateTimeOffset past = TestInstance.Time.AddYears(-1);
        string old = TestInstance.Window(past, past.AddDays(1));
        string other = TestInstance.Window(past, TestInstance.Time.AddSeconds(fits ? 0 : -1));
        TestInstance instance = new() { LogValidity = old, TileValidity = old };
        string first = TestInstance.Log("https://" + TestInstance.LogHost, instance.LogKey, instance.LogId, other);
        string second = TestInstance.Log("https://" + TestInstance.TileHost, instance.TileKey, instance.TileId, other);
        string root = instance.TrustedRoot();
        int end = root.IndexOf("],\n\"certificateAuthorities\"", StringComparison.Ordinal);
        SigstoreTrust trust = TrustOf($"{root[..end]},{first},{second}{root[end..]}");
        Assert.Equal(fits, Verify(new TestBundle(instance), trust).IsGood);
        Assert.Equal(fits, Verify(TestBundle.Second(instance), trust).IsGood);
    }

    [Theory]
    [InlineData("P-256", "SHA2_256")]
    [InlineData("P-384", "SHA2_384")]
    [InlineData("P-521", "SHA2_512")]
    public void The_second_Rekor_hashes_as_the_signer_s_curve_has_it(string curve, string algorithm)
    {
        foreach (string kind in (string[])["hashedrekord 0.0.2", "dsse 0.0.2"])
        {
            SigstoreVerification good = Verify(Make(kind));
            Assert.True(good.IsGood, good.Reason);
            TestBundle bundle = Make(kind);
            bundle.ChangeBody = t => ReplacedOnce(t, algorithm, algorithm == "SHA2_256" ? "SHA2_512" : "SHA2_256");
            Assert.Equal(SigstoreProblem.MalformedLogEntry, Verify(bundle).Problem);
            bundle = Make(kind);
            bundle.ChangeBody = static t => Replaced(t, "\"digest\":\"", 8, "AAAAAAAA");
            Assert.Equal(SigstoreProblem.LogEntryOtherPayload, Verify(bundle).Problem);
        }

        TestBundle Make(string kind)
        {
            TestBundle bundle = TestBundle.Second(s_instance, kind);
            bundle.Leaf = s_instance.NewLeaf(kind: curve, key: "leaf " + curve);
            bundle.SecondAlgorithm = algorithm;
            return bundle;
        }
    }

    private static SigstoreTrust TrustOf(string root) =>
        SigstoreTrust.FromTrustedRoot(TestInstance.SourceOf(root), TestInstance.Issuer, TestInstance.Email);

    private static string Strange(string entry) => Broken(entry, "\"keyId\":\"");

    private static string WithEntries(string text, Func<string, string> change)
    {
        const string Start = "\"tlogEntries\":[";
        int start = text.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        int end = text.IndexOf("],\n\"timestampVerificationData\"", StringComparison.Ordinal);
        return text[..start] + change(text[start..end]) + text[end..];
    }
}
