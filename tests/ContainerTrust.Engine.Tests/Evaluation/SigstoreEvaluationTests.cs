using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore;
using ContainerTrust.Engine.Tests.Images;
using ContainerTrust.Engine.Tests.Sigstore;

namespace ContainerTrust.Engine.Tests.Evaluation;

/// <summary>What <c>sigstoreSigned</c> requirements make of sigstore signatures by keys of these tests.</summary>
public class SigstoreEvaluationTests
{
    private const string Repository = "registry.example.com/team/app";
    private const string Hint = "Attachments were not looked for.";
    private static readonly byte[] Manifest = Encoding.UTF8
        .GetBytes("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}""");
    private static readonly string Digest = ManifestDigest.Compute(Manifest);
    private static readonly TestKey Key = TestKey.Get("P-256", "evaluation");
    private static readonly TestKey Other = TestKey.Get("P-256", "evaluation other");
    private static readonly TestSigner Alice = new("Alice <alice@example.com>");
    private static readonly TestLog Log = new(TestKey.Get("P-256", "evaluation log"));
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000);

    private readonly FileHost _host = new FileHost()
        .With("/keys/key.pub", Key.Pem).With("/keys/other.pub", Other.Pem).With("/keys/log.pub", Log.Key.Pem)
            .With("/keys/alice.gpg", Alice.PublicKey).With("/keys/empty.pub", "");

    [Theory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    [InlineData("P-521")]
    [InlineData("RSA-2048")]
    [InlineData("Ed25519")]
    public void AnAcceptedSignatureSatisfiesAndSaysWhose(string kind)
    {
        TestKey key = TestKey.Get(kind, "accepted");
        _host.With("/keys/kind.pub", key.Pem);
        PolicyVerdict verdict = Evaluate([By("/keys/kind.pub")],
            Sign(key, Repository, optional: """{"creator":"maker","timestamp":1700000000}"""));
        Assert.True(verdict.IsAccepted, verdict.Reason);
        Assert.Contains(key.Fingerprint, verdict.Reason, StringComparison.Ordinal);
        ImageSignature signature = Assert.Single(verdict.Signatures);
        Assert.Equal((true, ImageSignatureKind.Sigstore, key.Fingerprint, key.Fingerprint),
            (signature.IsValid, signature.Kind, signature.Fingerprint, signature.KeyFingerprint));
        Assert.Equal((Repository, Digest, "maker", DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)),
            (signature.Reference, signature.Digest, signature.Creator, signature.Timestamp));
        Assert.Equal((null, null, null, null),
            (signature.CertificateSubject, signature.CertificateIssuer, signature.LogIndex, signature.IntegratedTime));
    }

    [Fact]
    public void ALogsEntryIsShown()
    {
        DateTimeOffset time = DateTimeOffset.FromUnixTimeSeconds(1_740_000_000);
        SigstoreSignedRequirement requirement = By("/keys/key.pub") with { RekorPublicKeyPath = "/keys/log.pub" };
        PolicyVerdict verdict = Evaluate([requirement], File(TestSignature.By(Key, Claim(Repository, Digest)).In(Log, Key.Pem, time)));
        Assert.True(verdict.IsAccepted, verdict.Reason);
        Assert.Equal((4711L, time), (verdict.Signatures[0].LogIndex, verdict.Signatures[0].IntegratedTime));
        Assert.False(Evaluate([requirement], Sign(Key)).IsAccepted);
        Assert.False(Evaluate([requirement with { RekorPublicKeyPath = "/keys/other.pub" }],
            File(TestSignature.By(Key, Claim(Repository, Digest)).In(Log, Key.Pem, time))).IsAccepted);
    }

    [Theory]
    [InlineData(null, Repository, false)]
    [InlineData(null, Repository + ":v1", true)]
    [InlineData(null, Repository + ":v2", false)]
    [InlineData("exact", Repository, false)]
    [InlineData("exact", Repository + ":v1", true)]
    [InlineData("repository", Repository, true)]
    [InlineData("repository", Repository + ":v2", true)]
    [InlineData("repository", "registry.example.com/team/other", false)]
    [InlineData("exactRepository", Repository, true)]
    [InlineData("exactRepository", "registry.example.com/team", false)]
    [InlineData("exactReference", Repository, false)]
    [InlineData("exactReference", Repository + ":v1", true)]
    [InlineData("remap", "vendor.example.com/app", false)]
    [InlineData("remap", "vendor.example.com/app:v1", true)]
    [InlineData("repository", "", false)]
    [InlineData("repository", "Upper/Case", false)]
    public void TheIdentityRuleDecides(string? rule, string claimed, bool isAccepted)
    {
        SignedIdentity? identity = rule switch
        {
            "exact" => new MatchExactIdentity(),
            "repository" => new MatchRepositoryIdentity(),
            "exactRepository" => new ExactRepositoryIdentity { DockerRepository = Repository },
            "exactReference" => new ExactReferenceIdentity { DockerReference = Repository + ":v1" },
            "remap" => new RemapIdentity { Prefix = "registry.example.com/team", SignedPrefix = "vendor.example.com" },
            _ => null,
        };
        PolicyVerdict verdict = Evaluate([new SigstoreSignedRequirement { KeyPath = "/keys/key.pub", SignedIdentity = identity }],
            Sign(Key, claimed));
        Assert.True(verdict.IsAccepted == isAccepted, verdict.Reason);
        bool isTagMissing = !isAccepted && claimed == Repository && rule is not "repository";
        Assert.True(!isTagMissing || verdict.Reason.Contains("cosign", StringComparison.Ordinal), verdict.Reason);
        Assert.True(isAccepted || !claimed.EndsWith(":v2", StringComparison.Ordinal)
            || !verdict.Reason.Contains("cosign", StringComparison.Ordinal), verdict.Reason);
    }

    [Theory]
    [InlineData("busybox", true)]
    [InlineData("example.com/app", true)]
    [InlineData("example.com:5000/app", true)]
    [InlineData("busybox:v1", false)]
    [InlineData("example.com:5000/app:v2", false)]
    [InlineData("example.com/app@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void AMissingTagIsExplained(string claimed, bool isExplained)
    {
        PolicyVerdict verdict = Evaluate([new SigstoreSignedRequirement { KeyPath = "/keys/key.pub" }], Sign(Key, claimed));
        Assert.False(verdict.IsAccepted);
        Assert.Equal(isExplained, verdict.Reason.Contains("Signatures by cosign name no tag", StringComparison.Ordinal));
    }

    [Fact]
    public void AnotherManifestIsRefused()
    {
        string other = "sha256:" + new string('a', 64);
        PolicyVerdict verdict = Evaluate([By("/keys/key.pub")], Sign(Key, digest: other));
        Assert.False(verdict.IsAccepted);
        Assert.Contains(other, verdict.Reason, StringComparison.Ordinal);
        Assert.Equal((Digest: other, Key.Fingerprint), (verdict.Signatures[0].Digest, verdict.Signatures[0].Fingerprint));
        Assert.False(Evaluate([By("/keys/key.pub")], Sign(Key, digest: "no digest")).IsAccepted);
    }

    [Fact]
    public void ASignatureByAnotherKeyShowsNothingOfItsClaim()
    {
        PolicyVerdict verdict = Evaluate([By("/keys/key.pub")], Sign(Other));
        Assert.False(verdict.IsAccepted);
        ImageSignature signature = Assert.Single(verdict.Signatures);
        Assert.Equal((false, null, null, null, null, null, null),
            (signature.IsValid, signature.Fingerprint, signature.KeyFingerprint, signature.Reference, signature.Digest, signature.Creator,
            signature.Timestamp));
        Assert.DoesNotContain(Repository, verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void KeysOfOneRequirementAreAlternatives()
    {
        foreach (SigstoreSignedRequirement requirement in new[]
        {
            Any() with { KeyPaths = ["/keys/key.pub", "/keys/other.pub"] },
            Any() with { KeyPaths = ["/keys/other.pub", "/keys/key.pub"] },
            Any() with { KeyDatas = [Base64(Other.Pem), Base64(Key.Pem)] },
        })
        {
            Assert.True(Evaluate([requirement], Sign(Key)).IsAccepted);
            Assert.True(Evaluate([requirement], Sign(Other)).IsAccepted);
        }

        Assert.True(Evaluate([Any() with { KeyData = Base64(Key.Pem) }], Sign(Key)).IsAccepted);
        Assert.False(Evaluate([Any() with { KeyData = Base64(Key.Pem) }], Sign(Other)).IsAccepted);
        Assert.False(Evaluate([By("/keys/key.pub"), By("/keys/other.pub")], Sign(Key)).IsAccepted);
        Assert.True(Evaluate([By("/keys/key.pub"), By("/keys/other.pub")], Sign(Key), Sign(Other)).IsAccepted);
    }

    [Theory]
    [InlineData("/keys/missing.pub")]
    [InlineData("/keys/empty.pub")]
    [InlineData("/keys/alice.gpg")]
    public void AKeyFileThatCannotBeUsedRefusesEverythingAndIsNamed(string path)
    {
        foreach (SigstoreSignedRequirement requirement in new[] { By(path), Any() with { KeyPaths = ["/keys/key.pub", path] },
            By("/keys/key.pub") with { RekorPublicKeyPath = path } })
        {
            PolicyVerdict verdict = Evaluate([requirement], Sign(Key));
            Assert.False(verdict.IsAccepted);
            Assert.Contains(path, verdict.Reason, StringComparison.Ordinal);
            Assert.Equal((false, null), (verdict.Signatures[0].IsValid, verdict.Signatures[0].Reference));
        }
    }

    [Fact]
    public void BothKindsInOneListAreBothRequired()
    {
        TrustRequirement[] both = [new SignedByRequirement { KeyPath = "/keys/alice.gpg", SignedIdentity = new MatchRepositoryIdentity() },
            By("/keys/key.pub")];
        byte[] openPgp = Alice.SignClaim(Repository + ":v1", Digest);
        Assert.False(Evaluate(both, Sign(Key)).IsAccepted);
        Assert.False(Evaluate(both, openPgp).IsAccepted);
        PolicyVerdict verdict = Evaluate(both, openPgp, Sign(Key));
        Assert.True(verdict.IsAccepted, verdict.Reason);
        Assert.Equal([true, false], verdict.Requirements[0].Signatures.Select(static s => s.IsValid));
        Assert.Equal([false, true], verdict.Requirements[1].Signatures.Select(static s => s.IsValid));
        Assert.All(verdict.Signatures, static s => Assert.True(s.IsValid));
        Assert.False(Evaluate([.. both, new RejectRequirement()], openPgp, Sign(Key)).IsAccepted);
        Assert.False(Evaluate([new AcceptRequirement(), By("/keys/key.pub")]).IsAccepted);
    }

    [Fact]
    public void AttachmentsOfAnotherKindAreNoSignatures()
    {
        TestSignature attachment = TestSignature.By(Key, Claim(Repository, Digest));
        attachment.MimeType = "text/plain";
        PolicyVerdict verdict = Evaluate([By("/keys/key.pub")], File(attachment));
        Assert.False(verdict.IsAccepted);
        Assert.Contains("another kind", verdict.Reason, StringComparison.Ordinal);
        Assert.True(Evaluate([By("/keys/key.pub")], File(attachment), Sign(Key)).IsAccepted);
    }

    [Theory]
    [InlineData("\0sigstore-json\n{")]
    [InlineData("\0sigstore-json\n")]
    [InlineData("\0sigstore-json\n[]")]
    [InlineData("\0sigstore-json\n{\"payload\":\"!\"}")]
    [InlineData("\0sigstore-json\n{\"annotations\":{\"a\":1}}")]
    [InlineData("\0sigstore-other\n{}")]
    [InlineData("what is this")]
    [InlineData("")]
    public void AnUnreadableSignatureSpoilsTheOthers(string unreadable)
    {
        byte[] content = Encoding.UTF8.GetBytes(unreadable);
        TrustRequirement openPgp = new SignedByRequirement { KeyPath = "/keys/alice.gpg", SignedIdentity = new MatchRepositoryIdentity() };
        byte[] alice = Alice.SignClaim(Repository + ":v1", Digest);
        foreach (byte[][] signatures in (byte[][][])[[Sign(Key), alice, content], [content, alice, Sign(Key)]])
        {
            PolicyVerdict verdict = Evaluate([By("/keys/key.pub")], signatures);
            Assert.False(verdict.IsAccepted);
            Assert.Contains("cannot be read", verdict.Reason, StringComparison.Ordinal);
            Assert.False(Evaluate([openPgp], signatures).IsAccepted);
        }
    }

    [Fact]
    public void TheMissingSwitchIsNamedWhereItIsWhatIsMissing()
    {
        Assert.Contains(Hint, Evaluate(Image([], Hint), By("/keys/key.pub")).Reason, StringComparison.Ordinal);
        Assert.Contains(Hint, Evaluate(Image([Alice.SignClaim(Repository, Digest)], Hint), By("/keys/key.pub")).Reason,
            StringComparison.Ordinal);

        // It is not what is missing.
        Assert.DoesNotContain(Hint, Evaluate(Image([Sign(Other)], Hint), By("/keys/key.pub")).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Hint, Evaluate(Image([Sign(Key)], Hint), By("/keys/key.pub")).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Hint, Evaluate(Image([], Hint), By("/keys/missing.pub")).Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(Hint, Evaluate(Image([], Hint), new SignedByRequirement { KeyPath = "/keys/alice.gpg" }).Reason,
            StringComparison.Ordinal);
        Assert.DoesNotContain("looked for", Evaluate(Image([], null), By("/keys/key.pub")).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void FingerprintsRestrictTheKeys()
    {
        SigstoreSignedRequirement either = Any() with { KeyPaths = ["/keys/key.pub", "/keys/other.pub"] };
        RequirementKeys keys = new(_host, static _ => { });
        Assert.True(PolicyEvaluator.Evaluate([either], Image([Sign(Key)]), keys,
            Fingerprints.Normalize([Key.Fingerprint.ToLowerInvariant()])).IsAccepted);
        PolicyVerdict verdict = PolicyEvaluator.Evaluate([either], Image([Sign(Key)]), keys, [Other.Fingerprint]);
        Assert.False(verdict.IsAccepted);
        Assert.Contains(Key.Fingerprint, verdict.Reason, StringComparison.Ordinal);
        Assert.True(PolicyEvaluator.Evaluate([either], Image([Sign(Key), Sign(Other)]), keys, [Other.Fingerprint]).IsAccepted);
    }

    [Fact]
    public void KeysAreReadOnce()
    {
        RequirementKeys keys = new(_host, static _ => { });
        SigstoreSignedRequirement requirement = By("/keys/key.pub");
        for (int i = 0; i < 5; i++)
            Assert.True(PolicyEvaluator.Evaluate([requirement], Image([Sign(Key)]), keys).IsAccepted);
        Assert.Single(_host.Asked, static p => p == "/keys/key.pub");
    }

    [Fact]
    public void NoChangedDocumentIsAcceptedForAnotherClaim()
    {
        byte[] good = Sign(Key);
        RequirementKeys keys = new(_host, static _ => { });
        SigstoreSignedRequirement requirement = By("/keys/key.pub");
        Random random = new(11);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] mutated = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--)
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            PolicyVerdict verdict = PolicyEvaluator.Evaluate([requirement], Image([mutated]), keys);
            if (!verdict.IsAccepted)
                continue;

            // What nothing covers: members and annotations that are not known, case and white space that JSON and base64 allow.
            accepted++;
            ImageSignature signature = Assert.Single(verdict.Signatures);
            Assert.Equal((Repository, Digest, Key.Fingerprint), (signature.Reference, signature.Digest, signature.Fingerprint));
            Assert.Equal(ImageSignatureKind.Sigstore, StoredSignature.Detect(mutated, out _, out SigstoreSignature? parsed, out _));
            Assert.Equal(Claim(Repository, Digest), Encoding.UTF8.GetString(parsed!.UntrustedPayload.Span));
        }

        Assert.InRange(accepted, 0, 1000);
    }

    private static SigstoreSignedRequirement Any() => new() { SignedIdentity = new MatchRepositoryIdentity() };

    private static SigstoreSignedRequirement By(string path) => Any() with { KeyPath = path };

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Claim(string reference, string digest, string optional = "null") =>
        $$$"""{"critical":{"identity":{"docker-reference":"{{{reference}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},"type":"cosign container image signature"},"optional":{{{optional}}}}""";

    private static byte[] Sign(TestKey key, string reference = Repository, string? digest = null, string optional = "null") =>
        File(TestSignature.By(key, Claim(reference, digest ?? Digest, optional)));

    private static byte[] File(TestSignature signature) => [0, .. "sigstore-json\n"u8, .. signature.Document()];

    private PolicyVerdict Evaluate(IReadOnlyList<TrustRequirement> requirements, params byte[][] signatures) =>
        Evaluate(Image(signatures), [.. requirements]);

    private PolicyVerdict Evaluate(ImageToJudge image, params TrustRequirement[] requirements) =>
        PolicyEvaluator.Evaluate(requirements, image, new RequirementKeys(_host, static _ => { }));

    private static ImageToJudge Image(byte[][] signatures, string? hint = null)
    {
        Assert.True(DockerReference.TryParse(Repository + ":v1", out DockerReference? reference, out _));
        return new ImageToJudge
        {
            Reference = reference,
            Manifest = JudgedManifest.FromContent(Manifest),
            UntrustedSignatures = [.. signatures.Select(static (s, i) => new SignatureBlob($"store/signature-{i + 1}", s))],
            SearchedStores = ["https://store.example.com"],
            AttachmentsHint = hint,
            Now = Now,
        };
    }
}
