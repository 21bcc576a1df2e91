using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using ContainerTrust.Engine.Claims;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>
/// Good signatures, damaged at random in all their parts: never an exception, never a yes to something that was not signed. A yes that
/// remains (the damage hit an ignored part) must be about the very payload, key and log entry that the undamaged signature had.
/// </summary>
public sealed class SigstoreMutationTests
{
    private const int Rounds = 5_000;
    private const string Issuer = "https://login.example.com";
    private const string Email = "user@example.com";

    private static readonly TestLog Log = new(TestKey.Get("P-256", "log"));
    private static readonly TestCertificate Root = TestCertificate.Authority("root");
    private static readonly TestCertificate Intermediate = TestCertificate.Authority("intermediate", Root, "P-384");

    private enum Part
    {
        Document,
        Payload,
        Signature,
        Bundle,
        Certificate,
        Chain,
    }

    [Theory]
    [InlineData("P-256", 1)]
    [InlineData("RSA-2048", 2)]
    [InlineData("Ed25519", 3)]
    public void Signatures_by_a_key(string kind, int seed)
    {
        TestKey key = TestKey.Get(kind);
        Run(SigstoreTrust.FromPublicKeys([key.Source], null), TestSignature.By(key), seed, Part.Document, Part.Payload, Part.Signature);
    }

    [Fact]
    public void Signatures_by_a_key_in_a_log()
    {
        TestKey key = TestKey.Get("P-256");
        Run(SigstoreTrust.FromPublicKeys([key.Source], [Log.Key.Source]), TestSignature.By(key).In(Log, key.Pem, TestCertificate.Begin), 4,
            Part.Document, Part.Payload, Part.Signature, Part.Bundle);
    }

    [Fact]
    public void Signatures_by_a_Fulcio_certificate()
    {
        TestCertificate leaf = Leaf();
        TestSignature signature = TestSignature.By(leaf.Key).With(leaf, Intermediate, Root).In(Log, leaf.Pem, TestCertificate.Begin);
        Run(SigstoreTrust.FromFulcio(Root.Source, Issuer, Email, [Log.Key.Source]), signature, 5, Enum.GetValues<Part>());
    }

    [Fact]
    public void Signatures_by_a_certificate_of_an_own_PKI()
    {
        TestCertificate leaf = Leaf();
        TestSignature signature = TestSignature.By(leaf.Key).With(leaf, Intermediate, Root);
        Run(SigstoreTrust.FromPki(Root.Source, null, Email, null), signature, 6, 2_000, Part.Document, Part.Payload, Part.Signature,
            Part.Certificate, Part.Chain);
    }

    [Fact]
    public void Certificates_in_their_DER()
    {
        TestCertificate leaf = Leaf();
        SigstoreTrust trust = SigstoreTrust.FromPki(Root.Source, Intermediate.Source, Email, null);
        SigstoreTrust logged = SigstoreTrust.FromFulcio(TestCertificate.SourceOf(Root.Pem + Intermediate.Pem), Issuer, Email,
            [Log.Key.Source]);
        TestSignature signature = TestSignature.By(leaf.Key);
        Random random = new(7);
        int good = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] der = Damaged(leaf.Der, random);
            string pem = PemEncoding.WriteString("CERTIFICATE", der) + "\n";
            signature[SigstoreSignature.CertificateAnnotation] = pem;
            signature[SigstoreSignature.BundleAnnotation] = i % 10 == 0
                ? Log.Enter(TestLog.Body(signature.Payload, signature.Raw, pem), TestCertificate.Begin) : null;
            bool isSame = der.AsSpan().SequenceEqual(leaf.Der);
            good += isSame ? 1 : 0;
            Assert.Equal(isSame, trust.Verify(signature.Make(), TestCertificate.Begin).IsGood);
            if (i % 10 == 0)
                Assert.Equal(isSame, logged.Verify(signature.Make()).IsGood);
        }

        Assert.True(good < Rounds / 10);
    }

    [Fact]
    public void The_policys_own_files()
    {
        TestCertificate leaf = Leaf();
        TestKey key = TestKey.Get("P-256");
        SigstoreSignature byKey = TestSignature.By(key).In(Log, key.Pem, TestCertificate.Begin).Make();
        SigstoreSignature byCertificate = TestSignature.By(leaf.Key).With(leaf, Intermediate, Root).Make();
        Random random = new(8);
        for (int i = 0; i < Rounds; i++)
        {
            SigstoreKeySource keySource = new("key.pub", Damaged(key.Source.Content.ToArray(), random));
            SigstoreKeySource logSource = new("log.pub", Damaged(Log.Key.Source.Content.ToArray(), random));
            SigstoreKeySource root = new("root.pem", Damaged(Root.Source.Content.ToArray(), random));
            SigstoreKeySource intermediate = new("intermediate.pem", Damaged(Intermediate.Source.Content.ToArray(), random));
            if (Try(() => SigstoreTrust.FromPublicKeys([keySource], null)) is { } trust
                && trust.Verify(byKey) is { IsGood: true } verification)
                Assert.Equal(key.Fingerprint, verification.KeyFingerprint);
            if (Try(() => SigstoreTrust.FromPublicKeys([key.Source], [logSource])) is { } logged && logged.Verify(byKey).IsGood)
                Assert.Equal(Log.Key.Fingerprint, PemPublicKeyReader.Read(logSource.Content.Span, "log.pub").Keys[0].Fingerprint);
            if (Try(() => SigstoreTrust.FromPki(root, intermediate, Email, null)) is { } pki
                && pki.Verify(byCertificate, TestCertificate.Begin) is { IsGood: true } certified)
                Assert.Equal("O=Example, CN=root", certified.CertificateIssuer);
        }
    }

    [Fact]
    public void Claims_and_documents()
    {
        byte[] payload = Encoding.UTF8.GetBytes(TestSignature.DefaultPayload);
        byte[] document = TestSignature.By(TestKey.Get("P-256")).Document();
        string bundle = Log.Enter(TestLog.Body(payload, [1], TestKey.Get("P-256").Pem), TestCertificate.Begin);
        Random random = new(9);
        for (int i = 0; i < Rounds; i++)
        {
            if (SigstorePayload.TryParse(Damaged(payload, random), out SigstorePayload? claim, out string problem))
                Assert.True(claim.ManifestDigest.Length > 64 && claim.DockerReference is not null && problem.Length == 0);
            else
                Assert.NotEmpty(problem);
            Assert.NotEqual(SigstoreSignature.TryParse(Damaged(document, random), out _, out problem), problem.Length > 0);
            Assert.NotEqual(RekorEntry.TryParse(Damaged(Encoding.UTF8.GetBytes(bundle), random), out _, out problem), problem.Length > 0);
        }
    }

    private static SigstoreTrust? Try(Func<SigstoreTrust> make)
    {
        try
        {
            return make();
        }
        catch (TrustException)
        {
            return null;
        }
    }

    private static void Run(SigstoreTrust trust, TestSignature signature, int seed, params Part[] parts) =>
        Run(trust, signature, seed, Rounds, parts);

    // A path of certificates costs some milliseconds; most damage is elsewhere and found behind it.
    private static void Run(SigstoreTrust trust, TestSignature signature, int seed, int rounds, params Part[] parts)
    {
        DateTimeOffset now = TestCertificate.Begin;
        SigstoreVerification whole = trust.Verify(signature.Make(), now);
        Assert.True(whole.IsGood, whole.Reason);
        byte[] payload = signature.Payload;
        Random random = new(seed);
        int refused = 0;
        var slowest = TimeSpan.Zero;
        for (int i = 0; i < rounds; i++)
        {
            SigstoreSignature? damaged = Damage(signature, parts[random.Next(parts.Length)], random);
            if (damaged is null)
            {
                refused++;
                continue;
            }

            TimeSpan start = ProcessorTime.Now;
            SigstoreVerification verification = trust.Verify(damaged, now);
            TimeSpan took = ProcessorTime.Since(start);
            slowest = took > slowest ? took : slowest;
            if (verification.IsGood)
            {
                Assert.Equal(payload, damaged.UntrustedPayload.ToArray());
                Assert.Equal(whole, verification);
            }
            else
            {
                Assert.Equal((null, null, null, null, null, null),
                    (verification.Payload, verification.KeyFingerprint, verification.CertificateSubject, verification.CertificateIssuer,
                    verification.LogIndex, verification.IntegratedTime));
                Assert.NotEmpty(verification.Reason);
                refused++;
            }
        }

        Assert.True(refused > rounds / 2);
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static SigstoreSignature? Damage(TestSignature signature, Part part, Random random)
    {
        SigstoreSignature whole = signature.Make();
        switch (part)
        {
            case Part.Document:
                return SigstoreSignature.TryParse(Damaged(signature.Document(), random), out SigstoreSignature? parsed, out _)
                    ? parsed : null;
            case Part.Payload:
                return new SigstoreSignature(whole.UntrustedMimeType, Damaged(signature.Payload, random), whole.UntrustedAnnotations);
            case Part.Signature when random.Next(2) == 0:
                return SigstoreCorpus.With(whole, SigstoreSignature.SignatureAnnotation,
                    Convert.ToBase64String(Damaged(signature.Raw, random)));
        }

        string annotation = part switch
        {
            Part.Signature => SigstoreSignature.SignatureAnnotation,
            Part.Bundle => SigstoreSignature.BundleAnnotation,
            Part.Certificate => SigstoreSignature.CertificateAnnotation,
            _ => SigstoreSignature.ChainAnnotation,
        };
        return SigstoreCorpus.With(whole, annotation,
            Encoding.Latin1.GetString(Damaged(Encoding.Latin1.GetBytes(whole.UntrustedAnnotations[annotation]), random)));
    }

    private static TestCertificate Leaf()
    {
        TestCertificate leaf = new() { Issuer = Intermediate };
        leaf.Extensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        leaf.Extensions.Add(TestCertificate.CodeSigning);
        leaf.Extensions.Add(TestCertificate.Email(Email));
        leaf.Extensions.Add(TestCertificate.FulcioIssuer(Issuer));
        return leaf;
    }

    private static byte[] Damaged(byte[] whole, Random random) => new Mutation(random).Of(whole, words: Mutation.Marks);
}
