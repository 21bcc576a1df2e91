using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>A scope's own signature store is taken away; what is inherited, and what others have, stays.</summary>
public sealed class StoreRemovalTests : IDisposable
{
    private const string Directory = "/etc/containers/registries.d";
    private const string Policy = """
        {"default":[{"type":"reject"}],"transports":{"docker":{"a.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}]}}}
        """;

    private readonly ScratchRoot _root = new();

    public StoreRemovalTests() => _root.Write("/etc/containers/policy.json", Policy);

    public void Dispose() => _root.Dispose();

    [Fact]
    public void The_file_goes_where_it_had_nothing_else_and_the_loss_is_said()
    {
        Set(new SetRequest { Stores = new LookasideSection { SignatureStore = "https://store.example.com" } });
        Assert.True(_root.Has($"{Directory}/a.example.com.yaml"));
        Set(new SetRequest { WithoutStore = true });
        Assert.False(_root.Has($"{Directory}/a.example.com.yaml"));
        string warning = Assert.Single(_root.Warnings, static w => w.Contains("loses its signature store", StringComparison.Ordinal));
        string advice = $"Set-ImageTrust a.example.com -SignatureStore https://store.example.com -Root {_root.Path}";
        Assert.Contains(advice, warning, StringComparison.Ordinal);

        // The advice, done.
        Set(new SetRequest { Stores = new LookasideSection { SignatureStore = "https://store.example.com" } });
        Assert.Equal("https://store.example.com", Entry().SignatureStore);
        Assert.Empty(Set(new SetRequest { Registries = ["none.example.com"], WithoutStore = true }).Files);
    }

    [Fact]
    public void The_rest_of_a_section_stays_and_so_does_what_others_wrote()
    {
        string text = "# ours\ndocker:\n  a.example.com:\n    lookaside: https://store.example.com\n" +
            "    lookaside-staging: file:///srv/sigs\n    use-sigstore-attachments: true\n" +
            "  b.example.com:\n    lookaside: https://b.example.com\n";
        _root.Write($"{Directory}/site.yaml", text);
        Set(new SetRequest { WithoutStore = true });
        Assert.Equal(text.Replace("    lookaside: https://store.example.com\n", "", StringComparison.Ordinal),
            _root.Read($"{Directory}/site.yaml"));
        Set(new SetRequest { WithoutStaging = true });
        Assert.DoesNotContain("staging", _root.Read($"{Directory}/site.yaml"), StringComparison.Ordinal);
        Assert.Contains("use-sigstore-attachments: true", _root.Read($"{Directory}/site.yaml"), StringComparison.Ordinal);
        Assert.Empty(Set(new SetRequest { WithoutStore = true, WithoutStaging = true }).Files);
    }

    [Fact]
    public void A_store_that_is_inherited_then_is_named_with_its_file()
    {
        _root.Write($"{Directory}/default.yaml", "default-docker:\n  lookaside: https://default.example.com\n");
        _root.Write($"{Directory}/a.yaml", "docker:\n  a.example.com:\n    sigstore: https://store.example.com\n");
        Set(new SetRequest { WithoutStore = true });
        Assert.Contains(_root.Warnings, static w => w.Contains("https://default.example.com", StringComparison.Ordinal)
            && w.Contains($"{Directory}/default.yaml", StringComparison.Ordinal));
        Assert.DoesNotContain(_root.Warnings, static w => w.Contains("loses", StringComparison.Ordinal));
        Assert.Equal("https://default.example.com", Entry().SignatureStore);

        // And the default's own.
        Set(new SetRequest { IsDefault = true, Registries = [], WithoutStore = true });
        Assert.Null(Entry().SignatureStore);
    }

    [Fact]
    public void With_an_entry_the_store_that_it_has_is_not_taken_along()
    {
        _root.Write("/k", "");
        _root.Write($"{Directory}/a.yaml", "docker:\n  a.example.com:\n    lookaside: https://store.example.com\n");
        SetRequest request = new() { Entries = [Entry()], WithoutStore = true, Force = true, Registries = [] };
        using ScratchRoot other = new();
        other.Write("/etc/containers/policy.json", """{"default":[{"type":"reject"}]}""");
        TrustStore store = other.Open();
        store.Apply(request.ToChanges(store), new TrustEditOptions(), CancellationToken.None);
        Assert.Null(other.Open().Read(new TrustQuery { Registries = ["a.example.com"] }).Single().SignatureStore);
    }

    [Fact]
    public void What_the_distribution_ships_is_left_as_it_is()
    {
        const string vendor = "/usr/share/containers/registries.d/vendor.yaml";
        _root.Write(vendor, "docker:\n  a.example.com:\n    lookaside: https://vendor.example.com\n");
        string before = _root.Read(vendor);
        TrustStore store = TrustStore.Open(new TrustStoreOptions { RootDirectory = _root.Path, PodmanVersion = "6.0" },
            new TrustMessages { Warning = _root.Warnings.Add });
        SetRequest request = new() { Registries = ["a.example.com"], WithoutStore = true };
        store.Apply(request.ToChanges(store), new TrustEditOptions(), CancellationToken.None);
        Assert.Equal(before, _root.Read(vendor));
        Assert.Null(store.Read(new TrustQuery { Registries = ["a.example.com"] }).Single().SignatureStore);
    }

    [Fact]
    public void Each_store_that_is_taken_away_is_named_with_its_host()
    {
        _root.Write($"{Directory}/a.yaml", "docker:\n  a.example.com:\n    lookaside: https://me:secret@store.example.com\n"
            + "    lookaside-staging: file:///srv/a\n");
        _root.Write("/etc/containers/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        TrustStore store = _root.Open();
        IReadOnlyList<string> warnings = Set(new SetRequest { WithoutStore = true, WithoutStaging = true }).Warnings;
        Assert.Contains(warnings, w => w.Contains(store.Host.ComputerName, StringComparison.Ordinal)
            && w.Contains("store.example.com of a.example.com is taken away", StringComparison.Ordinal));
        Assert.Contains(warnings, static w => w.Contains("file:///srv/a", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, static w => w.Contains("secret", StringComparison.Ordinal));
        Assert.DoesNotContain(Set(new SetRequest { WithoutStore = true }).Warnings,
            static w => w.Contains("is taken away", StringComparison.Ordinal));
    }

    [Fact]
    public void The_default_that_loses_its_store_says_so()
    {
        _root.Write("/k", "");
        _root.Write($"{Directory}/default.yaml", "default-docker:\n  lookaside: https://all.example.com\n");
        _root.Write("/etc/containers/policy.json", TestPolicy.Default(TestPolicy.SignedBy("/k")));
        TrustEditResult result = Set(new SetRequest { IsDefault = true, WithoutStore = true });
        Assert.Contains(result.Warnings, w => w.Contains("The default loses its signature store https://all.example.com",
            StringComparison.Ordinal) && w.Contains("-Default -SignatureStore https://all.example.com", StringComparison.Ordinal));

        // What it advises.
        Set(new SetRequest { IsDefault = true, Stores = new LookasideSection { SignatureStore = "https://all.example.com" } });
        Assert.Contains("https://all.example.com", _root.Read($"{Directory}/default.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_scopes_of_docker_have_stores()
    {
        TrustException e = Assert.Throws<TrustException>(
            () => Set(new SetRequest { Transport = "dir", Registries = ["/srv"], WithoutStore = true }));
        Assert.Equal("NoSignatureStore", e.ErrorId);
    }

    private TrustEditResult Set(SetRequest request)
    {
        if (request is { IsDefault: false, Registries.Count: 0, Entries: null })
            request = request with { Registries = ["a.example.com"] };
        TrustStore store = _root.Open();
        return store.Apply(request.ToChanges(store), new TrustEditOptions(), CancellationToken.None);
    }

    private ImageTrust Entry() => _root.Open().Read(new TrustQuery { Registries = ["a.example.com"] }).Single();
}
