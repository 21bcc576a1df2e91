using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Sigstore.Bundles;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>Bundles of sigstore by public keys: each check failing alone, and no wrong yes for whatever is changed.</summary>
public sealed class BundleTests
{
    private static readonly byte[] s_manifest = """{"schemaVersion":2,"config":{},"layers":[]}"""u8.ToArray();
    private static readonly string s_hex = Convert.ToHexStringLower(SHA256.HashData(s_manifest));
    private static readonly string s_digest = "sha256:" + s_hex;
    private static readonly TestKey s_key = TestKey.Get("P-256");

    [Theory]
    [InlineData("P-256")]
    [InlineData("RSA-2048")]
    [InlineData("Ed25519")]
    public void A_signature_by_the_key_is_good(string kind)
    {
        TestKey key = TestKey.Get(kind);
        string bundle = Envelope(key, Statement(s_hex));
        SigstoreVerification verification = Verify(bundle, key);
        Assert.True(verification.IsGood, verification.Reason);
        Assert.Equal(key.Fingerprint, verification.KeyFingerprint);
        Assert.Null(verification.Payload);
        Assert.Equal(SigstoreProblem.WrongSignature, Verify(bundle, TestKey.Get(kind, "other")).Problem);
    }

    [Theory]
    [InlineData(384)]
    [InlineData(521)]
    public void A_large_curve_goes_with_its_hash_too(int bits)
    {
        using ECDsa ecdsa = ECDsa.Create(bits == 384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP521);
        TestKey key = TestKey.Public($"P{bits}", ecdsa.ExportSubjectPublicKeyInfo());
        foreach ((HashAlgorithmName hash, bool isGood) in new[]
        {
            (HashAlgorithmName.SHA256, true), (HashAlgorithmName.SHA384, bits == 384), (HashAlgorithmName.SHA512, bits == 521),
        })
        {
            byte[] payload = Encoding.UTF8.GetBytes(Statement(s_hex));
            byte[] signed = new DsseEnvelope(DsseEnvelope.InToto, payload).SignedBytes();
            byte[] signature = ecdsa.SignData(signed, hash, DSASignatureFormat.Rfc3279DerSequence);
            SigstoreVerification verification = Verify(EnvelopeOf(payload, DsseEnvelope.InToto, signature), key);
            Assert.True(isGood == verification.IsGood, $"{hash}: {verification.Reason}");
        }
    }

    [Theory]
    [InlineData("https://in-toto.io/Statement/v1", true)]
    [InlineData("https://in-toto.io/Statement/v0.1", true)]
    [InlineData("https://in-toto.io/Statement/v2", false)]
    [InlineData("", false)]
    public void The_statement_must_be_one(string type, bool isGood) => Assert.Equal(isGood, Verify(Envelope(s_key, Statement(s_hex,
        type: type))).IsGood);

    [Fact]
    public void The_statement_must_be_a_signature_of_this_manifest()
    {
        SigstoreVerification attestation = Verify(Envelope(s_key, Statement(s_hex, "https://slsa.dev/provenance/v1")));
        Assert.False(attestation.IsGood);
        Assert.Contains("https://slsa.dev/provenance/v1", attestation.Reason, StringComparison.Ordinal);
        string other = new('a', 64);
        Assert.Contains("another manifest", Verify(Envelope(s_key, Statement(other))).Reason, StringComparison.Ordinal);
        Assert.True(Verify(Envelope(s_key,
            Statement(other, more: $$$""",{"name":"x","digest":{"sha512":"0","sha256":"{{{s_hex}}}"}}"""))).IsGood);
        Assert.False(Verify(Envelope(s_key, Statement(s_hex).Replace("sha256", "sha512", StringComparison.Ordinal))).IsGood);
        Assert.False(Verify(Envelope(s_key, Statement(s_hex.ToUpperInvariant()))).IsGood);
        Assert.False(Verify(Envelope(s_key, "{}")).IsGood);
        Assert.False(Verify(Envelope(s_key, "no JSON")).IsGood);
        Assert.False(Verify(Envelope(s_key, Statement(s_hex), "application/json")).IsGood);
    }

    [Fact]
    public void What_is_signed_is_the_type_and_the_payload_together()
    {
        // The payload alone, signed, is not the envelope; nor is another split of the same bytes.
        byte[] payload = Encoding.UTF8.GetBytes(Statement(s_hex));
        Assert.False(Verify(EnvelopeOf(payload, DsseEnvelope.InToto, s_key.Sign(payload))).IsGood);
        DsseEnvelope longer = new(DsseEnvelope.InToto + " ", payload);
        Assert.False(Verify(EnvelopeOf(payload, DsseEnvelope.InToto, s_key.Sign(longer.SignedBytes()))).IsGood);
        Assert.Equal("DSSEv1 29 http://example.com/HelloWorld 11 hello world", Encoding.ASCII.GetString(
            new DsseEnvelope("http://example.com/HelloWorld", "hello world"u8.ToArray()).SignedBytes()));
    }

    // What cosign verify refuses too: whatever the key has signed as a file could be pushed as a manifest.
    [Fact]
    public void A_signature_of_the_manifest_as_a_file_is_not_one_of_an_image()
    {
        SigstoreVerification verification = Verify(Content(s_key, s_manifest));
        Assert.False(verification.IsGood);
        Assert.Equal(SigstoreProblem.OtherMediaType, verification.Problem);
        Assert.Contains("good signature of a file with these bytes", verification.Reason, StringComparison.Ordinal);

        // It is looked at first: another key's, or that of another file, is not called good.
        Assert.Equal(SigstoreProblem.WrongSignature, Verify(Content(TestKey.Get("P-256", "other"), s_manifest)).Problem);
        SigstoreVerification other = Verify(Content(s_key, "another file"u8.ToArray()));
        Assert.False(other.IsGood);
        Assert.DoesNotContain("good signature", other.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_digest_by_another_hash_is_no_manifest_s()
    {
        Assert.False(Verify(Envelope(s_key, Statement(new string('a', 128))), s_key, "sha512:" + new string('a', 128)).IsGood);
        Assert.False(Verify(Envelope(s_key, Statement(s_hex)), s_key, "sha256:" + new string('a', 64)).IsGood);
    }

    [Theory]
    [InlineData("application/vnd.dev.sigstore.bundle+json;version=0.1", true)]
    [InlineData("application/vnd.dev.sigstore.bundle+json;version=0.2", true)]
    [InlineData("application/vnd.dev.sigstore.bundle+json;version=0.3", true)]
    [InlineData("application/vnd.dev.sigstore.bundle.v0.3+json", true)]
    [InlineData("application/vnd.dev.sigstore.bundle.v0.4+json", false)]
    [InlineData("application/json", false)]
    [InlineData("", false)]
    public void Versions_that_are_not_known_are_refused(string mediaType, bool isGood)
    {
        string bundle = Envelope(s_key, Statement(s_hex)).Replace("application/vnd.dev.sigstore.bundle.v0.3+json", mediaType,
            StringComparison.Ordinal);
        Assert.Equal(isGood, SigstoreBundle.TryParse(Encoding.UTF8.GetBytes(bundle), out _, out string problem));
        Assert.Equal(isGood, problem.Length == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"mediaType":"M"}""")]
    [InlineData("""{"mediaType":"M","messageSignature":null}""")]
    [InlineData("""{"mediaType":"M","messageSignature":{}}""")]
    [InlineData("""{"mediaType":"M","messageSignature":{"signature":"?"}}""")]
    [InlineData("""{"mediaType":"M","messageSignature":{"signature":7}}""")]
    [InlineData("""{"mediaType":"M","messageSignature":{"signature":"AAAA","signature":"AAAA"}}""")]
    [InlineData("""{"mediaType":"M","mediaType":"M","messageSignature":{"signature":"AAAA"}}""")]
    [InlineData("""{"mediaType":"M","messageSignature":{"signature":"AAAA"},"dsseEnvelope":{"payload":"","payloadType":"","signatures":[{"sig":"AAAA"}]}}""")]
    [InlineData("""{"mediaType":"M","dsseEnvelope":{"payload":"","payloadType":"","signatures":[]}}""")]
    [InlineData("""{"mediaType":"M","dsseEnvelope":{"payload":"","payloadType":"","signatures":[{"sig":"AAAA"},{"sig":"AAAA"}]}}""")]
    [InlineData("""{"mediaType":"M","dsseEnvelope":{"payload":"","payloadType":"","signatures":[{}]}}""")]
    [InlineData("""{"mediaType":"M","dsseEnvelope":{"payload":"","payloadType":"","signatures":{}}}""")]
    [InlineData("""{"mediaType":"M","dsseEnvelope":{"payload":"","signatures":[{"sig":"AAAA"}]}}""")]
    [InlineData("""{"mediaType":"M","dsseEnvelope":{"payloadType":"","signatures":[{"sig":"AAAA"}]}}""")]
    [InlineData("""{"mediaType":"M","messageSignature":{"signature":"AAAA"}} x""")]
    public void What_is_not_a_bundle_is_refused(string text)
    {
        byte[] document = Encoding.UTF8.GetBytes(text.Replace("\"M\"", "\"application/vnd.dev.sigstore.bundle.v0.3+json\"",
            StringComparison.Ordinal));
        Assert.False(SigstoreBundle.TryParse(document, out SigstoreBundle? bundle, out string problem));
        Assert.Null(bundle);
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void A_bundle_that_is_too_large_is_refused()
    {
        byte[] document = new byte[SigstoreBundle.MaxLength + 1];
        document.AsSpan().Fill((byte)' ');
        Assert.False(SigstoreBundle.TryParse(document, out _, out string problem));
        Assert.Contains("4 MiB", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void No_policy_takes_a_bundle_and_keys_say_that_it_names_no_image()
    {
        MemoryHost host = new MemoryHost().With("/k.pub", s_key.Pem);
        SignatureBlob blob = new("referrer", Encoding.UTF8.GetBytes(Envelope(s_key, Statement(s_hex)))) { IsBundle = true };
        SigstoreSignedRequirement any = new() { KeyPath = "/k.pub" };
        RequirementVerdict byPolicy = Judge(any, takesBundles: false);
        Assert.False(byPolicy.IsSatisfied);
        Assert.Contains("no policy looks at", byPolicy.Reason, StringComparison.Ordinal);

        RequirementVerdict byKeys = Judge(any, takesBundles: true);
        Assert.True(byKeys.IsSatisfied, byKeys.Reason);
        Assert.Contains("names no image", byKeys.Reason, StringComparison.Ordinal);
        Assert.Null(byKeys.Signatures[0].Reference);
        Assert.Equal(ImageSignatureKind.SigstoreBundle, byKeys.Signatures[0].Kind);

        Assert.False(Judge(any with { SignedIdentity = new MatchRepositoryIdentity() }, takesBundles: true).IsSatisfied);
        Assert.False(Judge(any, takesBundles: true, [new string('A', 64)]).IsSatisfied);
        Assert.True(Judge(any, takesBundles: true, [s_key.Fingerprint]).IsSatisfied);
        Assert.False(Judge(any with { RekorPublicKeyPath = "/k.pub" }, takesBundles: true).IsSatisfied);
        Assert.False(Judge(new SignedByRequirement { KeyPath = "/k.pub" }, takesBundles: true).IsSatisfied);

        // The same bytes in a store are a signature of no known format, whatever they are called there.
        blob = blob with { IsBundle = false };
        Assert.Equal(ImageSignatureKind.Unknown, Judge(any, takesBundles: true).Signatures[0].Kind);

        RequirementVerdict Judge(TrustRequirement requirement, bool takesBundles, string[]? fingerprints = null)
        {
            ImageToJudge image = new()
            {
                Reference = null, Manifest = JudgedManifest.FromContent(s_manifest), UntrustedSignatures = [blob],
                    TakesBundles = takesBundles,
                Now = DateTimeOffset.UtcNow,
            };
            RequirementKeys keys = new(host, static _ => { }, static _ => { });
            return Assert.Single(PolicyEvaluator.Evaluate([requirement], image, keys, fingerprints ?? []).Requirements);
        }
    }

    [Fact]
    public void Whatever_is_changed_nothing_is_good_but_what_was_signed()
    {
        byte[] envelope = Encoding.UTF8.GetBytes(Envelope(s_key, Statement(s_hex))), content = Encoding.UTF8.GetBytes(Content(s_key,
            s_manifest));
        byte[] signed = new DsseEnvelope(DsseEnvelope.InToto, Encoding.UTF8.GetBytes(Statement(s_hex))).SignedBytes();
        byte[] other = Encoding.UTF8.GetBytes(Envelope(TestKey.Get("P-256", "other"), Statement(new string('a', 64))));
        SigstoreTrust trust = Trust(s_key);
        Random random = new(16);
        int good = 0, read = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] original = i % 2 == 0 ? envelope : content;
            byte[] changed = Change(original, other, random);
            if (!SigstoreBundle.TryParse(changed, out SigstoreBundle? bundle, out _))
                continue;
            read++;
            if (!trust.Verify(bundle, s_digest).IsGood)
                continue;
            good++;
            Assert.True(bundle.UntrustedEnvelope!.SignedBytes().AsSpan().SequenceEqual(signed));
        }

        Assert.True(good > 100 && read > good + 1000, $"{good} of {read} read are good");
    }

    private static byte[] Change(byte[] original, byte[] other, Random random)
    {
        byte[] changed = [.. original];
        int at = random.Next(changed.Length);
        switch (random.Next(5))
        {
            case 0:
                changed[at] = (byte)random.Next(256);
                return changed;
            case 1:
                changed[at] ^= (byte)(1 << random.Next(8));
                return changed;
            case 2:
                return changed[..at];
            case 3:
                int length = Math.Min(random.Next(200), Math.Min(other.Length, changed.Length) - 1);
                int from = random.Next(other.Length - length);
                other.AsSpan(from, length).CopyTo(changed.AsSpan(Math.Min(at, changed.Length - length)));
                return changed;
            default:
                return [.. changed[..at], (byte)random.Next(32, 127), .. changed[at..]];
        }
    }

    private static SigstoreVerification Verify(string bundle, TestKey? key = null) => Verify(bundle, key ?? s_key, s_digest);

    private static SigstoreVerification Verify(string text, TestKey key, string digest)
    {
        Assert.True(SigstoreBundle.TryParse(Encoding.UTF8.GetBytes(text), out SigstoreBundle? bundle, out string problem), problem);
        return Trust(key).Verify(bundle, digest, s_manifest);
    }

    private static SigstoreTrust Trust(TestKey key) => SigstoreTrust.FromPublicKeys([key.Source], null);

    private static string Statement(string hex, string predicate = InTotoStatement.SignaturePredicate, string more = "",
        string type = "https://in-toto.io/Statement/v1") =>
        $$$"""{"_type":"{{{type}}}","subject":[{"digest":{"sha256":"{{{hex}}}"}}{{{more}}}],"predicateType":"{{{predicate}}}","predicate":{}}""";

    private static string Envelope(TestKey key, string payload, string type = DsseEnvelope.InToto)
    {
        byte[] content = Encoding.UTF8.GetBytes(payload);
        return EnvelopeOf(content, type, key.Sign(new DsseEnvelope(type, content).SignedBytes()));
    }

    private static string EnvelopeOf(byte[] payload, string type, byte[] signature) =>
        $$$"""
        {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"x"},"tlogEntries":[]},
        "dsseEnvelope":{"payload":"{{{Convert.ToBase64String(payload)}}}","payloadType":"{{{type}}}","signatures":[{"sig":"{{{Convert.ToBase64String(signature)}}}","keyid":""}]}}
        """;

    private static string Content(TestKey key, byte[] content) =>
        $$$"""
        {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"x"}},
        "messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"{{{Convert.ToBase64String(SHA256.HashData(content))}}}"},
        "signature":"{{{Convert.ToBase64String(key.Sign(content))}}}"}}
        """;
}
