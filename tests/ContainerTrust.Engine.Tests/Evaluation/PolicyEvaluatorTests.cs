using System.Text;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Evaluation;

public class PolicyEvaluatorTests
{
    private const string Reference = "registry.example.com/app:v1";
    private static readonly byte[] Manifest = Encoding.UTF8
        .GetBytes("""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}""");
    private static readonly string Digest = ManifestDigest.Compute(Manifest);
    private static readonly ClaimSigner Alice = new("Alice <alice@example.com>");
    private static readonly ClaimSigner Bob = new("Bob <bob@example.com>");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000);

    private readonly MemoryHost _host = new MemoryHost()
        .With("/keys/alice.gpg", Alice.PublicKey).With("/keys/bob.gpg", Bob.PublicKey).With("/keys/empty.gpg", Array.Empty<byte>());
    private readonly List<string> _warnings = [];

    [Fact]
    public void An_accepted_signature_satisfies_and_says_whose()
    {
        PolicyVerdict verdict = Evaluate([SignedBy("/keys/alice.gpg")], Alice.SignClaim(Reference, Digest));
        Assert.True(verdict.IsAccepted, verdict.Reason);
        Assert.Contains("Alice <alice@example.com>", verdict.Reason, StringComparison.Ordinal);
        ImageSignature signature = Assert.Single(verdict.Signatures);
        Assert.True(signature.IsValid);
        Assert.Equal(Alice.Fingerprint, signature.Fingerprint);
        Assert.Equal(Alice.Fingerprint, signature.KeyFingerprint);
        Assert.Equal("Alice <alice@example.com>", signature.UserId);
        Assert.Equal(Reference, signature.Reference);
        Assert.Equal(Digest, signature.Digest);
        Assert.Equal("test 1.0", signature.Creator);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_001), signature.Timestamp);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(ClaimSigner.SignatureCreated), signature.Created);
        Assert.Equal(ImageSignatureKind.SimpleSigning, signature.Kind);
    }

    [Fact]
    public void A_signature_by_another_key_shows_nothing_of_its_claim()
    {
        PolicyVerdict verdict = Evaluate([SignedBy("/keys/alice.gpg")], Bob.SignClaim(Reference, Digest));
        Assert.False(verdict.IsAccepted);
        ImageSignature signature = Assert.Single(verdict.Signatures);
        Assert.False(signature.IsValid);
        Assert.Null(signature.Fingerprint);
        Assert.Null(signature.KeyFingerprint);
        Assert.Null(signature.UserId);
        Assert.Null(signature.Created);
        Assert.Null(signature.Reference);
        Assert.Null(signature.Digest);
        Assert.Null(signature.Creator);
        Assert.Null(signature.Timestamp);
        Assert.Equal(Bob.Fingerprint[^16..], signature.UntrustedKeyId);
    }

    [Fact]
    public void No_signature_is_refused_and_says_where_it_was_looked_for()
    {
        PolicyVerdict verdict = Evaluate([SignedBy("/keys/alice.gpg")]);
        Assert.False(verdict.IsAccepted);
        Assert.Contains("https://store.example.com", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_digest_is_refused()
    {
        string other = "sha256:" + new string('a', 64);
        PolicyVerdict verdict = Evaluate([SignedBy("/keys/alice.gpg")], Alice.SignClaim(Reference, other));
        Assert.False(verdict.IsAccepted);
        Assert.Contains(other, verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(Alice.Fingerprint, Assert.Single(verdict.Signatures).Fingerprint);
    }

    [Fact]
    public void Another_reference_is_refused()
    {
        PolicyVerdict verdict = Evaluate([SignedBy("/keys/alice.gpg")], Alice.SignClaim("registry.example.com/app:v2", Digest));
        Assert.False(verdict.IsAccepted);
        Assert.Contains("registry.example.com/app:v2", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_good_signature_over_something_else_than_a_claim_is_refused()
    {
        PolicyVerdict verdict = Evaluate([SignedBy("/keys/alice.gpg")], Alice.SignMessage("hello"));
        Assert.False(verdict.IsAccepted);
        Assert.Null(Assert.Single(verdict.Signatures).Reference);
    }

    [Fact]
    public void A_cleartext_signature_is_refused_behind_the_mark_of_its_format_too()
    {
        byte[] message = Alice.SignClaim(Reference, Digest);
        Assert.True(Evaluate([SignedBy("/keys/alice.gpg")], [0, .. "simple-signing\n"u8, .. message]).IsAccepted);
        byte[] cleartext = Alice.ClearSign(ClaimSigner.Claim(Reference, Digest));
        PolicyVerdict marked = Evaluate([SignedBy("/keys/alice.gpg")], [0, .. "simple-signing\n"u8, .. cleartext]);
        Assert.False(marked.IsAccepted);
        Assert.Contains(
            "The signature is a cleartext signature, which podman and skopeo accept if built with gpgme or Sequoia",
            marked.Reason,
            StringComparison.Ordinal);
        ImageSignature signature = Assert.Single(marked.Signatures);
        Assert.Equal(ImageSignatureKind.SimpleSigning, signature.Kind);
        Assert.Null(signature.Fingerprint);
        Assert.Null(signature.Digest);

        // Without the mark no program knows the format.
        Assert.Equal(ImageSignatureKind.Unknown, Assert.Single(Evaluate([SignedBy("/keys/alice.gpg")], cleartext).Signatures).Kind);
    }

    [Fact]
    public void One_accepted_signature_among_others_is_enough()
    {
        Assert.True(Evaluate([SignedBy("/keys/alice.gpg")], Bob.SignClaim(Reference, Digest), Alice.SignClaim(Reference, Digest),
            Alice.SignMessage("x")).IsAccepted);
    }

    [Fact]
    public void A_signature_of_an_unknown_format_spoils_the_others()
    {
        PolicyVerdict verdict = Evaluate([SignedBy("/keys/alice.gpg")], Alice.SignClaim(Reference, Digest),
            Encoding.UTF8.GetBytes("what is this"));
        Assert.False(verdict.IsAccepted);
        Assert.Contains("cannot be read", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_in_one_requirement_are_alternatives_and_requirements_are_not()
    {
        SignedByRequirement either = new() { KeyPaths = ["/keys/alice.gpg", "/keys/bob.gpg"] };
        TrustRequirement[] both = [SignedBy("/keys/alice.gpg"), SignedBy("/keys/bob.gpg")];
        byte[] alice = Alice.SignClaim(Reference, Digest);
        byte[] bob = Bob.SignClaim(Reference, Digest);
        Assert.True(Evaluate([either], alice).IsAccepted);
        Assert.True(Evaluate([either], bob).IsAccepted);
        Assert.False(Evaluate(both, alice).IsAccepted);
        Assert.False(Evaluate(both, bob).IsAccepted);
        PolicyVerdict verdict = Evaluate(both, alice, bob);
        Assert.True(verdict.IsAccepted);
        Assert.All(verdict.Signatures, static s => Assert.True(s.IsValid));
        Assert.Equal([true, false], verdict.Requirements[0].Signatures.Select(static s => s.IsValid));
        Assert.Equal([false, true], verdict.Requirements[1].Signatures.Select(static s => s.IsValid));
    }

    [Fact]
    public void Keys_inside_the_policy_count()
    {
        SignedByRequirement inline = new() { KeyData = Convert.ToBase64String(Alice.PublicKey) };
        Assert.True(Evaluate([inline], Alice.SignClaim(Reference, Digest)).IsAccepted);
        Assert.False(Evaluate([inline], Bob.SignClaim(Reference, Digest)).IsAccepted);
    }

    [Theory]
    [InlineData("/keys/missing.gpg", "/keys/missing.gpg")]
    [InlineData("/keys/empty.gpg", "/keys/empty.gpg")]
    public void A_key_file_that_cannot_be_used_refuses_everything_and_is_named(string path, string named)
    {
        PolicyVerdict verdict = Evaluate([SignedBy(path)], Alice.SignClaim(Reference, Digest));
        Assert.False(verdict.IsAccepted);
        Assert.Contains(named, verdict.Reason, StringComparison.Ordinal);
        SignedByRequirement either = new() { KeyPaths = ["/keys/alice.gpg", "/keys/missing.gpg"] };
        Assert.False(Evaluate([either], Alice.SignClaim(Reference, Digest)).IsAccepted);
    }

    [Theory]
    [InlineData("signedByGPGKeys")]
    [InlineData("X509Certificates")]
    [InlineData("signedByX509CAs")]
    public void Other_key_types_refuse(string keyType) =>
        Assert.False(Evaluate([new SignedByRequirement { KeyType = keyType, KeyPath = "/keys/alice.gpg" }],
            Alice.SignClaim(Reference, Digest)).IsAccepted);

    [Fact]
    public void Requirements_that_look_at_no_signature()
    {
        Assert.True(Evaluate([new AcceptRequirement()]).IsAccepted);
        Assert.False(Evaluate([new RejectRequirement()]).IsAccepted);
        Assert.False(Evaluate([new AcceptRequirement(), new RejectRequirement()], Alice.SignClaim(Reference, Digest)).IsAccepted);
        Assert.False(Evaluate([new AcceptRequirement(), SignedBy("/keys/alice.gpg")]).IsAccepted);
        Assert.False(Evaluate([new SigstoreSignedRequirement { KeyPath = "/keys/alice.gpg" }],
            Alice.SignClaim(Reference, Digest)).IsAccepted);
        Assert.False(Evaluate([]).IsAccepted);
    }

    [Fact]
    public void Fingerprints_restrict_the_keys()
    {
        SignedByRequirement either = new() { KeyPaths = ["/keys/alice.gpg", "/keys/bob.gpg"] };
        RequirementKeys keys = new(_host, _warnings.Add);
        Assert.True(PolicyEvaluator.Evaluate([either], Image(Alice.SignClaim(Reference, Digest)), keys, [Alice.Fingerprint]).IsAccepted);
        PolicyVerdict verdict = PolicyEvaluator.Evaluate([either], Image(Alice.SignClaim(Reference, Digest)), keys, [Bob.Fingerprint]);
        Assert.False(verdict.IsAccepted);
        Assert.Contains(Alice.Fingerprint, verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_byte_of_a_signature_that_is_changed_refuses()
    {
        byte[] good = Alice.SignClaim(Reference, Digest);
        RequirementKeys keys = new(_host, _warnings.Add);
        SignedByRequirement requirement = SignedBy("/keys/alice.gpg");
        for (int i = 0; i < good.Length; i++)
        {
            byte[] mutated = [.. good];
            mutated[i] ^= 0x01;
            PolicyVerdict verdict = PolicyEvaluator.Evaluate([requirement], Image(mutated), keys);

            // What the signature does not cover: the name and date of the literal packet, and who is said to have made it.
            if (verdict.IsAccepted)
                Assert.Equal(Digest, Assert.Single(verdict.Signatures).Digest);
        }
    }

    [Fact]
    public void Every_key_and_every_signature_is_good_whatever_its_numbers()
    {
        // Numbers with leading zeros come once in some hundred times.
        for (int i = 0; i < 600; i++)
        {
            SignedByRequirement any = new() { KeyPath = "/keys/alice.gpg", SignedIdentity = new MatchRepositoryIdentity() };
            PolicyVerdict verdict = Evaluate([any], Alice.SignClaim($"registry.example.com/app:v{i}", Digest));
            Assert.True(verdict.IsAccepted, verdict.Reason);
        }
    }

    [Fact]
    public void Keys_are_read_once()
    {
        RequirementKeys keys = new(_host, _warnings.Add);
        for (int i = 0; i < 5; i++)
            PolicyEvaluator.Evaluate([SignedBy("/keys/alice.gpg")], Image(Alice.SignClaim(Reference, Digest)), keys);
        Assert.Single(_host.Asked, static p => p == "/keys/alice.gpg");
    }

    private static SignedByRequirement SignedBy(string path) => new() { KeyPath = path };

    private PolicyVerdict Evaluate(IReadOnlyList<TrustRequirement> requirements, params byte[][] signatures) =>
        PolicyEvaluator.Evaluate(requirements, Image(signatures), new RequirementKeys(_host, _warnings.Add));

    private static ImageToJudge Image(params byte[][] signatures)
    {
        Assert.True(DockerReference.TryParse(Reference, out DockerReference? reference, out _));
        return new ImageToJudge
        {
            Reference = reference,
            Manifest = JudgedManifest.FromContent(Manifest),
            UntrustedSignatures = [.. signatures.Select(static (s, i) => new SignatureBlob($"store/signature-{i + 1}", s))],
            SearchedStores = ["https://store.example.com"],
            Now = Now,
        };
    }
}
