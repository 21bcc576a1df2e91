using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Rotation;

namespace ContainerTrust.Engine.Tests.Trust.Rotation;

/// <summary>What an exchange refuses or says, so that no scope becomes looser and no host stops pulling by it.</summary>
public sealed class KeyRotationSafetyTests : IDisposable
{
    private const string Policy = "/etc/containers/policy.json";
    private const string NewPath = "/etc/pki/containers/new.asc";
    private static readonly ClaimSigner s_old = new(), s_new = new("New <new@example.com>"), s_third = new("Third <third@example.com>"),
        s_fourth = new("Fourth <fourth@example.com>");
    private readonly ScratchRoot _root = new();

    public KeyRotationSafetyTests()
    {
        foreach ((string name, byte[] content) in ((string, byte[])[])[("old", s_old.PublicKey), ("third", s_third.PublicKey),
            ("fourth", s_fourth.PublicKey), ("red", [.. s_third.PublicKey, .. s_old.PublicKey])])
            Binary($"/keys/{name}.asc", content);
        Binary("/here/new.asc", s_new.PublicKey);
        Binary("/here/old.asc", s_old.PublicKey);
        _root.Write("/keys/old.pub", TestKey.Get("P-256", "old").Pem);
        _root.Write("/here/new.pub", TestKey.Get("P-256", "new").Pem);
    }

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("rhel", "8.6", true, "ChangeWouldBeRefused")]
    [InlineData("rhel", "8.8", false, "ChangeWouldBeRefused")]
    [InlineData("rhel", "8.10", false, "ChangeWouldBeRefused")]
    [InlineData("rhel", "9.4", false, "ChangeWouldBeRefused")]
    [InlineData("rhel", "9.5", false, "ChangeWouldBeRefused")]
    [InlineData("rhel", "9.6", false, null)]
    [InlineData("rhel", "10.0", false, null)]
    [InlineData("rocky", "8.6", true, "ChangeWouldBeRefused")]
    [InlineData("almalinux", "9.4", false, "ChangeWouldBeRefused")]
    [InlineData("centos", "9", true, "ReleaseUnknown")]
    [InlineData("ubuntu", "22.04", true, "ReleaseUnknown")]
    [InlineData("debian", "11", true, "ReleaseUnknown")]
    [InlineData("", "", true, "ReleaseUnknown")]
    public void A_host_gets_two_keys_in_a_form_that_its_release_is_known_to_take(string id, string version, bool isKeyring, string? refused)
    {
        _root.Write("/etc/os-release", $"ID={id}\nVERSION_ID=\"{version}\"\n");
        Write(TestPolicy.SignedBy("/keys/old.asc"));
        TrustRequirement then = Assert.Single(Plan(Request("new.asc"), KeyRotationStep.Both).Change!.Requirements!);
        Assert.Equal(isKeyring, Assert.IsType<SignedByRequirement>(then).KeyPaths is null);

        Write(TestPolicy.SigstoreSigned("/keys/old.pub"));
        RotationScope scope = Plan(Request("new.pub"), KeyRotationStep.Both);
        Assert.Equal(refused, scope.Error?.ErrorId);
        Assert.Equal(refused is null, scope.Change is not null);
        if (refused is not null)
            Assert.Contains("-PodmanVersion", scope.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("podman", "3.4.4+ds1-1ubuntu1", true)]
    [InlineData("podman", "4.3.1+ds1-8", false)]
    public void A_package_that_is_older_than_all_that_are_known_takes_one_file(string name, string version, bool isKeyring)
    {
        _root.Write($"/var/lib/dpkg/info/{name}.list", "");
        _root.Write("/var/lib/dpkg/status", $"Package: {name}\nStatus: install ok installed\nVersion: {version}\n");
        Write(TestPolicy.SignedBy("/keys/old.asc"));
        TrustRequirement then = Assert.Single(Plan(Request("new.asc"), KeyRotationStep.Both).Change!.Requirements!);
        Assert.Equal(isKeyring, Assert.IsType<SignedByRequirement>(then).KeyPaths is null);
    }

    [Fact]
    public void A_form_that_the_host_has_already_can_be_longer()
    {
        Write(TestPolicy.SignedByAny(["/keys/old.asc", "/keys/third.asc"]));
        Assert.Equal(["/keys/old.asc", "/keys/third.asc", NewPath], Assert.IsType<SignedByRequirement>(
            Assert.Single(Plan(Request("new.asc"), KeyRotationStep.Both).Change!.Requirements!)).KeyPaths);
    }

    [Fact]
    public void Each_keyring_is_joined_with_the_new_key_under_a_name_of_its_own()
    {
        Binary("/keys/armed.asc", [.. s_old.PublicKey, .. s_old.PublicKey]);
        _root.Write(Policy, TestPolicy.Scopes(("a.example.com", TestPolicy.SignedBy("/keys/old.asc") + ','
            + TestPolicy.SignedBy("/keys/armed.asc")), ("b.example.com", TestPolicy.SignedBy("/keys/armed.asc"))));
        KeyRotationRequest request = Request("new.asc") with { Registries = [] };
        TrustStore store = Open("4.1");
        IReadOnlyList<RotationScope> scopes = new KeyRotation(store, request).Plan(KeyRotationStep.Both);
        store.Apply([.. scopes.Select(static s => s.Change!)], new TrustEditOptions(), CancellationToken.None);
        string[] paths = [.. store.Read(new TrustQuery { Registries = ["a.example.com"] }).Single().Requirements
            .Select(static r => ((SignedByRequirement)r).KeyPath!)];
        Assert.Equal(2, paths.Distinct().Count());
        Assert.Equal([.. s_old.PublicKey, .. s_new.PublicKey], File.ReadAllBytes(_root.Full(paths[0])));
        Assert.Equal([.. s_old.PublicKey, .. s_old.PublicKey, .. s_new.PublicKey], File.ReadAllBytes(_root.Full(paths[1])));
        Assert.Equal(paths[1], Assert.IsType<SignedByRequirement>(Assert.Single(
            store.Read(new TrustQuery { Registries = ["b.example.com"] }).Single().Requirements)).KeyPath);
    }

    [Fact]
    public void A_fingerprint_that_is_not_the_old_key_does_not_look_finished()
    {
        Binary(NewPath, s_new.PublicKey);
        Write(TestPolicy.SignedByAny(["/keys/old.asc", NewPath]));
        KeyRotationState state = Find(Request("new.asc") with { OldFingerprints = [new string('A', 40)] }).State;
        Assert.Equal((KeyRotationStep.NewOnly, "OldKeyNotFound"), (state.Step, state.ErrorId));
        Assert.Contains(s_old.Fingerprint, state.Reason, StringComparison.Ordinal);

        // Just after the step it is where it should be; the other key is named all the same.
        KeyRotationState after = Assert.Single(new KeyRotation(Open(), Request("new.asc") with { OldFingerprints = [new string('A', 40)] })
            .Find(isAfterChange: true)).State;
        Assert.Null(after.ErrorId);
        Assert.Contains(s_old.Fingerprint, after.Reason, StringComparison.Ordinal);
        Write(TestPolicy.SignedBy(NewPath));
        Assert.Null(Find(Request("new.asc")).State.Reason);
    }

    [Fact]
    public void A_subkey_names_its_key()
    {
        TestSigner primary = TestSigner.Rsa(ClaimSigner.KeyCreated), subkey = TestSigner.Rsa(ClaimSigner.KeyCreated);
        Binary("/keys/sub.asc", [.. primary.Certificate(),
            .. primary.Bind(subkey, ClaimSigner.KeyCreated, hashed: [TestPackets.Flags(2)])]);
        Write(TestPolicy.SignedBy("/keys/sub.asc"));
        Assert.Equal(KeyRotationStep.OldOnly, Find(Request("new.asc") with { OldFingerprints = [subkey.Fingerprint] }).State.Step);

        // The subkey of the new key is the new key too.
        RotationKey next = RotationKey.Read(_root.Full("/keys/sub.asc"));
        Assert.Equal("SameKey", Assert.Throws<TrustException>(() => new KeyRotation(Open(),
            Request("new.asc") with { NewKey = next, OldFingerprints = [subkey.Fingerprint] })).ErrorId);
    }

    [Fact]
    public void Keys_of_two_kinds_are_not_exchanged()
    {
        RotationKey pgp = RotationKey.Read(_root.Full("/here/old.asc"));
        KeyRotationRequest request = Request("new.pub");
        Assert.Equal("KeyKindsDiffer", Assert.Throws<TrustException>(() => new KeyRotation(Open(),
            request with { OldKeys = [pgp], OldFingerprints = pgp.Fingerprints })).ErrorId);
        Assert.Equal("KeyKindsDiffer", Assert.Throws<TrustException>(() => new KeyRotation(Open(),
            request with { OldFingerprints = pgp.Fingerprints })).ErrorId);

        // A long fingerprint may be of either kind; the host says which.
        Write(TestPolicy.SigstoreSigned("/keys/old.pub"));
        RotationScope scope = Find(Request("new.asc") with { OldFingerprints = [TestKey.Get("P-256", "old").Fingerprint] });
        Assert.Equal((KeyRotationStep.NotChecked, "KeyKindsDiffer"), (scope.State.Step, scope.Error?.ErrorId));
    }

    [Theory]
    [InlineData(KeyRotationStep.Both)]
    [InlineData(KeyRotationStep.NewOnly)]
    public void A_new_key_that_has_ended_on_the_host_is_not_relied_on(KeyRotationStep step)
    {
        TestSigner next = TestSigner.Rsa(ClaimSigner.KeyCreated);
        Binary("/here/new.asc", next.Certificate());
        Binary(NewPath, next.Certificate(hashed: [TestPackets.Flags(3), TestPackets.Lifetime(1000)]));
        Write(TestPolicy.SignedByAny(["/keys/old.asc", NewPath]));
        Assert.Contains(NewPath, Find(Request("new.asc")).State.Reason, StringComparison.Ordinal);
        RotationScope scope = Plan(Request("new.asc"), step);
        Assert.Equal("NoSigningKey", scope.Error?.ErrorId);
        Assert.Null(scope.Change);
        Assert.Contains(NewPath, scope.State.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_are_left_alone_must_be_able_to_sign()
    {
        Binary(NewPath, s_new.PublicKey);
        _root.Write("/keys/gone.asc", "x");
        File.Delete(_root.Full("/keys/gone.asc"));
        Write(TestPolicy.SignedByAny(["/keys/old.asc", NewPath, "/keys/gone.asc"]));
        Assert.Equal("KeyFileNotFound", Plan(Request("new.asc"), KeyRotationStep.NewOnly).Error?.ErrorId);
        Assert.NotNull(Plan(Request("new.asc") with { Force = true }, KeyRotationStep.NewOnly).Change);
        Assert.Contains(_root.Warnings, static w => w.Contains("/keys/gone.asc", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_signers_do_not_become_one()
    {
        Binary(NewPath, s_new.PublicKey);
        string old = TestPolicy.SignedBy("/keys/old.asc");
        foreach (string other in (string[])[TestPolicy.SignedBy("/keys/fourth.asc"), TestPolicy.SignedBy(NewPath)])
        {
            Write(old, other);
            KeyRotationRequest request = Request("new.asc") with { OldFingerprints = [s_old.Fingerprint, s_fourth.Fingerprint] };
            RotationScope scope = Plan(request, KeyRotationStep.Both);
            Assert.Equal("RequirementsCollapse", scope.Error?.ErrorId);
            Assert.Contains("a.example.com", scope.Error!.Message, StringComparison.Ordinal);
            Assert.NotNull(Plan(request with { Force = true }, KeyRotationStep.Both).Change);
        }

        // One key had to meet both before, so the new one may too.
        Write(old, TestPolicy.SignedBy("/keys/old.asc", TestPolicy.MatchExact));
        Assert.NotNull(Plan(Request("new.asc"), KeyRotationStep.Both).Change);
    }

    [Fact]
    public void The_scopes_in_which_the_old_key_still_counts_are_named()
    {
        string old = TestPolicy.SignedBy("/keys/old.asc");
        _root.Write(Policy, TestPolicy.Scopes(("a.example.com", old), ("b.example.com", old),
            ("c.example.com", TestPolicy.SignedBy("/keys/third.asc"))));
        string? elsewhere = new KeyRotation(Open(), Request("new.asc")).FindOldElsewhere();
        Assert.Contains("b.example.com", elsewhere, StringComparison.Ordinal);
        Assert.DoesNotContain("c.example.com", elsewhere, StringComparison.Ordinal);
        Assert.Null(new KeyRotation(Open(), Request("new.asc") with { Registries = ["a.example.com", "b.example.com"] })
            .FindOldElsewhere());
    }

    [Fact]
    public void A_key_among_others_in_one_file_is_not_begun_with_and_the_advice_leads_on()
    {
        Write(TestPolicy.SignedBy("/keys/red.asc", TestPolicy.MatchRepository));
        RotationScope scope = Plan(Request("new.asc"), KeyRotationStep.Both);
        Assert.Equal("KeyringHasOthers", scope.Error?.ErrorId);
        Assert.Equal(KeyRotationStep.OldOnly, scope.State.Step);
        Assert.Contains(s_third.Fingerprint, scope.Error!.Message, StringComparison.Ordinal);
        Assert.Contains("-KeyPath and -AnyKey", scope.Error!.Message, StringComparison.Ordinal);

        // What it advises: the entry with files of one key each.
        TrustStore store = Open();
        SetRequest advised = new()
        {
            Entries = [.. store.Read(new TrustQuery { Registries = ["a.example.com"] })],
            Options = new RequirementOptions { KeyPaths = ["/keys/old.asc", "/keys/third.asc"], AnyKey = true },
        };
        store.Apply(advised.ToChanges(store), new TrustEditOptions(), CancellationToken.None);
        SignedByRequirement then = Assert.IsType<SignedByRequirement>(
            Assert.Single(Plan(Request("new.asc"), KeyRotationStep.Both).Change!.Requirements!));
        Assert.Equal(["/keys/old.asc", "/keys/third.asc", NewPath], then.KeyPaths);
        Assert.IsType<MatchRepositoryIdentity>(then.SignedIdentity);
    }

    [Fact]
    public void A_file_that_differs_is_not_replaced_by_force()
    {
        _root.Write("/etc/os-release", "ID=rhel\nVERSION_ID=\"9.6\"\n");
        Binary(NewPath, s_third.PublicKey);
        Write(TestPolicy.SignedBy("/keys/old.asc"));
        TrustStore store = Open();
        TrustChange change = Plan(Request("new.asc") with { Force = true }, KeyRotationStep.Both).Change!;
        TrustException e = Assert.Throws<TrustException>(() => store.Preview([change]));
        Assert.Equal("KeyFileDiffers", e.ErrorId);
        Assert.DoesNotContain("-Force", e.Message, StringComparison.Ordinal);
        Assert.False(change.IsForced);
    }

    private void Binary(string path, byte[] content)
    {
        _root.Write(path, "");
        File.WriteAllBytes(_root.Full(path), content);
    }

    private void Write(params string[] requirements) =>
        _root.Write(Policy, TestPolicy.Scopes(("a.example.com", string.Join(',', requirements))));

    private KeyRotationRequest Request(string file) => new()
    {
        Registries = ["a.example.com"],
        OldFingerprints = [file.EndsWith(".pub", StringComparison.Ordinal) ? TestKey.Get("P-256", "old").Fingerprint : s_old.Fingerprint],
        NewKey = RotationKey.Read(_root.Full($"/here/{file}")),
    };

    private RotationScope Plan(KeyRotationRequest request, KeyRotationStep step) =>
        Assert.Single(new KeyRotation(Open(), request).Plan(step));

    private RotationScope Find(KeyRotationRequest request) => Assert.Single(new KeyRotation(Open(), request).Find());

    private TrustStore Open(string? podman = null) => TrustStore.Open(
        new TrustStoreOptions { RootDirectory = _root.Path, PodmanVersion = podman },
        new TrustMessages { Warning = _root.Warnings.Add });
}
