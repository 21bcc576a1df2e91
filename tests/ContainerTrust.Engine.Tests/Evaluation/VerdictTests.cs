using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Evaluation;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Evaluation;

/// <summary>What a verdict is made of, and the sentence that says why.</summary>
public sealed class VerdictTests
{
    private const string Reference = "registry.example.com/app:v1";
    private static readonly byte[] Manifest = Encoding.UTF8
        .GetBytes("""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}""");
    private static readonly string Digest = ManifestDigest.Compute(Manifest);
    private static readonly string OtherDigest = "sha256:" + new string('a', 64);
    private static readonly ClaimSigner Alice = new("Alice <alice@example.com>");
    private static readonly ClaimSigner Bob = new("Bob <bob@example.com>");
    private static readonly TestSigner Primary = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(TestPackets.Created + 5);

    private readonly MemoryHost _host = new MemoryHost()
        .With("/alice.gpg", Alice.PublicKey).With("/bob.gpg", Bob.PublicKey).With("/none.gpg", Array.Empty<byte>())
        .With("/subkey.gpg", (byte[])[.. Primary.Certificate(),
            .. Primary.Bind(Sub, TestPackets.Created + 6, hashed: TestPackets.Flags(2))]);

    private readonly List<string> _warnings = [];

    [Fact]
    public void The_sentence_says_what_was_missing()
    {
        byte[] alice = Alice.SignClaim(Reference, Digest), bob = Bob.SignClaim(Reference, Digest),
        other = Bob.SignClaim(Reference, OtherDigest);
        Assert.Equal($"Signed by Alice <alice@example.com> ({Alice.Fingerprint}) for {Reference}.", Reason([By("/alice.gpg")], alice));
        Assert.Equal("A signature is required, and there is none in https://one.example.com, https://two.example.com.",
            Reason([By("/alice.gpg")]));
        Assert.Equal("A signature is required, and there is none.",
            PolicyEvaluator.Evaluate([By("/alice.gpg")], Image() with { SearchedStores = [] }, Keys()).Reason);
        string unknown = $"The signature names the key {Bob.Fingerprint[^16..]}, which is not among the keys.";
        Assert.Equal($"{unknown} Signature: store/1.", Reason([By("/alice.gpg")], bob));
        Assert.Equal($"{unknown} None of the 2 signatures was accepted.", Reason([By("/alice.gpg")], bob, other));
        Assert.Equal(
            $"{unknown} The signature is good, but it is for another manifest: {OtherDigest}, not {Digest}. " +
                "None of the 2 signatures was accepted.",
            Reason([By("/alice.gpg")], bob, Alice.SignClaim(Reference, OtherDigest)));
        Assert.StartsWith("/none.gpg: the file is empty; ", Reason([By("/none.gpg")], alice), StringComparison.Ordinal);
        string odd = Reason([By("/alice.gpg")], alice, "what is this"u8.ToArray());
        Assert.StartsWith("The signature's format cannot be told: ", odd, StringComparison.Ordinal);
        Assert.EndsWith("podman and skopeo refuse an image with a signature that cannot be read. Signature: store/2.", odd,
            StringComparison.Ordinal);
        Assert.Equal("The list of requirements is empty, which accepts nothing.", Reason([]));
    }

    [Fact]
    public void What_a_claim_does_not_say_is_not_shown()
    {
        string claim = ClaimSigner.Claim(Reference, Digest);
        string bare = claim[..claim.IndexOf("\"creator\"", StringComparison.Ordinal)] + "}}";
        var verdict = Evaluate([By("/alice.gpg")], Alice.SignMessage(bare));
        Assert.True(verdict.IsAccepted, verdict.Reason);
        Assert.Equal((null, null), (verdict.Signatures[0].Creator, verdict.Signatures[0].Timestamp));
    }

    [Fact]
    public void A_key_problem_speaks_where_there_is_no_signature_too()
    {
        SigstoreSignedRequirement sigstore = new() { KeyPath = "/missing.pub" };
        Assert.Equal("The key file /missing.pub does not exist, so no signature can be accepted.", Reason([sigstore]));
        Assert.Equal("The key file /missing.gpg does not exist, so no signature can be accepted.", Reason([By("/missing.gpg")]));
    }

    [Fact]
    public void Of_several_requirements_the_open_ones_speak()
    {
        byte[] alice = Alice.SignClaim(Reference, Digest), bob = Bob.SignClaim(Reference, Digest);
        string both = Reason([By("/alice.gpg"), By("/bob.gpg")], alice, bob);
        Assert.Contains("Alice", both, StringComparison.Ordinal);
        Assert.Contains("Bob", both, StringComparison.Ordinal);
        string one = Reason([By("/alice.gpg"), By("/bob.gpg")], alice);
        Assert.DoesNotContain("Signed by", one, StringComparison.Ordinal);
        Assert.Equal("The policy rejects every image here.",
            Reason([new RejectRequirement(), new AcceptRequirement(), new RejectRequirement()]));
        Assert.Equal("signedBaseLayer is not implemented by podman and skopeo, so it refuses every image.",
            Reason([new SignedBaseLayerRequirement { BaseLayerIdentity = new MatchExactIdentity() }], alice));
    }

    [Fact]
    public void A_signature_of_the_other_kind_is_not_looked_at()
    {
        byte[] sigstore = "\0sigstore-json\n{\"payload\":\"e30=\",\"mimeType\":\"application/vnd.dev.cosign.simplesigning.v1+json\",\"annotations\":{}}"u8.ToArray();
        var verdict = Evaluate([By("/alice.gpg")], sigstore);
        var signature = Assert.Single(verdict.Signatures);
        Assert.Equal((false, ImageSignatureKind.Sigstore, "It is a sigstore signature, which a signedBy requirement does not look at."),
            (signature.IsValid, signature.Kind, signature.Reason));
        Assert.True(Evaluate([By("/alice.gpg")], sigstore, Alice.SignClaim(Reference, Digest)).IsAccepted);

        verdict = Evaluate([By("/none.gpg")], Alice.SignClaim(Reference, Digest));
        signature = Assert.Single(verdict.Signatures);
        Assert.Equal((false, ImageSignatureKind.SimpleSigning, verdict.Reason), (signature.IsValid, signature.Kind, signature.Reason));
    }

    [Fact]
    public void A_key_problem_refuses_whatever_the_signatures_say()
    {
        ImageSignature valid = new() { Source = "s", Kind = ImageSignatureKind.SimpleSigning, IsValid = true, Reason = "Good." };
        ImageSignature unknown = valid with { Kind = ImageSignatureKind.Unknown, IsValid = false, Reason = "What is it." };
        Assert.Equal((true, "Good."), Of([valid], null));
        Assert.Equal((true, "Good."), Of([valid with { IsValid = false, Reason = "Bad." }, valid], null));
        Assert.Equal((false, "No key."), Of([valid], "No key."));
        Assert.Equal((false, "No key."), Of([unknown, valid], "No key."));
        Assert.Equal((false, "What is it. podman and skopeo refuse an image with a signature that cannot be read. Signature: s."),
            Of([valid, unknown], null));

        static (bool, string) Of(ImageSignature[] judged, string? keyProblem)
        {
            var verdict = PolicyEvaluator.Verdict(new RejectRequirement(), judged, [], keyProblem);
            Assert.Equal(judged, verdict.Signatures);
            return (verdict.IsSatisfied, verdict.Reason);
        }
    }

    [Fact]
    public void Fingerprints_of_primary_keys_and_of_subkeys_restrict()
    {
        byte[] message = Sub.Message(Encoding.UTF8.GetBytes(ClaimSigner.Claim(Reference, Digest)), TestPackets.Created + 20);
        SignedByRequirement requirement = By("/subkey.gpg");
        foreach (string[] accepted in (string[][])[[], [Primary.Fingerprint], [Sub.Fingerprint], [Alice.Fingerprint, Sub.Fingerprint]])
        {
            var verdict = PolicyEvaluator.Evaluate([requirement], Image(message), Keys(), accepted);
            Assert.True(verdict.IsAccepted, verdict.Reason);
            Assert.Equal((Primary.Fingerprint, Sub.Fingerprint), (verdict.Signatures[0].Fingerprint, verdict.Signatures[0].KeyFingerprint));
        }

        var refused = PolicyEvaluator.Evaluate([requirement], Image(message), Keys(), [Alice.Fingerprint]);
        Assert.False(refused.IsAccepted);
        Assert.Equal($"The signature is good, but its key {Sub.Fingerprint} is not one of the fingerprints asked for.",
            refused.Signatures[0].Reason);
        Assert.Null(refused.Signatures[0].Reference);
    }

    [Fact]
    public void Of_several_requirements_the_one_that_got_furthest_shows_a_signature()
    {
        ImageSignature none = new() { Source = "s", Kind = ImageSignatureKind.SimpleSigning, IsValid = false, Reason = "0" };
        ImageSignature known = none with { Fingerprint = "F", Reason = "1" };
        ImageSignature claimed = known with { Digest = Digest, Reason = "2" };
        ImageSignature valid = claimed with { IsValid = true, Reason = "3" };
        ImageSignature[] all = [none, known, claimed, valid];
        StoredSignature[] blobs = [StoredSignature.Of(new("s", "x"u8.ToArray()))];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = 0; j < all.Length; j++)
            {
                var verdict = PolicyVerdict.Of([Judged(all[i]), Judged(all[j])], blobs);
                Assert.Equal(all[Math.Max(i, j)], Assert.Single(verdict.Signatures));
            }
        }

        // The first of equals; and what nobody looks at.
        Assert.Equal(known, PolicyVerdict.Of([Judged(known), Judged(known with { Source = "t" })], blobs).Signatures[0]);
        var unseen = Assert.Single(PolicyVerdict.Of([Judged()], blobs).Signatures);
        Assert.Equal(("s", ImageSignatureKind.Unknown, false, "No requirement looks at signatures."),
            (unseen.Source, unseen.Kind, unseen.IsValid, unseen.Reason));
        Assert.Equal(known, PolicyVerdict.Of([Judged(), Judged(known)], blobs).Signatures[0]);

        static RequirementVerdict Judged(params ImageSignature[] signatures) =>
            new() { Requirement = new RejectRequirement(), IsSatisfied = false, Reason = "r", Signatures = signatures };
    }

    [Fact]
    public void The_scope_of_the_image_decides_or_else_the_default()
    {
        var policy = PolicyReader.Read(
            """
            {"default": [{"type": "reject"}],
             "transports": {"docker": {"registry.example.com/app": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/alice.gpg"}],
                                       "open.example.com": [{"type": "insecureAcceptAnything"}]}}}
            """u8,
            "policy.json");
        Assert.True(Evaluate($"docker://{Reference}", Alice.SignClaim(Reference, Digest)));
        Assert.False(Evaluate($"docker://{Reference}"));
        Assert.True(Evaluate("docker://open.example.com/app"));
        Assert.False(Evaluate("docker://closed.example.com/app", Alice.SignClaim(Reference, Digest)));
        Assert.False(Evaluate("dir:/tmp/image", Alice.SignClaim(Reference, Digest)));

        bool Evaluate(string image, params byte[][] signatures) =>
            PolicyEvaluator.Evaluate(policy, ImageName.Parse(image, static p => p), Image(signatures), Keys()).IsAccepted;
    }

    [Fact]
    public void Requirements_that_verify_signatures_need_them()
    {
        TrustRequirement accept = new AcceptRequirement(), reject = new RejectRequirement(), sigstore = new SigstoreSignedRequirement
            { KeyPath = "/k" };
        foreach (TrustRequirement[] list in (TrustRequirement[][])[[By("/k")], [sigstore], [accept, By("/k")], [reject, sigstore]])
        {
            Assert.True(PolicyEvaluator.NeedsSignatures(list));
        }

        foreach (TrustRequirement[] list in (TrustRequirement[][])[[], [accept], [reject], [accept, reject]])
        {
            Assert.False(PolicyEvaluator.NeedsSignatures(list));
        }
    }

    [Fact]
    public void Keys_that_are_skipped_are_warned_of_and_signatures_are_told_of()
    {
        List<string> said = [];
        var weak = TestSigner.Rsa(bits: 512);
        _host.With("/weak.gpg", (byte[])[.. Primary.Certificate(), .. weak.Certificate()]);
        Assert.NotNull(new RequirementKeys(_host, _warnings.Add, said.Add).For(By("/weak.gpg")).Keyring);
        Assert.Contains(weak.Fingerprint, Assert.Single(_warnings), StringComparison.Ordinal);
        Assert.NotEmpty(said);
        Assert.All(said, static s => Assert.StartsWith("/weak.gpg: key ", s, StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_of_several_requirements_are_not_mixed_up()
    {
        var keys = Keys();
        SignedByRequirement alice = By("/alice.gpg"), bob = By("/bob.gpg"), inline = new()
            { KeyData = Convert.ToBase64String(Bob.PublicKey) };
        SignedByRequirement both = new() { KeyPaths = ["/alice.gpg", "/bob.gpg"] };
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal([Alice.Fingerprint], keys.For(alice).Keyring!.PrimaryFingerprints);
            Assert.Equal([Bob.Fingerprint], keys.For(bob).Keyring!.PrimaryFingerprints);
            Assert.Equal([Bob.Fingerprint], keys.For(inline).Keyring!.PrimaryFingerprints);
            Assert.Equal([Alice.Fingerprint, Bob.Fingerprint], keys.For(both).Keyring!.PrimaryFingerprints);
        }

        // The same files are read once for all requirements that name them.
        Assert.Same(keys.For(alice).Keyring, keys.For(By("/alice.gpg")).Keyring);
        Assert.Equal("Key type X509Certificates is not implemented by podman and skopeo, so no signature is accepted.",
            keys.For(By("/alice.gpg") with { KeyType = "X509Certificates" }).Problem);
        Assert.Equal("The key file /missing.gpg does not exist, so no signature can be accepted.", keys.For(By("/missing.gpg")).Problem);
    }

    private static SignedByRequirement By(string path) => new() { KeyPath = path };

    private RequirementKeys Keys() => new(_host, _warnings.Add);

    private PolicyVerdict Evaluate(TrustRequirement[] requirements, params byte[][] signatures) =>
        PolicyEvaluator.Evaluate(requirements, Image(signatures), Keys());

    private string Reason(TrustRequirement[] requirements, params byte[][] signatures) => Evaluate(requirements, signatures).Reason;

    private static ImageToJudge Image(params byte[][] signatures)
    {
        Assert.True(DockerReference.TryParse(Reference, out DockerReference? reference, out _));
        return new ImageToJudge
        {
            Reference = reference,
            Manifest = JudgedManifest.FromContent(Manifest),
            UntrustedSignatures = [.. signatures.Select(static (s, i) => new SignatureBlob($"store/{i + 1}", s))],
            SearchedStores = ["https://one.example.com", "https://two.example.com"],
            Now = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000),
        };
    }
}
