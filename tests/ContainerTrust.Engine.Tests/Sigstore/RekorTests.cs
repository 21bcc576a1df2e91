using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>The log entry's checks, each failing alone.</summary>
public sealed class RekorTests
{
    private static readonly DateTimeOffset Time = TestCertificate.Begin;
    private static readonly TestKey Key = TestKey.Get("P-256");
    private static readonly TestLog Log = new(TestKey.Get("P-256", "log"));
    private static readonly SigstoreTrust Trust = SigstoreTrust.FromPublicKeys([Key.Source], [Log.Key.Source]);
    private static readonly TestSignature Signature = TestSignature.By(Key);
    private static readonly string Body = TestLog.Body(Signature.Payload, Signature.Raw, Key.Pem);

    [Theory]
    [InlineData("P-256", "P-384")]
    [InlineData("P-384", "P-256")]
    [InlineData("RSA-2048", "P-521")]
    [InlineData("Ed25519", "P-256")]
    public void A_signature_in_an_accepted_log_is_good(string kind, string logKind)
    {
        TestKey key = TestKey.Get(kind);
        TestLog log = new(TestKey.Get(logKind, "log"));
        TestSignature signature = TestSignature.By(key).In(log, key.Pem, Time);
        SigstoreKeySource other = TestKey.Get("P-384", "other log").Source;
        foreach (SigstoreKeySource[] logs in (SigstoreKeySource[][])[[log.Key.Source], [other, log.Key.Source], [log.Key.Source, other]])
        {
            var verification = SigstoreTrust.FromPublicKeys([TestKey.Get("P-521").Source, key.Source], logs).Verify(signature.Make());
            Assert.Equal((SigstoreProblem.None, key.Fingerprint, 4711, Time),
                (verification.Problem, verification.KeyFingerprint, verification.LogIndex, verification.IntegratedTime));
        }

        Assert.Equal(SigstoreProblem.LogEntryNotSigned, SigstoreTrust.FromPublicKeys([key.Source], [other])
            .Verify(signature.Make()).Problem);
    }

    [Theory]
    [InlineData("RSA-2048")]
    [InlineData("Ed25519")]
    public void A_log_has_an_ECDSA_key(string kind) =>
        Assert.Equal("NoUsableKey",
            Assert.Throws<TrustFormatException>(() => SigstoreTrust.FromPublicKeys([Key.Source], [TestKey.Get(kind).Source])).ErrorId);

    [Fact]
    public void Without_an_entry_the_signature_is_not_good()
    {
        Assert.Equal(SigstoreProblem.MissingLogEntry, Trust.Verify(TestSignature.By(Key).Make()).Problem);

        // Without a log in the policy, the entry does not matter.
        TestSignature signature = TestSignature.By(Key);
        signature[SigstoreSignature.BundleAnnotation] = "nonsense";
        Assert.True(SigstoreTrust.FromPublicKeys([Key.Source], null).Verify(signature.Make()).IsGood);
    }

    [Fact]
    public void The_entry_must_be_signed_by_the_log()
    {
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Judge(new TestLog(TestKey.Get("P-256", "foreign")).Enter(Body, Time)));
        string good = Log.Enter(Body, Time);
        Assert.Equal(SigstoreProblem.None, Judge(good));

        // One second later, another index, another id: signed is something else.
        string second = Time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Assert.Equal(SigstoreProblem.LogEntryNotSigned,
            Judge(Replace(good, second, (Time.ToUnixTimeSeconds() + 1).ToString(CultureInfo.InvariantCulture))));
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Judge(Replace(good, "4711", "4712")));
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Judge(Replace(good, "\"logID\":\"", "\"logID\":\"0")));
        Assert.Equal(SigstoreProblem.LogEntryNotSigned,
            Judge(Replace(good, "\"SignedEntryTimestamp\":\"", "\"SignedEntryTimestamp\":\"AAAA")));
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Judge(Replace(good, "\"body\":\"", "\"body\":\"AAAA")));
    }

    [Fact]
    public void The_logs_signature_is_strict_DER()
    {
        string entered = Log.Enter(Body, Time);
        string canonical = entered[(entered.IndexOf("\"Payload\":", StringComparison.Ordinal) + 10)..^1];
        byte[] raw = Log.Key.Sign(Encoding.UTF8.GetBytes(canonical));
        Assert.Equal(SigstoreProblem.None, Judge(With(raw)));
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Judge(With([.. raw, 0])));
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Judge(With([])));

        // The fixed-length form, which payload signatures may have.
        var pair = new System.Formats.Asn1.AsnReader(raw, System.Formats.Asn1.AsnEncodingRules.DER).ReadSequence();
        byte[] r = pair.ReadInteger().ToByteArray(true, true);
        byte[] s = pair.ReadInteger().ToByteArray(true, true);
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Judge(With([.. new byte[32 - r.Length], .. r, .. new byte[32 - s.Length], .. s])));

        string With(byte[] signature) => $$"""{"SignedEntryTimestamp":"{{Convert.ToBase64String(signature)}}","Payload":{{canonical}}}""";
    }

    [Fact]
    public void What_is_signed_is_the_canonical_form()
    {
        string body = Convert.ToBase64String(Encoding.UTF8.GetBytes(Body));
        string canonical = $$"""{"body":"{{body}}","integratedTime":1709294400,"logID":"ä\"\\\n\u0001/","logIndex":5}""";
        string delivered = $$"""
             {
              "logIndex" : 5.0, "logID":"\u00e4\u0022\\\u000a\u0001\/" ,
              "integratedTime":1.7092944e9,	"body":"{{body.Replace("/", "\\/", StringComparison.Ordinal)}}" }
            """;
        Assert.Equal(SigstoreProblem.None, Judge(Log.Bundle(delivered, canonical)));
        Assert.Equal(SigstoreProblem.LogEntryNotSigned, Judge(Log.Bundle(delivered, delivered)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("""{"SignedEntryTimestamp":"AAAA"}""")]
    [InlineData("""{"SignedEntryTimestamp":"AAAA","Payload":["x"]}""")]
    [InlineData("""{"SignedEntryTimestamp":"AAAA","Payload":null}""")]
    [InlineData("""{"SignedEntryTimestamp":"AAAA","Payload":{}}""")]
    public void What_is_no_entry_is_refused(string bundle) => Assert.Equal(SigstoreProblem.MalformedLogEntry, Judge(bundle));

    [Theory]
    [InlineData("\"SignedEntryTimestamp\":", "\"signedEntryTimestamp\":")]
    [InlineData("{\"Signed", "{\"unexpected\":1,\"Signed")]
    [InlineData("{\"Signed", "{\"SignedEntryTimestamp\":\"AAAA\",\"Signed")]
    [InlineData("\"Payload\":", "\"payload\":")]
    [InlineData("\"Payload\":{", "\"Payload\":{\"unexpected\":1,")]
    [InlineData("\"Payload\":{", "\"Payload\":{\"logIndex\":4711,")]
    [InlineData("\"Payload\":{", "\"Payload\":{\"body\":\"AAAA\",")]
    [InlineData("\"body\":\"", "\"body\":\"*")]
    [InlineData("\"body\":", "\"Body\":")]
    [InlineData("\"integratedTime\":", "\"integratedTime\":1")]
    [InlineData("\"integratedTime\":", "\"integratedTime\":\"hello\",\"x\":")]
    [InlineData("\"integratedTime\":", "\"integrated\":")]
    [InlineData("4711", "\"hello\"")]
    [InlineData("4711", "0.5")]
    [InlineData("4711", "9007199254740993")]
    [InlineData("4711", "1e300")]
    [InlineData("4711", "null")]
    [InlineData("\"logID\":", "\"logID\":1,\"x\":")]
    [InlineData("\"logIndex\":", "\"logindex\":")]
    public void Entries_of_another_form_are_refused(string part, string instead)
    {
        var problem = Judge(Replace(Log.Enter(Body, Time), part, instead));
        if (instead == "\"integratedTime\":1")
            Assert.Equal(SigstoreProblem.LogEntryNotSigned, problem);
        else
            Assert.Equal(SigstoreProblem.MalformedLogEntry, problem);
    }

    [Theory]
    [InlineData("\"apiVersion\":\"0.0.1\",", "")]
    [InlineData("\"0.0.1\"", "null")]
    [InlineData("\"0.0.1\"", "1")]
    [InlineData("\"0.0.1\"", "{}")]
    [InlineData("\"0.0.1\"", "\"99.0.99\"")]
    [InlineData("\"kind\":\"hashedrekord\",", "")]
    [InlineData("\"hashedrekord\"", "null")]
    [InlineData("\"hashedrekord\"", "1")]
    [InlineData("\"hashedrekord\"", "\"intoto\"")]
    [InlineData("{\"apiVersion\"", "{\"extra\":1,\"apiVersion\"")]
    [InlineData("{\"apiVersion\"", "{\"spec\":{},\"apiVersion\"")]
    [InlineData("\"spec\":", "\"Spec\":")]
    [InlineData("\"spec\":{", "\"spec\":{\"extra\":1,")]
    [InlineData("\"data\":{", "\"data\":1,\"x\":{")]
    [InlineData("\"data\":{", "\"data\":null,\"x\":{")]
    [InlineData("\"data\":{", "\"dat\":{")]
    [InlineData("\"data\":{", "\"data\":{\"extra\":1,")]
    [InlineData("\"hash\":{", "\"has\":{")]
    [InlineData("\"hash\":{", "\"hash\":{\"algorithm\":\"sha256\",")]
    [InlineData("\"sha256\"", "\"sha512\"")]
    [InlineData("\"sha256\"", "\"SHA256\"")]
    [InlineData("\"sha256\"", "null")]
    [InlineData("\"algorithm\":\"sha256\",", "")]
    [InlineData("\"value\":\"", "\"value\":\"a")]
    [InlineData("\"value\":\"", "\"value\":\"aa")]
    [InlineData("\"value\":\"", "\"Value\":\"")]
    [InlineData("\"signature\":{", "\"signature\":null,\"x\":{")]
    [InlineData("\"signature\":{", "\"sig\":{")]
    [InlineData("\"signature\":{", "\"signature\":{\"extra\":1,")]
    [InlineData("\"signature\":{\"content\":\"", "\"signature\":{\"content\":\"+")]
    [InlineData("\"signature\":{\"content\":", "\"signature\":{\"x\":")]
    [InlineData("\"publicKey\":{", "\"publickey\":{")]
    [InlineData("\"publicKey\":{\"content\"", "\"publicKey\":{\"x\"")]
    [InlineData("\"publicKey\":{\"content\"", "\"publicKey\":{\"extra\":1,\"content\"")]
    [InlineData("\"publicKey\":{\"content\":\"", "\"publicKey\":{\"content\":\"+")]
    [InlineData("\"publicKey\":{\"content\":\"", "\"publicKey\":{\"content\":\"AAAA\",\"x\":\"")]
    public void Bodies_of_another_form_are_refused(string part, string instead) =>
        Assert.Equal(SigstoreProblem.MalformedLogEntry, Judge(Log.Enter(Replace(Body, part, instead), Time)));

    [Fact]
    public void Bodies_that_are_no_JSON_are_refused()
    {
        foreach (string body in (string[])["", "null", "[]", "{}", "not JSON", "{\"a\":\"\\ud800\"}", Body + "{}"])
            Assert.Equal(SigstoreProblem.MalformedLogEntry, Judge(Log.Enter(body, Time)));
    }

    [Fact]
    public void The_entry_must_be_about_the_same_key()
    {
        Assert.Equal(SigstoreProblem.LogEntryOtherKey,
            Judge(Log.Enter(TestLog.Body(Signature.Payload, Signature.Raw, TestKey.Get("P-384").Pem), Time)));

        // An accepted key, but not the one that signed.
        SigstoreTrust both = SigstoreTrust.FromPublicKeys([Key.Source, TestKey.Get("P-384").Source], [Log.Key.Source]);
        TestSignature signature = TestSignature.By(Key).In(Log, TestKey.Get("P-384").Pem, Time);
        Assert.Equal(SigstoreProblem.WrongSignature, both.Verify(signature.Make()).Problem);
    }

    [Theory]
    [InlineData("no PEM")]
    [InlineData("-----BEGIN PUBLIC KEY-----\n****\n-----END PUBLIC KEY-----\n")]
    public void The_entrys_key_is_PEM(string key) =>
        Assert.Equal(SigstoreProblem.MalformedLogEntry, Judge(Log.Enter(TestLog.Body(Signature.Payload, Signature.Raw, key), Time)));

    [Fact]
    public void The_entrys_key_is_one_PEM_block_and_nothing_behind_it()
    {
        foreach (string behind in (string[])["\n", "x", Key.Pem])
            Assert.Equal(SigstoreProblem.MalformedLogEntry,
                Judge(Log.Enter(TestLog.Body(Signature.Payload, Signature.Raw, Key.Pem + behind), Time)));
    }

    [Fact]
    public void The_entry_must_be_about_the_same_signature() =>
        Assert.Equal(SigstoreProblem.LogEntryOtherSignature,
            Judge(Log.Enter(TestLog.Body(Signature.Payload, TestSignature.By(Key).Raw, Key.Pem), Time)));

    [Fact]
    public void The_entry_must_be_about_the_same_payload() =>
        Assert.Equal(SigstoreProblem.LogEntryOtherPayload,
            Judge(Log.Enter(TestLog.Body("other"u8.ToArray(), Signature.Raw, Key.Pem), Time)));

    [Fact]
    public void The_hash_can_be_written_in_upper_case()
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(Signature.Payload));
        Assert.Equal(SigstoreProblem.None, Judge(Log.Enter(Replace(Body, hash, hash.ToUpperInvariant()), Time)));
    }

    [Fact]
    public void A_time_that_no_calendar_has_is_refused()
    {
        string body = Convert.ToBase64String(Encoding.UTF8.GetBytes(Body));
        Assert.Equal(SigstoreProblem.MalformedLogEntry,
            Judge(Log.Sign($$"""{"body":"{{body}}","integratedTime":900000000000000,"logID":"x","logIndex":5}""")));
        Assert.Equal(SigstoreProblem.None, Judge(Log.Sign($$"""{"body":"{{body}}","integratedTime":-5,"logID":"","logIndex":-1}""")));
    }

    private static SigstoreProblem Judge(string bundle)
    {
        TestSignature signature = new() { Payload = Signature.Payload };
        signature[SigstoreSignature.SignatureAnnotation] = Signature[SigstoreSignature.SignatureAnnotation];
        signature[SigstoreSignature.BundleAnnotation] = bundle;
        var verification = Trust.Verify(signature.Make());
        Assert.Equal(verification.IsGood, verification.Payload is not null);
        return verification.Problem;
    }

    private static string Replace(string text, string part, string instead)
    {
        int at = text.IndexOf(part, StringComparison.Ordinal);
        Assert.True(at >= 0, part);
        return text[..at] + instead + text[(at + part.Length)..];
    }
}
