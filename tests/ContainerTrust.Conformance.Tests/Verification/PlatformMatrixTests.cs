namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Multi-arch images and mirrors: skopeo's verdict.</summary>
[Collection(RegistryTests.Name)]
public sealed class PlatformMatrixTests(RegistryFixture fixture)
{
    [SkippableFact]
    public void The_list_and_its_instances_are_judged_as_skopeo_does()
    {
        SignedWorld world = fixture.Open();
        GpgKey key = world.Keys["ed25519"];
        string policy = TestPolicy.Docker(TestPolicy.SignedBy(key.File)),
            repository = TestPolicy.Docker(TestPolicy.SignedBy(key.File, TestPolicy.MatchRepository));
        List<VerdictCase> cases = [];
        List<(TestImage Index, string Name)> lists = [];
        foreach (string signed in (ReadOnlySpan<string>)["all", "list", "amd64", "arm64", "none", "list-elsewhere"])
        {
            TestImage amd64 = TestImage.Oci("multi " + signed), arm64 = TestImage.Oci("multi " + signed, "arm64"),
            arm = TestImage.Oci("multi " + signed, "arm", "v7");
            TestImage index = TestImage.Index((amd64, "amd64", null), (arm64, "arm64", null), (arm, "arm", "v7"));
            string name = "multi/" + signed, reference = $"{world.Host}/{name}:v1";
            world.Push(index, name + ":v1", signed == "all" ? key : null);
            foreach ((TestImage part, bool isSigned) in new[] { (index, signed == "list"), (amd64, signed == "amd64"),
                (arm64, signed == "arm64") })
            {
                if (isSigned)
                    world.WriteSignatures(name, part.Digest, SignedWorld.Sign(key, part.Claim(reference)));
            }

            // A signature for the list in the place of the instance's is none.
            if (signed == "list-elsewhere")
                world.WriteSignatures(name, amd64.Digest, SignedWorld.Sign(key, index.Claim(reference)));
            lists.Add((index, name));
            foreach ((string form, string image) in new[] { ("tag", reference), ("digest", $"{world.Host}/{name}@{index.Digest}") })
            {
                foreach (string architecture in (ReadOnlySpan<string>)["amd64", "arm64"])
                {
                    cases.Add(new VerdictCase($"{signed} by {form}, {architecture}", "docker://" + image,
                        form == "tag" ? policy : repository)
                    {
                        Platform = "linux/" + architecture,
                        Query = new SkopeoQuery { Architecture = architecture },
                    });
                }
            }

            cases.Add(new VerdictCase($"{signed}, the instance itself", $"docker://{world.Host}/{name}@{amd64.Digest}", policy));
            cases.Add(new VerdictCase($"{signed}, arm v7", "docker://" + reference, policy)
                { Platform = "linux/arm/v7", Query = new SkopeoQuery { Architecture = "arm", Variant = "v7" } });
            cases.Add(new VerdictCase($"{signed}, s390x", "docker://" + reference, policy)
                { Platform = "linux/s390x", Expected = false, MayFail = true, Query = new SkopeoQuery { Architecture = "s390x" } });
        }

        VerdictComparison.AssertSame(world, cases);

        // "skopeo copy" looks at the signatures of instances only; those of a list it verifies by files.
        foreach ((TestImage index, string name) in lists)
        {
            string manifest = Path.Combine(world.NewDirectory("lists"), index.Digest), reference = $"{world.Host}/{name}:v1";
            File.WriteAllBytes(manifest, index.Manifest);
            bool theirs = world.SignatureFiles(name, index.Digest)
                .Any(s => world.Skopeo.StandaloneVerify(key.Home.Home, manifest, reference, key.Fingerprint, s).ExitCode == 0);
            OurVerdict ours = OurVerdict.Of(world, new VerdictCase(name, "docker://" + reference, policy) { Platform = "list" });
            Assert.True(theirs == ours.IsValid, $"{name}: skopeo {theirs}, verifier {ours}");
            Assert.Equal(name is "multi/all" or "multi/list", theirs);
        }
    }

    [SkippableFact]
    public void All_of_a_multi_arch_image_is_accepted_only_where_every_instance_is()
    {
        SignedWorld world = fixture.Open();
        GpgKey key = world.Keys["rsa2048"];
        string policy = TestPolicy.Docker(TestPolicy.SignedBy(key.File));
        foreach (bool everything in (ReadOnlySpan<bool>)[true, false])
        {
            TestImage amd64 = TestImage.Oci($"whole {everything}"), arm64 = TestImage.Oci($"whole {everything}", "arm64");
            TestImage index = TestImage.Index((amd64, "amd64", null), (arm64, "arm64", null));
            string name = $"whole/{(everything ? "signed" : "partly")}", image = $"docker://{world.Host}/{name}:v1";
            world.Push(index, name + ":v1", key);
            if (!everything)
                world.WriteSignatures(name, arm64.Digest);

            SkopeoVerdict theirs = world.Skopeo.Copy(image, policy, new SkopeoQuery { CopyOptions = ["--all"] });
            bool ours = OurVerdict.Of(world, new VerdictCase("whole", image, policy) { Platform = "all" }).IsValid;
            Assert.Equal(everything, ours);
            Assert.Equal(everything ? SkopeoAnswer.Accepted : SkopeoAnswer.Rejected, theirs.Answer);
        }
    }

    [SkippableFact]
    public void Through_mirrors_the_policy_sees_the_name_that_was_asked_for()
    {
        SignedWorld world = fixture.Open();
        GpgKey key = world.Keys["ed25519"];
        TestImage image = TestImage.Docker("mirrored");
        const string Asked = "registry.example.com/team/app";

        // The store is searched by the mirror's name for the image.
        world.Push(image, "mirror/team/app:v1");
        world.WriteSignatures("mirror/team/app", image.Digest, SignedWorld.Sign(key, image.Claim(Asked + ":v1")));
        TestImage local = TestImage.Docker("signed for the mirror");
        world.Push(local, "mirror/team/local:v1", key);

        string signedBy = TestPolicy.SignedBy(key.File);
        string mirror = "[[registry]]\nprefix = \"registry.example.com\"\nlocation = " +
            $"\"127.0.0.1:1\"\n[[registry.mirror]]\nlocation = \"{world.Host}/mirror\"\n";
        string location = $"[[registry]]\nprefix = \"registry.example.com\"\nlocation = \"{world.Host}/mirror\"\n";
        string second = "[[registry]]\nprefix = \"registry.example.com\"\nlocation = \"127.0.0.1:1\"\n[[registry.mirror]]\nlocation = " +
            $"\"{world.Host}/nothing\"\n[[registry.mirror]]\nlocation = \"{world.Host}/mirror\"\n";
        string digestOnly = "[[registry]]\nprefix = \"registry.example.com\"\nlocation = \"127.0.0.1:1\"\nmirror-by-digest-only = " +
            $"true\n[[registry.mirror]]\nlocation = \"{world.Host}/mirror\"\n";
        string wildcard = $"[[registry]]\nprefix = \"*.example.com\"\nlocation = \"{world.Host}/mirror\"\n";
        string blocked = mirror +
            "[[registry]]\nprefix = \"registry.example.com/team\"\nlocation = \"registry.example.com/team\"\nblocked = true\n";
        (string Name, string Conf)[] configurations = [("mirror", mirror), ("location", location), ("second mirror", second),
            ("digest only", digestOnly), ("wildcard", wildcard), ("blocked", blocked)];
        (string Name, string Policy)[] policies =
        [
            ("asked", TestPolicy.Scopes(("registry.example.com", signedBy))),
            ("wildcard", TestPolicy.Scopes(("*.example.com", signedBy))),
            ("top wildcard", TestPolicy.Scopes(("*.com", signedBy))),
            ("the mirror's name", TestPolicy.Scopes((world.Host, signedBy))),
            ("a repository below", TestPolicy.Scopes(("registry.example.com/team/app", signedBy),
                ("registry.example.com", TestPolicy.Reject))),
        ];
        List<VerdictCase> cases = [];
        foreach ((string name, string conf) in configurations)
        {
            string file = Path.Combine(world.NewDirectory("mirrors"), name.Replace(' ', '-') + ".conf");
            File.WriteAllText(file, conf);
            foreach ((string policyName, string policy) in policies)
            {
                if (name != "mirror" && policyName != "asked" && !VerdictComparison.Wide)
                    continue;
                foreach (string form in (ReadOnlySpan<string>)[$"{Asked}:v1", $"{Asked}@{image.Digest}",
                    "registry.example.com/team/local:v1"])
                {
                    cases.Add(new VerdictCase($"{name}, policy for {policyName}: {form}", "docker://" + form, policy)
                    {
                        MayFail = true,
                        Query = new SkopeoQuery { RegistriesConf = file },
                    });
                }
            }
        }

        // What a cluster needs is asked for by the source's name: a default of reject needs no entries for mirrors.
        string viaMirror = Path.Combine(world.NewDirectory("needs"), "registries.conf");
        File.WriteAllText(viaMirror, mirror);
        foreach ((string scope, bool isAccepted) in ((string, bool)[])[("registry.example.com", true), (world.Host, false)])
            cases.Add(new VerdictCase($"accepted by the name {scope}", $"docker://{Asked}@{image.Digest}",
                TestPolicy.Scopes((scope, TestPolicy.Accept)))
                { Expected = isAccepted, Query = new SkopeoQuery { RegistriesConf = viaMirror } });
        VerdictComparison.AssertSame(world, cases);
    }
}
