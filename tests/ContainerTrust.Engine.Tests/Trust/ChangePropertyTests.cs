using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>
/// Random changes of random policies, planned, written and read back: what was asked for is what is read, and nothing else changes. What is
/// refused changes no file.
/// </summary>
public sealed class ChangePropertyTests
{
    private const int Seeds = 120;
    private const int Rounds = 4;
    private const string Stores = "/etc/containers/registries.d/stores.yaml";

    [Fact]
    public void What_was_asked_for_is_read_back_and_nothing_else_changes()
    {
        int done = 0, refused = 0, removed = 0, sections = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            RandomPolicy random = new(seed);
            using ScratchRoot root = new();
            root.Write(TrustLocations.SystemPolicyPath, "");
            File.WriteAllBytes(root.Full(TrustLocations.SystemPolicyPath), random.Write(random.Policy()));
            root.Write(Stores, Sections(random));
            for (int round = 0; round < Rounds; round++)
            {
                ImageTrust[] before = [.. root.Open().Read(TrustQuery.All)];
                LookasideConfiguration stores = root.Open().ReadLookaside();
                TrustChange[] changes = Changes(random, before);
                string files = Files(root);
                try
                {
                    root.Apply(changes);
                }
                catch (TrustException e)
                {
                    Assert.True(files == Files(root), $"seed {seed}: {e.ErrorId} and a file has changed");
                    refused++;
                    continue;
                }

                Check($"seed {seed}, round {round}", before, stores, changes, [.. root.Open().Read(TrustQuery.All)]);
                done++;
                removed += changes.Count(static c => c.Remove);
                sections += changes.Count(static c => c.Section is not null);
            }
        }

        Assert.True(done > Seeds * Rounds / 2, $"{done} done, {refused} refused");
        Assert.True(removed > Seeds / 4, $"{removed} removed");
        Assert.True(sections > Seeds / 4, $"{sections} sections");
    }

    private static void Check(
        string about, ImageTrust[] before, LookasideConfiguration stores, TrustChange[] changes, ImageTrust[] after)
    {
        Dictionary<(string, string), ImageTrust> old = before.ToDictionary(Id);
        Dictionary<(string, string), ImageTrust> now = after.ToDictionary(Id);
        Dictionary<(string, string), TrustChange> asked = changes.ToDictionary(static c => c.IsDefault ? ("all", "default")
            : (c.Transport, c.Registry));
        foreach (((string, string) scope, TrustChange change) in asked)
        {
            Assert.True(now.ContainsKey(scope) != change.Remove, $"{about}: {scope} {(change.Remove ? "is still there" : "is missing")}");
            if (change.Remove)
                continue;
            IReadOnlyList<TrustRequirement> wanted = change.Requirements ?? old[scope].Requirements;
            Assert.True(RequirementWriter.MeansSame(wanted, now[scope].Requirements), $"{about}: {scope} demands something else");

            // A section may have been there before its scope.
            LookasideSection? there = change.IsDefault ? stores.Default?.Section
                : change.Transport == "docker" ? stores.Sections.GetValueOrDefault(change.Registry)?.Section : null;
            LookasideSection? kept = change.ReplaceSection ? null : there;
            Assert.True(
                Same(change.Section is null ? kept : Over(change.Section, kept), now[scope].Section),
                $"{about}: the section of {scope} is {now[scope].Section}, asked for was {change.Section} over {kept}");
        }

        foreach (((string, string) scope, ImageTrust entry) in old.Where(o => !asked.ContainsKey(o.Key)))
        {
            Assert.True(now.TryGetValue(scope, out ImageTrust? same), $"{about}: {scope} is gone");
            Assert.True(RequirementWriter.MeansSame(entry.Requirements, same.Requirements), $"{about}: {scope} has changed");
            Assert.True(Same(entry.Section, same.Section), $"{about}: the section of {scope} has changed");
        }

        string[] more = [.. now.Keys.Where(s => !old.ContainsKey(s) && !asked.ContainsKey(s)).Select(static s => s.ToString())];
        Assert.True(more.Length == 0, $"{about}: {string.Join(", ", more)} came from nowhere");
    }

    // One to three scopes, half of them such as there are.
    private static TrustChange[] Changes(RandomPolicy random, ImageTrust[] before)
    {
        Dictionary<(string, string), TrustChange> changes = [];
        for (int i = random.Random.Next(1, 4); i > 0; i--)
        {
            ImageTrust? old = random.Random.Next(2) == 0 ? random.Pick(before) : null;
            string transport = old?.Transport ?? random.Pick("docker", random.Transport());
            string scope = old?.Registry ?? random.Scope(transport);
            bool isDefault = old is { IsDefault: true };
            bool remove = old is { IsDefault: false } && random.Random.Next(3) == 0;
            bool hasSection = !remove && (isDefault || transport == "docker") && random.Random.Next(3) == 0;
            changes[isDefault ? ("all", "default") : (transport, scope)] = new TrustChange
            {
                Transport = transport,
                Registry = scope,
                IsDefault = isDefault,
                Remove = remove,
                Requirements = remove ? null : random.Requirements(),
                Section = hasSection ? Section(random) : null,
                ReplaceSection = hasSection && random.Random.Next(2) == 0,
            };
        }

        return [.. changes.Values];
    }

    private static LookasideSection Section(RandomPolicy random) => random.Random.Next(3) switch
    {
        0 => new LookasideSection { SignatureStore = $"https://store{random.Random.Next(9)}.example.com/sigs" },
        1 => new LookasideSection { UseSigstoreAttachments = random.Random.Next(2) == 0 },
        _ => new LookasideSection { SignatureStore = "https://store.example.com", SignatureStoreStaging = "file:///var/lib/sigs" },
    };

    private static string Sections(RandomPolicy random)
    {
        IEnumerable<string> lines = Enumerable.Range(0, 12).Where(_ => random.Random.Next(3) == 0)
            .Select(static n => $"  registry{n}.example.com/app:\n    lookaside: https://old{n}.example.com # why\n");
        return $"# ours\ndocker:\n  other.example.com:\n    use-sigstore-attachments: true\n{string.Concat(lines)}";
    }

    private static (string, string) Id(ImageTrust entry) => entry.IsDefault ? ("all", "default") : (entry.Transport, entry.Registry);

    private static LookasideSection Over(LookasideSection section, LookasideSection? kept) => new()
    {
        SignatureStore = section.SignatureStore ?? kept?.SignatureStore,
        SignatureStoreStaging = section.SignatureStoreStaging ?? kept?.SignatureStoreStaging,
        UseSigstoreAttachments = section.UseSigstoreAttachments ?? kept?.UseSigstoreAttachments,
    };

    private static bool Same(LookasideSection? one, LookasideSection? other) =>
        (one is null or { IsEmpty: true } && other is null or { IsEmpty: true }) || Equals(one, other);

    private static string Files(ScratchRoot root) => string.Join('\0', Directory.EnumerateFiles(root.Path, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(static f => $"{f}\0{Convert.ToBase64String(File.ReadAllBytes(f))}"));
}
