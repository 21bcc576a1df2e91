using System.Text;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <content>What can be wrong with a bundle, one thing at a time.</content>
public sealed partial class CertificateBundleTests
{
    private static TestInstance Instance => s_instance;

    /// <summary>One case: what is changed, and which check must refuse it.</summary>
    /// <param name="Name">What is wrong.</param>
    /// <param name="Problem">The check.</param>
    /// <param name="Change">Does it.</param>
    private sealed record Case(string Name, SigstoreProblem Problem, Action<TestBundle> Change, bool IsSecond = false);

    private static readonly Case[] s_cases =
    [
        new("promise by another key", SigstoreProblem.LogEntryNotSigned, static b =>
            b.PromiseKey = TestKey.Get("P-256", "other log")),
        new("checkpoint by another key", SigstoreProblem.LogEntryNotSigned, static b => b.LogKey = TestKey.Get("P-256", "other log")),
        new("promise over another body", SigstoreProblem.LogEntryNotSigned, static b => b.ChangePromised = static t =>
            t.Replace("\"body\":\"", "\"body\":\"AAAA", StringComparison.Ordinal)),
        new("version 0.1", SigstoreProblem.OtherMediaType, static b => b.MediaType = First),
        new("version 0.1 without a proof", SigstoreProblem.OtherMediaType, static b => { b.MediaType = First; b.HasProof = false; }),
        new("version 0.2", SigstoreProblem.OtherMediaType, static b => b.MediaType = Second),
        new("a good signature of a file", SigstoreProblem.OtherMediaType, static b =>
            { b.Kind = "hashedrekord 0.0.1"; b.IsOfFile = true; }),
        new("proof of another body", SigstoreProblem.LogEntryNotSigned, static b => b.ForgeBody = static t =>
            t.Replace("0000", "1111", StringComparison.Ordinal)),
        new("promise of another time", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t =>
            t.Replace("\"integratedTime\":\"17", "\"integratedTime\":\"18", StringComparison.Ordinal)),
        new("promise of another index", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t =>
            t.Replace("\"4711\"", "\"4712\"", StringComparison.Ordinal)),
        new("time after the certificate", SigstoreProblem.CertificateNotTimely, static b =>
            b.IntegratedTime = TestCertificate.Begin.AddMinutes(11)),
        new("time before the certificate", SigstoreProblem.CertificateNotTimely, static b =>
            b.IntegratedTime = TestCertificate.Begin.AddSeconds(-1)),
        new("broken node of the proof", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => Broken(t, "\"hashes\":[\"")),
        new("proof without a node", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => WithoutHashes(t)),
        new("root of another tree", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => Broken(t, "\"rootHash\":\"")),
        new("size of another tree", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t =>
            t.Replace("\"treeSize\":\"7\"", "\"treeSize\":\"8\"", StringComparison.Ordinal)),
        new("checkpoint of another size", SigstoreProblem.LogEntryNotSigned, static b => b.ChangeCheckpoint = static t =>
            t.Replace("\n7\n", "\n8\n", StringComparison.Ordinal)),
        new("checkpoint of another origin", SigstoreProblem.LogEntryNotSigned, static b => b.Origin = "other.example.com - 1"),
        new("checkpoint whose origin is longer", SigstoreProblem.LogEntryNotSigned, static b => b.Origin = "rekor.example.com - 1x"),
        new("checkpoint of another signer's name", SigstoreProblem.LogEntryNotSigned, static b =>
            { b.NoteName = "other.example.com"; b.Origin = "other.example.com"; }),
        new("checkpoint with another key hint", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t =>
            Broken(t, "— rekor.example.com ")),
        new("checkpoint without a root", SigstoreProblem.MalformedLogEntry, static b => b.ChangeCheckpoint = static t =>
            string.Join('\n', t.Split('\n')[..2]) + "\n"),
        new("checkpoint without a size", SigstoreProblem.MalformedLogEntry, static b => b.ChangeCheckpoint = static t =>
            t.Replace("\n7\n", "\n", StringComparison.Ordinal)),
        new("checkpoint without signatures", SigstoreProblem.MalformedLogEntry, static b => b.Change = static t =>
            t.Replace("\\n\\n", "\\n", StringComparison.Ordinal)),
        new("checkpoint that ends with its text", SigstoreProblem.MalformedLogEntry, static b => b.Change = static t => Truncated(t)),
        new("another log", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t => Broken(t, "\"keyId\":\"")),
        new("no entry", SigstoreProblem.MissingLogEntry, static b => b.Change = static t => WithoutEntries(t)),
        new("no proof", SigstoreProblem.MissingLogEntry, static b => b.HasProof = false),
        new("entry of another payload", SigstoreProblem.LogEntryOtherPayload, static b => b.ChangeBody = static t =>
            Replaced(t, "payloadHash\":{\"algorithm\":\"sha256\",\"value\":\"", 64, new string('a', 64))),
        new("entry of another signature", SigstoreProblem.LogEntryOtherSignature, static b => b.ChangeBody = b2 =>
            Replaced(b2, "\"signature\":\"", 8, "AAAAAAAA")),
        new("entry of another certificate", SigstoreProblem.LogEntryOtherKey, static b => b.ChangeBody = t => t.Replace(
            Convert.ToBase64String(Encoding.ASCII.GetBytes(b.Leaf.Pem)),
                Convert.ToBase64String(Encoding.ASCII.GetBytes(Instance.NewLeaf(key: "other").Pem)), StringComparison.Ordinal)),
        new("entry of another kind than it says", SigstoreProblem.MalformedLogEntry, static b => b.Change = static t =>
            t.Replace("\"kind\":\"dsse\"", "\"kind\":\"intoto\"", StringComparison.Ordinal)),
        new("entry of an unknown kind", SigstoreProblem.MalformedLogEntry, static b => b.Kind = "other 9"),
        new("entry with an unknown member", SigstoreProblem.MalformedLogEntry, static b => b.ChangeBody = static t =>
            t.Replace("{\"apiVersion\"", "{\"x\":1,\"apiVersion\"", StringComparison.Ordinal)),
        new("entry with a member twice", SigstoreProblem.MalformedLogEntry, static b => b.ChangeBody = static t =>
            t.Replace("\"kind\":\"dsse\"", "\"kind\":\"dsse\",\"kind\":\"dsse\"", StringComparison.Ordinal)),
        new("entry with two signatures", SigstoreProblem.MalformedLogEntry, static b => b.ChangeBody = static t =>
            t.Replace("\"}]", "\"},{}]", StringComparison.Ordinal)),
        new("hashedrekord of an envelope's payload", SigstoreProblem.LogEntryOtherPayload, static b => b.Kind = "hashedrekord 0.0.1"),
        new("signature by another key", SigstoreProblem.WrongSignature, static b => b.Signer = TestKey.Get("P-256", "other signer")),
        new("certificate not for code", SigstoreProblem.CertificateUsage, static b => b.Leaf = Instance.NewLeaf(isForCode: false)),
        new("certificate of another CA", SigstoreProblem.CertificateNotTrusted, static b =>
            b.Leaf = Instance.NewLeaf(authority: TestCertificate.Authority("other"))),
        new("certificate of a CA of the same name", SigstoreProblem.CertificateNotTrusted, static b =>
            b.Leaf = Instance.NewLeaf(authority: Namesake())),
        new("another e-mail address", SigstoreProblem.CertificateSubject, static b => b.Leaf = Instance.NewLeaf("other@example.com")),
        new("an e-mail address in other case", SigstoreProblem.CertificateSubject, static b =>
            b.Leaf = Instance.NewLeaf("Signer@example.com")),
        new("another issuer", SigstoreProblem.CertificateIssuer, static b =>
            b.Leaf = Instance.NewLeaf(issuer: "https://other.example.com")),
        new("another predicate", SigstoreProblem.OtherMediaType, static b =>
            b.Statement = b.Statement.Replace("cosign/sign", "other", StringComparison.Ordinal)),
        new("another manifest", SigstoreProblem.MalformedPayload, static b =>
            b.Statement = b.Statement.Replace(TestBundle.Hex, new string('a', 64), StringComparison.Ordinal)),
        new("another file", SigstoreProblem.MalformedPayload, static b =>
            { b.Kind = "hashedrekord 0.0.1"; b.IsOfFile = true; b.Content = [1]; }),
        new("another file whose hash is hidden", SigstoreProblem.LogEntryOtherPayload, static b =>
        {
            b.Kind = "hashedrekord 0.0.1";
            b.IsOfFile = true;
            b.Content = [1];
            b.Change = static t => t.Replace("\"messageDigest\"", "\"other\"", StringComparison.Ordinal);
        }),
        new("dsse of a file", SigstoreProblem.LogEntryOtherPayload, static b => b.IsOfFile = true),

        new("a good signature of a file", SigstoreProblem.OtherMediaType, static b => b.IsOfFile = true, true),
        new("version 0.2", SigstoreProblem.OtherMediaType, static b => b.MediaType = Second, true),
        new("checkpoint of a tree's number alone", SigstoreProblem.LogEntryNotSigned, static b =>
            b.Origin = "log2026.rekor.example.com - 1", true),
        new("checkpoint of another name", SigstoreProblem.LogEntryNotSigned, static b =>
            { b.NoteName = "other.example.com"; b.Origin = "other.example.com"; }, true),
        new("no proof", SigstoreProblem.MissingLogEntry, static b => b.HasProof = false, true),
        new("checkpoint by another key", SigstoreProblem.LogEntryNotSigned, static b => b.LogKey = TestKey.Get("Ed25519", "other tiles"),
            true),
        new("checkpoint of a tree's number", SigstoreProblem.LogEntryNotSigned, static b => b.Origin = "log2026.rekor.example.com - x",
            true),
        new("index that is not proven", SigstoreProblem.LogEntryNotSigned, static b => b.Change = static t =>
            ReplacedOnce(t, "\"logIndex\":\"4\"", "\"logIndex\":\"5\""), true),
        new("no time stamp", SigstoreProblem.CertificateNotTimely, static b => b.Stamps.Clear(), true),
        new("time that is only claimed", SigstoreProblem.CertificateNotTimely, static b =>
        {
            b.Stamps.Clear();
            b.Change = static t => t.Replace("\"kindVersion\"", "\"integratedTime\":\"1709294700\",\"kindVersion\"",
                StringComparison.Ordinal);
        }, true),
        new("time stamp of other bytes", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.Stamped = [1], true),
        new("time stamp after the certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s =>
            s.Time = TestCertificate.Begin.AddMinutes(11), true),
        new("time stamp outside the authority's certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s =>
            s.Time = TestCertificate.Begin.AddYears(6), true),
        new("time stamp by another key", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s =>
            s.Key = TestKey.Get("P-256", "other stamper"), true),
        new("time stamp refused", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s => s.Status = 2, true),
        new("time stamp of another type", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s =>
            s.SignedType = "1.2.840.113549.1.7.1", true),
        new("time stamp whose content was changed", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s =>
            s.HasOtherDigest = true, true),
        new("time stamp that names no certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s =>
            s.NamedCertificate = [], true),
        new("time stamp that names another certificate", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s =>
            s.NamedCertificate = Instance.StampRoot.Der, true),
        new("time stamp with a critical extension", SigstoreProblem.CertificateNotTimely, static b => b.Stamps[0] = static s =>
            s.HasCriticalExtension = true, true),
        new("second time stamp outside the certificate", SigstoreProblem.CertificateNotTimely, static b =>
            b.Stamps.Add(static s => s.Time = TestCertificate.Begin.AddMinutes(11)), true),
        new("envelope of another entry", SigstoreProblem.LogEntryOtherPayload, static b => b.ChangeBody = static t =>
            Replaced(t, "\"digest\":\"", 43, new string('A', 43)), true),
        new("certificate by a key alone", SigstoreProblem.MalformedLogEntry, static b => b.ChangeBody = static t =>
            t.Replace("x509Certificate", "publicKey", StringComparison.Ordinal), true),
    ];

    private const string First = "application/vnd.dev.sigstore.bundle+json;version=0.1";
    private const string Second = "application/vnd.dev.sigstore.bundle+json;version=0.2";

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

    private static TestCertificate Namesake()
    {
        TestCertificate real = Instance.Authority;
        TestCertificate namesake = new() { Name = real.Name, Key = TestKey.Get("P-256", "namesake"), Issuer = Instance.Root,
            NotBefore = real.NotBefore, NotAfter = real.NotAfter };
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
        return text[..start] + text[text.IndexOf("],\n\"timestampVerificationData\"", StringComparison.Ordinal)..];
    }
}
