namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Every identity rule against every form of reference, for signatures that say different things of the image: skopeo's verdict.</summary>
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
            string said = identity.Replace("WHAT", what, StringComparison.Ordinal).Replace("DIGEST", image.Digest, StringComparison.Ordinal);
            bool canSkopeo = what is not "name-only" and not "upper-case";
            world.Push(image, $"{Repository}:{what}", canSkopeo ? key : null, said);
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
            (string Form, string Reference)[] forms = [("tag", $"{name}:{what}"), ("another tag", $"{name}:second-{what}"), ("digest", $"{name}@{digest}")];
            foreach ((string rule, string? identity) in rules)
            {
                foreach ((string form, string reference) in forms)
                {
                    // The default rule is matchRepoDigestOrExact: one form of reference proves that.
                    if (rule == "none" && form != "another tag" && !VerdictComparison.Wide)
                        continue;
                    cases.Add(new VerdictCase($"signed as {what}, rule {rule}, by {form}", "docker://" + reference, PolicyText.Docker(PolicyText.SignedBy(key.File, identity))));
                }
            }
        }

        VerdictComparison.AssertSame(world, VerdictComparison.Sample(cases, 170));
    }

    [SkippableFact]
    public void A_reference_with_tag_and_digest_has_skopeos_verdict()
    {
        SignedWorld world = fixture.Open();
        string image = $"docker://{world.KeyReference("ed25519")}";
        VerdictComparison.AssertSame(world,
        [
            new VerdictCase("tag alone", image, PolicyText.Docker(PolicyText.SignedBy(world.Keys["ed25519"].File))) { Expected = true },
            new VerdictCase("tag and digest", $"{image}@{world.Image.Digest}", PolicyText.Docker(PolicyText.SignedBy(world.Keys["ed25519"].File))) { MayFail = true },
        ]);
    }
}
