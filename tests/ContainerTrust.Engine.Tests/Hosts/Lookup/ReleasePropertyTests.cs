using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>Whatever a host's levels hold, and whatever is changed: no release refuses the result, the vendor's files stay, and nothing is
/// accepted that was not asked for.</summary>
public sealed class ReleasePropertyTests
{
    private const string Looser = "Images are accepted ";

    private static readonly string[] s_scopes = ["a.example.com", "a.example.com/team", "b.example.com:5000", "*.example.com",
        "registry.redhat.io"];
    private static readonly string[] s_hosts = MatrixHosts.Names;
    private static readonly string[] s_directories =
        ["", LevelsHost.Etc, LevelsHost.Usr, "/etc/containers/registries.rootless.d", "/etc/containers/registries.rootless.d/1000",
            "/usr/share/containers/registries.rootless.d", "/etc/containers/registries.rootful.d"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Two_hundred_hosts(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < 50; i++)
            One(random, $"seed {seed}, host {i}");
    }

    private static void One(Random random, string where)
    {
        string name = Pick(random, s_hosts);
        bool isRoot = random.Next(2) == 0;
        string home = isRoot ? "/root" : "/home/u";
        using LevelsHost host = ReleaseMatrixTests.Make(name, home);
        if (!isRoot)
            host.Environment["_CONTAINERS_ROOTLESS_UID"] = "1000";
        AddFiles(random, host, name, $"{home}/.config/containers/registries.d");
        string[] readable = [.. Versions(host).Where(v => Reads(host, v))];
        SortedDictionary<string, string> vendors = ReleaseMatrixTests.Vendors(host);
        for (int step = 0; step < 4; step++)
        {
            string at = $"{where}, step {step}, on {name} as {(isRoot ? "root" : "a user")}";
            bool currentUser = random.Next(2) == 0;
            Dictionary<string, IReadOnlyList<TrustRequirement>> before = Requirements(host);
            HashSet<string> asked = [];
            host.Warnings.Clear();
            bool isReset = false;
            try
            {
                isReset = Change(random, host, currentUser, asked);
            }
            catch (TrustException e)
            {
                // A refusal is no harm, if it is for one of the reasons there are.
                Assert.True(e.ErrorId is "DuplicateNamespace" or "ChangeWouldBeRefused" or "DistributionUnknown" or "PolicyNotFound",
                    $"{at}: {e.ErrorId}: {e.Message}");
            }

            Assert.All(readable, v => Assert.True(Reads(host, v), $"{at}: podman {v} refuses the result"));
            Assert.Equal(vendors, ReleaseMatrixTests.Vendors(host));
            foreach ((string scope, IReadOnlyList<TrustRequirement> requirements) in Requirements(host))
            {
                if (!before.TryGetValue(scope, out IReadOnlyList<TrustRequirement>? was) || Rank(requirements) <= Rank(was))
                    continue;
                Assert.True(asked.Contains(scope) || asked.Contains("*"), $"{at}: {scope} accepts more, which was not asked for");
                Assert.True(isReset || host.Warnings.Exists(static w => w.StartsWith(Looser, StringComparison.Ordinal)),
                    $"{at}: nothing says that {scope} accepts more");
            }
        }
    }

    // How much a list accepts: nothing, what is signed by some of few keys or of many, everything.
    private static int Rank(IReadOnlyList<TrustRequirement> requirements) => requirements switch
    {
        [RejectRequirement] => 0,
        [AcceptRequirement] => 3,
        [SignedByRequirement { KeyPaths: not null }] => 2,
        _ => 1,
    };

    private static bool Change(Random random, LevelsHost host, bool currentUser, HashSet<string> asked)
    {
        TrustStore store = host.Open(currentUser: currentUser);
        string scope = Pick(random, s_scopes);
        switch (random.Next(8))
        {
            case 0:
                asked.Add("*");
                Dictionary<string, IReadOnlyList<TrustRequirement>> before = Requirements(host);
                TrustEditResult result = store.Reset(random.Next(2) == 0, preview: false, CancellationToken.None);
                bool isLooser = Requirements(host).Any(r => before.TryGetValue(r.Key, out IReadOnlyList<TrustRequirement>? was)
                    && Rank(r.Value) > Rank(was));
                Assert.True(!isLooser || result.Warnings.Any(static w => w.StartsWith(Looser, StringComparison.Ordinal)),
                    $"A reset that accepts more says nothing of it: {string.Join(' ', result.Warnings)}");
                return true;
            case 1:
                // The scope is governed by what is above it then.
                asked.UnionWith(Below(scope));
                store.Apply([ReleaseMatrixTests.Remove(scope)], new TrustEditOptions(), CancellationToken.None);
                return false;
            case 2:
                store.Apply([new TrustChange { Transport = "all", Registry = "default", IsDefault = true, Section = new LookasideSection
                    { SignatureStore = "https://all.example/" } }], new TrustEditOptions(), CancellationToken.None);
                return false;
            case 3 or 4 or 5:
                asked.UnionWith(Below(scope));
                store.Apply([ReleaseMatrixTests.Store(scope, null) with { Requirements = [Requirement(random)] }], new TrustEditOptions(),
                    CancellationToken.None);
                return false;
            default:
                store.Apply([ReleaseMatrixTests.Store(scope, random.Next(4) == 0 ? null : $"https://{random.Next(9)}.example/")],
                    new TrustEditOptions(), CancellationToken.None);
                return false;
        }
    }

    private static IEnumerable<string> Below(string scope) => s_scopes.Where(s => s == scope
        || s.StartsWith(scope + "/", StringComparison.Ordinal) || scope.StartsWith('*'));

    private static TrustRequirement Requirement(Random random) => random.Next(4) switch
    {
        0 => new AcceptRequirement(),
        1 => new SignedByRequirement { KeyPath = $"/keys/{random.Next(3)}" },
        2 => new SignedByRequirement { KeyPaths = ["/keys/0", "/keys/1"] },
        _ => new SigstoreSignedRequirement { KeyPath = $"/keys/{random.Next(3)}.pub" },
    };

    private static void AddFiles(Random random, LevelsHost host, string name, string user)
    {
        bool isSix = name is "stream10" or "fedora45" or "coreos";
        foreach (string directory in s_directories.Where(d => isSix || !d.StartsWith("/usr", StringComparison.Ordinal)))
        {
            for (int n = random.Next(3); n > 0; n--)
            {
                string scope = Pick(random, s_scopes);
                string file = random.Next(3) == 0 ? Pick(random, ["x.yaml", "default.yaml", "redhat.yaml"])
                    : LookasideNames.FileName(scope);
                string path = $"{(directory.Length == 0 ? user : directory)}/{file}";
                if (host.Exists(path))
                    continue;
                if (random.Next(5) == 0)
                    host.Write(path, "");
                else
                    host.Stores(path, (scope, random.Next(3) == 0 ? null : "https://there.example/"));
            }
        }
    }

    // What may be in force: the release that is found, or both where none is.
    private static string[] Versions(LevelsHost host) => host.Open().Locations.Release switch
    {
        { IsCertain: true, ReadsAllLevels: true } => ["6"],
        { IsCertain: true } => ["5"],
        _ => ["5", "6"],
    };

    private static bool Reads(LevelsHost host, string version)
    {
        try
        {
            TrustStore store = host.Open(version);
            _ = store.ReadLookaside();
            _ = store.ReadPolicy();
            return true;
        }
        catch (TrustException)
        {
            return false;
        }
    }

    private static Dictionary<string, IReadOnlyList<TrustRequirement>> Requirements(LevelsHost host)
    {
        try
        {
            TrustStore store = host.Open();
            return s_scopes.Where(static s => !s.StartsWith('*'))
                .ToDictionary(static s => s, s => store.Governing($"{s}/image:1", includeKeys: false).Requirements);
        }
        catch (TrustException)
        {
            return [];
        }
    }

    private static string Pick(Random random, string[] values) => values[random.Next(values.Length)];
}
