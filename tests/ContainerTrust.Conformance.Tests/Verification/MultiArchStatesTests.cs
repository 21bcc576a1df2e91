using System.Collections.Concurrent;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// Lists and instances that are signed each in its own way: the verdict is that of <c>podman pull</c>, <c>skopeo copy</c> and <c>skopeo
/// copy --all</c>, and what is said to be pulled by its digest is pulled.
/// </summary>
[Collection(RegistryTests.Name)]
public sealed class MultiArchStatesTests(RegistryFixture fixture)
{
    private static readonly string[] s_states = ["unsigned", "signed", "wrong-key", "other-name"];

    [SkippableFact]
    public void Every_state_of_a_list_and_its_instances_is_judged_as_it_is_pulled()
    {
        SignedWorld world = fixture.Open();
        PodmanPull podman = PodmanPull.Open(world);
        GpgKey key = world.Keys["ed25519"], other = world.Keys["rsa2048"];
        string policy = TestPolicy.Docker(TestPolicy.SignedBy(key.File));
        List<State> states = [];
        for (int i = 0; i < 64; i++)
        {
            // All of them, and every two states in both formats.
            (int list, int amd64, int arm64) = (i / 16, i / 4 % 4, i % 4);
            states.Add(new((list + amd64 + arm64) % 2 == 0 ? "oci" : "docker", s_states[list], s_states[amd64], s_states[arm64]));
        }

        Parallel.ForEach(states, new ParallelOptions { MaxDegreeOfParallelism = 4 }, state => state.Publish(world, key, other));

        ConcurrentBag<string> differences = [];
        int asked = 0, accepted = 0, pinned = 0;
        Parallel.ForEach(states, new ParallelOptions { MaxDegreeOfParallelism = 4 }, state =>
        {
            string tag = $"docker://{world.Host}/{state.Repository}:v1",
                digest = $"docker://{world.Host}/{state.Repository}@{state.List.Digest}";
            OurVerdict here = Compare("here", null, tag, () => [podman.Pull(tag, policy), world.Skopeo.Copy(tag, policy)]);
            string[] arm64 = ["--arch", "arm64", "--variant", "v8"];
            SkopeoQuery skopeoArm64 = new() { Architecture = "arm64", Variant = "v8" };
            Compare("arm64", "linux/arm64/v8", tag, () => [podman.Pull(tag, policy, arm64), world.Skopeo.Copy(tag, policy, skopeoArm64)]);
            Compare("all", "all", tag, () => [world.Skopeo.Copy(tag, policy, new SkopeoQuery { CopyOptions = ["--all"] })]);
            Compare("by digest", null, digest, () => [podman.Pull(digest, policy)]);
            if (here.IsValid)
            {
                Assert.NotNull(here.Pinned);
                Interlocked.Increment(ref pinned);
                if (podman.Pull("docker://" + here.Pinned, policy) is { Answer: not SkopeoAnswer.Accepted } refusal)
                    differences.Add($"{state.Repository}: {here.Pinned} is not pulled: {refusal.Message}");
            }

            OurVerdict Compare(string question, string? platform, string image, Func<IReadOnlyList<SkopeoVerdict>> ask)
            {
                OurVerdict ours = OurVerdict.Of(world, new VerdictCase(question, image, policy) { Platform = platform });
                foreach (SkopeoVerdict theirs in ask())
                {
                    Interlocked.Increment(ref asked);
                    if (ours.IsValid)
                        Interlocked.Increment(ref accepted);
                    if (theirs.Answer == SkopeoAnswer.Failed || ours.IsValid != (theirs.Answer == SkopeoAnswer.Accepted))
                        differences.Add($"{state.Repository}, {question}: {theirs.Answer} {theirs.Message}; verifier {ours}");
                }

                return ours;
            }
        });
        Assert.True(differences.IsEmpty, string.Join('\n', differences.Order(StringComparer.Ordinal)));
        Assert.Equal(64 * 6, asked);
        Assert.True(accepted > 60 && pinned == 16, $"{accepted} accepted, {pinned} pinned");
    }

    [SkippableFact]
    public void What_a_policy_accepts_by_tag_alone_has_no_reference_by_digest()
    {
        SignedWorld world = fixture.Open();
        PodmanPull podman = PodmanPull.Open(world);
        GpgKey key = world.Keys["ed25519"];
        State state = new("oci", "signed", "signed", "signed") { Name = "tags-only" };
        state.Publish(world, key, key);
        string tag = $"{world.Host}/{state.Repository}:v1", digest = $"{world.Host}/{state.Repository}@{state.Instances[0].Digest}";
        string signedBy = TestPolicy.SignedBy(key.File), exact = TestPolicy.SignedBy(key.File, TestPolicy.MatchExact);
        (string Policy, bool IsPinned)[] policies =
        [
            (TestPolicy.Docker(signedBy), true),
            (TestPolicy.Docker(exact), false),
            (TestPolicy.Scopes((tag, signedBy), ("", TestPolicy.Reject)), false),
            (TestPolicy.Scopes((tag, signedBy), ("", exact)), false),
            (TestPolicy.Scopes((tag, exact), ("", TestPolicy.Accept)), true),
            (TestPolicy.Scopes((tag, TestPolicy.Accept), ("", signedBy)), true),
            (TestPolicy.Scopes((tag, TestPolicy.Accept), ("", exact)), false),
        ];
        foreach ((string policy, bool isPinned) in policies)
        {
            OurVerdict ours = OurVerdict.Of(world, new VerdictCase("tag", "docker://" + tag, policy));
            Assert.True(ours.IsValid, ours.Reason);
            Assert.Equal(isPinned ? digest : null, ours.Pinned);
            Assert.Equal(!isPinned, ours.Reason.Contains("no reference by digest", StringComparison.Ordinal));
            SkopeoVerdict pulled = podman.Pull("docker://" + tag, policy), pinned = podman.Pull("docker://" + digest, policy);
            Assert.True(pulled.Answer == SkopeoAnswer.Accepted, pulled.Message);
            Assert.True(pinned.Answer == (isPinned ? SkopeoAnswer.Accepted : SkopeoAnswer.Rejected), $"{policy}: {pinned.Message}");
        }
    }

    [SkippableFact]
    public void A_list_in_a_list_is_pulled_by_nobody()
    {
        SignedWorld world = fixture.Open();
        PodmanPull podman = PodmanPull.Open(world);
        GpgKey key = world.Keys["ed25519"];
        const string Repository = "registry.example.com/team/app";
        string signedBy = TestPolicy.Of("dir", ("", TestPolicy.SignedBy(key.File, TestPolicy.ExactRepository(Repository)))),
            accept = TestPolicy.Of("dir", ("", TestPolicy.Accept));
        foreach (bool isSigned in (ReadOnlySpan<bool>)[true, false])
        {
            TestImage instance = TestImage.Oci($"nested {isSigned}"), inner = TestImage.Index((instance, "amd64", null)),
                outer = TestImage.Nested(inner, "amd64");
            string directory = outer.WriteTo(world.NewDirectory($"nested-{isSigned}"));
            foreach ((TestImage image, string prefix) in isSigned ? new[] { (outer, ""), (inner, inner.Digest[7..] + "."), (instance,
                instance.Digest[7..] + ".") } : [])
                File.WriteAllBytes(Path.Combine(directory, prefix + "signature-1"), SignedWorld.Sign(key, image.Claim(Repository + ":v1")));
            foreach (string policy in (ReadOnlySpan<string>)[signedBy, accept])
            {
                OurVerdict ours = OurVerdict.OfDirectory("dir:" + directory, policy);
                Assert.False(ours.IsValid, ours.Reason);
                Assert.NotEqual(SkopeoAnswer.Accepted, podman.Pull("dir:" + directory, policy).Answer);
                Assert.NotEqual(SkopeoAnswer.Accepted, world.Skopeo.Copy("dir:" + directory, policy).Answer);
            }
        }
    }

    [SkippableFact]
    public void A_list_in_a_list_of_a_registry_is_pulled_by_nobody()
    {
        SignedWorld world = fixture.Open();
        PodmanPull podman = PodmanPull.Open(world);
        GpgKey key = world.Keys["ed25519"];
        string[] policies = [TestPolicy.Docker(TestPolicy.SignedBy(key.File)), TestPolicy.Docker(TestPolicy.Accept)];
        foreach (bool isSigned in (ReadOnlySpan<bool>)[true, false])
        {
            string repository = $"nested/{(isSigned ? "signed" : "unsigned")}";
            TestImage instance = TestImage.Oci(repository), inner = TestImage.Index((instance, "amd64", null)),
                outer = TestImage.Nested(inner, "amd64");
            world.Push(inner, $"{repository}:inner");
            world.PutManifest(outer, "application/vnd.oci.image.index.v1+json", repository, "v1");
            foreach (TestImage image in isSigned ? new[] { outer, inner, instance } : [])
                world.WriteSignatures(repository, image.Digest, SignedWorld.Sign(key, image.Claim($"{world.Host}/{repository}:v1")));
            string tag = $"docker://{world.Host}/{repository}:v1";
            foreach (string policy in policies)
            {
                OurVerdict ours = OurVerdict.Of(world, new VerdictCase("nested", tag, policy));
                Assert.False(ours.IsValid, ours.Reason);
                Assert.Contains("list in a list", ours.Reason, StringComparison.Ordinal);
                OurVerdict all = OurVerdict.Of(world, new VerdictCase("nested, all", tag, policy) { Platform = "all" });
                Assert.False(all.IsValid, all.Reason);
                SkopeoVerdict pulled = podman.Pull(tag, policy), copied = world.Skopeo.Copy(tag, policy),
                    everything = world.Skopeo.Copy(tag, policy, new SkopeoQuery { CopyOptions = ["--all"] });
                Assert.NotEqual(SkopeoAnswer.Accepted, pulled.Answer);
                Assert.NotEqual(SkopeoAnswer.Accepted, copied.Answer);
                Assert.NotEqual(SkopeoAnswer.Accepted, everything.Answer);
            }
        }
    }

    /// <summary>A list of two instances, and how each of the three is signed.</summary>
    private sealed record State(string Format, string OfList, string OfAmd64, string OfArm64)
    {
        private TestImage[]? _instances;
        private TestImage? _list;

        public string Name { get; init; } = "states";

        public string Repository => $"{Name}/{Format}-{OfList}-{OfAmd64}-{OfArm64}";

        public IReadOnlyList<TestImage> Instances => _instances ??= Format == "oci"
            ? [TestImage.Oci(Repository), TestImage.Oci(Repository, "arm64", "v8")]
            : [TestImage.Docker(Repository), TestImage.Docker(Repository, "arm64", "v8")];

        public TestImage List => _list ??= Format == "oci"
            ? TestImage.Index((Instances[0], "amd64", null), (Instances[1], "arm64", "v8"))
            : TestImage.DockerList((Instances[0], "amd64", null), (Instances[1], "arm64", "v8"));

        public void Publish(SignedWorld world, GpgKey key, GpgKey other)
        {
            world.Push(List, Repository + ":v1");
            foreach ((TestImage image, string state) in new[] { (List, OfList), (Instances[0], OfAmd64), (Instances[1], OfArm64) })
            {
                if (state == "unsigned")
                    continue;
                string name = $"{world.Host}/{Repository}{(state == "other-name" ? "x" : "")}:v1";
                world.WriteSignatures(Repository, image.Digest, SignedWorld.Sign(state == "wrong-key" ? other : key, image.Claim(name)));
            }
        }
    }
}
