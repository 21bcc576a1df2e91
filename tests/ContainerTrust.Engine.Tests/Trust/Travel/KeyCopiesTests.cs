using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Engine.Tests.Trust.Travel;

/// <summary>Key files that are put on a host in one step with the policy that names them.</summary>
public sealed class KeyCopiesTests : IDisposable
{
    private const string Policy = "/etc/containers/policy.json";
    private const string Usual = "/etc/pki/containers/build.asc";
    private static readonly ClaimSigner s_one = new(), s_other = new("Other <other@example.com>");
    private readonly ScratchRoot _root = new(), _here = new();

    public void Dispose()
    {
        _root.Dispose();
        _here.Dispose();
    }

    [Fact]
    public void A_file_of_this_machine_is_put_on_the_host_and_named_there()
    {
        TrustEditResult result = Set(Copying(Key("/build.asc", s_one)));
        Assert.Equal([Usual, Policy], result.Files.Select(static f => f.Path));
        Assert.Equal(s_one.PublicKey, File.ReadAllBytes(_root.Full(Usual)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            File.GetUnixFileMode(_root.Full(Usual)));
        Assert.Equal(Usual, Assert.IsType<SignedByRequirement>(Assert.Single(Entry().Requirements)).KeyPath);
        Assert.DoesNotContain(_root.Warnings, static w => w.Contains("key file", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_the_same_already_is_not_touched()
    {
        SetRequest request = Copying(Key("/build.asc", s_one));
        Set(request);
        DateTime before = File.GetLastWriteTimeUtc(_root.Full(Usual));
        FileStamp stamp = new RootDirectoryHost(_root.Path).TryReadFile(Usual, 1 << 20)!.Stamp;
        Assert.Empty(Set(request).Files);
        Assert.Equal(stamp, new RootDirectoryHost(_root.Path).TryReadFile(Usual, 1 << 20)!.Stamp);
        Assert.Equal(before, File.GetLastWriteTimeUtc(_root.Full(Usual)));
    }

    [Fact]
    public void Another_key_of_that_name_is_refused_with_the_scopes_that_it_serves()
    {
        Set(Copying(Key("/build.asc", s_one)) with { Registries = ["serves.example.com"] });
        string before = _root.Read(Policy);
        SetRequest request = Copying(Key("/other/build.asc", s_other));
        TrustException e = Assert.Throws<TrustException>(() => Set(request));
        Assert.Equal("KeyFileDiffers", e.ErrorId);
        Assert.Contains("serves.example.com", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, _root.Read(Policy));
        Assert.Equal(s_one.PublicKey, File.ReadAllBytes(_root.Full(Usual)));

        Set(request with { Force = true });
        Assert.Equal(s_other.PublicKey, File.ReadAllBytes(_root.Full(Usual)));
        Assert.Contains(_root.Warnings, static w => w.Contains("is replaced by", StringComparison.Ordinal)
            && w.Contains("serves.example.com", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_directory_can_be_named_but_is_not_one_of_the_configuration()
    {
        SetRequest request = Copying(Key("/build.asc", s_one));
        Set(request with { Options = request.Options with { KeyDirectory = "/etc/keys/" } });
        Assert.True(_root.Has("/etc/keys/build.asc"));
        foreach ((string directory, string file) in ((string, string)[])[("/etc/containers/registries.d", "/build.asc"),
            ("relative", "/build.asc"), ("/etc/containers", "/policy.json"), ("/etc/../etc/keys", "/build.asc"),
            ("/etc//keys", "/build.asc"), ("/etc/./keys", "/build.asc")])
        {
            SetRequest wrong = Copying(Key(file, s_one));
            Assert.Equal("InvalidKeyPath", Assert.Throws<TrustException>(
                () => Set(wrong with { Options = wrong.Options with { KeyDirectory = directory } })).ErrorId);
        }
    }

    [Fact]
    public void Only_usable_keys_travel()
    {
        _here.Write("/empty.asc", "");
        using ECDsa secret = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _here.Write("/secret.pem", secret.ExportPkcs8PrivateKeyPem());
        _here.Write("/text.asc", "not a key");
        foreach ((string path, string errorId) in ((string, string)[])[("/empty.asc", "NoUsableKey"), ("/secret.pem", "PrivateKey"),
            ("/text.asc", "NoUsableKey"), ("/none.asc", "KeyFileNotFound")])
            Assert.Equal(errorId, Assert.ThrowsAny<TrustException>(() => Set(Copying(_here.Full(path)))).ErrorId);
        Assert.Contains(_here.Full("/text.asc"), Assert.ThrowsAny<TrustException>(() => Set(Copying(_here.Full("/text.asc")))).Message,
            StringComparison.Ordinal);
        Assert.False(_root.Has(Policy));
        Assert.False(Directory.Exists(_root.Full("/etc/pki")));
    }

    [Fact]
    public void Two_files_of_one_name_must_be_the_same()
    {
        SetRequest request = Copying(Key("/build.asc", s_one), Key("/other/build.asc", s_other));
        Assert.Equal("KeyCopiesDiffer", Assert.Throws<TrustException>(() => Set(request)).ErrorId);
        Assert.Equal("ParametersNotTogether", Assert.Throws<TrustException>(() =>
            Set(request with { Options = request.Options with { InlineKey = true } })).ErrorId);
    }

    [Fact]
    public void Force_publishes_nothing_that_is_not_a_key()
    {
        _here.Write("/shadow", "root:$6$secret:19000:0:99999:7:::");
        _here.Write("/ca.pem", "not a certificate");
        foreach (bool isInline in (bool[])[true, false])
        {
            SetRequest request = Copying(_here.Full("/shadow")) with { Force = true };
            request = request with { Options = request.Options with { CopyKey = !isInline, InlineKey = isInline,
                KeyPaths = isInline ? ["shadow"] : request.Options.KeyPaths, BaseDirectory = _here.Path } };
            Assert.Equal("NoUsableKey", Assert.ThrowsAny<TrustException>(() => Set(request)).ErrorId);
        }

        SetRequest authority = new()
        {
            Registries = ["a.example.com"],
            Force = true,
            Options = new RequirementOptions { CARootsPath = _here.Full("/ca.pem"), SubjectEmail = "a@example.com", CopyKey = true },
        };
        Assert.Equal("NoCertificate", Assert.ThrowsAny<TrustException>(() => Set(authority)).ErrorId);
        SetRequest carried = new() { Entries = [TrustEntry() with { Requirements = [new SignedByRequirement { KeyPath = Usual }] }],
            Carried = _ => [new KeyCopy(Usual, "root:x"u8.ToArray(), "/etc/shadow")], Force = true };
        Assert.Equal("NoUsableKey", Assert.ThrowsAny<TrustException>(() => Set(carried)).ErrorId);
        Assert.False(Directory.Exists(_root.Full("/etc/pki")));
        Assert.False(_root.Has(Policy));

        // A key that has ended is one, and a file that the host lacks is not published.
        TestSigner ended = TestSigner.Rsa(ClaimSigner.KeyCreated);
        _here.Write("/ended.asc", "");
        File.WriteAllBytes(_here.Full("/ended.asc"), ended.Certificate(hashed: [TestPackets.Flags(3), TestPackets.Lifetime(1000)]));
        Set(Copying(_here.Full("/ended.asc")) with { Force = true });
        Assert.True(_root.Has("/etc/pki/containers/ended.asc"));
    }

    [Fact]
    public void The_origin_of_an_entry_does_not_choose_where_its_files_are_written()
    {
        _here.Write("/etc/profile.d/zz.sh", "");
        File.WriteAllBytes(_here.Full("/etc/profile.d/zz.sh"), s_one.PublicKey);
        RootDirectoryHost origin = new(_here.Path);
        ImageTrust entry = TrustEntry() with { Requirements = [new SignedByRequirement { KeyPath = "/etc/profile.d/zz.sh" }] };
        (ImageTrust there, IReadOnlyList<KeyCopy> copies) = CarriedKeys.Copy(entry, origin, null);
        Assert.Equal("/etc/pki/containers/zz.sh", Assert.Single(copies).Path);
        Assert.Equal("/etc/pki/containers/zz.sh", Assert.IsType<SignedByRequirement>(Assert.Single(there.Requirements)).KeyPath);
        Assert.Equal("InvalidKeyPath", Assert.ThrowsAny<TrustException>(() => CarriedKeys.Copy(entry, origin, "/etc/../tmp")).ErrorId);
        foreach (string path in (string[])["/etc/profile.d/..", "/etc/profile.d/.", "/etc/profile.d/"])
            Assert.Equal("InvalidKeyPath", Assert.ThrowsAny<TrustException>(() => KeyCopies.Target("/etc/keys", path)).ErrorId);
    }

    [Fact]
    public void Two_origins_with_different_keys_of_one_name_are_refused()
    {
        ImageTrust entry = TrustEntry() with { Requirements = [new SignedByRequirement { KeyPath = Usual }] };
        TrustStore store = _root.Open();
        TrustChange[] changes = [.. new[] { s_one, s_other }.Select(s => TrustChange.From(entry) with
            { Copies = [new KeyCopy(Usual, s.PublicKey, "/there")] })];
        Assert.Equal("KeyCopiesDiffer", Assert.Throws<TrustException>(() => store.Preview(changes)).ErrorId);
    }

    [Fact]
    public void A_key_that_is_written_again_is_taken_back_to_what_it_was_at_first()
    {
        TakingBack? change = null;
        MemoryHost host = new() { Changing = () => change! };
        host.With(Usual, "old");
        change = new TakingBack(host) { ChangedOnce = true };
        using PlanWriter writer = new(host, Policy, "/etc/containers/registries.d", TrustMessages.None, TimeSpan.Zero,
            CancellationToken.None);
        int plans = 0;
        Assert.ThrowsAny<TrustException>(() => writer.Write(() =>
        [
            new(Usual, host.TryReadFile(Usual, 100), Encoding.ASCII.GetBytes($"new{++plans}")) { IsKey = true },
            new(Policy, null, "{}"u8.ToArray()),
        ]));
        Assert.Equal(2, plans);
        Assert.Equal("old", change.Find(Usual));
        Assert.False(writer.HasWritten);
    }

    [Fact]
    public void A_keyring_with_more_keys_than_before_is_weaker()
    {
        Set(Copying(Key("/build.asc", s_one)));
        File.WriteAllBytes(_here.Full("/both.asc"), [.. s_one.PublicKey, .. s_other.PublicKey]);
        Set(Copying(_here.Full("/both.asc")));
        Assert.Contains(_root.Warnings, static w => w.Contains("fewer or weaker checks", StringComparison.Ordinal));
    }

    [Fact]
    public void A_policy_that_cannot_be_written_takes_the_key_back()
    {
        foreach (string? old in (string?[])[null, "old"])
        {
            TakingBack? change = null;
            MemoryHost host = new() { Changing = () => change! };
            if (old is not null)
                host.With(Usual, old);
            change = new TakingBack(host);
            using PlanWriter writer = new(host, Policy, "/etc/containers/registries.d", TrustMessages.None, TimeSpan.Zero,
                CancellationToken.None);
            PlannedFile[] plan =
            [
                new(Usual, host.TryReadFile(Usual, 100), "new"u8.ToArray()) { IsKey = true },
                new(Policy, null, "{}"u8.ToArray()),
            ];
            TrustException e = Assert.Throws<TrustException>(() => writer.Write(() => plan));
            Assert.DoesNotContain("Written and in force", e.Message, StringComparison.Ordinal);
            Assert.Equal(old, change.Find(Usual));
            Assert.False(writer.HasWritten);
        }
    }

    [Fact]
    public void Entries_bring_their_files_along_or_in_themselves()
    {
        File.WriteAllBytes(_here.Full("/a.asc"), s_one.PublicKey);
        File.WriteAllBytes(_here.Full("/b.asc"), s_other.PublicKey);
        string pem = TestKey.Get("P-256").Pem;
        _here.Write("/cosign.pub", pem);
        RootDirectoryHost origin = new(_here.Path);
        ImageTrust entry = TrustEntry() with
        {
            Requirements =
            [
                new SignedByRequirement { KeyPaths = ["/a.asc", "/b.asc"] },
                new SigstoreSignedRequirement { KeyPaths = ["/cosign.pub"], RekorPublicKeyPath = "/cosign.pub" },
                new SigstoreSignedRequirement { Pki = new PkiIdentity
                    { CaRootsPath = "/cosign.pub", CaIntermediatesPath = "/cosign.pub", SubjectEmail = "a@example.com" } },
                new SigstoreSignedRequirement { RekorPublicKeyPaths = ["/cosign.pub"], Fulcio = new FulcioIdentity
                    { CaPath = "/cosign.pub", OidcIssuer = "https://a.example.com", SubjectEmail = "a@example.com" } },
            ],
        };
        string data = Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));
        ImageTrust inline = CarriedKeys.Inline(entry, origin);
        Assert.All(inline.Requirements.SelectMany(static r => r.GetKeyMaterials()), static m => Assert.Null(m.Path));
        Assert.Equal(Convert.ToBase64String([.. s_one.PublicKey, .. s_other.PublicKey]),
            Assert.IsType<SignedByRequirement>(inline.Requirements[0]).KeyData);
        Assert.Equal([data], Assert.IsType<SigstoreSignedRequirement>(inline.Requirements[1]).KeyDatas);
        Assert.Equal(7, inline.Requirements.SelectMany(static r => r.GetKeyMaterials()).Count());
        Assert.Same(inline, CarriedKeys.Inline(inline, origin));

        (ImageTrust there, IReadOnlyList<KeyCopy> copies) = CarriedKeys.Copy(entry, origin, "/etc/keys");
        Assert.Equal(["/etc/keys/a.asc", "/etc/keys/b.asc", "/etc/keys/cosign.pub"],
            copies.Select(static c => c.Path).Distinct().Order(StringComparer.Ordinal));
        Assert.All(there.Requirements.SelectMany(static r => r.GetKeyMaterials()),
            static m => Assert.StartsWith("/etc/keys/", m.Path!, StringComparison.Ordinal));
        Assert.Equal("/etc/pki/containers/a.asc", CarriedKeys.Copy(entry, origin, null).Copies[0].Path);

        TrustException e = Assert.Throws<TrustException>(() => CarriedKeys.Inline(
            entry with { Requirements = [new SignedByRequirement { KeyPath = "/none.asc" }] }, origin));
        Assert.Equal("KeyFileNotFound", e.ErrorId);
        Assert.Contains("/none.asc", e.Message, StringComparison.Ordinal);
    }

    private static ImageTrust TrustEntry() => new()
        { ComputerName = "", Transport = "docker", Registry = "a.example.com", Requirements = [] };

    private string Key(string path, ClaimSigner signer)
    {
        _here.Write(path, "");
        File.WriteAllBytes(_here.Full(path), signer.PublicKey);
        return _here.Full(path);
    }

    private static SetRequest Copying(params string[] paths) => new()
    {
        Registries = ["a.example.com"],
        Options = new RequirementOptions { KeyPaths = paths, CopyKey = true },
    };

    private TrustEditResult Set(SetRequest request)
    {
        TrustStore store = _root.Open();
        return store.Apply(request.ToChanges(store), new TrustEditOptions(), CancellationToken.None);
    }

    private ImageTrust Entry() => _root.Open().Read(new TrustQuery { Registries = ["a.example.com"] }).Single();

    // Takes keys, and refuses the policy.
    private sealed class TakingBack(MemoryHost host) : IHostChange
    {
        public bool ChangedOnce { get; set; }

        public string? Find(string path) =>
            host.TryReadFile(path, 100) is { } file ? Encoding.ASCII.GetString(file.Content.Span) : null;

        public void Replace(string path, ReadOnlySpan<byte> content, HostFile? expected)
        {
            if (path == Policy && ChangedOnce)
            {
                ChangedOnce = false;
                throw new FileChangedException(path);
            }

            if (path == Policy)
                throw LinuxError.ForWriting(Errno.ENOSPC, path, path);
            host.With(path, Encoding.ASCII.GetString(content));
        }

        public void RequireWritable(string path) => Assert.StartsWith("/etc/", path, StringComparison.Ordinal);

        public void Delete(string path, HostFile expected) => host.Without(path);

        public void Dispose() => Assert.NotNull(host);
    }
}
