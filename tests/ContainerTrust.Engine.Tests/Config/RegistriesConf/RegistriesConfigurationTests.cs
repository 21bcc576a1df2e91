using System.Text;
using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Formats.Toml;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Config.RegistriesConf;

/// <summary>registries.conf: where it is found, what it means, and what it refuses.</summary>
public sealed class RegistriesConfigurationTests
{
    private const string File = "/etc/containers/registries.conf";
    private const string DropIns = "/etc/containers/registries.conf.d";
    private static readonly string Digest = "sha256:" + new string('a', 64);

    private static RegistriesConfiguration Load(string text) => RegistriesConfiguration.Load(new MemoryHost().With(File, text));

    private static DockerReference Image(string text)
    {
        Assert.True(DockerReference.TryParse(text, out DockerReference? reference, out string problem), problem);
        return reference;
    }

    private static string[] Sources(RegistriesConfiguration configuration, string image) =>
        [.. configuration.PullSources(Image(image))
            .Select(s => $"{(s.IsMirror ? "mirror " : "")}{(s.IsInsecure ? "insecure " : "")}{s.Reference}")];

    private static string[] Names(RegistriesConfiguration configuration, string name) =>
        [.. configuration.ResolveShortName(name).Select(r => r.ToString())];

    private static string ErrorId(Action action) => Assert.ThrowsAny<TrustException>(action).ErrorId;

    [Fact]
    public void Without_a_file_every_registry_is_itself()
    {
        RegistriesConfiguration configuration = RegistriesConfiguration.Load(new MemoryHost());
        Assert.Equal(["example.com/a:1"], Sources(configuration, "example.com/a:1"));
        Assert.Equal(["containers-auth.json"], configuration.CredentialHelpers);
        Assert.Equal(ShortNameMode.Permissive, configuration.ShortNameMode);
        Assert.Empty(configuration.Files);
        Assert.Equal("ShortNameUnresolved", ErrorId(() => configuration.ResolveShortName("busybox")));
    }

    [Fact]
    public void Mirrors_come_first_and_the_registry_last()
    {
        RegistriesConfiguration configuration = Load("""
            [[registry]]
            location = "registry.example.com/team"
            insecure = true
            [[registry.mirror]]
            location = "one.example.com:5000/copy"
            [[registry.mirror]]
            location = "two.example.com"
            insecure = true
            pull-from-mirror = "digest-only"
            [[registry.mirror]]
            location = "three.example.com/"
            pull-from-mirror = "tag-only"
            [[registry.mirror]]
            location = "four.example.com"
            pull-from-mirror = "all"
            """);
        Assert.Equal(["mirror one.example.com:5000/copy/app:1", "mirror three.example.com/app:1", "mirror four.example.com/app:1",
            "insecure registry.example.com/team/app:1"], Sources(configuration, "registry.example.com/team/app:1"));
        Assert.Equal([$"mirror one.example.com:5000/copy/app@{Digest}", $"mirror insecure two.example.com/app@{Digest}",
            $"mirror four.example.com/app@{Digest}", $"insecure registry.example.com/team/app@{Digest}"],
            Sources(configuration, $"registry.example.com/team/app@{Digest}"));
        Assert.Equal(["registry.example.com/other/app:1"], Sources(configuration, "registry.example.com/other/app:1"));
        Assert.Equal(["registry.example.com/teams/app:1"], Sources(configuration, "registry.example.com/teams/app:1"));
    }

    [Fact]
    public void Mirrors_may_be_for_digests_only()
    {
        RegistriesConfiguration configuration =
            Load("[[registry]]\nlocation = \"a.example\"\nmirror-by-digest-only = true\nmirror = [{location = \"m.example\"}]\n");
        Assert.Equal(["a.example/x:1"], Sources(configuration, "a.example/x:1"));
        Assert.Equal([$"mirror m.example/x@{Digest}", $"a.example/x@{Digest}"], Sources(configuration, $"a.example/x@{Digest}"));
    }

    [Theory]
    [InlineData("example.com/a/b:1", "long/b:1")]
    [InlineData("example.com/a:1", "short/a:1")]
    [InlineData("example.com/c:1", "short/c:1")]
    [InlineData("example.com:5000/c:1", "port/c:1")]
    [InlineData("example.com:6000/c:1", "short:6000/c:1")]
    [InlineData("x.example.com/c:1", "wild/c:1")]
    [InlineData("x.y.example.com:5000/c:1", "wild:5000/c:1")]
    [InlineData("x.y.z.example.org/c:1", "x.y.z.example.org/c:1")]
    [InlineData("example.org/c:1", "example.org/c:1")]
    [InlineData("myexample.com/c:1", "myexample.com/c:1")]
    public void The_longest_prefix_decides(string image, string expected)
    {
        RegistriesConfiguration configuration = Load("""
            [[registry]]
            prefix = "example.com"
            location = "short.test"
            [[registry]]
            prefix = "example.com/a"
            location = "long.test"
            [[registry]]
            prefix = "example.com:5000"
            location = "port.test"
            [[registry]]
            prefix = "*.example.com"
            location = "wild.test"
            [[registry]]
            prefix = "*.example.org"
            """);
        if (image == "example.com/a:1")
            expected = "long:1";
        expected = expected switch
        {
            "long:1" => "",
            _ when expected.Contains("example", StringComparison.Ordinal) => expected,
            _ => expected.Insert(expected.IndexOfAny(['/', ':']), ".test"),
        };

        // The location without a repository behind it is no image name.
        if (expected.Length == 0)
            Assert.Equal("InvalidRegistriesConf", ErrorId(() => Sources(configuration, image)));
        else
            Assert.Equal([expected], Sources(configuration, image));
    }

    [Fact]
    public void Names_that_are_not_full_ones_are_refused()
    {
        RegistriesConfiguration configuration =
            Load("[[registry]]\nprefix = \"a.example\"\nlocation = \"docker.io\"\n[[registry]]\nprefix = " +
            "\"b.example\"\nlocation = \"UPPER/case\"\n");
        Assert.Equal("InvalidRegistriesConf", ErrorId(() => Sources(configuration, "a.example/busybox")));
        Assert.Equal(["docker.io/library/busybox"], Sources(configuration, "a.example/library/busybox"));
        Assert.Equal("InvalidRegistriesConf", ErrorId(() => Sources(configuration, "b.example/x")));
    }

    [Fact]
    public void A_blocked_registry_is_never_asked_and_its_mirrors_are()
    {
        RegistriesConfiguration configuration = Load("""
            [[registry]]
            location = "blocked.example"
            blocked = true
            [[registry]]
            location = "mirrored.example"
            blocked = true
            [[registry.mirror]]
            location = "blocked.example"
            [[registry.mirror]]
            location = "good.example"
            [[registry]]
            prefix = "detour.example"
            location = "blocked.example/x"
            blocked = false
            """);
        TrustException e = Assert.Throws<TrustException>(() => Sources(configuration, "blocked.example/a:1"));
        Assert.Equal("RegistryBlocked", e.ErrorId);
        Assert.Contains(File, e.Message, StringComparison.Ordinal);
        Assert.Equal(["mirror good.example/a:1"], Sources(configuration, "mirrored.example/a:1"));
        Assert.Equal("RegistryBlocked", ErrorId(() => Sources(configuration, "detour.example/a:1")));
    }

    [Fact]
    public void Files_are_found_where_the_reference_finds_them()
    {
        const string User = "/home/u/.config/containers/registries.conf";
        MemoryHost host = new MemoryHost { HomeDirectory = "/home/u" }
            .With(File, "").With($"{DropIns}/b.conf", "").With($"{DropIns}/a.conf", "").With($"{DropIns}/c.txt", "[")
            .With($"{DropIns}/d.conf/x", "[").With($"{User}.d/a.conf", "").With("/other", "");
        Assert.Equal([File, $"{DropIns}/a.conf", $"{DropIns}/b.conf", $"{User}.d/a.conf"], RegistriesConfiguration.Load(host).Files);
        host.With(User, "");
        Assert.Equal([User, $"{User}.d/a.conf"], RegistriesConfiguration.Load(host).Files);
        host.Environment["REGISTRIES_CONFIG_PATH"] = "/other";
        Assert.Equal("/other", RegistriesConfiguration.Load(host).Files[0]);
        host.Environment["CONTAINERS_REGISTRIES_CONF"] = "/none";
        Assert.Equal("RegistriesConfNotFound", ErrorId(() => RegistriesConfiguration.Load(host)));
        Assert.Equal(["/other", $"{DropIns}/a.conf", $"{DropIns}/b.conf", $"{User}.d/a.conf"],
            RegistriesConfiguration.Load(host, "/other").Files);
        Assert.Equal("PathNotAbsolute", ErrorId(() => RegistriesConfiguration.Load(host, "other")));
    }

    [Fact]
    public void Drop_ins_replace_what_they_name()
    {
        MemoryHost host = new MemoryHost().With(File, """
            unqualified-search-registries = ["one.example", "two.example"]
            credential-helpers = ["pass"]
            short-name-mode = "enforcing"
            [[registry]]
            location = "a.example"
            blocked = true
            [[registry]]
            location = "b.example"
            insecure = true
            [aliases]
            a = "x.example/a"
            b = "x.example/b"
            """).With($"{DropIns}/1.conf", "[[registry]]\nlocation = \"a.example\"\n[aliases]\na = \"\"\nc = \"docker.io/c\"\n").With($"{DropIns}/2.conf", "unqualified-search-registries = [\"three.example\"]\ncredential-helpers = [\"first\", \"containers-auth.json\"]\nshort-name-mode = \"disabled\"\n");
        RegistriesConfiguration configuration = RegistriesConfiguration.Load(host);
        Assert.Equal(["a.example/x:1"], Sources(configuration, "a.example/x:1"));
        Assert.Equal(["insecure b.example/x:1"], Sources(configuration, "b.example/x:1"));
        Assert.Equal(["three.example"], configuration.UnqualifiedSearchRegistries);
        Assert.Equal(["first", "containers-auth.json"], configuration.CredentialHelpers);
        Assert.Equal(ShortNameMode.Disabled, configuration.ShortNameMode);
        Assert.Equal(["three.example/a:latest"], Names(configuration, "a"));
        Assert.Equal(["x.example/b:latest"], Names(configuration, "b"));
        Assert.Equal(["docker.io/library/c:latest"], Names(configuration, "c"));
    }

    [Theory]
    [InlineData("a.example/x", "a.example/x:latest")]
    [InlineData("a.example/x:1", "a.example/x:1")]
    [InlineData("localhost/x", "localhost/x:latest")]
    [InlineData("host:5000/x", "host:5000/x:latest")]
    [InlineData("docker.io/x", "docker.io/library/x:latest")]
    [InlineData("x", "docker.io/library/x:latest one.example/x:latest")]
    [InlineData("n/x:1", "docker.io/n/x:1 one.example/n/x:1")]
    [InlineData("x@%", "docker.io/library/x@% one.example/x@%")]
    [InlineData("my.image", "docker.io/library/my.image:latest one.example/my.image:latest")]
    [InlineData("alias", "q.example/n/alias:latest")]
    [InlineData("alias:1", "q.example/n/alias:1")]
    [InlineData("alias@%", "q.example/n/alias@%")]
    [InlineData("n/alias:2", "r.example/x:2")]
    public void Short_names_are_resolved(string name, string expected)
    {
        RegistriesConfiguration configuration =
            Load("unqualified-search-registries = [\"docker.io\", \"one.example\"]\n[aliases]\nalias = " +
            "\"q.example/n/alias\"\n\"n/alias\" = \"r.example/x\"\n");
        Assert.Equal(expected.Replace("%", Digest, StringComparison.Ordinal).Split(' '),
            Names(configuration, name.Replace("%", Digest, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("UPPER")]
    [InlineData("a:b:c")]
    [InlineData("a b")]
    [InlineData("a@sha256:x")]
    [InlineData("a.example/")]
    [InlineData("-a")]
    public void What_is_no_name_is_refused(string name) =>
        Assert.Equal("InvalidReference", ErrorId(() => Load("unqualified-search-registries = [\"docker.io\"]").ResolveShortName(name)));

    [Fact]
    public void Where_podman_would_ask_nothing_is_guessed()
    {
        const string Two = "short-name-mode = \"enforcing\"\nunqualified-search-registries = [\"a.example\", \"b.example\"]\n";
        TrustException e = Assert.Throws<TrustException>(() => Load(Two).ResolveShortName("x"));
        Assert.Equal("ShortNameAmbiguous", e.ErrorId);
        Assert.Contains("a.example/x:latest, b.example/x:latest", e.Message, StringComparison.Ordinal);
        Assert.Equal(["c.example/x:latest"], Names(Load(Two + "[aliases]\nx = \"c.example/x\"\n"), "x"));
        Assert.Equal(["a.example/x:latest"],
            Names(Load("short-name-mode = \"enforcing\"\nunqualified-search-registries = [\"a.example\"]\n"), "x"));
    }

    [Theory]
    [InlineData(null, null, null, "/var/cache/containers/short-name-aliases.conf")]
    [InlineData("/root", null, null, "/var/cache/containers/short-name-aliases.conf")]
    [InlineData("/home/u", null, null, "/home/u/.cache/containers/short-name-aliases.conf")]
    [InlineData("/home/u", "/cache", null, "/cache/containers/short-name-aliases.conf")]
    [InlineData("/root", null, "1000", "/root/.cache/containers/short-name-aliases.conf")]
    public void Recorded_aliases_come_first(string? home, string? cache, string? uid, string file)
    {
        MemoryHost host = new MemoryHost
            { HomeDirectory = home }.With(File,
            "unqualified-search-registries = [\"s.example\"]\n[aliases]\na = \"conf.example/a\"\nb = " +
            "\"conf.example/b\"\nc = \"conf.example/c\"\n");
        if (cache is not null)
            host.Environment["XDG_CACHE_HOME"] = cache;
        if (uid is not null)
            host.Environment["_CONTAINERS_ROOTLESS_UID"] = uid;
        host.With(file, "[aliases]\n  \"a\" = \"recorded.example/a\"\n  \"b\" = \"\"\n");
        RegistriesConfiguration configuration = RegistriesConfiguration.Load(host);
        Assert.Equal(["recorded.example/a:latest"], Names(configuration, "a"));
        Assert.Equal(["s.example/b:latest"], Names(configuration, "b"));
        Assert.Equal(["conf.example/c:latest"], Names(configuration, "c"));
        host.With(file, "[aliases]\n\"x.example/a\" = \"recorded.example/a\"\n");
        RegistriesConfiguration broken = RegistriesConfiguration.Load(host);
        Assert.Equal("InvalidRegistriesConf", ErrorId(() => broken.ResolveShortName("c")));
        Assert.Equal(["x.example/y:latest"], Names(broken, "x.example/y"));
    }

    [Fact]
    public void Version_1_is_still_read()
    {
        RegistriesConfiguration configuration = Load("""
            [registries.search]
            registries = ["one.example", "two.example/"]
            [registries.insecure]
            registries = ["insecure.example", "both.example/x"]
            [registries.block]
            registries = ["blocked.example", "both.example/x"]
            """);
        Assert.Equal(["one.example", "two.example"], configuration.UnqualifiedSearchRegistries);
        Assert.Equal(["insecure insecure.example/a"], Sources(configuration, "insecure.example/a"));
        Assert.Equal("RegistryBlocked", ErrorId(() => Sources(configuration, "blocked.example/a")));
        Assert.Equal("RegistryBlocked", ErrorId(() => Sources(configuration, "both.example/x/a")));
        Assert.Equal(["both.example/a"], Sources(configuration, "both.example/a"));
        Assert.Equal("InvalidRegistriesConf",
            ErrorId(() => RegistriesConfiguration
            .Load(new MemoryHost().With($"{DropIns}/a.conf", "[registries.search]\nregistries = []\n"))));
    }

    // containers/image told the versions apart by the lengths of their lists before 5.24, and by whether they are there since then.
    [Theory]
    [InlineData("[registries.search]\nregistries = []\n[[registry]]\nlocation = \"a.example\"\n", "[registries.search]")]
    [InlineData("[[registry]]\nlocation = \"a.example\"\n[registries.insecure]\nregistries = []\n[registries.block]\nregistries = []\n",
        "[registries.insecure], [registries.block]")]
    [InlineData("unqualified-search-registries = []\n[[registry]]\nlocation = \"a.example\"\n[registries.block]\nregistries = []\n",
        "[registries.block]")]
    [InlineData("unqualified-search-registries = []\nregistry = []\n[registries.block]\nregistries = ['b.example']\n", null)]
    [InlineData("credential-helpers = []\n[aliases]\n[registries.search]\nregistries = ['b.example']\n", null)]
    public void Empty_lists_of_both_versions_are_passed_over_by_older_releases_alone(string text, string? delete)
    {
        MemoryHost host = new MemoryHost().With(File, text);
        foreach (string version in (string[])["4.4", "4", "5.8", "v4.10.1"])
        {
            TrustFormatException e = Assert.Throws<TrustFormatException>(
                () => RegistriesConfiguration.Load(host, null, ContainersRelease.Parse(version)));
            Assert.Equal("InvalidRegistriesConf", e.ErrorId);
            if (delete is not null)
                Assert.EndsWith($"podman 4.4, skopeo 1.11 and later refuse even where the lists of version 1 are empty; delete {delete}.",
                    e.Message, StringComparison.Ordinal);
        }

        Assert.Throws<TrustFormatException>(() => RegistriesConfiguration.Load(host));
        foreach (string version in (string[])["4.3", "4.3.1", "3", "v3.4.4"])
        {
            RegistriesConfiguration read = RegistriesConfiguration.Load(host, null, ContainersRelease.Parse(version));
            Assert.Equal(delete is null ? [] : ["a.example"], read.Registries.Where(static r => !r.IsBlocked).Select(static r => r.Prefix));
        }

        // Debian's package database says which release there is.
        foreach ((string package, string version, bool isOld) in ((string, string, bool)[])[
            ("podman", "4.3.1+ds1-8+b1", true), ("podman", "4.4.0+ds1-1", false), ("skopeo", "1.9.3+ds1-1", true),
            ("skopeo", "1.11.0-1", false), ("buildah", "1.28.2+ds1-3", true), ("buildah", "1.29.0-1", false)])
        {
            host.With($"/var/lib/dpkg/info/{package}.list", "")
                .With("/var/lib/dpkg/status", $"Package: {package}\nStatus: install ok installed\nVersion: {version}\n\n");
            Assert.Equal(isOld, Record.Exception(() => RegistriesConfiguration.Load(host)) is null);
        }
    }

    [Fact]
    public void Empty_lists_of_version_1_are_nothing_in_drop_in_files_of_older_releases()
    {
        MemoryHost host = new MemoryHost().With($"{DropIns}/a.conf",
            "[registries.search]\nregistries = []\n[[registry]]\nlocation = 'a.example'\n");
        Assert.Single(RegistriesConfiguration.Load(host, null, ContainersRelease.Parse("4.3")).Registries);
        Assert.EndsWith("which drop-in files cannot have; delete the empty tables of [registries].",
            Assert.Throws<TrustFormatException>(() => RegistriesConfiguration.Load(host, null, ContainersRelease.Parse("4.4"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_settings_are_passed_over_and_names_may_have_capitals()
    {
        RegistriesConfiguration configuration =
            Load("future = 1979-05-27\nadditional-layer-store-auth-helper = \"x\"\n[[Registry]]\nLOCATION = \"a.example\"\nInsecure = " +
            "true\nnew = [1, 2.5]\n[engine]\nx = {y = 1}\n[registries]\n");
        Assert.Equal(["insecure a.example/x"], Sources(configuration, "a.example/x"));
    }

    [Theory]
    [InlineData("[[registry]]\nlocation = 1", 2)]
    [InlineData("[[registry]]\nlocation = \"a\"\ninsecure = \"true\"", 3)]
    [InlineData("[[registry]]\nlocation = \"a\"\nblocked = 1", 3)]
    [InlineData("[registry]\nlocation = \"a\"", 1)]
    [InlineData("registry = \"a\"", 1)]
    [InlineData("registry = [1]", 1)]
    [InlineData("[[registry]]", 1)]
    [InlineData("[[registry]]\nprefix = \"a\"", 1)]
    [InlineData("[[registry]]\nprefix = \"*.a/b\"", 1)]
    [InlineData("[[registry]]\nprefix = \"*.a:5\"\nlocation = \"b\"", 1)]
    [InlineData("[[registry]]\nlocation = \"https://a\"", 1)]
    [InlineData("[[registry]]\nlocation = \"a\"\nprefix = \"http://a\"", 1)]
    [InlineData("[[registry]]\nlocation = \"a\"\npull-from-mirror = \"all\"", 1)]
    [InlineData("[[registry]]\nlocation = \"a\"\n[[registry.mirror]]", 3)]
    [InlineData("[[registry]]\nlocation = \"a\"\n[[registry.mirror]]\nlocation = \"b\"\npull-from-mirror = \"some\"", 3)]
    [InlineData("[[registry]]\nlocation = \"a\"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = " +
        "\"b\"\npull-from-mirror = \"all\"", 4)]
    [InlineData("[[registry]]\nlocation = \"a\"\n[[registry]]\nlocation = \"a\"\ninsecure = true", 3)]
    [InlineData("[[registry]]\nlocation = \"a\"\n[[registry]]\nprefix = \"b\"\nlocation = \"a\"\nblocked = true", 3)]
    [InlineData("[[registry]]\nlocation = \"a\"\nLocation = \"b\"\nLOCATION = \"c\"\n[[registry]]\nLocation = \"b\"\nLOCATION = \"c\"", 7)]
    [InlineData("unqualified-search-registries = \"a\"", 1)]
    [InlineData("unqualified-search-registries = [1]", 1)]
    [InlineData("unqualified-search-registries = [\"a/b\"]", 1)]
    [InlineData("unqualified-search-registries = [\"\"]", 1)]
    [InlineData("short-name-mode = \"maybe\"", 1)]
    [InlineData("credential-helpers = true", 1)]
    [InlineData("aliases = 1", 1)]
    [InlineData("[aliases]\n\"a:1\" = \"b.example/a\"", 2)]
    [InlineData("[aliases]\n\"x.example/a\" = \"b.example/a\"", 2)]
    [InlineData("[aliases]\na = \"b/a\"", 2)]
    [InlineData("[aliases]\na = \"b.example/a:1\"", 2)]
    [InlineData("[aliases]\na = 1", 2)]
    [InlineData("unqualified-search-registries = []\n[registries.search]\nregistries = [\"a\"]", 2)]
    [InlineData("[registries.search]\nregistries = 1", 2)]
    [InlineData("[registries]\nsearch = 1", 2)]
    [InlineData("[registries.block]\nregistries = [\"\"]", 1)]
    public void What_the_reference_refuses_is_refused_with_its_line(string text, int line)
    {
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => Load(text));
        Assert.Equal(("InvalidRegistriesConf", line, File), (e.ErrorId, e.Line, e.Path));
    }

    // A file may have 4 MiB, and so many names and values; an entry here has at most four.
    [Theory]
    [InlineData("[registries.insecure]\nregistries = [", "'i{0}.example',",
        "'b.example']\n[registries.block]\nregistries = ['i7.example', 'b.example']\n")]
    [InlineData("[registries.block]\nregistries = [", "'i{0}.example',",
        "'b.example']\n[registries.insecure]\nregistries = ['i7.example']\n")]
    [InlineData("unqualified-search-registries = [", "'i{0}.example',", "'b.example']\n")]
    [InlineData("", "[[registry]]\nlocation = 'i{0}.example'\n", "")]
    [InlineData("[aliases]\n", "i{0} = 'i.example/i{0}'\n", "")]
    public void Very_many_entries_cost_no_more_than_their_length(string begin, string entry, string end)
    {
        var text = new StringBuilder(begin);
        for (int i = 0; i < (TomlReader.MaxParts / 4) - 4 && text.Length < TomlReader.MaxBytes - 200; i++)
            text.AppendFormat(System.Globalization.CultureInfo.InvariantCulture, entry, i);
        byte[] content = Encoding.UTF8.GetBytes(text.Append(end).ToString());
        TimeSpan start = ProcessorTime.Now;
        Assert.NotNull(RegistriesFile.Read(File, content, requireV2: null));
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
    }

    [Fact]
    public void Damaged_files_are_read_or_refused()
    {
        byte[] seed = Encoding.UTF8
            .GetBytes("unqualified-search-registries = [\"docker.io\", 'b']\nshort-name-mode = \"enforcing\"\n[[registry]]\nprefix = " +
            "\"*.x.example\"\nlocation = \"y.example/z\"\n[[registry.mirror]]\nlocation = \"m.example\"\ninsecure = " +
            "true\n[aliases]\n\"a/b\" = \"c.example/d\"\n");
        int refused = Mutation.Run([seed], 10_000, 17, content =>
        {
            RegistriesConfiguration configuration = RegistriesConfiguration.Load(new MemoryHost().With(File, content));
            Assert.NotEmpty(configuration.PullSources(Image("a.x.example/b:1")));
            Assert.NotEmpty(configuration.ResolveShortName("a/b"));
        });
        Assert.InRange(refused, 1_000, 9_900);
    }
}
