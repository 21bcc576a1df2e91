using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>
/// Three hundred generated hosts are read as podman 6 reads them, entry for entry. <c>container-libs-readings.txt</c> has what the
/// functions of container-libs themselves made of them (loadRegistryConfiguration, DefaultPolicy, FindRegistry and
/// PullSourcesFromReference, UnqualifiedSearchRegistries, dockerCertDir at commit 9869b8fd, 2026-06-12, image 5.40).
/// </summary>
public sealed class ContainerLibsTreesTests
{
    private const int Trees = 300;

    [Fact]
    public void Generated_hosts_are_read_as_container_libs_reads_them()
    {
        string[] expected = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Hosts", "Lookup", "container-libs-readings.txt"));
        Assert.Equal(Trees, expected.Length);
        List<string> wrong = [];
        List<LookupTree> trees = [];
        for (int seed = 0; seed < Trees; seed++)
        {
            LookupTree tree = new(seed);
            if (Environment.GetEnvironmentVariable("CONTAINERTRUST_WRITE_TREES") is { Length: > 0 } list)
                File.AppendAllText(list, tree.Describe(seed) + "\n");
            else
                trees.Add(tree);
            string reading = $"{seed.ToString(CultureInfo.InvariantCulture)} {Read(tree)}";
            if (reading != expected[seed])
                wrong.Add($"container-libs: {expected[seed]}\nhere:           {reading}\n{string.Join('\n', tree.Host.Tree("/").Keys)}");
        }

        trees.ForEach(static t => t.Dispose());
        Assert.True(wrong.Count == 0, $"{wrong.Count} of {Trees} differ.\n{string.Join("\n\n", wrong.Take(3))}");
    }

    [Fact]
    public void The_readings_are_not_all_of_one_kind()
    {
        string[] lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Hosts", "Lookup", "container-libs-readings.txt"));
        foreach ((string part, int kinds, int errors) in (ReadOnlySpan<(string, int, int)>)[("d=", 100, 10), ("p=", 10, 10),
            ("r=", 100, 10), ("c=", 5, 0)])
        {
            string[] values = [.. lines.Select(l => l.Split(' ').Single(w => w.StartsWith(part, StringComparison.Ordinal)))];
            Assert.InRange(values.Distinct(StringComparer.Ordinal).Count(), kinds, Trees);
            Assert.InRange(values.Count(static v => v.EndsWith("=error", StringComparison.Ordinal)), errors, Trees / 2);
        }
    }

    private static string Read(LookupTree tree) => new StringBuilder()
        .Append("d=").Append(Try(() => Stores(tree.Host)))
        .Append(" p=").Append(Try(() => Policy(tree.Host)))
        .Append(" r=").Append(Try(() => Registries(tree.Host)))
        .Append(" c=").Append(Try(() => CertificateDirectory.Find(tree.Host, ContainersRelease.Six, LookupTree.Server, static _ => { })
            ?? ""))
        .ToString();

    private static string Try(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (TrustException)
        {
            return "error";
        }
    }

    private static string Stores(LevelsHost host)
    {
        LookasideConfiguration read = LookasideConfiguration.LoadAllLevels(host, LevelsHost.Etc, ContainersRelease.Six);
        IEnumerable<(string Name, LookasideEntry Entry)> entries = read.Sections.Select(static s => (s.Key, s.Value));
        if (read.Default is { } all)
            entries = entries.Append(("", all));
        return string.Join(',', entries.OrderBy(static e => e.Name, StringComparer.Ordinal)
            .Select(static e => $"{e.Name}:{e.Entry.Section.SignatureStore}{(e.Entry.Section.UseSigstoreAttachments is true ? "+att" : "")}"));
    }

    private static string Policy(LevelsHost host)
    {
        PolicyDocument policy = host.Open("6").ReadPolicy();
        return policy.Transports.Single().Scopes.Single().Name;
    }

    private static string Registries(LevelsHost host)
    {
        RegistriesConfiguration read = RegistriesConfiguration.Load(host, null, ContainersRelease.Six);
        string sources = string.Join(',', Enumerable.Range(0, 4).Select(i => Sources(read, $"r{i}.example/n:1")));
        return $"{sources}|{string.Join('+', read.UnqualifiedSearchRegistries)}";
    }

    private static DockerReference Image(string name) =>
        DockerReference.TryParse(name, out DockerReference? image, out string problem) ? image
            : throw new InvalidOperationException(problem);

    private static string Sources(RegistriesConfiguration read, string image)
    {
        try
        {
            return string.Join('+', read.PullSources(Image(image)).Select(static s => s.Reference.ToString()));
        }
        catch (TrustException e) when (e.ErrorId == "RegistryBlocked")
        {
            return "blocked";
        }
    }
}
