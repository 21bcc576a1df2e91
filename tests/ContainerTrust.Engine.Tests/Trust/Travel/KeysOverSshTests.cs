using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Hosts;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Rotation;

namespace ContainerTrust.Engine.Tests.Trust.Travel;

/// <summary>Keys that are put on a host over SSH; the script of the other side runs here.</summary>
public sealed class KeysOverSshTests : IDisposable
{
    private static readonly ClaimSigner s_old = new(), s_new = new("New <new@example.com>");
    private readonly ScratchRoot _there = new(), _here = new();
    private readonly List<string> _warnings = [];

    public KeysOverSshTests()
    {
        foreach ((string path, ClaimSigner signer) in ((string, ClaimSigner)[])[("/build.asc", s_old), ("/next.asc", s_new),
            ("/other/build.asc", s_new)])
        {
            _here.Write(path, "");
            File.WriteAllBytes(_here.Full(path), signer.PublicKey);
        }

        _there.Write("/etc/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
        Directory.CreateDirectory(_there.Full("/etc/registries.d"));
    }

    public void Dispose()
    {
        _there.Dispose();
        _here.Dispose();
    }

    [SkippableFact]
    public void Key_and_policy_arrive_in_one_step_and_a_repetition_touches_nothing()
    {
        Require();
        Assert.Equal([_there.Full("/etc/keys/build.asc"), _there.Full("/etc/policy.json")],
            Set("/build.asc").Files.Select(static f => f.Path));
        Assert.Equal(s_old.PublicKey, File.ReadAllBytes(_there.Full("/etc/keys/build.asc")));
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(_there.Full("/etc/keys/build.asc")));
        Assert.Contains(_there.Full("/etc/keys/build.asc"), _there.Read("/etc/policy.json"), StringComparison.Ordinal);
        DateTime before = File.GetLastWriteTimeUtc(_there.Full("/etc/keys/build.asc"));
        Assert.Empty(Set("/build.asc").Files);
        Assert.DoesNotContain(_warnings, static w => w.Contains("directories", StringComparison.Ordinal));
        Assert.Equal(before, File.GetLastWriteTimeUtc(_there.Full("/etc/keys/build.asc")));
    }

    [SkippableFact]
    public void Another_key_is_refused_and_nothing_arrives()
    {
        Require();
        Set("/build.asc");
        string policy = _there.Read("/etc/policy.json");
        Assert.Equal("KeyFileDiffers", Assert.Throws<TrustException>(() => Set("/other/build.asc", "b.example.com")).ErrorId);
        Assert.Equal(policy, _there.Read("/etc/policy.json"));
        Assert.Equal(s_old.PublicKey, File.ReadAllBytes(_there.Full("/etc/keys/build.asc")));
    }

    [SkippableFact]
    public void A_policy_that_cannot_be_written_leaves_no_key()
    {
        Require();
        string before = _there.Read("/etc/policy.json");

        // The policy can be read; what takes its place cannot be made beside it.
        Directory.CreateDirectory(_there.Full("/etc/.policy.json.containertrust-tmp"));
        _there.Write("/etc/.policy.json.containertrust-tmp/x", "");
        Assert.ThrowsAny<TrustException>(() => Set("/build.asc"));
        Assert.Equal(before, _there.Read("/etc/policy.json"));
        Assert.False(_there.Has("/etc/keys/build.asc"));
    }

    [SkippableFact]
    public void A_key_is_exchanged_in_two_steps()
    {
        Require();
        Set("/build.asc");
        foreach (KeyRotationStep step in (KeyRotationStep[])[KeyRotationStep.Both, KeyRotationStep.NewOnly])
        {
            using SshHost host = Connect();
            TrustStore store = Open(host);
            KeyRotation rotation = new(store, new KeyRotationRequest
            {
                OldFingerprints = [s_old.Fingerprint],
                NewKey = RotationKey.Read(_here.Full("/next.asc")),
                KeyDirectory = _there.Full("/etc/keys"),
            });
            store.Apply([Assert.Single(rotation.Plan(step)).Change!], new TrustEditOptions(), CancellationToken.None);
            KeyRotationState state = Assert.Single(rotation.Find()).State;
            Assert.Equal(("host.example", "a.example.com", step), (state.ComputerName, state.Scope, state.Step));
        }
    }

    [SkippableFact]
    public void Entries_of_that_host_bring_their_keys()
    {
        Require();
        Set("/build.asc");
        using SshHost host = Connect();
        ImageTrust entry = Open(host).Read(new TrustQuery { Registries = ["a.example.com"] }).Single();
        Assert.Equal(Convert.ToBase64String(s_old.PublicKey),
            Assert.IsType<SignedByRequirement>(Assert.Single(Engine.Trust.Travel.CarriedKeys.Inline(entry, host).Requirements)).KeyData);
    }

    [SkippableFact]
    public void A_copy_is_readable_by_all_whatever_the_mode_of_its_source()
    {
        Require();
        File.SetUnixFileMode(_here.Full("/build.asc"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Set("/build.asc");
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(_there.Full("/etc/keys/build.asc")));
    }

    [SkippableFact]
    public void Keys_go_to_two_directories_at_once()
    {
        Require();
        Assert.Equal([_there.Full("/etc/one/build.asc"), _there.Full("/etc/two/build.asc"), _there.Full("/etc/policy.json")],
            SetInto("one", "two").Files.Select(static f => f.Path));
    }

    [SkippableFact]
    public void More_directories_than_can_be_locked_are_refused_and_done_as_advised()
    {
        Require();
        string before = _there.Read("/etc/policy.json");
        TrustException error = Assert.Throws<TrustException>(() => SetInto("one", "two", "three"));
        Assert.Equal("TooManyKeyDirectories", error.ErrorId);
        Assert.Contains("3 directories of host.example", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, _there.Read("/etc/policy.json"));
        Assert.False(_there.Has("/etc/one"));

        // One after the other, and then the same again, which writes nothing.
        Assert.All(["one", "two", "three"], name => Assert.Equal(2, SetInto(name).Files.Count));
        Assert.Empty(SetInto("one", "two", "three").Files);
        Assert.Equal(2, SetInto("same", "same", "same").Files.Count);
    }

    private static void Require() => Skip.IfNot(HostTools.Has("flock"), "flock is not installed.");

    private static SshHost Connect() => RemoteStandIn.Connect("exec sh -c \"$c\"");

    private TrustStore Open(SshHost host) => TrustStore.Open(
        host,
        new TrustStoreOptions
        {
            PolicyPath = _there.Full("/etc/policy.json"),
            RegistriesDirectory = _there.Full("/etc/registries.d"),
            PodmanVersion = "5.8",
        },
        new TrustMessages { Warning = _warnings.Add });

    private TrustEditResult Set(string key, string scope = "a.example.com")
    {
        using SshHost host = Connect();
        TrustStore store = Open(host);
        SetRequest request = new()
        {
            Registries = [scope],
            Options = new RequirementOptions { KeyPaths = [_here.Full(key)], CopyKey = true, KeyDirectory = _there.Full("/etc/keys") },
        };
        return store.Apply(request.ToChanges(store), new TrustEditOptions(), CancellationToken.None);
    }

    // A scope for each directory, in one change.
    private TrustEditResult SetInto(params string[] directories)
    {
        using SshHost host = Connect();
        TrustStore store = Open(host);
        IEnumerable<TrustChange> changes = directories.SelectMany((name, i) => new SetRequest
        {
            Registries = [$"{name}{(directories.Distinct().Count() == 1 ? i : 0)}.example.com"],
            Options = new RequirementOptions
            {
                KeyPaths = [_here.Full("/build.asc")],
                CopyKey = true,
                KeyDirectory = _there.Full("/etc/" + name),
            },
        }.ToChanges(store));
        return store.Apply([.. changes], new TrustEditOptions(), CancellationToken.None);
    }
}
