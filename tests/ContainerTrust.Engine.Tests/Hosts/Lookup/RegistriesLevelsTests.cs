using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>registries.d over levels, by release. The expected answers are written from the rules of containers/image, not from the
/// code.</summary>
public sealed class RegistriesLevelsTests
{
    private const string Etc = LevelsHost.Etc;
    private const string Usr = LevelsHost.Usr;
    private const string User = "/home/u/.config/containers/registries.d";
    private const string Any =
        """{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"a.example.com":[{"type":"insecureAcceptAnything"}]}}}""";

    [Theory]
    [InlineData("5", "https://user.example/")]
    [InlineData("6", "https://user.example/")]
    public void A_users_file_hides_one_of_the_same_name(string version, string expected)
    {
        using LevelsHost host = Make("/home/u");
        host.Stores($"{Usr}/a.yaml", ("a.example.com", "https://usr.example/"));
        host.Stores($"{Etc}/a.yaml", ("a.example.com", "https://etc.example/"));
        host.Stores($"{User}/a.yaml", ("a.example.com", "https://user.example/"));
        ImageTrust entry = Entry(host, version);
        Assert.Equal(expected, entry.SignatureStore);
        Assert.Equal(
            version == "6" ? ($"{User}/a.yaml", "User", $"{Etc}/a.yaml, {Usr}/a.yaml") : ($"{User}/a.yaml", "User", null),
            (entry.StorePath, entry.StoreLevel, entry.StoreHides));
    }

    [Theory]
    [InlineData("5", null, null)]
    [InlineData("6", "https://usr.example/", "Vendor")]
    public void The_vendors_stores_are_for_podman_6(string version, string? expected, string? level)
    {
        using LevelsHost host = Make();
        host.Stores($"{Usr}/vendor.yaml", ("a.example.com", "https://usr.example/"));
        host.Stores($"{Etc}/mine.yaml", ("b.example.com", "https://etc.example/"));
        ImageTrust entry = Entry(host, version);
        Assert.Equal((expected, level), (entry.SignatureStore, entry.StoreLevel));
        Assert.Equal("https://etc.example/", host.Open(version).ReadLookaside().ForScope("docker", "b.example.com")!.SignatureStore);
    }

    [Theory]
    [InlineData("5", new[] { Etc })]
    [InlineData("6", new[] { Etc, Usr, "/etc/containers/registries.rootful.d" })]
    public void Files_with_a_wrong_name_are_named_wherever_they_would_be_read(string version, string[] directories)
    {
        using LevelsHost host = Make();
        foreach (string directory in (string[])[Etc, Usr, "/etc/containers/registries.rootful.d", "/etc/containers/registries.rootless.d"])
            host.Write($"{directory}/x.yml", "docker: {}\n");
        _ = Entry(host, version);
        Assert.Equal(directories.Select(static d => $"{d}/x.yml").Order(), host.Warnings.Where(static w =>
            w.Contains("names end in .yaml", StringComparison.Ordinal)).Select(static w => w.Split(": ")[0]).Order());
    }

    [Fact]
    public void A_users_directory_adds_to_the_systems_in_podman_6_and_replaces_it_before()
    {
        using LevelsHost host = Make("/home/u");
        host.Stores($"{Etc}/a.yaml", ("a.example.com", "https://etc.example/"));
        host.Stores($"{User}/b.yaml", ("b.example.com", "https://user.example/"));
        Assert.Equal("https://etc.example/", Entry(host, "6").SignatureStore);
        Assert.Null(Entry(host, "5").SignatureStore);
    }

    [SkippableTheory]
    [InlineData("empty")]
    [InlineData("null")]
    [InlineData("dangling")]
    public void An_empty_file_hides_all_of_its_name(string how)
    {
        using LevelsHost host = Make();
        host.Stores($"{Usr}/a.yaml", ("a.example.com", "https://usr.example/"));
        if (how == "empty")
            host.Write($"{Etc}/a.yaml", "");
        else
            host.Link($"{Etc}/a.yaml", "/dev/null");
        if (how == "null")
            MakeNull(host);
        Assert.Null(Entry(host, "6").SignatureStore);
    }

    [Fact]
    public void A_directory_is_passed_over_and_a_link_to_one_is_not()
    {
        using LevelsHost host = Make();
        host.Stores($"{Usr}/a.yaml", ("a.example.com", "https://usr.example/"));
        Directory.CreateDirectory(host.Root.Full($"{Etc}/a.yaml"));
        Assert.Equal("https://usr.example/", Entry(host, "6").SignatureStore);
        Directory.Delete(host.Root.Full($"{Etc}/a.yaml"));
        host.Link($"{Etc}/a.yaml", "/etc/containers");
        Assert.Equal("IsADirectory", Assert.Throws<TrustException>(() => Entry(host, "6")).ErrorId);
    }

    [Theory]
    [InlineData("/root", null, "rootful", "https://rootful.example/")]
    [InlineData("/home/u", "1000", "rootless", "https://rootless.example/")]
    [InlineData("/home/u", "1000", "uid", "https://uid.example/")]
    [InlineData("/home/u", "1001", "rootless uid", "https://rootless.example/")]
    [InlineData(null, null, "rootful rootless", "https://rootful.example/")]
    public void Root_and_others_have_directories_of_their_own(string? home, string? number, string directories, string expected)
    {
        using LevelsHost host = home is null ? Make() : number is null ? Make(home) : Make(home, ("_CONTAINERS_ROOTLESS_UID", number));
        host.Stores($"{Etc}/a.yaml", ("a.example.com", "https://etc.example/"));
        host.Stores("/usr/share/containers/registries.rootful.d/a.yaml", ("a.example.com", "https://usr.example/"));
        foreach (string directory in directories.Split(' '))
        {
            string path = directory == "uid" ? "rootless.d/1000" : $"{directory}.d";
            host.Stores($"/etc/containers/registries.{path}/a.yaml", ("a.example.com", $"https://{directory}.example/"));
        }

        Assert.Equal(expected, Entry(host, "6").SignatureStore);
        Assert.Equal("https://etc.example/", Entry(host, "5").SignatureStore);
    }

    [Fact]
    public void Files_are_read_in_the_order_of_their_names_whatever_level_they_are_of()
    {
        using LevelsHost host = Make("/home/u");
        host.Stores($"{User}/50-b.yaml", ("b.example.com", "https://b.example/"));
        host.Stores($"{Etc}/99-d.yaml", ("d.example.com", "https://d.example/"));
        host.Stores($"{Usr}/60-c.yaml", ("c.example.com", "https://c.example/"));
        host.Stores($"{Usr}/Z.yaml", ("z.example.com", "https://z.example/"));
        Assert.Equal([$"{User}/50-b.yaml", $"{Usr}/60-c.yaml", $"{Etc}/99-d.yaml", $"{Usr}/Z.yaml"], host.Open("6")
            .ReadLookaside().Files.Select(static f => f.Path));
        Assert.Contains($"registries.d: {Usr}/60-c.yaml.", host.Details);
    }

    [Theory]
    [InlineData(User + "/u.yaml", Usr + "/v.yaml")]
    [InlineData(Etc + "/e.yaml", Usr + "/v.yaml")]
    [InlineData(User + "/u.yaml", Etc + "/e.yaml")]
    public void One_namespace_under_two_names_refuses_everything_and_both_are_named(string first, string second)
    {
        using LevelsHost host = Make("/home/u");
        host.Stores(first, ("a.example.com", "https://one.example/"));
        host.Stores(second, ("a.example.com", "https://two.example/"));
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => Entry(host, "6"));
        Assert.Equal("DuplicateNamespace", e.ErrorId);
        Assert.Contains(first, e.Message, StringComparison.Ordinal);
        Assert.Contains(second, e.Message, StringComparison.Ordinal);
        _ = Entry(host, "5");

        // Under one name, the higher hides the lower.
        using LevelsHost other = Make("/home/u");
        other.Stores(first, ("a.example.com", "https://one.example/"));
        other.Stores($"{second[..second.LastIndexOf('/')]}{first[first.LastIndexOf('/')..]}", ("a.example.com", "https://two.example/"));
        Assert.Equal("https://one.example/", Entry(other, "6").SignatureStore);
    }

    [Fact]
    public void Two_defaults_are_refused_alike()
    {
        using LevelsHost host = Make();
        host.Write($"{Etc}/mine.yaml", "default-docker:\n  lookaside: https://mine.example/\n");
        host.Write($"{Usr}/default.yaml", "default-docker:\n  lookaside: https://vendor.example/\n");
        Assert.Equal("DuplicateNamespace", Assert.Throws<TrustFormatException>(() => Entry(host, "6")).ErrorId);
        Assert.Equal("https://mine.example/", Entry(host, "5").SignatureStore);
    }

    [Fact]
    public void A_named_directory_is_read_alone()
    {
        using LevelsHost host = Make();
        host.Stores($"{Usr}/a.yaml", ("a.example.com", "https://usr.example/"));
        host.Stores("/named.d/b.yaml", ("a.example.com", "https://named.example/"));
        Assert.Equal("https://named.example/", host.Open("6", registries: "/named.d").Read(TrustQuery.All).Last().SignatureStore);
    }

    [Fact]
    public void What_podman_shows_is_one_directory_still()
    {
        using LevelsHost host = Make();
        host.Stores($"{Usr}/a.yaml", ("a.example.com", "https://usr.example/"));
        host.Stores($"{Etc}/b.yaml", ("b.example.com", "https://etc.example/"));
        Assert.Equal("", PodmanTrustList.Read(host.Open("6"))[^1].SignatureStore);
    }

    private static LevelsHost Make(string? home = null, params (string Name, string Value)[] environment)
    {
        LevelsHost host = new(home, environment);
        host.Write(LevelsHost.Policy, Any);
        return host;
    }

    private static ImageTrust Entry(LevelsHost host, string version) => host.Open(version).Read(TrustQuery.All).Last();

    // A device of its own, where that may be made; elsewhere the link dangles, which is passed over alike.
    private static void MakeNull(LevelsHost host)
    {
        Directory.CreateDirectory(host.Root.Full("/dev"));
        using System.Diagnostics.Process process = System.Diagnostics.Process.Start("mknod", [host.Root.Full("/dev/null"), "c", "1", "3"]);
        process.WaitForExit();
        Skip.IfNot(process.ExitCode == 0, "Devices cannot be made here.");
    }
}
