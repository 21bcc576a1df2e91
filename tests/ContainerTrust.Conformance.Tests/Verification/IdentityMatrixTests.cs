namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Every identity rule against every form of reference, for signatures that say different things of the image: skopeo's
/// verdict.</summary>
[Collection(RegistryTests.Name)]
public sealed class IdentityMatrixTests(RegistryFixture fixture)
{
    private const string Repository = "identity/app";

    [SkippableFact]
    public void Every_rule_gives_skopeos_verdict_for_every_reference()
    {
        SignedWorld world = fixture.Open();
        TestKey key = world.Keys["ed25519"];
        string name = $"{world.Host}/{Repository}";

        // One image for each thing that a signature may say, all in one repository.
        (string What, string Identity)[] signed =
        [
            ("tag", $"{name}:WHAT"),
            ("other-tag", $"{name}:other"),
            ("digest", $"{name}@DIGEST"),
            ("name-only", name),
            ("other-repository", $"{world.Host}/identity/other:v1"),
            ("vendor", "vendor.example.com/identity/app:WHAT"),
            ("vendor-below", "vendor.example.com/mirrored/identity/app:WHAT"),
            ("upper-case", $"{world.Host}/Identity/app:WHAT"),
        ];
        List<(string What, string Digest)> images = [];
        foreach ((string what, string identity) in signed)
        {
            TestImage image = TestImage.Oci("identity " + what);
            string said = identity.Replace("WHAT", what, StringComparison.Ordinal)
                .Replace("DIGEST", image.Digest, StringComparison.Ordinal);
            bool canSkopeo = what is not "name-only" and not "upper-case";
            world.Push(image, $"{Repository}:{what}", canSkopeo ? key : null, canSkopeo ? said : null);
            if (!canSkopeo)
                world.WriteSignatures(Repository, image.Digest, SignedWorld.Sign(key, image.Claim(said)));
            world.Push(image, $"{Repository}:second-{what}");
            images.Add((what, image.Digest));

            // Pushing it again without a key must not have taken the signature away.
            Assert.Single(world.SignatureFiles(Repository, image.Digest));
        }

        List<VerdictCase> cases = [];
        foreach ((string what, string digest) in images)
        {
            (string Rule, string? Identity)[] rules =
            [
                ("none", null),
                ("matchExact", PolicyText.MatchExact),
                ("matchRepoDigestOrExact", PolicyText.MatchRepoDigestOrExact),
                ("matchRepository", PolicyText.MatchRepository),
                ("exactReference tag", PolicyText.ExactReference($"{name}:{what}")),
                ("exactReference digest", PolicyText.ExactReference($"{name}@{digest}")),
                ("exactReference vendor", PolicyText.ExactReference($"vendor.example.com/identity/app:{what}")),
                ("exactRepository", PolicyText.ExactRepository(name)),
                ("exactRepository vendor", PolicyText.ExactRepository("vendor.example.com/identity/app")),
                ("remap host", PolicyText.Remap(world.Host, "vendor.example.com")),
                ("remap namespace", PolicyText.Remap($"{world.Host}/identity", "vendor.example.com/mirrored/identity")),
                ("remap repository", PolicyText.Remap(name, "vendor.example.com/identity/app")),
                ("remap part of a name", PolicyText.Remap($"{world.Host}/ident", "vendor.example.com/ident")),
                ("remap elsewhere", PolicyText.Remap("elsewhere.example.com", "vendor.example.com")),
            ];
            (string Form, string Reference)[] forms = [("tag", $"{name}:{what}"), ("another tag", $"{name}:second-{what}"),
                ("digest", $"{name}@{digest}")];
            foreach ((string rule, string? identity) in rules)
            {
                foreach ((string form, string reference) in forms)
                {
                    // The default rule is matchRepoDigestOrExact: one form of reference proves that.
                    if (rule == "none" && form != "another tag" && !VerdictComparison.Wide)
                        continue;
                    cases.Add(new VerdictCase($"signed as {what}, rule {rule}, by {form}", "docker://" + reference,
                        PolicyText.Docker(PolicyText.SignedBy(key.File, identity))));
                }
            }
        }

        VerdictComparison.AssertSame(world, VerdictComparison.Sample(cases, 170));
    }

    [SkippableFact]
    public void A_reference_with_tag_and_digest_is_judged_as_one_with_the_digest()
    {
        // skopeo does not take both; podman drops the tag before it pulls, and so before the policy is asked.
        SignedWorld world = fixture.Open();
        TestKey key = world.Keys["ed25519"];
        string name = $"docker://{world.Host}/keys/ed25519";
        foreach (string? rule in new[] { null, PolicyText.MatchExact, PolicyText.MatchRepository,
            PolicyText.ExactReference(world.KeyReference("ed25519")) })
        {
            foreach (string scope in new[] { "", $"{world.Host}/keys/ed25519:v1", $"{world.Host}/keys/ed25519@{world.Image.Digest}" })
            {
                string policy = PolicyText.Scopes((scope, PolicyText.SignedBy(key.File, rule)));
                SkopeoVerdict theirs = world.Skopeo.Copy($"{name}@{world.Image.Digest}", policy);
                OurVerdict ours = OurVerdict.Of(world, new VerdictCase("both", $"{name}:v1@{world.Image.Digest}", policy));
                Assert.True(theirs.Answer == SkopeoAnswer.Accepted == ours.IsValid, $"{rule} {scope}: skopeo {theirs}, verifier {ours}");
            }
        }
    }
}
