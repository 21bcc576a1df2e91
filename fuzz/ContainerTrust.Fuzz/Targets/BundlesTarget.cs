using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Images.Stores;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>Sigstore signatures as directories store them, with certificates and log entries; and log entries by themselves.</summary>
internal sealed class BundlesTarget : FuzzTarget
{
    private const string Mark = "\0sigstore-json\n";

    private static readonly DockerReference? s_image = DockerReference.TryParse("registry.example.com/a/b:1", out DockerReference? image,
        out _) ? image : null;

    private readonly List<SigstoreTrust> _trusts = [];
    private readonly byte[] _payload = Encoding.UTF8.GetBytes(TestSignature.DefaultPayload);

    /// <inheritdoc/>
    public override string Name => "bundles";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        Mark, "{", "}", ",", ":", "\"mimeType\"", "\"payload\"", "\"annotations\"", "\"" + SigstoreSignature.SignatureAnnotation + "\"",
        "\"" + SigstoreSignature.BundleAnnotation + "\"",
        "\"" + SigstoreSignature.CertificateAnnotation + "\"", "\"" + SigstoreSignature.ChainAnnotation + "\"",
        "\"" + SigstoreSignature.ImageSignatureMimeType + "\"", "\"SignedEntryTimestamp\"",
        "\"Payload\"", "\"body\"", "\"integratedTime\"", "\"logIndex\"", "\"logID\"", "\"apiVersion\"", "\"0.0.1\"", "\"kind\"",
        "\"hashedrekord\"", "\"spec\"", "\"data\"", "\"hash\"", "\"algorithm\"", "\"sha256\"",
        "\"value\"", "\"signature\"", "\"content\"", "\"publicKey\"", "\\n", "-----BEGIN CERTIFICATE-----\\n",
        "-----END CERTIFICATE-----\\n", "\\u0000", "\\ud800", "null", "9007199254740993", "1e3", "-1", "TUlJ", "==");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        TestKey key = TestKey.Get("P-256", "signer");
        TestKey edwards = TestKey.Get("Ed25519", "signer");
        TestLog log = new(TestKey.Get("P-256", "log"));
        TestCertificate root = SigstoreSeeds.Root();
        TestCertificate intermediate = TestCertificate.Authority("intermediate", root, "P-384");
        TestCertificate leaf = SigstoreSeeds.Leaf(intermediate);
        FuzzMaterial material = new();
        material.Trust.Add("key", key.Source.Content.ToArray());
        material.Trust.Add("edwards", edwards.Source.Content.ToArray());
        material.Trust.Add("log", log.Key.Source.Content.ToArray());
        material.Trust.Add("root", root.Source.Content.ToArray());

        TestSignature logged = TestSignature.By(key).In(log, key.Pem, TestCertificate.Begin);
        TestSignature fulcio = TestSignature.By(leaf.Key).With(leaf, intermediate, root).In(log, leaf.Pem, TestCertificate.Begin);
        foreach (TestSignature signature in (TestSignature[])[TestSignature.By(key), TestSignature.By(edwards), logged, fulcio,
            TestSignature.By(leaf.Key).With(leaf, intermediate, root)])
            material.Add(signature.Document()).Add([.. Encoding.ASCII.GetBytes(Mark), .. signature.Document()]);
        return material
            .Add(logged[SigstoreSignature.BundleAnnotation]!)
            .Add(TestLog.Body(logged.Payload, logged.Raw, key.Pem))
            .Add(TestLog.Body(fulcio.Payload, fulcio.Raw, leaf.Pem))
            .Add(Corpus.Where(static path => path.Contains("cosign", StringComparison.Ordinal)
                && path.Contains("/signature-", StringComparison.Ordinal)))
            .Add(Corpus.Where(static path => path.EndsWith("rekor-set", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Load(IReadOnlyDictionary<string, byte[]> trust)
    {
        SigstoreKeySource Source(string name) => new(name, trust[name]);
        _trusts.Clear();
        _trusts.Add(SigstoreTrust.FromPublicKeys([Source("key"), Source("edwards")], null));
        _trusts.Add(SigstoreTrust.FromPublicKeys([Source("key")], [Source("log")]));
        _trusts.Add(SigstoreTrust.FromFulcio(Source("root"), SigstoreSeeds.Issuer, SigstoreSeeds.Email, [Source("log")]));
        _trusts.Add(SigstoreTrust.FromPki(Source("root"), null, SigstoreSeeds.Email, null));
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        ReadEntry(input);
        _ = HashedRekord.TryParse(input, out _, out _);
        ReadOnlySpan<byte> document = SignatureFormat.TryRead(input, out ImageSignatureKind kind, out ReadOnlyMemory<byte> stored, out _)
            && kind == ImageSignatureKind.Sigstore ? stored.Span : input;
        bool isSignature = SigstoreSignature.TryParse(document, out SigstoreSignature? signature, out string problem);
        FuzzFinding.Unless(isSignature == (problem.Length == 0), "A signature is refused without a reason, or taken with one.");
        if (!isSignature)
            throw new TrustException("NoSignature", TrustErrorKind.InvalidData, problem);
        foreach (SigstoreTrust trust in _trusts)
            Judge(trust, signature!);
    }

    // Only what is canonical is signed, so it must not depend on how an entry was written.
    private static void ReadEntry(byte[] input)
    {
        if (!RekorEntry.TryParse(input, out RekorEntry? entry, out _))
            return;
        byte[] bundle = [.. "{\"Payload\":"u8, .. entry.Canonical, .. ",\"SignedEntryTimestamp\":\"AA==\"}"u8];
        FuzzFinding.Unless(RekorEntry.TryParse(bundle, out RekorEntry? again, out _)
            && again.Canonical.AsSpan().SequenceEqual(entry.Canonical) && again.UntrustedBody.AsSpan().SequenceEqual(entry.UntrustedBody),
            "A log entry that is written again reads otherwise.");
    }

    private void Judge(SigstoreTrust trust, SigstoreSignature signature)
    {
        SigstoreVerification verification = trust.Verify(signature, SigstoreSeeds.Now);
        FuzzFinding.Unless(verification.Reason.Length > 0, "A verdict has no reason.");
        FuzzFinding.Unless(verification.IsGood == (verification.KeyFingerprint is not null),
            "A verdict that is not good gives something away, or one that is good nothing.");
        if (verification.IsGood)
            FuzzFinding.Unless(signature.UntrustedPayload.Span.SequenceEqual(_payload), "A signature is good for another payload.");
        SigstoreJudge judge = new(trust, [], static reference =>
            IdentityMatcher.Refusal(new MatchRepositoryIdentity(), s_image, reference));
        FuzzFinding.Unless(judge.Judge("fuzz", signature, JudgedManifest.FromDigest(TestSignature.Digest),
            SigstoreSeeds.Now).IsValid == verification.IsGood, "The judge says otherwise than the verdict.");
    }
}
