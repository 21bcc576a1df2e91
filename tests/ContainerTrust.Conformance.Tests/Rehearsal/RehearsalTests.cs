using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using ContainerTrust.Conformance.Tests.Hosts.Ssh;
using ContainerTrust.Conformance.Tests.Verification;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Rehearsal;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Conformance.Tests.Rehearsal;

/// <summary>A fleet's rehearsal against what skopeo and podman then refuse.</summary>
[Collection(RegistryTests.Name)]
public sealed class RehearsalTests(RegistryFixture fixture)
{
    private const int ImageCount = 60;
    private const int HostCount = 20;

    [SkippableFact]
    public void What_would_break_is_what_skopeo_refuses_then_and_the_smallest_policy_accepts_what_is_signed()
    {
        SignedWorld signed = fixture.Open();
        using TestFleet fleet = TestFleet.Start(HostCount);
        RehearsalWorld world = new(signed, ImageCount);
        string host = signed.Host;
        string[] policies =
        [
            TestPolicy.Default("""{"type":"insecureAcceptAnything"}"""),
            TestPolicy.Scopes((host, TestPolicy.SignedBy(world.Team.File))),
            TestPolicy.Scopes(($"{host}/gpg/app1", TestPolicy.Reject), ($"{host}/gpg/app2", TestPolicy.SignedBy(world.Other.File)))
                .Replace(TestPolicy.Reject + "], \"transports", """{"type":"insecureAcceptAnything"}], "transports""",
                    StringComparison.Ordinal),
        ];
        (string, string)[] scopes =
        [
            ($"{host}/gpg", TestPolicy.SignedBy(world.Team.File)), ($"{host}/gpg/app3", """{"type":"insecureAcceptAnything"}"""),
            ($"{host}/gpg/app4", TestPolicy.SignedBy(world.Other.File)),
        ];
        string proposed = TestPolicy.Scopes([.. scopes, ($"{host}/sigs", TestPolicy.SigstoreSigned(world.SigstoreKey))]);
        string file = Path.Combine(signed.NewDirectory("proposed"), "policy.json");
        File.WriteAllText(file, proposed);

        // Sigstore is more than this skopeo may know; what is signed so is known by how it was made.
        string forSkopeo = TestPolicy.Scopes(scopes);
        ConcurrentDictionary<(string, string), bool> asked = [];
        bool Accepts(string policy, RehearsedImage image) => asked.GetOrAdd((policy, image.Name), _ => world.SkopeoAccepts(image, policy));
        bool Now(int index, RehearsedImage image) => Accepts(policies[index], image);
        bool Then(RehearsedImage image) => image.IsGpg ? Accepts(forSkopeo, image) : image.Form == SignedAs.SigstoreByTeam;

        List<(TestFleetHost Host, int Policy, RehearsedImage[] Images)> hosts = [];
        for (int i = 0; i < HostCount; i++)
        {
            RehearsedImage[] images = [.. world.Images.Where((_, n) => (n + i) % 4 == 0 || n % HostCount == i)];
            hosts.Add((fleet.Hosts[i], i % policies.Length, images));
            Furnish(fleet.Hosts[i], policies[i % policies.Length], world.Registries, images);
        }

        using ImageRehearsal rehearsal = new(new RehearsalOptions
        {
            Proposal = Proposal.Read(file),
            KeyPaths = [world.Team.File],
            Verification = new VerificationOptions
            {
                ClientHost = LocalHost.Instance,
                Web = new WebOptions { AuthFile = signed.AuthFile, CertificateDirectory = signed.CertificateDirectory, VerifyTls = true },
            },
        });
        ConcurrentDictionary<string, IReadOnlyList<ImageEnforcementResult>> results = [];
        Parallel.ForEach(hosts, new ParallelOptions { MaxDegreeOfParallelism = 8 }, one =>
        {
            using SshHost ssh = fleet.Connect(one.Host);
            results[one.Host.Address] = rehearsal.Run(TrustStore.Open(ssh, new TrustStoreOptions(), TrustMessages.None), TrustMessages.None,
                CancellationToken.None);
        });

        List<string> wrong = [];
        int broken = 0;
        foreach ((TestFleetHost one, int policy, RehearsedImage[] images) in hosts)
        {
            Assert.Equal(images.Select(static i => i.Name).Order(StringComparer.Ordinal),
                results[one.Address].Select(static r => r.Image).Order(StringComparer.Ordinal));
            foreach (ImageEnforcementResult result in results[one.Address])
            {
                RehearsedImage image = images.Single(i => i.Name == result.Image);
                (bool now, bool then) = (Now(policy, image), Then(image));
                ImageEnforcementStatus expected = (now, then) switch
                {
                    (true, true) => ImageEnforcementStatus.Unchanged,
                    (true, false) => ImageEnforcementStatus.WouldBreak,
                    (false, true) => ImageEnforcementStatus.WouldWork,
                    _ => ImageEnforcementStatus.RefusedNow,
                };
                broken += expected == ImageEnforcementStatus.WouldBreak ? 1 : 0;
                if (result.Status != expected)
                    wrong.Add($"{one.Address} {image} policy {policy}: {expected}, not {result}");
            }
        }

        Assert.Empty(wrong);
        Assert.InRange(broken, HostCount, int.MaxValue);
        Assert.Equal(4, results.Values.SelectMany(static r => r).Select(static r => r.Status).Distinct().Count());
        PullWithPodman(signed, world, forSkopeo, Then);
        AcceptsWhatIsSigned(world, rehearsal.Suggest());
    }

    private static void PullWithPodman(SignedWorld signed, RehearsalWorld world, string policy, Func<RehearsedImage, bool> then)
    {
        PodmanPull podman = PodmanPull.Open(signed);
        foreach (RehearsedImage image in world.Images.Where(static i => i.IsGpg).Take(8))
        {
            SkopeoVerdict verdict = podman.Pull($"docker://{image.Name}", policy);
            Assert.True(verdict.Answer == (then(image) ? SkopeoAnswer.Accepted : SkopeoAnswer.Rejected), $"{image}: {verdict}");
        }
    }

    // Set on an empty root, the entries accept exactly what a key that was offered or named has signed, by its own name.
    private static void AcceptsWhatIsSigned(RehearsalWorld world, SmallestPolicy smallest)
    {
        string root = world.World.NewDirectory("smallest");
        Directory.CreateDirectory(Path.Combine(root, "etc/containers/registries.d"));
        File.WriteAllText(Path.Combine(root, "etc/containers/policy.json"), TestPolicy.Default("""{"type":"insecureAcceptAnything"}"""));
        TrustStore store = TrustStore.Open(new TrustStoreOptions { RootDirectory = root }, TrustMessages.None);
        store.Apply(new SetRequest { Entries = smallest.Entries, Force = true }.ToChanges(store), new TrustEditOptions(),
            CancellationToken.None);
        string policy = File.ReadAllText(Path.Combine(root, "etc/containers/policy.json"));
        string registries = Path.Combine(root, "etc/containers/registries.d");
        using ImageVerifier verifier = new(TrustStore.Open(new TrustStoreOptions
        {
            PolicyPath = Path.Combine(root, "etc/containers/policy.json"), RegistriesDirectory = registries,
        }, TrustMessages.None), new VerificationOptions
        {
            Web = new WebOptions { AuthFile = world.World.AuthFile, CertificateDirectory = world.World.CertificateDirectory },
        }, TrustMessages.None);
        string withoutSigstore = WithoutSigstore(policy);
        List<string> wrong = [];
        foreach (RehearsedImage image in world.Images)
        {
            bool isSigned = image.Form is SignedAs.GpgByTeam or SignedAs.SigstoreByTeam
                || (image.Form == SignedAs.GpgByOther && IsNamedByOther(image));
            bool ours = verifier.VerifyAsync(image.Name, null, CancellationToken.None).GetAwaiter().GetResult().IsValid;
            if (ours != isSigned)
                wrong.Add($"{image}: ours {ours}");
            if (image.IsGpg && world.SkopeoAccepts(image, withoutSigstore) != isSigned)
                wrong.Add($"{image}: skopeo {!isSigned}");
        }

        Assert.Empty(wrong);
    }

    // The other key is named for these repositories, by a policy in force or by the proposed one.
    private static bool IsNamedByOther(RehearsedImage image) =>
        image.Name.Contains("/gpg/app2", StringComparison.Ordinal) || image.Name.Contains("/gpg/app4", StringComparison.Ordinal);

    private static string WithoutSigstore(string policy)
    {
        var document = System.Text.Json.Nodes.JsonNode.Parse(policy)!;
        var docker = document["transports"]!["docker"]!.AsObject();
        string[] scopes = [.. docker.Select(static s => s.Key).Where(static s => s.Contains("/sigs/", StringComparison.Ordinal))];
        foreach (string scope in scopes)
            docker.Remove(scope);
        return document.ToJsonString();
    }

    // Half of the images are in the storage, some of a container; the others are named by quadlets, units and a file of Kubernetes.
    private static void Furnish(TestFleetHost host, string policy, string registries, RehearsedImage[] images)
    {
        File.WriteAllText(host.File("/etc/containers/policy.json"), policy);
        foreach (string old in Directory.GetFiles(host.File("/etc/containers/registries.d")))
            File.Delete(old);
        File.WriteAllText(host.File("/etc/containers/registries.d/all.yaml"), registries);
        File.WriteAllText(host.File("/etc/containers/storage.conf"), "[storage]\ndriver = \"overlay\"\ngraphroot = \"/root/storage\"\n");
        Directory.CreateDirectory(host.File("/root/storage/overlay-images"));
        Directory.CreateDirectory(host.File("/etc/containers/systemd"));
        RehearsedImage[] stored = [.. images.Where(static (_, i) => i % 2 == 0)];
        File.WriteAllText(host.File("/root/storage/overlay-images/images.json"), JsonSerializer.Serialize(
            stored.Select(static (image, i) => new
            {
                id = i.ToString("x64", CultureInfo.InvariantCulture),
                names = new[] { image.Name },
            })));
        foreach (string old in Directory.Exists(host.File("/etc/systemd/system"))
            ? Directory.GetFiles(host.File("/etc/systemd/system"), "*.service") : [])
            File.Delete(old);
        Directory.CreateDirectory(host.File("/etc/systemd/system"));
        RehearsedImage[] named = [.. images.Where(static (_, i) => i % 2 == 1)];
        for (int i = 0; i < named.Length; i++)
        {
            string name = named[i].Name;
            (string path, string text) = (i % 3) switch
            {
                0 => ($"/etc/containers/systemd/q{i}.container", $"[Container]\nImage={name}\n"),
                1 => ($"/etc/systemd/system/u{i}.service", $"[Service]\nExecStart=/usr/bin/podman run --rm --name u{i} {name}\n"),
                _ => ($"/etc/containers/systemd/k{i}.kube", $"[Kube]\nYaml=k{i}.yaml\n"),
            };
            File.WriteAllText(host.File(path), text);
            if (i % 3 == 2)
                File.WriteAllText(host.File($"/etc/containers/systemd/k{i}.yaml"),
                    $"kind: Pod\nmetadata:\n  name: k{i}\nspec:\n  containers:\n  - name: c\n    image: {name}\n");
        }
    }
}
