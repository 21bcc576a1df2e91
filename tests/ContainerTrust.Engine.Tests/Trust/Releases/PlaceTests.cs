using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust.Releases;

/// <summary>Places that must not be written, that must not be lost, and that count for others.</summary>
public sealed class PlaceTests : IDisposable
{
    private const string Reject = """{"default":[{"type":"reject"}]}""";
    private const string Accept = """{"default":[{"type":"insecureAcceptAnything"}]}""";
    private const string Mine = "/etc/containers/registries.d/mine.yaml";

    private readonly LevelsHost _host = new();

    public void Dispose() => _host.Dispose();

    private static TrustChange Store(string scope) => new()
    {
        Transport = "docker",
        Registry = scope,
        Requirements = [new RejectRequirement()],
        Section = new LookasideSection { SignatureStore = "https://new.example/" },
    };

    private void Apply(TrustStore store, string scope = "a.example") =>
        store.Apply([Store(scope)], new TrustEditOptions(), CancellationToken.None);

    private TrustStore Open(TrustStoreOptions options) => TrustStore.Open(_host, options, TrustMessages.None);

    [Fact]
    public void A_policy_that_only_a_variable_names_is_not_made()
    {
        _host.Write(LevelsHost.Policy, Reject);
        _host.Environment["CONTAINERS_POLICY_JSON"] = "/etc/other.json";
        TrustException e = Assert.Throws<TrustException>(() => Apply(_host.Open("6")));
        Assert.Equal("PolicyVariableDangling", e.ErrorId);
        Assert.Equal("PolicyVariableDangling",
            Assert.Throws<TrustException>(() => _host.Open("6").Reset(true, false, CancellationToken.None)).ErrorId);
        Assert.False(File.Exists(_host.Root.Full("/etc/other.json")));
        Apply(Open(new TrustStoreOptions { PodmanVersion = "6", PolicyPath = "/etc/other.json" }));
        Assert.True(File.Exists(_host.Root.Full("/etc/other.json")));
        Apply(_host.Open("6"), "b.example");
        Assert.Contains("b.example", File.ReadAllText(_host.Root.Full("/etc/other.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/containers/policy.json")]
    [InlineData("/usr/share/containers/policy.json")]
    public void A_policy_that_a_variable_names_is_not_taken_away(string named)
    {
        _host.Write(LevelsHost.Policy, Reject);
        _host.Write(LevelsHost.VendorPolicy, Accept);
        _host.Environment["CONTAINERS_POLICY_JSON"] = named;
        if (named == LevelsHost.VendorPolicy)
            Assert.Empty(_host.Open("6").Reset(true, false, CancellationToken.None).Files);
        else
            Assert.Equal("PolicyFromVariable",
                Assert.Throws<TrustException>(() => _host.Open("6").Reset(true, false, CancellationToken.None)).ErrorId);
        Assert.Equal((Reject, Accept), (_host.Root.Read(LevelsHost.Policy), _host.Root.Read(LevelsHost.VendorPolicy)));
        if (named == LevelsHost.VendorPolicy)
            Assert.Equal("VendorFile", Assert.Throws<TrustException>(() => Apply(_host.Open("6"))).ErrorId);
    }

    [Fact]
    public void What_is_broken_for_others_already_stops_no_change()
    {
        _host.Write(LevelsHost.Policy, Reject);
        _host.Write("/etc/containers/registries.rootless.d", "a file");
        _host.Write("/etc/crio/crio.conf.d", "a file");
        Apply(_host.Open("6"));
        Assert.Equal("https://new.example/", _host.Open("6").Governing("a.example/x:1").SignatureStore);
        Assert.Contains(_host.Warnings, static w => w.StartsWith("Whether CRI-O obeys", StringComparison.Ordinal));
    }

    [Fact]
    public void The_distributions_policy_is_refused_by_name_and_copied_where_it_is_found()
    {
        _host.Write(LevelsHost.VendorPolicy, Reject);
        TrustStore named = Open(new TrustStoreOptions { PodmanVersion = "6", PolicyPath = LevelsHost.VendorPolicy });
        Assert.Equal("VendorFile", Assert.Throws<TrustException>(() => Apply(named)).ErrorId);
        Assert.False(File.Exists(_host.Root.Full(LevelsHost.Policy)));
        Apply(_host.Open("6"));
        Assert.Contains("a.example", File.ReadAllText(_host.Root.Full(LevelsHost.Policy)), StringComparison.Ordinal);
        Assert.Equal(Reject, File.ReadAllText(_host.Root.Full(LevelsHost.VendorPolicy)));
    }

    [Fact]
    public void The_systems_registries_d_may_be_named_and_all_levels_are_read()
    {
        _host.Write(LevelsHost.Policy, Reject);
        _host.Stores($"{LevelsHost.Usr}/a.yaml", ("a.example", "https://vendor.example/"));
        TrustStore store = Open(new TrustStoreOptions { PodmanVersion = "6", RegistriesDirectory = LevelsHost.Etc + "/" });
        Assert.True(store.Locations.ReadsAllRegistries);
        Assert.False(Open(new TrustStoreOptions
            { PodmanVersion = "6", RegistriesDirectory = "/srv/registries.d" }).Locations.ReadsAllRegistries);
    }

    [Theory]
    [InlineData("/etc/containers/registries.rootless.d/theirs.yaml", "users other than root")]
    [InlineData("/usr/share/containers/registries.rootless.d/1000/theirs.yaml", "the user 1000")]
    public void What_users_have_already_is_not_defined_a_second_time(string path, string who)
    {
        _host.Write(LevelsHost.Policy, Reject);
        _host.Stores(path, ("a.example", "https://theirs.example/"));
        foreach (string? version in (string?[])["6", null])
        {
            TrustException e = Assert.Throws<TrustException>(() => Apply(_host.Open(version)));
            Assert.Equal("ChangeWouldBeRefused", e.ErrorId);
            Assert.Contains($"no image for {who} afterwards", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal([LevelsHost.Policy], _host.Tree("/etc").Keys.Where(k => k != path));
        Apply(_host.Open("6"), "b.example");
        Apply(_host.Open("5"));
    }

    [Fact]
    public void A_reset_uncovers_nothing_that_users_have_already()
    {
        _host.Write(LevelsHost.VendorPolicy, Reject);
        _host.Stores($"{LevelsHost.Usr}/mine.yaml", ("a.example", "https://vendor.example/"));
        _host.Stores(Mine, ("b.example", "https://mine.example/"));
        _host.Stores("/etc/containers/registries.rootless.d/theirs.yaml", ("a.example", "https://theirs.example/"));
        Assert.Equal("ChangeWouldBeRefused",
            Assert.Throws<TrustException>(() => _host.Open("6").Reset(false, false, CancellationToken.None)).ErrorId);
        Assert.True(File.Exists(_host.Root.Full(Mine)));
    }

    [Fact]
    public void A_store_that_podman_does_not_read_is_not_written()
    {
        _host.Write(LevelsHost.Policy, Reject);
        TrustChange change = Store("a.example") with { Section = new LookasideSection { SignatureStore = "/mnt/sigs" } };
        TrustException e = Assert.Throws<TrustException>(() => _host.Open("5")
            .Apply([change], new TrustEditOptions(), CancellationToken.None));
        Assert.Equal("LookasideInvalidStore", e.ErrorId);
        Assert.EndsWith("Write file:///mnt/sigs.", e.Message, StringComparison.Ordinal);
        Assert.Equal([LevelsHost.Policy], _host.Tree("/etc").Keys);
        change = change with { Section = new LookasideSection { SignatureStore = "/mnt/a#b c" } };
        e = Assert.Throws<TrustException>(() => _host.Open("5").Apply([change], new TrustEditOptions(), CancellationToken.None));
        Assert.EndsWith("Write file:///mnt/a%23b%20c.", e.Message, StringComparison.Ordinal);

        // One that is there does not keep the keys from being changed.
        _host.Stores(Mine, ("a.example", "/mnt/sigs"));
        change = change with { Section = new LookasideSection { SignatureStore = "/mnt/sigs" } };
        _host.Open("5").Apply([change], new TrustEditOptions(), CancellationToken.None);
        Assert.Contains("a.example", _host.Root.Read(LevelsHost.Policy), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("6")]
    public void An_images_own_etc_is_what_reset_goes_back_to(string version)
    {
        _host.Write("/usr/etc/containers/policy.json", Reject);
        _host.Stores("/usr/etc/containers/registries.d/image.yaml", ("a.example", "https://image.example/"));
        _host.Write(LevelsHost.VendorPolicy, Accept);
        _host.Write(LevelsHost.Policy, Accept);
        _host.Stores("/etc/containers/registries.d/image.yaml", ("a.example", "https://changed.example/"));
        _host.Stores(Mine, ("b.example", "https://mine.example/"));
        _host.Open(version).Reset(false, false, CancellationToken.None);
        Assert.Equal(Reject, File.ReadAllText(_host.Root.Full(LevelsHost.Policy)));
        Assert.Equal(["image.yaml"], Directory.EnumerateFiles(_host.Root.Full(LevelsHost.Etc)).Select(Path.GetFileName));
        Assert.Contains("image.example", File.ReadAllText(_host.Root.Full("/etc/containers/registries.d/image.yaml")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_links_to_the_distributions_policy_has_none_of_its_own()
    {
        _host.Write(LevelsHost.VendorPolicy, Reject);
        _host.Link("/usr/etc/containers/policy.json", "/usr/share/containers/policy.json");
        _host.Stores("/usr/etc/containers/registries.d/fedora-coreos.yaml", ("quay.io/fedora", "https://image.example/"));
        _host.Write(LevelsHost.Policy, Accept);
        _host.Stores("/etc/containers/registries.d/fedora-coreos.yaml", ("quay.io/fedora", "https://image.example/"));
        _host.Open("6").Reset(false, false, CancellationToken.None);
        Assert.Equal(["/etc/containers/registries.d/fedora-coreos.yaml"], _host.Tree("/etc").Keys);
    }
}
