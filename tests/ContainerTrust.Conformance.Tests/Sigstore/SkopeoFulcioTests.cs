using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Tests.Sigstore;

namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>
/// Fulcio certificates and Rekor entries, good and bad, before skopeo and us: we must never accept what skopeo refuses, and refuse what it
/// accepts only where that is said.
/// </summary>
public sealed class SkopeoFulcioTests
{
    private const string Issuer = "https://login.example.com";
    private const string Email = "user@example.com";
    private const string BasicConstraints = "2.5.29.19";
    private const string KeyUsage = "2.5.29.15";
    private const string ExtendedKeyUsage = "2.5.29.37";
    private const string Names = "2.5.29.17";
    private const string FulcioIssuer = "1.3.6.1.4.1.57264.1.1";

    private static readonly TestLog Log = new(TestKey.Get("P-256", "log"));
    private static readonly TestCertificate Root = TestCertificate.Authority("root");
    private static readonly TestCertificate Intermediate = TestCertificate.Authority("intermediate", Root, "P-384");

    [SkippableFact]
    public void Certificates_are_judged_as_skopeo_judges_them()
    {
        using SkopeoSigstore skopeo = new();
        Comparison comparison = new(skopeo);

        comparison.Leaf("good", true);
        foreach (string kind in (string[])["P-224", "P-384", "P-521", "RSA-2048", "Ed25519", "secp256k1"])
            comparison.Leaf($"key {kind}", kind != "secp256k1", kind: kind);
        foreach (string kind in (string[])["P-521", "RSA-2048", "Ed25519"])
            comparison.Authority($"CA {kind}", true, static _ => { }, kind);

        // Times.
        foreach (var (seconds, isGood) in new[] { (-1, false), (0, true), (600, true), (601, false) })
            comparison.Leaf($"time {seconds}", isGood, time: TestCertificate.Begin.AddSeconds(seconds));
        comparison.Authority("ended CA", false, static ca => ca.NotAfter = TestCertificate.Begin.AddSeconds(-1));
        comparison.Authority("CA to come", false, static ca => ca.NotBefore = TestCertificate.Begin.AddSeconds(1));

        // Usages.
        foreach (var (name, usages, isGood) in new[] { ("server", new[] { "1.3.6.1.5.5.7.3.1" }, false), ("unknown", ["1.2.3.4"], false),
            ("any", ["2.5.29.37.0"], true), ("both", ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.3"], true) })
        {
            comparison.Leaf($"usage {name}", isGood, leaf => leaf.Replace(TestCertificate.Usage(usages)));
            comparison.Authority($"CA usage {name}", isGood, ca => ca.Replace(TestCertificate.Usage(usages)));
        }

        comparison.Leaf("no extended usage", true, static leaf => leaf.Remove(ExtendedKeyUsage));
        comparison.Leaf("no key usage", true, static leaf => leaf.Remove(KeyUsage));
        comparison.Leaf("key usage encipherment", false, static leaf =>
            leaf.Replace(new X509KeyUsageExtension(X509KeyUsageFlags.KeyEncipherment, true)), isStricter: true);
        comparison.Authority("CA without key usage", true, static ca => ca.Remove(KeyUsage));
        comparison.Authority("CA key usage", false, static ca =>
            ca.Replace(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true)));
        comparison.Authority("no constraints", false, static ca => ca.Remove(BasicConstraints));
        comparison.Authority("no CA", false, static ca => ca.Replace(new X509BasicConstraintsExtension(false, false, 0, true)));
        comparison.Authority("path length", true, static ca => ca.Replace(new X509BasicConstraintsExtension(true, true, 0, true)));
        comparison.Authority("SHA-1", false, static ca => ca.Hash = HashAlgorithmName.SHA1);
        comparison.Leaf("SHA-1", false, static leaf => leaf.Hash = HashAlgorithmName.SHA1);
        comparison.Leaf("version 1", false, static leaf => leaf.Extensions.Clear());

        // Extensions.
        X509Extension unknown = new("2.25.1", "x"u8.ToArray(), critical: true);
        comparison.Leaf("critical", false, leaf => leaf.Extensions.Add(unknown));
        comparison.Authority("critical", false, ca => ca.Extensions.Add(unknown));
        comparison.Leaf("not critical", true, static leaf =>
            leaf.Extensions.Add(new X509Extension("2.25.1", "x"u8.ToArray(), critical: false)));
        foreach (var (permitted, tag, name, isGood) in new[] { (true, 1, "example.com", true), (true, 1, "example.org", false),
            (false, 1, "example.com", false), (false, 1, "example.org", true), (true, 1, ".example.com", false),
            (true, 1, "user@example.com", true), (true, 2, "example.org", true), (false, 8, "*", false) })
            comparison.Authority($"constraint {permitted} {tag} {name}", isGood,
                ca => ca.Extensions.Add(TestCertificate.Constraint(permitted, tag, name)));

        // Issuers.
        byte[] second = TestCertificate.FulcioIssuerV2(Issuer).RawData;
        comparison.Issuers("none", false);
        comparison.Issuers("second", true, TestCertificate.FulcioIssuerV2(Issuer));
        comparison.Issuers("both", true, TestCertificate.FulcioIssuer(Issuer), TestCertificate.FulcioIssuerV2(Issuer));
        comparison.Issuers("disagreement", false, TestCertificate.FulcioIssuer(Issuer), TestCertificate.FulcioIssuerV2("x"));
        comparison.Issuers("disagreement the other way", false, TestCertificate.FulcioIssuer("x"), TestCertificate.FulcioIssuerV2(Issuer));
        comparison.Issuers("other", false, TestCertificate.FulcioIssuer("x"));
        comparison.Issuers("twice", false, TestCertificate.FulcioIssuer(Issuer), TestCertificate.FulcioIssuer(Issuer));
        comparison.Issuers("number", false, new X509Extension("1.3.6.1.4.1.57264.1.8", [2, 1, 1], false));
        comparison.Issuers("trailing", false, new X509Extension("1.3.6.1.4.1.57264.1.8", [.. second, 5, 0], false));
        comparison.Issuers("IA5String", false, true, TestCertificate.FulcioIssuerV2(Issuer, UniversalTagNumber.IA5String));

        // Names.
        comparison.Leaf("several addresses", true, static leaf => leaf.Replace(TestCertificate.Email("a@example.com", Email)));
        comparison.Leaf("other case", false, static leaf => leaf.Replace(TestCertificate.Email("User@example.com")));
        comparison.Leaf("zero octet", false, static leaf => leaf.Replace(TestCertificate.Email(Email + "\0")));
        comparison.Leaf("not ASCII", false, static leaf => leaf.Replace(TestCertificate.Email("ü@example.com", Email)));
        comparison.Leaf("no names", false, static leaf => leaf.Remove(Names));
        comparison.Leaf("DNS", false, static leaf => leaf.Replace(TestCertificate.Dns(Email)));
        byte[] userName = Convert.FromHexString("060A2B0601040183BF300107A0060C0475736572");
        comparison.Leaf("other name only", false, leaf => leaf.Replace(TestCertificate.Names(critical: true, (0, userName))));
        comparison.Leaf("other name too", true,
            leaf => leaf.Replace(TestCertificate.Names(critical: true, (0, userName), (1, Encoding.ASCII.GetBytes(Email)))));
        comparison.Leaf("odd IP", false, static leaf =>
            leaf.Replace(TestCertificate.Names(critical: false, (1, Encoding.ASCII.GetBytes(Email)), (7, [1, 2, 3]))));
        comparison.Leaf("names twice", false, static leaf => leaf.Extensions.Add(TestCertificate.Email(Email)));

        // Paths.
        TestCertificate leaf = Make(Intermediate);
        comparison.Path("no chain", false, leaf, Root);
        comparison.Path("chain without root", false, leaf, Root, Intermediate);
        comparison.Path("intermediate trusted", true, leaf, Intermediate);
        comparison.Path("leaf trusted", true, leaf, leaf);
        comparison.Path("other root", false, leaf, TestCertificate.Authority("other"), Intermediate, Root);
        comparison.Path("forged under a trusted intermediate", false, Make(Intermediate, signer: TestKey.Get("P-384", "foreign")),
            Intermediate);
        comparison.Path("forged", false, Make(Intermediate, signer: TestKey.Get("P-384", "foreign")), Root, Intermediate, Root);
        TestCertificate below = TestCertificate.Authority("below", Intermediate);
        comparison.Path("any order", true, Make(below), Root, Intermediate, below, Root);
        TestCertificate shortRoot = TestCertificate.Authority("short", pathLength: 0);
        TestCertificate tooFar = TestCertificate.Authority("too far", shortRoot);
        comparison.Path("path length", false, Make(tooFar), shortRoot, tooFar, shortRoot);
        TestCertificate narrowRoot = TestCertificate.Authority("narrow");
        narrowRoot.Replace(TestCertificate.Usage("1.3.6.1.5.5.7.3.1"));
        comparison.Path("narrow root", false, Make(narrowRoot), narrowRoot);

        // The log.
        comparison.Signature("no entry", false, s => s[SigstoreSignature.BundleAnnotation] = null);
        comparison.Signature("other log", false,
            s => s.In(new TestLog(TestKey.Get("P-256", "foreign")), s[SigstoreSignature.CertificateAnnotation]!, TestCertificate.Begin));
        comparison.Signature("other certificate", false, s => s.In(Log, Make(Intermediate).Pem, TestCertificate.Begin));
        comparison.Signature("other payload", false,
            s => s[SigstoreSignature.BundleAnnotation] = Log.Enter(TestLog.Body([1], s.Raw, s[SigstoreSignature.CertificateAnnotation]!),
            TestCertificate.Begin));
        comparison.Signature("other signature", false,
            s => s[SigstoreSignature.BundleAnnotation] = Log
            .Enter(TestLog.Body(s.Payload, [1], s[SigstoreSignature.CertificateAnnotation]!), TestCertificate.Begin));
        foreach (var (name, part, instead, isStricter) in new[]
        {
            ("version", "0.0.1", "0.0.2", false), ("kind", "hashedrekord", "intoto", false), ("hash", "sha256", "sha512", false),
            ("extra", "{\"apiVersion\"", "{\"extra\":1,\"apiVersion\"", true),
            ("case", "\"spec\"", "\"Spec\"", true), ("twice", "{\"apiVersion\"", "{\"kind\":\"hashedrekord\",\"apiVersion\"", true),
            ("base64", "\"publicKey\":{\"content\":\"", "\"publicKey\":{\"content\":\"*", false),
        })
        {
            comparison.Signature($"body {name}", false,
                s => s[SigstoreSignature.BundleAnnotation] = Log
                .Enter(TestLog.Body(s.Payload, s.Raw, s[SigstoreSignature.CertificateAnnotation]!)
                .Replace(part, instead, StringComparison.Ordinal), TestCertificate.Begin), isStricter);
        }

        foreach (var (name, change, isGood) in new (string, Func<string, string>, bool)[]
        {
            ("spaces", static b => b.Replace("\",\"", "\" ,\n \"", StringComparison.Ordinal), true),
            ("number", static b => b.Replace("4711", "4.711e3", StringComparison.Ordinal), true),
            ("other number", static b => b.Replace("4711", "4712", StringComparison.Ordinal), false),
            ("escape", static b => b.Replace("\"logID\":\"", "\"logID\":\"\\u0030", StringComparison.Ordinal), false),
            ("escaped name", static b => b.Replace("\"logID\"", "\"\\u006cogID\"", StringComparison.Ordinal), true),
            ("extra", static b => b.Replace("\"logIndex\"", "\"extra\":1,\"logIndex\"", StringComparison.Ordinal), false),
            ("twice", static b => b.Replace("\"logIndex\"", "\"logIndex\":4711,\"logIndex\"", StringComparison.Ordinal), false),
            ("order", static b => b.Replace("{\"body\":", "{\"logIndex\":4711,\"body\":", StringComparison.Ordinal)
                .Replace(",\"logIndex\":4711}", "}", StringComparison.Ordinal), true),
        })
        {
            comparison.Signature($"bundle {name}", isGood,
                s => s[SigstoreSignature.BundleAnnotation] = change(s[SigstoreSignature.BundleAnnotation]!));
        }

        // What comes as the certificate.
        comparison.Signature("no certificate", false, static s => s[SigstoreSignature.CertificateAnnotation] = null);
        comparison.Signature("certificate twice", false,
            static s => s[SigstoreSignature.CertificateAnnotation] += s[SigstoreSignature.CertificateAnnotation]);
        comparison.Signature("text before", true, static s => s[SigstoreSignature.CertificateAnnotation] = "text\n" +
            s[SigstoreSignature.CertificateAnnotation]);
        comparison.Signature("line behind", false, static s => s[SigstoreSignature.CertificateAnnotation] += "\n");
        comparison.Signature("other label", false,
            static s => s[SigstoreSignature.CertificateAnnotation] = s[SigstoreSignature.CertificateAnnotation]!
            .Replace("CERTIFICATE", "SOMETHING", StringComparison.Ordinal), isStricter: true);
        comparison.End();
    }

    private static TestCertificate Make(TestCertificate issuer, string kind = "P-256", TestKey? signer = null)
    {
        TestCertificate leaf = new() { Issuer = issuer, Key = TestKey.Get(kind), Signer = signer };
        leaf.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestCertificate.Email(Email));
        leaf.Extensions.Add(TestCertificate.FulcioIssuer(Issuer));
        return leaf;
    }

    private sealed class Comparison(SkopeoSigstore skopeo)
    {
        private readonly List<string> _differences = [];

        public void Leaf(string name, bool isGood, Action<TestCertificate>? change = null, bool isStricter = false, string kind = "P-256",
            DateTimeOffset? time = null)
        {
            TestCertificate leaf = Make(Intermediate, kind);
            change?.Invoke(leaf);
            Compare($"certificate: {name}", isGood, isStricter, Sign(leaf, [Intermediate, Root], time), Root);
        }

        public void Authority(string name, bool isGood, Action<TestCertificate> change, string kind = "P-384")
        {
            TestCertificate authority = TestCertificate.Authority("changed " + name, Root, kind);
            change(authority);
            Compare($"CA: {name}", isGood, false, Sign(Make(authority), [authority, Root], null), Root);
        }

        public void Issuers(string name, bool isGood, params X509Extension[] issuers) => Issuers(name, isGood, false, issuers);

        public void Issuers(string name, bool isGood, bool isStricter, params X509Extension[] issuers) => Leaf(
            $"issuer {name}",
            isGood,
            leaf =>
            {
                leaf.Remove(FulcioIssuer);
                leaf.Extensions.AddRange(issuers);
            },
            isStricter);

        public void Path(string name, bool isGood, TestCertificate leaf, TestCertificate root, params TestCertificate[] chain) =>
            Compare($"path: {name}", isGood, false, Sign(leaf, chain, null), root);

        public void Signature(string name, bool isGood, Action<TestSignature> change, bool isStricter = false)
        {
            TestSignature signature = Sign(Make(Intermediate), [Intermediate, Root], null);
            change(signature);
            Compare($"signature: {name}", isGood, isStricter, signature, Root);
        }

        public void End() => Assert.True(_differences.Count == 0, string.Join('\n', _differences));

        private TestSignature Sign(TestCertificate leaf, TestCertificate[] chain, DateTimeOffset? time)
        {
            string payload = TestSignature.DefaultPayload.Replace(TestSignature.Digest, skopeo.ManifestDigest, StringComparison.Ordinal);
            return TestSignature.By(leaf.Key, payload).With(leaf, chain).In(Log, leaf.Pem, time ?? TestCertificate.Begin);
        }

        private void Compare(string name, bool isGood, bool isStricter, TestSignature signature, TestCertificate root)
        {
            skopeo.Write("ca.pem", root.Pem);
            skopeo.Write("rekor.pub", Log.Key.Pem);
            byte[] file = SkopeoSigstore.MakeFile(Encoding.UTF8.GetString(signature.Document()));
            var theirs = skopeo.Judge(file, new
            {
                type = "sigstoreSigned",
                fulcio = new { caPath = skopeo.PathOf("ca.pem"), oidcIssuer = Issuer, subjectEmail = Email },
                rekorPublicKeyPath = skopeo.PathOf("rekor.pub"),
                signedIdentity = SkopeoSigstore.Identity,
            });
            var ours = skopeo.JudgeOurselves(file, SigstoreTrust.FromFulcio(root.Source, Issuer, Email, [Log.Key.Source]));
            if (ours.IsAccepted != isGood || theirs.IsAccepted != (isGood || isStricter))
                _differences.Add($"{name}: expected {isGood}{(isStricter ? " (stricter)" : "")}\n  skopeo: {theirs.IsAccepted} " +
                    $"{theirs.Why.Trim()}\n  we: {ours.IsAccepted} {ours.Why}");
        }
    }
}
