using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Engine.Tests.Trust.Files;

/// <summary>Entries in memory: what they are, what they are refused for, and that setting them is setting what they say.</summary>
public sealed class NewEntriesTests
{
    private static readonly SetRequest s_simple = new()
    {
        Registries = ["a.example.com"],
        Options = new RequirementOptions { KeyPaths = ["/keys/a.asc"] },
    };

    public static TheoryData<SetRequest> Requests =>
    [
        s_simple,
        s_simple with { Registries = ["a.example.com", "b.example.com/app"],
            Stores = new LookasideSection { SignatureStore = "https://s/x" } },
        s_simple with { IsDefault = true, Registries = [], Stores = new LookasideSection { SignatureStoreStaging = "file:///srv/x" } },
        s_simple with { Options = new RequirementOptions { Type = TrustType.Reject }, Transport = "dir", Registries = ["/srv"] },
        s_simple with { Options = new RequirementOptions
            { KeyPaths = ["/a", "/b"], AnyKey = true, SignedIdentity = new MatchExactIdentity() } },
        s_simple with { Options = new RequirementOptions { Type = TrustType.SigstoreSigned, KeyPaths = ["/keys/cosign.pub"] } },
        s_simple with
        {
            Options = new RequirementOptions { Type = TrustType.SigstoreSigned, KeyPaths = ["/keys/cosign.pub"] },
            Stores = new LookasideSection { UseSigstoreAttachments = false },
        },
        s_simple with
        {
            Options = new RequirementOptions { Type = TrustType.SigstoreSigned, KeyPaths = ["/keys/cosign.pub"] },
            Stores = new LookasideSection { SignatureStore = "https://s/x" },
        },
        s_simple with { IsDefault = true, Registries = [],
            Options = new RequirementOptions { Type = TrustType.SigstoreSigned, KeyPaths = ["/keys/cosign.pub"] } },
    ];

    [Theory]
    [MemberData(nameof(Requests))]
    public void Setting_an_entry_is_setting_what_it_was_made_of(SetRequest request)
    {
        request = request with { Force = true };
        foreach (bool hasFiles in new[] { false, true })
        {
            using ScratchRoot direct = new(), byEntry = new();
            foreach (ScratchRoot root in new[] { direct, byEntry })
            {
                root.Write(TrustLocations.SystemPolicyPath, """{"default":[{"type":"insecureAcceptAnything"}]}""");
                Directory.CreateDirectory(root.Full("/etc/containers/registries.d"));
                if (!hasFiles)
                    continue;
                root.Write("/etc/containers/registries.d/default.yaml",
                    "default-docker:\n  lookaside: https://d/x\n  use-sigstore-attachments: true\n");
                root.Write("/etc/containers/registries.d/a.yaml", "docker:\n  a.example.com:\n    lookaside-staging: file:///srv/old\n");
            }

            Set(direct, request);
            IReadOnlyList<ImageTrust> entries = NewEntries.Make(request, TrustMessages.None);
            Set(byEntry, new SetRequest { Entries = entries, Force = true });
            Assert.Equal(Files(direct), Files(byEntry));
            Assert.All(entries, static e => Assert.Equal(("", null, null), (e.ComputerName, e.PolicyPath, e.Origin)));
            Assert.All(entries, e => Assert.Equal(request.Stores.IsEmpty ? null : request.Stores, e.Section));
        }
    }

    [Fact]
    public void What_would_be_switched_on_is_in_the_file()
    {
        SetRequest sigstore = s_simple with
        {
            Options = new RequirementOptions { Type = TrustType.SigstoreSigned, KeyPaths = ["/keys/cosign.pub"] },
        };
        IReadOnlyList<ImageTrust> entries = NewEntries.Make(sigstore, TrustMessages.None);
        Assert.Null(Assert.Single(entries).UseSigstoreAttachments);
        ImageTrust read = Assert.Single(TrustFile.Read(TrustFile.Write(entries, TrustFileFormat.Json, TrustMessages.None), "f"));
        Assert.True(read.UseSigstoreAttachments);
    }

    [Fact]
    public void An_edited_store_counts()
    {
        ImageTrust entry = Assert.Single(NewEntries.Make(
            s_simple with { Stores = new LookasideSection { SignatureStore = "https://old/x" } }, TrustMessages.None));
        using ScratchRoot root = new();
        root.Write(TrustLocations.SystemPolicyPath, """{"default":[{"type":"reject"}]}""");
        Set(root, new SetRequest { Entries = [entry with { SignatureStore = "https://new/x" }], Force = true });
        Assert.Equal("https://new/x", root.Open().Read(TrustQuery.All).Single(static e => !e.IsDefault).SignatureStore);
    }

    [Fact]
    public void What_no_host_could_be_set_to_is_refused()
    {
        void Refuses(string id, SetRequest request) => Assert.Equal(
            id, Assert.ThrowsAny<TrustException>(() => NewEntries.Make(request, TrustMessages.None)).ErrorId);
        RequirementOptions reject = new() { Type = TrustType.Reject };
        Refuses("MissingRegistry", s_simple with { Registries = [] });
        Refuses("MissingType", s_simple with { Options = new RequirementOptions() });
        LookasideSection store = new() { SignatureStore = "https://a" };
        Refuses("MissingType", s_simple with { Options = new RequirementOptions(), Stores = store });
        Refuses("KeysNotUsed", s_simple with { Options = reject with { AnyKey = true } });
        Refuses("InvalidKeyPath", s_simple with { Options = new RequirementOptions { KeyPaths = ["./a.asc"] } });
        Refuses("UnreachableScope", s_simple with { Registries = ["https://a.example.com"] });
        Refuses("EmptyScope", s_simple with { Registries = [""] });
        Refuses("UnknownTransport", s_simple with { Transport = "future" });
        Refuses("EmptyStore", s_simple with { Stores = new LookasideSection { SignatureStore = "" } });
        Refuses("LookasideInvalidStore", s_simple with { Stores = new LookasideSection { SignatureStore = "ftp://a" } });
        Refuses("NoSignatureStore", s_simple with { Transport = "dir", Registries = ["/a"], Stores = store });
        Assert.Single(NewEntries.Make(s_simple with { Transport = "future", Force = true }, TrustMessages.None));

        List<TrustException> refused = [];
        Assert.Equal("b.example.com", Assert.Single(
            NewEntries.Make(s_simple with { Registries = ["busybox", "b.example.com"] }, TrustMessages.None, refused.Add)).Registry);
        Assert.Equal("UnreachableScope", Assert.Single(refused).ErrorId);
    }

    [Fact]
    public void Stored_keys_are_read_here_and_must_be_good()
    {
        using ScratchRoot root = new();
        root.Write("/good.pub", TestKey.Get("P-256").Pem);
        root.Write("/bad.pub", "nothing");
        SetRequest Stored(string file) => s_simple with
        {
            Options = new RequirementOptions { Type = TrustType.SigstoreSigned, KeyPaths = [root.Full(file)], InlineKey = true },
        };
        ImageTrust entry = Assert.Single(NewEntries.Make(Stored("/good.pub"), TrustMessages.None));
        Assert.Single(entry.Keys);
        Assert.NotNull(Assert.IsType<SigstoreSignedRequirement>(Assert.Single(entry.Requirements)).KeyData);
        Assert.ThrowsAny<TrustException>(() => NewEntries.Make(Stored("/bad.pub"), TrustMessages.None));
        Assert.Equal("KeyFileNotFound", Assert.Throws<TrustException>(
            () => NewEntries.Make(Stored("/none.pub"), TrustMessages.None)).ErrorId);
        byte[] file = TrustFile.Write([entry], TrustFileFormat.Yaml, TrustMessages.None);
        Assert.Equal(entry.Keys, Assert.Single(TrustFile.Read(file, "f")).Keys);
    }

    [Fact]
    public void An_entry_that_names_no_store_says_nothing_of_stores_in_a_baseline()
    {
        using ScratchRoot root = new();
        root.Write(TrustLocations.SystemPolicyPath, """
            {"default":[{"type":"reject"}],"transports":{"docker":{
                "a.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/a.asc"}]}}}
            """);
        root.Write("/etc/containers/registries.d/default.yaml", "default-docker:\n  lookaside: https://s/x\n");
        string[] Rules(SetRequest request) => [.. ComplianceChecker.Check(root.Open(), new ComplianceOptions
        {
            Baseline = TrustBaseline.Of(NewEntries.Make(request, TrustMessages.None)),
        }, CancellationToken.None).Findings.Select(static f => f.RuleId)
            .Where(static r => r.StartsWith("Baseline", StringComparison.Ordinal))];
        Assert.Empty(Rules(s_simple));
        Assert.Equal(["BaselineStoreDiffers"], Rules(s_simple with { Stores = new LookasideSection { SignatureStore = "https://t/x" } }));
        Assert.Equal(["BaselineScopeDiffers"], Rules(s_simple with { Options = new RequirementOptions { Type = TrustType.Reject } }));
        Assert.True(RequirementWriter.MeansSame(root.Open().Read(TrustQuery.All).Last().Requirements,
            NewEntries.Make(s_simple, TrustMessages.None)[0].Requirements));
    }

    private static void Set(ScratchRoot root, SetRequest request)
    {
        TrustStore store = root.Open();
        store.Apply(request.ToChanges(store), new TrustEditOptions(), CancellationToken.None);
    }

    private static string Files(ScratchRoot root) => string.Join('\n', Directory.GetFiles(root.Path, "*", SearchOption.AllDirectories)
        .Where(static f => !f.EndsWith(".jsonl", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal).Select(f => $"{f[root.Path.Length..]}:\n{File.ReadAllText(f)}"));
}
