using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>What must not be said yes to, and what must not be lost.</summary>
public sealed class TrustSafetyTests : IDisposable
{
    private const string PolicyPath = TrustLocations.SystemPolicyPath;
    private const string RegistriesPath = TrustLocations.SystemRegistriesDirectory;
    private const string RejectAll = "{\"default\": [{\"type\": \"reject\"}]}\n";
    private readonly ScratchRoot _root = new();

    public void Dispose() => _root.Dispose();

    private static TrustKey Key(bool canPrimarySign, params TrustSubkey[] subkeys) => new()
    {
        Kind = TrustKeyKind.OpenPgp,
        Fingerprint = "00",
        Algorithm = "RSA",
        Created = DateTimeOffset.UnixEpoch,
        CanPrimarySign = canPrimarySign,
        CanSign = true,
        Subkeys = subkeys,
    };

    private static TrustSubkey Subkey(DateTimeOffset? expires = null, bool isRevoked = false, DateTimeOffset created = default) =>
        new() { Fingerprint = "01", Algorithm = "RSA", CanSign = true, Expires = expires, IsRevoked = isRevoked, Created = created };

    [Fact]
    public void A_key_signs_only_by_a_part_that_is_in_force()
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Assert.True(Key(canPrimarySign: true).CanSignAt(now));
        Assert.True(Key(false, Subkey()).CanSignAt(now));
        Assert.False(Key(false).CanSignAt(now));
        Assert.False(Key(false, Subkey(expires: now.AddDays(-1))).CanSignAt(now));
        Assert.False(Key(false, Subkey(isRevoked: true)).CanSignAt(now));
        Assert.False(Key(false, Subkey(created: now.AddDays(1))).CanSignAt(now));
        Assert.False((Key(true) with { Created = now.AddDays(1) }).CanSignAt(now));
        Assert.False((Key(true) with { IsRevoked = true }).CanSignAt(now));
        Assert.False((Key(true, Subkey()) with { Expires = now.AddDays(-1) }).CanSignAt(now));
    }

    [Theory]
    [InlineData("nothing here", "NoUsableKey")]
    [InlineData(null, "KeyFileNotFound")]
    public void A_key_file_without_a_key_is_refused_before_anything_is_written(string? content, string id)
    {
        if (content is not null)
            _root.Write("/key", content);
        TrustException e = Assert.ThrowsAny<TrustException>(() => _root.Open().CheckKeys([new SignedByRequirement { KeyPath = "/key" }]));
        Assert.Equal(id, e.ErrorId);
    }

    [Fact]
    public void The_sample_key_is_good()
    {
        _root.Write("/key", SampleKey());
        _root.Open().CheckKeys([new SignedByRequirement { KeyPath = "/key" }]);
    }

    [Fact]
    public void Fulcio_files_and_rekor_keys_are_checked_too()
    {
        SigstoreSignedRequirement requirement = new()
        {
            Fulcio = new FulcioIdentity { CaPath = "/ca", OidcIssuer = "https://issuer", SubjectEmail = "me@example.com" },
            RekorPublicKeyPath = "/rekor",
        };
        Assert.Equal("KeyFileNotFound", Assert.Throws<TrustException>(() => _root.Open().CheckKeys([requirement])).ErrorId);
        _root.Write("/ca", "no certificate");
        Assert.Equal("NoCertificate",
            Assert.Throws<TrustException>(() => _root.Open().CheckKeys([requirement with { RekorPublicKeyPath = null }])).ErrorId);
    }

    [Fact]
    public void Key_data_that_is_no_base64_is_a_clear_error() =>
        Assert.Equal("InvalidKeyData",
            Assert.Throws<TrustException>(() => _root.Open().CheckKeys([new SignedByRequirement { KeyData = "not base64!" }])).ErrorId);

    [Theory]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n-----BEGIN PGP PRIVATE KEY BLOCK-----\n")]
    [InlineData("-----BEGIN PGP SECRET KEY BLOCK-----\n\n-----END PGP SECRET KEY BLOCK-----\n")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxgEExQEE\n=CUr7\n-----END PGP PUBLIC KEY BLOCK-----\n")]
    [InlineData("-----BEGIN PGP SIGNATURE-----\n\nxgEExQEExQ==\n-----END PGP SIGNATURE-----\n")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\n")]
    public void A_private_key_is_never_stored(string content)
    {
        _root.Write("/key", content);
        TrustException e = Assert.Throws<TrustException>(() =>
            _root.Open().Requirements.Build(new RequirementOptions { KeyPaths = ["/key"], InlineKey = true }));
        Assert.Equal("PrivateKey", e.ErrorId);
    }

    [Fact]
    public void A_binary_private_key_is_never_stored()
    {
        Directory.CreateDirectory(_root.Path);
        File.WriteAllBytes(_root.Full("/key"), [0xC6, 1, 4, 0xC5, 1, 4]);
        Assert.Equal("PrivateKey",
            Assert.Throws<TrustException>(() =>
            _root.Open().Requirements.Build(new RequirementOptions { KeyPaths = ["/key"], InlineKey = true })).ErrorId);
    }

    [Fact]
    public void A_binary_pkcs8_key_is_never_stored_nor_one_in_a_requirement_made_by_hand()
    {
        byte[] key = [0x30, 0x0A, 2, 1, 0, 0x30, 5, 6, 3, 0x2B, 0x65, 0x70];
        File.WriteAllBytes(_root.Full("/key"), key);
        Assert.Equal("PrivateKey",
            Assert.Throws<TrustException>(() =>
            _root.Open().Requirements.Build(new RequirementOptions
            { Type = TrustType.SigstoreSigned, KeyPaths = ["/key"], InlineKey = true })).ErrorId);
        Assert.Equal("PrivateKey",
            Assert.Throws<TrustException>(() =>
            _root.Apply(new TrustChange
            { Transport = "docker", Registry = "a.example.com",
            Requirements = [new SignedByRequirement { KeyData = Convert.ToBase64String(key) }] })).ErrorId);
        Assert.False(_root.Has(PolicyPath));
    }

    [Fact]
    public void Copying_a_default_without_stores_leaves_those_of_the_target()
    {
        _root.Write(PolicyPath, RejectAll);
        using ScratchRoot other = new();
        other.Write(RegistriesPath + "/default.yaml", "default-docker:\n  lookaside: https://store.example.com\n");
        other.Apply([.. _root.Open().Read(TrustQuery.All).Select(TrustChange.From)]);
        Assert.Equal("https://store.example.com", other.Open().Read(TrustQuery.All).First().SignatureStore);
    }

    [Fact]
    public void An_answer_about_one_image_changes_nothing_when_it_is_written_back()
    {
        _root.Write(PolicyPath, """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}]}}}""");
        _root.Write(RegistriesPath + "/a.yaml", "docker:\n  registry.example.com/app:\n    sigstore: https://app.example.com\n");
        Assert.Empty(_root.Apply(TrustChange.From(_root.Open().Governing("registry.example.com/app:v1"))).Files);
    }

    [Fact]
    public void Reset_replaces_even_what_is_too_large_to_be_read()
    {
        _root.Write("/etc/os-release", "ID=fedora\n");
        Directory.CreateDirectory(_root.Full("/etc/containers/registries.d"));
        using (FileStream large = File.Create(_root.Full(PolicyPath)))
            large.SetLength(PolicyReader.MaxBytes + 1L);
        using (FileStream large = File.Create(_root.Full(RegistriesPath + "/default.yaml")))
            large.SetLength(20_000_000);
        TrustEditResult result = _root.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        Assert.Equal([new TrustFileChange(PolicyPath, TrustFileAction.Changed)], result.Files);
        Assert.Single(result.Warnings);
    }

    [Fact]
    public void An_absolute_key_path_is_never_this_machines_where_another_root_is_meant()
    {
        string local = Path.Combine(_root.Path, "only-here.asc");
        File.WriteAllText(local, SampleKey());
        using ScratchRoot other = new();
        Assert.Equal("KeyFileNotFound",
            Assert.Throws<TrustException>(() =>
            other.Open().Requirements.Build(new RequirementOptions { KeyPaths = [local], InlineKey = true })).ErrorId);
        IReadOnlyList<TrustRequirement> built = other.Open().Requirements.Build(new RequirementOptions
            { KeyPaths = ["only-here.asc"], InlineKey = true, BaseDirectory = _root.Path });
        Assert.NotNull(Assert.IsType<SignedByRequirement>(Assert.Single(built)).KeyData);
    }

    [Fact]
    public void All_keys_must_have_signed_unless_any_is_asked_for()
    {
        RequirementFactory factory = _root.Open().Requirements;
        Assert.Equal(2, factory.Build(new RequirementOptions { KeyPaths = ["/a", "/b"] }).Count);
        SignedByRequirement any = Assert
            .IsType<SignedByRequirement>(Assert.Single(factory.Build(new RequirementOptions { KeyPaths = ["/a", "/b"], AnyKey = true })));
        Assert.Equal(["/a", "/b"], any.KeyPaths);
    }

    [Theory]
    [InlineData(TrustType.Accept, true, "KeysNotUsed")]
    [InlineData(TrustType.SignedBy, false, "MissingKey")]
    [InlineData(null, false, "MissingType")]
    [InlineData(TrustType.Mixed, true, "InvalidType")]
    public void Options_that_contradict_each_other_are_refused(TrustType? type, bool hasKey, string id) =>
        Assert.Equal(id, Assert.Throws<TrustException>(() =>
            _root.Open().Requirements.Build(new RequirementOptions { Type = type, KeyPaths = hasKey ? ["/a"] : [] })).ErrorId);

    [Theory]
    [InlineData("dokcer", "registry.example.com", "UnknownTransport")]
    [InlineData("docker", "", "EmptyScope")]
    [InlineData("docker-daemon", "busybox", "UnreachableScope")]
    [InlineData("docker", "registry.example.com:99999", "UnreachableScope")]
    public void A_scope_that_protects_nobody_needs_force(string transport, string scope, string id)
    {
        Assert.Equal(id, Assert.Throws<TrustException>(() => ScopeRules.Require(transport, scope, force: false)).ErrorId);
        ScopeRules.Require(transport, scope, force: true);
    }

    [Theory]
    [InlineData("docker.io/nginx", "docker.io/library/nginx")]
    [InlineData("Registry.example.com", "capitals")]
    public void A_scope_that_may_be_meant_otherwise_is_doubted(string scope, string word)
    {
        Assert.Contains(word, ScopeRules.Doubt("docker", scope), StringComparison.Ordinal);
        Assert.Null(ScopeRules.Doubt("docker", "registry.example.com/team"));
    }

    [Fact]
    public void A_linked_directory_is_looked_up_by_what_it_is()
    {
        _root.Write(PolicyPath, """{"default":[{"type":"reject"}],"transports":{"dir":{"/srv/real":[{"type":"insecureAcceptAnything"}],"/srv/link":[{"type":"reject"}]}}}""");
        Directory.CreateDirectory(_root.Full("/srv/real"));
        File.CreateSymbolicLink(_root.Full("/srv/link"), "/srv/real");
        Assert.Equal("/srv/real", _root.Open().Governing("dir:/srv/link").Registry);
    }

    [Fact]
    public void A_name_without_a_registry_is_answered_with_what_was_assumed()
    {
        _root.Write(PolicyPath, RejectAll);
        _root.Open().Governing("ubi9");
        Assert.Contains(_root.Warnings, w => w.Contains("docker.io/library/ubi9:latest", StringComparison.Ordinal));
    }

    [Fact]
    public void A_new_user_policy_starts_from_the_systems()
    {
        _root.Write(PolicyPath, RejectAll);
        _root.Write(RegistriesPath + "/a.yaml", "docker:\n  registry.example.com:\n    lookaside: https://store.example.com\n");
        List<string> warnings = [];
        TrustStore store = UserStore(warnings);
        store.Apply([new TrustChange { Transport = "docker", Registry = "quay.io", Requirements = [new AcceptRequirement()],
            Section = new LookasideSection { SignatureStore = "https://quay.example.com" } }], new TrustEditOptions(),
            CancellationToken.None);
        Assert.Equal([TrustType.Reject, TrustType.Accept], UserStore([]).Read(TrustQuery.All).Select(t => t.Type));
        Assert.Contains(warnings, w => w.Contains("a copy of /etc/containers/policy.json", StringComparison.Ordinal));
        Assert.Contains(warnings, w => w.Contains("a.yaml", StringComparison.Ordinal));
    }

    [Fact]
    public void Reset_of_the_users_policy_deletes_it_and_leaves_the_systems_files_alone()
    {
        _root.Write(PolicyPath, RejectAll);
        _root.Write(RegistriesPath + "/a.yaml", "docker: {}\n");
        _root.Write("/home/me/.config/containers/policy.json", "{\"default\": [{\"type\": \"insecureAcceptAnything\"}]}\n");
        HomeHost host = new(_root.Path);
        foreach (string? named in (string?[])[null, "/home/me/.config/containers/policy.json"])
        {
            TrustStore store = new(host, TrustLocations.Find(host, named, null, currentUser: false), TrustMessages.None);
            TrustEditResult result = store.Reset(keepSignatureStores: false, preview: true, CancellationToken.None);
            Assert.Equal([new TrustFileChange("/home/me/.config/containers/policy.json", TrustFileAction.Deleted)], result.Files);
            Assert.NotEmpty(result.Warnings);
        }
    }

    [Fact]
    public void Reset_of_a_named_policy_leaves_registries_d_alone()
    {
        _root.Write("/etc/os-release", "ID=fedora\n");
        _root.Write("/tmp/policy.json", RejectAll);
        _root.Write(RegistriesPath + "/a.yaml", "docker: {}\n");
        TrustEditResult result = _root.Open("/tmp/policy.json").Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        Assert.Equal(["/tmp/policy.json"], result.Files.Select(f => f.Path));
        Assert.True(_root.Has(RegistriesPath + "/a.yaml"));
    }

    [Fact]
    public void Reset_says_what_stays_in_default_yaml()
    {
        _root.Write("/etc/os-release", "ID=fedora\n");
        _root.Write(RegistriesPath + "/default.yaml", "default-docker:\n  lookaside: https://evil.example.com\n");
        TrustEditResult result = _root.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None);
        Assert.Contains("https://evil.example.com", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Copying_takes_an_inherited_store_along_and_foreign_sections_away()
    {
        _root.Write(PolicyPath, """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com/ubi":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}]}}}""");
        _root.Write(RegistriesPath + "/vendor.yaml", "docker:\n  registry.example.com:\n    sigstore: https://vendor.example.com\n");
        using ScratchRoot other = new();
        other.Write(RegistriesPath + "/old.yaml", "docker:\n  registry.example.com/ubi:\n    sigstore: https://evil.example.com\n");
        other.Apply([.. _root.Open().Read(TrustQuery.All).Select(TrustChange.From)]);
        Assert.Equal("https://vendor.example.com", other.Open().Read(new TrustQuery { Registries = ["registry.example.com/ubi"] })
            .Single().SignatureStore);
        Assert.Empty(other.Apply([.. _root.Open().Read(TrustQuery.All).Select(TrustChange.From)]).Files);
    }

    [Fact]
    public void Removing_a_section_that_others_inherit_from_is_warned_of()
    {
        _root.Write(PolicyPath, """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":[{"type":"reject"}],"registry.example.com/ubi":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k"}]}}}""");
        _root.Write(RegistriesPath + "/a.yaml", "docker:\n  registry.example.com:\n    sigstore: https://user:secret@vendor.example.com\n");
        _root.Apply(new TrustChange { Transport = "docker", Registry = "registry.example.com", Remove = true });
        Assert.Contains(
            _root.Warnings,
            w => w.Contains("registry.example.com/ubi loses its signature store https://vendor.example.com ", StringComparison.Ordinal));
        Assert.DoesNotContain(_root.Warnings, w => w.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_scope_named_twice_is_one_change_and_the_later_one_wins()
    {
        LookasideSection store = new() { SignatureStore = "https://store.example.com" };
        _root.Apply(
            new TrustChange { Transport = "docker", Registry = "a.example.com", Requirements = [new AcceptRequirement()], Section = store },
            new TrustChange { Transport = "docker", Registry = "a.example.com", Requirements = [new RejectRequirement()],
                Section = store });
        Assert.Equal(TrustType.Reject, _root.Open().Read(new TrustQuery { Registries = ["a.example.com"] }).Single().Type);
        TrustEditResult removed = _root.Apply(
            new TrustChange { Transport = "docker", Registry = "a.example.com", Remove = true },
            new TrustChange { Transport = "docker", Registry = "a.example.com", Remove = true });
        Assert.Empty(removed.NotFound);
    }

    [Fact]
    public void Changes_that_cancel_each_other_out_write_nothing()
    {
        _root.Write(PolicyPath, RejectAll);
        Assert.Empty(_root.Apply(
            new TrustChange { Transport = "docker", Registry = "a.example.com", Requirements = [new AcceptRequirement()] },
            new TrustChange { Transport = "docker", Registry = "a.example.com", Remove = true }).Files);
    }

    [Fact]
    public void Sigstore_without_the_attachment_switch_is_warned_of()
    {
        _root.Apply(new TrustChange
            { Transport = "docker", Registry = "a.example.com",
            Requirements = [new SigstoreSignedRequirement { KeyPaths = ["/a", "/b"] }] });
        Assert.Contains(_root.Warnings, w => w.Contains("-UseSigstoreAttachments", StringComparison.Ordinal));
        Assert.Contains(_root.Warnings, w => w.Contains("5.32.2", StringComparison.Ordinal));
    }

    private TrustStore UserStore(List<string> warnings)
    {
        HomeHost host = new(_root.Path);
        return new TrustStore(host, TrustLocations.Find(host, null, null, currentUser: true), new TrustMessages { Warning = warnings.Add });
    }

    private static string SampleKey()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            string path = Path.Combine(d.FullName, "samples/keys/sample.asc");
            if (File.Exists(path))
                return File.ReadAllText(path);
        }

        throw new FileNotFoundException("samples/keys/sample.asc");
    }

    /// <summary>A root whose user is at home in /home/me.</summary>
    private sealed class HomeHost(string root) : ITrustHost
    {
        private readonly RootDirectoryHost _host = new(root);

        public string ComputerName => "home";

        public string? HomeDirectory => "/home/me";

        public string? GetEnvironmentVariable(string name) => null;

        public bool Exists(string path) => _host.Exists(path);

        public HostFile? TryReadFile(string path, int maxBytes) => _host.TryReadFile(path, maxBytes);

        public string ResolvePath(string path) => _host.ResolvePath(path);

        public IReadOnlyList<string> ListDirectory(string path) => _host.ListDirectory(path);

        public IHostChange BeginChange(IReadOnlyList<string> directories, TimeSpan timeout, CancellationToken cancellationToken) =>
            _host.BeginChange(directories, timeout, cancellationToken);
    }
}
