using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>Get, Set, Remove and Reset on hosts as distributions ship them.</summary>
public sealed class ReleaseMatrixTests
{
    private const string Etc = LevelsHost.Etc;
    private const string Usr = LevelsHost.Usr;
    private const string Policy = LevelsHost.Policy;
    private const string VendorPolicy = LevelsHost.VendorPolicy;
    private const string Scope = "registry.redhat.io";
    private const string Other = "registry.access.redhat.com";
    private const string Mine = "registry.example.com";

    [Theory]
    [InlineData("rhel7", TrustType.Accept, null, null, Policy)]
    [InlineData("rhel8", TrustType.SignedBy, "https://registry.redhat.io/containers/sigstore", null, Policy)]
    [InlineData("rhel9", TrustType.SignedBy, "https://registry.redhat.io/containers/sigstore", null, Policy)]
    [InlineData("rhel10.0", TrustType.SigstoreSigned, null, true, Policy)]
    [InlineData("rhel10", TrustType.SigstoreSigned, null, true, Policy)]
    [InlineData("stream10", TrustType.SigstoreSigned, null, true, VendorPolicy)]
    [InlineData("fedora45", TrustType.Accept, "https://registry.redhat.io/containers/sigstore", null, VendorPolicy)]
    [InlineData("coreos", TrustType.Accept, null, null, Policy)]
    [InlineData("nixos", TrustType.Accept, null, null, Policy)]
    [InlineData("debian", TrustType.Accept, null, null, Policy)]
    public void Get_shows_what_is_in_force(string name, TrustType type, string? store, bool? attachments, string policy)
    {
        using LevelsHost host = Make(name);
        ImageTrust entry = host.Open().Governing($"{Scope}/ubi9/ubi:latest", includeKeys: false);
        Assert.Equal((type, store, attachments, policy),
            (entry.Type, entry.SignatureStore, entry.UseSigstoreAttachments, entry.PolicyPath));
        Assert.Equal(name is "stream10" or "fedora45" ? "Vendor" : store is not null || attachments is not null ? "System" : null,
            entry.StoreLevel);
        Assert.Equal((policy == VendorPolicy ? "Vendor" : "System", null), (entry.PolicyLevel, entry.PolicyHides));
    }

    [Theory]
    [InlineData("rhel7", "Accept", "")]
    [InlineData("rhel8", "Accept", "SignedBy")]
    [InlineData("rhel9", "Accept", "SignedBy")]
    [InlineData("rhel10.0", "Accept", "SigstoreSigned")]
    [InlineData("rhel10", "Accept", "SigstoreSigned")]
    [InlineData("stream10", "Accept", "SigstoreSigned")]
    [InlineData("fedora45", "Accept", "")]
    [InlineData("coreos", "Accept", "")]
    [InlineData("nixos", "Accept", "")]
    [InlineData("debian", "Accept", "")]
    public void Get_all(string name, string @default, string ofRedHat)
    {
        using LevelsHost host = Make(name);
        string[] expected = [$"default {@default}", .. ofRedHat.Length == 0 ? [] : new[] { $"{Other} {ofRedHat}", $"{Scope} {ofRedHat}" },
            "docker-daemon: Accept"];
        ImageTrust[] entries = [.. host.Open().Read(TrustQuery.All)];
        Assert.Equal(expected, entries.Select(static e =>
            $"{(e.IsDefault ? "default" : e.Transport == "docker" ? e.Registry : e.Transport + ":")} {e.Type}"));
        Assert.All(entries.Where(static e => e.Transport == "docker"), static e => Assert.NotEmpty(e.Keys));
        Assert.Empty(host.Warnings);
    }

    [Theory]
    [InlineData("rhel7", Policy, Etc + "/registry.redhat.io.yaml")]
    [InlineData("rhel8", Policy, Etc + "/registry.redhat.io.yaml")]
    [InlineData("rhel9", Policy, Etc + "/registry.redhat.io.yaml")]
    [InlineData("rhel10.0", Policy, Etc + "/registry.redhat.io.yaml")]
    [InlineData("rhel10", Policy, Etc + "/registry.redhat.io.yaml")]
    [InlineData("stream10", Policy, Etc + "/registry.redhat.io.yaml")]
    [InlineData("fedora45", Policy, Etc + "/redhat.yaml")]
    [InlineData("coreos", Policy, Etc + "/registry.redhat.io.yaml")]
    [InlineData("nixos", Policy, Etc + "/registry.redhat.io.yaml")]
    [InlineData("debian", Policy, Etc + "/registry.redhat.io.yaml")]
    public void Set_writes_where_the_release_reads(string name, params string[] files)
    {
        using LevelsHost host = Make(name);
        SortedDictionary<string, string> vendors = Vendors(host);
        TrustEditResult result = Apply(host, Store(Scope, "https://new.example/"));
        Assert.Equal(files, result.Files.Select(static f => f.Path));
        Assert.Equal(vendors, Vendors(host));
        Assert.False(host.IsLink(Policy));

        ImageTrust entry = host.Open().Governing($"{Scope}/ubi9/ubi:latest", includeKeys: false);
        Assert.Equal((TrustType.Reject, "https://new.example/", Policy), (entry.Type, entry.SignatureStore, entry.PolicyPath));

        // What the vendor says beside it still holds.
        ImageTrust other = host.Open().Governing($"{Other}/ubi9/ubi:latest", includeKeys: false);
        Assert.Equal(
            name switch { "rhel8" or "rhel9" or "fedora45" => ("https://access.redhat.com/webassets/docker/content/sigstore", null),
                "rhel10.0" or "rhel10" or "stream10" => (null, true), _ => ((string?)null, (bool?)null) },
            (other.SignatureStore, other.UseSigstoreAttachments));
        Assert.Equal(name is "rhel10.0" or "rhel10" or "stream10" ? true : null, entry.UseSigstoreAttachments);
        Assert.Equal(name is "fedora45" or "stream10",
            host.Warnings.Exists(static w => w.Contains("begins as a copy of /usr/share", StringComparison.Ordinal)));
        Assert.Equal(name is "coreos"
            or "nixos", host.Warnings.Exists(static w => w.Contains("was a link to the distribution's file", StringComparison.Ordinal)));

        // The same again does nothing.
        Assert.Empty(Apply(host, Store(Scope, "https://new.example/")).Files);
    }

    [Theory]
    [InlineData("rhel7")]
    [InlineData("rhel8")]
    [InlineData("rhel9")]
    [InlineData("rhel10.0")]
    [InlineData("rhel10")]
    [InlineData("stream10")]
    [InlineData("fedora45")]
    [InlineData("coreos")]
    [InlineData("nixos")]
    [InlineData("debian")]
    public void Remove_takes_back_what_Set_did(string name)
    {
        using LevelsHost host = Make(name);
        SortedDictionary<string, string> vendors = Vendors(host), before = host.Tree(Etc);
        Apply(host, Store(Mine, "https://new.example/"));
        Apply(host, Remove(Mine));
        Assert.Equal(before, host.Tree(Etc));
        Assert.Equal(vendors, Vendors(host));

        // A section of the vendor's comes back as it was, and is never taken away.
        ImageTrust there = host.Open().Governing($"{Scope}/ubi9/ubi:latest", includeKeys: false);
        Apply(host, Store(Scope, "https://new.example/"));
        Apply(host, Remove(Scope));
        ImageTrust back = host.Open().Governing($"{Scope}/ubi9/ubi:latest", includeKeys: false);
        if (name is "fedora45" or "stream10")
            Assert.Equal((there.SignatureStore, there.UseSigstoreAttachments, there.StorePath),
                (back.SignatureStore, back.UseSigstoreAttachments, back.StorePath));
        if (name is "fedora45" or "stream10")
            Assert.Equal(before, host.Tree(Etc));
        Assert.Equal(vendors, Vendors(host));
    }

    [Theory]
    [InlineData("stream10")]
    [InlineData("fedora45")]
    public void Remove_leaves_the_vendors_section_and_says_so(string name)
    {
        using LevelsHost host = Make(name);
        SortedDictionary<string, string> before = host.Tree(Etc);
        Apply(host, Remove(Scope));
        Assert.Equal(before, host.Tree(Etc));
        Assert.Contains(host.Warnings, w => w.Contains($"{Scope} keeps the section that {Usr}/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rhel7", "Changed", Policy)]
    [InlineData("rhel8", "Changed", Policy)]
    [InlineData("rhel9", "Changed", Policy)]
    [InlineData("rhel10.0", "Changed", Policy)]
    [InlineData("rhel10", "Changed", Policy)]
    [InlineData("stream10", "Deleted", VendorPolicy)]
    [InlineData("fedora45", "Deleted", VendorPolicy)]
    [InlineData("coreos", "Deleted", VendorPolicy)]
    [InlineData("debian", "Changed", Policy)]
    public void Reset_brings_back_the_default(string name, string action, string policy)
    {
        using LevelsHost host = Make(name);
        SortedDictionary<string, string> vendors = Vendors(host);
        IReadOnlyList<TrustRequirement> before = host.Open().Governing($"{Scope}/ubi9/ubi:latest", includeKeys: false).Requirements;
        Apply(host, Store(Mine, "https://new.example/"), Store(Scope, null));
        TrustEditResult preview = host.Open().Reset(keepSignatureStores: false, preview: true, CancellationToken.None);
        TrustEditResult result = host.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        Assert.Equal(preview.Files, result.Files);
        Assert.Equal(action, result.Files.Single(static f => f.Path == Policy).Action.ToString());
        string weaker = before[0] is AcceptRequirement ? ", registry.redhat.io (reject -> accept)."
            : ". Images are accepted with fewer or weaker checks than before: registry.redhat.io "
                + $"(reject -> {RequirementText.OfList(before)}).";
        Assert.Equal([$"Images are accepted without a check that were not before: registry.example.com (reject -> accept){weaker}"],
            result.Warnings);
        ImageTrust after = host.Open().Governing($"{Scope}/ubi9/ubi:latest", includeKeys: false);
        Assert.Equal(policy, after.PolicyPath);
        Assert.True(RequirementWriter.MeansSame(before, after.Requirements));
        Assert.Equal(vendors, Vendors(host));
        Assert.Empty(host.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None).Files);
    }

    /// <remarks>What NixOS ships is not known, and a reset changes nothing.</remarks>
    [Fact]
    public void Reset_of_NixOS()
    {
        using LevelsHost host = Make("nixos");
        Apply(host, Store(Mine, "https://new.example/"));
        SortedDictionary<string, string> etc = host.Tree("/etc"), vendors = Vendors(host);
        TrustException e = Assert.Throws<TrustException>(() => host.Open()
            .Reset(keepSignatureStores: false, preview: false, CancellationToken.None));
        Assert.Equal("DistributionUnknown", e.ErrorId);
        Assert.Contains($"It accepts without a check what the other does not: {Mine} (reject -> accept).", e.Message,
            StringComparison.Ordinal);
        Assert.Equal(etc, host.Tree("/etc"));
        Assert.Equal(vendors, Vendors(host));
    }

    [Fact]
    public void What_is_in_force_after_a_change_is_read_after_it()
    {
        using LevelsHost host = Make("fedora45");
        TrustStore store = host.Open();
        Assert.Equal(VendorPolicy, store.Locations.PolicyPath);
        store.Apply([Store(Mine, null)], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal((Policy, TrustType.Reject), (store.Locations.PolicyPath, store.Governing($"{Mine}/a:1").Type));
        store.Reset(keepSignatureStores: false, preview: true, CancellationToken.None);
        Assert.Equal(Policy, store.Locations.PolicyPath);
        store.Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        Assert.Equal((VendorPolicy, TrustType.Accept), (store.Locations.PolicyPath, store.Governing($"{Mine}/a:1").Type));
    }

    /// <remarks>What the levels above hide or define goes, and what the image has for /etc comes back.</remarks>
    [Fact]
    public void Reset_goes_over_the_levels_of_etc()
    {
        const string Rootful = "/etc/containers/registries.rootful.d";
        using LevelsHost host = Make("fedora45");
        host.Write(Policy, host.Root.Read(VendorPolicy));
        host.Stores($"{Rootful}/redhat.yaml", (Scope, "https://mine.example/"));
        host.Stores($"{Rootful}/image.yaml", ("image.example.com", "https://changed.example/"));
        host.Stores("/usr/etc/containers/registries.rootful.d/image.yaml", ("image.example.com", "https://image.example/"));
        host.Stores("/etc/containers/registries.rootless.d/1000/redhat.yaml", (Scope, "https://mine.example/"));
        host.Write("/etc/containers/registries.rootless.d/mask.yaml", "");
        TrustEditResult result = host.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        Assert.Equal([(Policy, "Deleted"), ($"{Rootful}/redhat.yaml", "Deleted"), ($"{Rootful}/image.yaml", "Changed")],
            result.Files.Select(static f => (f.Path, f.Action.ToString())));
        Assert.StartsWith("/etc/containers/registries.rootless.d/mask.yaml, /etc/containers/registries.rootless.d/1000/redhat.yaml stay, ",
            Assert.Single(result.Warnings), StringComparison.Ordinal);
        ImageTrust entry = host.Open().Governing($"{Scope}/ubi9/ubi:latest", includeKeys: false);
        Assert.Equal(("https://registry.redhat.io/containers/sigstore", "Vendor"), (entry.SignatureStore, entry.StoreLevel));
        Assert.Empty(host.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None).Files);

        // podman 5 does not read them.
        host.Stores($"{Rootful}/redhat.yaml", (Scope, "https://mine.example/"));
        Assert.DoesNotContain(host.Open("5").Reset(keepSignatureStores: false, preview: true, CancellationToken.None).Files,
            static f => f.Path.StartsWith(Rootful, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("coreos", true)]
    [InlineData("nixos", true)]
    [InlineData("coreos", false)]
    [InlineData("debian", true)]
    public void That_a_link_is_replaced_is_said_before_and_once_after(string name, bool isWhole)
    {
        using LevelsHost host = Make(name);
        if (!isWhole)
            File.Delete(host.Root.Full(VendorPolicy));
        string[] preview = [.. host.Open("5").Preview([Store(Mine, null)]).Warnings
            .Where(static w => w.Contains(" link ", StringComparison.Ordinal))];
        Assert.Equal(name == "debian" ? [] :
            [$"{Policy} is a link to the distribution's file, which is not written. It becomes a file of its own, and later changes of the "
                + "distribution's do not reach it."], preview);
        host.Open("5").Apply([Store(Mine, null)], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(name == "debian" ? 0 : 1, host.Warnings.Count(static w => w.Contains(" link ", StringComparison.Ordinal)));
        Assert.False(host.IsLink(Policy));
    }

    [Fact]
    public void Reset_leaves_a_link_to_the_vendors_policy()
    {
        using LevelsHost host = Make("coreos");
        Assert.Empty(host.Open().Reset(keepSignatureStores: true, preview: false, CancellationToken.None).Files);
        Assert.True(host.IsLink(Policy));
    }

    [Fact]
    public void Reset_deletes_nothing_for_a_vendors_policy_that_podman_refuses()
    {
        using LevelsHost host = new();
        host.Write(Policy, """{"default":[{"type":"reject"}]}""");
        host.Write(VendorPolicy, "broken");
        Assert.ThrowsAny<TrustException>(() => host.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None));
        Assert.True(host.Root.Has(Policy));
    }

    [Fact]
    public void Reset_where_podman_5_is_said_copies()
    {
        using LevelsHost host = Make("fedora45");
        host.Write(Policy, """{"default":[{"type":"reject"}]}""");
        host.Open("5").Reset(keepSignatureStores: true, preview: false, CancellationToken.None);
        Assert.Equal(host.Root.Read(VendorPolicy), host.Root.Read(Policy));
    }

    [Fact]
    public void Reset_that_would_bring_a_conflict_to_light_is_refused()
    {
        using LevelsHost host = Make("fedora45", "/root");
        host.Write($"{Etc}/redhat.yaml", "");
        host.Stores("/root/.config/containers/registries.d/mine.yaml", (Scope, "https://mine.example/"));
        TrustException e = Assert.Throws<TrustException>(() => host.Open()
            .Reset(keepSignatureStores: false, preview: true, CancellationToken.None));
        Assert.Equal("ChangeWouldBeRefused", e.ErrorId);
        Assert.Contains("/root/.config/containers/registries.d/mine.yaml", e.Message, StringComparison.Ordinal);
        Assert.True(host.Root.Has($"{Etc}/redhat.yaml"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("6")]
    public void What_another_level_has_under_another_name_gets_that_name(string? version)
    {
        using LevelsHost host = new("/home/u", ("_CONTAINERS_ROOTLESS_UID", "1000"));
        host.Write(Policy, """{"default":[{"type":"reject"}]}""");
        host.Stores($"{Etc}/redhat.yaml", (Scope, "https://etc.example/"), (Other, "https://other.example/"));
        host.Open(version, currentUser: true)
            .Apply([Store(Scope, "https://mine.example/")], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal("https://other.example/", host.Open("6").Governing($"{Other}/a:1", includeKeys: false).SignatureStore);
        Assert.Equal("https://mine.example/", host.Open("6").Governing($"{Scope}/a:1", includeKeys: false).SignatureStore);
        Assert.Equal("https://mine.example/", host.Open("5").Governing($"{Scope}/a:1", includeKeys: false).SignatureStore);
        Assert.Equal(["/home/u/.config/containers/registries.d/redhat.yaml"], host.Tree("/home/u/.config/containers/registries.d").Keys);
    }

    [Fact]
    public void Podman_5_alone_gets_the_name_of_the_scope()
    {
        using LevelsHost host = new("/home/u");
        host.Write(Policy, """{"default":[{"type":"reject"}]}""");
        host.Stores($"{Etc}/redhat.yaml", (Scope, "https://etc.example/"));
        host.Open("5", currentUser: true).Apply([Store(Scope, "https://mine.example/")], new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(["/home/u/.config/containers/registries.d/registry.redhat.io.yaml"],
            host.Tree("/home/u/.config/containers/registries.d").Keys);
    }

    [Fact]
    public void A_section_above_is_changed_where_it_is()
    {
        using LevelsHost host = Make("fedora45");
        host.Stores("/etc/containers/registries.rootful.d/mine.yaml", (Mine, "https://old.example/"));
        TrustEditResult result = Apply(host, Store(Mine, "https://new.example/"));
        Assert.Equal([Policy, "/etc/containers/registries.rootful.d/mine.yaml"], result.Files.Select(static f => f.Path));
        Assert.Equal("https://new.example/", host.Open().Governing($"{Mine}/a:1").SignatureStore);
    }

    [Theory]
    [InlineData("/etc/containers/registries.rootful.d/registry.example.com.yaml", "registry.example.com-2.yaml")]
    [InlineData(Usr + "/registry.example.com.yaml", "registry.example.com.yaml")]
    public void A_name_that_is_taken_is_no_trap(string taken, string expected)
    {
        using LevelsHost host = Make("fedora45");
        host.Stores(taken, ("b.example.com", "https://b.example/"));
        Apply(host, Store(Mine, "https://new.example/"));
        Assert.Equal("https://new.example/", host.Open().Governing($"{Mine}/a:1").SignatureStore);
        Assert.Equal("https://b.example/", host.Open().ReadLookaside().ForScope("docker", "b.example.com")!.SignatureStore);
        Assert.Contains($"{Etc}/{expected}", host.Tree(Etc).Keys);
    }

    [Theory]
    [InlineData(Usr)]
    [InlineData("/etc/containers/linked.d")]
    public void A_directory_of_the_vendors_is_not_written(string directory)
    {
        using LevelsHost host = Make("fedora45");
        host.Link("/etc/containers/linked.d", Usr);
        SortedDictionary<string, string> vendors = Vendors(host);
        TrustChange change = Store(Mine, "https://new.example/");
        Assert.Equal("VendorFile", Assert.Throws<TrustException>(() => host.Open(registries: directory).Preview([change])).ErrorId);
        TrustException e = Assert.Throws<TrustException>(() => host.Open(registries: directory)
            .Apply([change], new TrustEditOptions(), CancellationToken.None));
        Assert.Equal("VendorFile", e.ErrorId);
        Assert.DoesNotContain(Policy, host.Tree("/etc/containers").Keys);
        Assert.Equal(vendors, Vendors(host));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("6")]
    [InlineData(null)]
    public void Reset_deletes_nothing_of_the_vendors_through_a_linked_directory(string? version)
    {
        using LevelsHost host = Make("stream10");
        host.Link(Etc, Usr);
        SortedDictionary<string, string> vendors = Vendors(host);
        foreach (bool preview in (bool[])[true, false])
            Assert.Equal("VendorFile",
                Assert.Throws<TrustException>(() => host.Open(version)
                .Reset(keepSignatureStores: false, preview, CancellationToken.None)).ErrorId);
        Assert.Equal(vendors, Vendors(host));
    }

    [Fact]
    public void A_single_file_of_the_vendors_does_not_take_the_policy_away()
    {
        using LevelsHost host = Make("fedora45");
        File.Delete(host.Root.Full($"{Usr}/default.yaml"));
        host.Write(Policy, """{"default":[{"type":"reject"}]}""");
        host.Open().Reset(keepSignatureStores: true, preview: false, CancellationToken.None);
        Assert.Equal(host.Root.Read(VendorPolicy), host.Root.Read(Policy));
    }

    [Fact]
    public void Reset_keeps_the_stores_that_the_vendor_has_in_etc_alone()
    {
        using LevelsHost host = Make("rhel9");
        host.Stores($"{Usr}/other.yaml", ("other.example.com", "https://other.example/"));
        host.Open("5").Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        Assert.Contains($"{Etc}/registry.redhat.io.yaml", host.Tree(Etc).Keys);
    }

    internal static TrustChange Store(string scope, string? store) => new()
    {
        Transport = "docker",
        Registry = scope,
        Requirements = [new RejectRequirement()],
        Section = store is null ? null : new LookasideSection { SignatureStore = store },
    };

    internal static TrustChange Remove(string scope) => new() { Transport = "docker", Registry = scope, Remove = true };

    internal static SortedDictionary<string, string> Vendors(LevelsHost host)
    {
        SortedDictionary<string, string> files = host.Tree("/usr");
        foreach ((string path, string content) in host.Tree("/nix"))
            files.Add(path, content);
        return files;
    }

    private static TrustEditResult Apply(LevelsHost host, params TrustChange[] changes) =>
        host.Open().Apply(changes, new TrustEditOptions(), CancellationToken.None);

    internal static LevelsHost Make(string name, string? home = null) => MatrixHosts.Make(name, home);
}
