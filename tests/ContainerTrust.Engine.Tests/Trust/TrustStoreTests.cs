using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

public sealed class TrustStoreTests : IDisposable
{
    private const string PolicyPath = TrustLocations.SystemPolicyPath;
    private readonly ScratchRoot _root = new();

    public void Dispose() => _root.Dispose();

    private static TrustChange Set(string registry, TrustRequirement requirement, LookasideSection? section = null) =>
        new() { Transport = "docker", Registry = registry, Requirements = [requirement], Section = section };

    [Fact]
    public void Without_a_policy_reading_is_an_error_that_says_what_to_do()
    {
        TrustException e = Assert.Throws<TrustException>(() => _root.Open().Read(TrustQuery.All).ToList());
        Assert.Equal("PolicyNotFound", e.ErrorId);
        Assert.Contains($"Reset-ImageTrust -KeepSignatureStore -Root {_root.Path} writes", e.Message, StringComparison.Ordinal);
        Assert.Equal($"Reset-ImageTrust -KeepSignatureStore -Root {_root.Path}", AdviceLanguage.Current.Command(e.Advice!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_empty_policy_is_reset_where_it_is(bool isWrite)
    {
        // Without its root, the command would reset the host on which it is run.
        _root.Write(PolicyPath, "");
        TrustFormatException e = Assert.Throws<TrustFormatException>(
            isWrite ? () => _root.Apply(Set("a.example.com", new RejectRequirement())) : () => _root.Open().Read(TrustQuery.All).ToList());
        Assert.Equal("PolicyEmpty", e.ErrorId);
        Assert.EndsWith($"Reset-ImageTrust -KeepSignatureStore -Root {_root.Path} restores the default.", e.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_change_makes_the_policy_from_the_default_and_says_so()
    {
        TrustEditResult result = _root.Apply(Set("registry.example.com", new RejectRequirement()));
        Assert.Equal([new TrustFileChange(PolicyPath, TrustFileAction.Created)], result.Files);
        Assert.Contains(_root.Warnings,
            w => w.Contains($"Set-ImageTrust -Default -Type Reject -Root {_root.Path} refuses", StringComparison.Ordinal));
        ImageTrust[] all = [.. _root.Open().Read(TrustQuery.All)];
        Assert.Equal(["all:default", "docker-daemon:", "docker:registry.example.com"], all.Select(t => $"{t.Transport}:{t.Registry}"));
        Assert.Equal([TrustType.Accept, TrustType.Accept, TrustType.Reject], all.Select(t => t.Type));
    }

    [Fact]
    public void A_default_that_is_set_on_a_fresh_host_is_there_without_a_warning()
    {
        _root.Apply(new TrustChange
            { Transport = "all", Registry = "default", IsDefault = true, Requirements = [new RejectRequirement()] });
        Assert.Empty(_root.Warnings);
        Assert.Equal(TrustType.Reject, _root.Open().Read(new TrustQuery { DefaultOnly = true }).Single().Type);
    }

    [Fact]
    public void Setting_what_the_default_says_still_writes_a_missing_policy()
    {
        _root.Apply(new TrustChange
            { Transport = "all", Registry = "default", IsDefault = true, Requirements = [new AcceptRequirement()] });
        Assert.True(_root.Has(PolicyPath));
    }

    [Fact]
    public void What_means_the_same_is_not_written()
    {
        TrustChange change = Set("registry.example.com", new SignedByRequirement { KeyPath = "/key" }, new LookasideSection
            { SignatureStore = "https://store.example.com" });
        Assert.Equal(2, _root.Apply(change).Files.Count);
        File.SetLastWriteTimeUtc(_root.Full(PolicyPath), DateTime.UnixEpoch);
        TrustChange same = change with { Requirements = [new SignedByRequirement
            { KeyPath = "/key", SignedIdentity = new MatchRepoDigestOrExactIdentity() }] };
        Assert.Empty(_root.Apply(same).Files);
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(_root.Full(PolicyPath)));
    }

    [Fact]
    public void A_broken_policy_is_not_touched()
    {
        _root.Write(PolicyPath, "{\"default\": [{\"type\": \"reject\"}], \"extra\": 1}");
        TrustFormatException e = Assert
            .Throws<TrustFormatException>(() =>
            _root.Apply(Set("registry.example.com", new RejectRequirement(), new LookasideSection
            { SignatureStore = "https://store.example.com" })));
        Assert.Equal("PolicyUnknownMember", e.ErrorId);
        Assert.Contains("extra", _root.Read(PolicyPath), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_root.Full(TrustLocations.SystemRegistriesDirectory)));
    }

    [Fact]
    public void Broken_registries_d_stops_a_change_before_the_policy_is_written()
    {
        _root.Write(TrustLocations.SystemRegistriesDirectory + "/a.yaml", "docker:\n  x.example.com: [1]\n");
        Assert.ThrowsAny<TrustException>(() =>
            _root.Apply(Set("registry.example.com", new RejectRequirement(), new LookasideSection
            { SignatureStore = "https://store.example.com" })));
        Assert.False(_root.Has(PolicyPath));
    }

    [Fact]
    public void Removing_takes_the_section_along_unless_asked_to_keep_it()
    {
        LookasideSection section = new() { SignatureStore = "https://store.example.com" };
        _root.Apply(Set("a.example.com", new RejectRequirement(), section), Set("b.example.com", new RejectRequirement(), section));
        TrustEditResult result = _root.Apply(
            new TrustChange { Transport = "docker", Registry = "a.example.com", Remove = true },
            new TrustChange { Transport = "docker", Registry = "b.example.com", Remove = true, KeepSection = true },
            new TrustChange { Transport = "docker", Registry = "c.example.com", Remove = true });
        Assert.Equal(["c.example.com"], result.NotFound.Select(c => c.Registry));
        Assert.False(_root.Has(TrustLocations.SystemRegistriesDirectory + "/a.example.com.yaml"));
        Assert.True(_root.Has(TrustLocations.SystemRegistriesDirectory + "/b.example.com.yaml"));
        Assert.DoesNotContain(_root.Open().Read(TrustQuery.All), t => t.Transport == "docker");
    }

    [Fact]
    public void Removing_without_a_policy_finds_nothing_and_writes_nothing()
    {
        TrustEditResult result = _root.Apply(new TrustChange { Transport = "docker-daemon", Registry = "", Remove = true });
        Assert.Single(result.NotFound);
        Assert.False(_root.Has(PolicyPath));
    }

    [Fact]
    public void Only_docker_scopes_can_have_a_store()
    {
        TrustException e = Assert.Throws<TrustException>(() => _root.Apply(new TrustChange
        {
            Transport = "dir",
            Registry = "/srv",
            Requirements = [new RejectRequirement()],
            Section = new LookasideSection { SignatureStore = "https://store.example.com" },
        }));
        Assert.Equal("NoSignatureStore", e.ErrorId);
        Assert.False(_root.Has(PolicyPath));
    }

    [Fact]
    public void Copying_to_another_root_loses_nothing()
    {
        _root.Write(PolicyPath, """
            {"default":[{"type":"reject"}],"transports":{
              "docker":{"registry.example.com/app":[{"type":"signedBy","keyType":"GPGKeys","keyPaths":["/a","/b"],"signedIdentity":{"type":"remapIdentity","prefix":"registry.example.com","signedPrefix":"vendor.example.com"}},
                {"type":"sigstoreSigned","fulcio":{"caPath":"/ca","oidcIssuer":"https://issuer","subjectEmail":"me@example.com"},"rekorPublicKeyPath":"/rekor"}]},
              "oci":{"/srv/images":[{"type":"insecureAcceptAnything"}]},
              "unknown":{"what ever":[{"type":"signedBaseLayer","baseLayerIdentity":{"type":"matchRepository"}}]}}}
            """);
        _root.Write(TrustLocations.SystemRegistriesDirectory + "/default.yaml",
            "default-docker:\n  sigstore: file:///var/lib/containers/sigstore\n");
        _root.Write(TrustLocations.SystemRegistriesDirectory + "/x.yaml",
            "docker:\n  registry.example.com/app:\n    lookaside-staging: file:///srv/staging\n    use-sigstore-attachments: true\n");
        ImageTrust[] before = [.. _root.Open().Read(TrustQuery.All)];
        using ScratchRoot other = new();
        other.Apply([.. before.Select(TrustChange.From)]);
        ImageTrust[] after = [.. other.Open().Read(TrustQuery.All).Where(t => t.Transport != "docker-daemon")];
        Assert.Equal(before.Length, after.Length);
        foreach (ImageTrust expected in before)
        {
            ImageTrust actual = after.Single(t => t.Transport == expected.Transport && t.Registry == expected.Registry);
            Assert.Equal(RequirementWriter.ToCompactJson(expected.Requirements), RequirementWriter.ToCompactJson(actual.Requirements));
            Assert.Equal(expected.SignatureStore, actual.SignatureStore);
            Assert.Equal(expected.SignatureStoreStaging, actual.SignatureStoreStaging);
            Assert.Equal(expected.UseSigstoreAttachments, actual.UseSigstoreAttachments);
            Assert.Equal(expected.Section, actual.Section);
        }
    }

    [Theory]
    [InlineData("registry.example.com/team/app:v1", "docker", "registry.example.com/team")]
    [InlineData("registry.example.com/other/app", "docker", "registry.example.com")]
    [InlineData("registry.example.com/other/app:latest@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "docker",
        "registry.example.com")]
    [InlineData("a.b.example.org:5000/x", "docker", "*.example.org")]
    [InlineData("busybox", "docker", "docker.io/library")]
    [InlineData("docker://quay.io/x/y", "docker", "")]
    [InlineData("dir:/srv/images/one", "dir", "/srv/images")]
    [InlineData("oci:/srv/layout:v1", "all", "default")]
    public void The_most_specific_entry_governs(string image, string transport, string registry)
    {
        _root.Write(PolicyPath, """
            {"default":[{"type":"reject"}],"transports":{"docker":{
              "":[{"type":"reject"}],
              "registry.example.com":[{"type":"reject"}],
              "registry.example.com/team":[{"type":"insecureAcceptAnything"}],
              "*.example.org":[{"type":"reject"}],
              "docker.io/library":[{"type":"reject"}]},
              "dir":{"/srv/images":[{"type":"reject"}]}}}
            """);
        ImageTrust trust = _root.Open().Governing(image);
        Assert.Equal((transport, registry), (trust.Transport, trust.Registry));
        Assert.NotNull(trust.Reason);
    }

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox")]
    [InlineData("https://registry.example.com", "registry.example.com")]
    [InlineData("registry.example.com/", "registry.example.com")]
    [InlineData("registry.example.com/App", "registry.example.com/app")]
    [InlineData("*.example.com:5000", "*.example.com")]
    [InlineData("default", "-Default")]
    [InlineData("containers-storage", "name '' as the scope, with -Transport containers-storage -Force.")]
    public void A_scope_that_no_image_has_is_refused_with_a_suggestion(string scope, string suggestion)
    {
        TrustException e = Assert.Throws<TrustException>(() => ScopeRules.Require("docker", scope, force: false));
        Assert.Equal("UnreachableScope", e.ErrorId);
        Assert.Contains(suggestion, e.Message, StringComparison.Ordinal);
        ScopeRules.Require("docker", scope, force: true);
    }

    [Theory]
    [InlineData("docker", "registry\0.example.com")]
    [InlineData("docker", "registry\n.example.com")]
    [InlineData("dir", "relative")]
    [InlineData("dir", "/")]
    [InlineData("docker-archive", "/x")]
    [InlineData("", "registry.example.com")]
    public void A_scope_that_cannot_be_written_is_refused_even_with_force(string transport, string scope) =>
        Assert.Throws<TrustException>(() => ScopeRules.Require(transport, scope, force: true));

    // Not as inline data: the attribute itself could not hold it.
    [Fact]
    public void An_unpaired_surrogate_is_refused() =>
        Assert.Throws<TrustException>(() => ScopeRules.Require("docker", "registry" + (char)0xD800 + ".example.com", force: true));

    [Fact]
    public void Reset_writes_the_default_and_works_on_a_broken_policy()
    {
        _root.Write("/etc/os-release", "ID=fedora\n");
        _root.Write(PolicyPath, "broken");
        _root.Write(TrustLocations.SystemRegistriesDirectory + "/default.yaml", "default-docker: {}\n");
        _root.Write(TrustLocations.SystemRegistriesDirectory + "/x.yaml", "docker: {}\n");
        _root.Write(TrustLocations.SystemRegistriesDirectory + "/notes.txt", "mine");
        TrustEditResult preview = _root.Open().Reset(keepSignatureStores: false, preview: true, CancellationToken.None);
        Assert.Equal("broken", _root.Read(PolicyPath));
        TrustEditResult result = _root.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        Assert.Equal(preview.Files, result.Files);
        Assert.Equal(["default.yaml", "notes.txt"], Directory.GetFiles(_root.Full(TrustLocations.SystemRegistriesDirectory))
            .Select(Path.GetFileName).Order());
        Assert.Equal(TrustType.Accept, _root.Open().Read(TrustQuery.All).First().Type);
        Assert.Empty(_root.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None).Files);
    }

    [Fact]
    public void The_vendor_policy_is_read_and_never_written()
    {
        _root.Write(TrustLocations.VendorPolicyPath, "{\"default\": [{\"type\": \"reject\"}]}\n");
        Assert.Equal(TrustType.Reject, _root.Open().Read(TrustQuery.All).Single().Type);
        _root.Apply(Set("registry.example.com", new AcceptRequirement()));
        Assert.Equal("{\"default\": [{\"type\": \"reject\"}]}\n", _root.Read(TrustLocations.VendorPolicyPath));
        Assert.Equal([TrustType.Reject, TrustType.Accept], _root.Open().Read(TrustQuery.All).Select(t => t.Type));
    }
}
