using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.MachineConfig.Clusters;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Engine.Tests.Trust.Presets;

/// <summary>The presets that are built in, and the user's own beside them.</summary>
public sealed class PresetCatalogTests : IDisposable
{
    private const string Reject = """{"scope":"r.example.com","type":"reject"}""";

    private readonly ScratchRoot _root = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-presets").FullName;

    public void Dispose()
    {
        _root.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private string Own(string name, string content)
    {
        string path = Path.Combine(_directory, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        return path;
    }

    private ImageTrustPreset Describe(string name, PresetCatalog? presets = null) =>
        (presets ?? PresetCatalog.BuiltIn).Describe(name, new RootDirectoryHost(_root.Path));

    [Fact]
    public void Every_built_in_preset_can_be_written_and_says_where_it_is_from()
    {
        Assert.Equal(["RedHat", "RedHatGpg", "RedHatSigstore", "RedHatIsv", "Suse", "FedoraCoreOS", "OpenShiftRelease"],
            TrustPresets.Names);
        foreach (string name in TrustPresets.Names)
        {
            ImageTrustPreset preset = Describe(name.ToUpperInvariant());
            Assert.Equal((name, null), (preset.Name, preset.Path));
            Assert.All(preset.Source, static s => Assert.StartsWith("https://", s, StringComparison.Ordinal));
            Assert.NotEmpty(preset.Entries);
            using ScratchRoot root = new();
            root.Write("/etc/containers/policy.json", """{"default":[{"type":"reject"}]}""");
            TrustStore store = root.Open();
            SetRequest request = new() { Preset = name, Force = true };
            TrustEditResult result = store.Apply(request.ToChanges(store), new TrustEditOptions(), CancellationToken.None);
            Assert.NotEmpty(result.Files);
            foreach (ImageTrust entry in preset.Entries)
            {
                ImageTrust there = Assert.Single(root.Open().Read(new TrustQuery { Registries = [entry.Registry] }));
                Assert.Equal(entry.Requirements, there.Requirements);
                Assert.Equal(entry.Section, there.Section);
            }
        }
    }

    [Fact]
    public void A_preset_says_which_form_applies_and_why()
    {
        _root.Write("/etc/os-release", "ID=rhel\nVERSION_ID=9.4\n");
        _root.Write("/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release", "a key");
        ImageTrustPreset preset = Describe("redhat");
        Assert.Equal(("RedHat", "gpg"), (preset.Name, preset.Form));
        Assert.Equal("The host is rhel 9.4, and the form is for rhel, centos, almalinux, rocky from 9.2 on.", preset.Reason);
        Assert.Empty(preset.MissingFile);
        _root.Write("/etc/pki/sigstore/SIGSTORE-redhat-release3", "a key");
        _root.Write("/etc/pki/sigstore/REKOR-signing-key", "a key");
        preset = Describe("redhat");
        Assert.Equal(("sigstore", "The host has /etc/pki/sigstore/SIGSTORE-redhat-release3 and /etc/pki/sigstore/REKOR-signing-key."),
            (preset.Form, preset.Reason));
        _root.Write("/etc/os-release", "ID=debian\n");
        Assert.Equal(("gpg-one-key", "No other form applies to the host."), (Describe("RedHatGpg").Form, Describe("RedHatGpg").Reason));
        Assert.Equal("There is no other form.", Describe("Suse").Reason);
        Assert.Equal(["/usr/share/pki/containers/suse-container-key.pem"], Describe("Suse").MissingFile);
    }

    [Fact]
    public void Keys_that_may_be_missing_are_those_that_are_there()
    {
        const string Fedora44 = "/etc/pki/rpm-gpg/RPM-GPG-KEY-fedora-44-primary";
        const string Fedora43 = "/usr/share/pki/rpm-gpg/RPM-GPG-KEY-fedora-43-primary";
        _root.Write(Fedora43, "a key");
        _root.Write(Fedora44, "a key");
        ImageTrust entry = Assert.Single(Describe("FedoraCoreOS").Entries);
        SignedByRequirement requirement = Assert.IsType<SignedByRequirement>(Assert.Single(entry.Requirements));
        Assert.Equal([Fedora44, Fedora43], requirement.KeyPaths);
        TrustException e = Assert.Throws<TrustException>(() => _root.Open().Preset("Suse"));
        Assert.Equal(("PresetKeyMissing", "/usr/share/pki/containers/suse-container-key.pem"), (e.ErrorId, e.Target));
        Assert.Contains("openSUSE-build-key", e.Message, StringComparison.Ordinal);
    }

    // The operator's own policy has the same key: the end of its SHA-256 is the number that Red Hat names it by.
    [Fact]
    public void Releases_of_OpenShift_are_trusted_as_the_operator_does()
    {
        foreach (TrustPresetEntry entry in TrustPresets.Get("OpenShiftRelease"))
        {
            SigstoreSignedRequirement requirement = Assert.IsType<SigstoreSignedRequirement>(Assert.Single(entry.Requirements));
            Assert.Equal(("/etc/pki/sigstore/SIGSTORE-redhat-release3", null, null),
                (requirement.KeyPath, requirement.RekorPublicKeyPath, requirement.SignedIdentity));
        }

        string[] scopes = [.. TrustPresets.Get("OpenShiftRelease").Select(static e => e.Registry)];
        Assert.Equal(OpenShiftRelease.Parse("4.22").ReleaseScopes, scopes);
    }

    [Fact]
    public void Own_presets_are_read_beside_the_built_in_ones()
    {
        string path = Own("a.json", PresetReaderTests.Full);
        Own("b.txt", "no preset");
        Own(".hidden.json", "no preset");
        PresetCatalog presets = PresetCatalog.Load(_directory);
        Assert.Empty(presets.Faults);
        Assert.Equal([.. TrustPresets.Names, "Own.team-1"], presets.Names);
        ImageTrustPreset preset = Describe("own.TEAM-1", presets);
        Assert.Equal(("Own.team-1", path), (preset.Name, preset.Path));
        Assert.Equal("registry.example.com/a, docker.io/library/a, registry.example.com/c", presets.Summary("Own.team-1"));
    }

    [Fact]
    public void A_name_that_another_preset_has_is_never_taken_for_it()
    {
        Own("a.json", PresetReaderTests.With(Reject, "redhat"));
        Own("b.json", PresetReaderTests.With(Reject, "Twice"));
        Own("c.json", PresetReaderTests.With(Reject, "TWICE"));
        PresetCatalog presets = PresetCatalog.Load(_directory);
        Assert.Equal([("PresetConflict", "RedHat"), ("PresetConflict", "Twice")], presets.Faults.Select(static f => (f.ErrorId, f.Target)));
        foreach (string name in (string[])["RedHat", "twice"])
        {
            Assert.True(presets.HasConflict(name));
            Assert.Equal("PresetConflict", Assert.Throws<TrustException>(() => Describe(name, presets)).ErrorId);
            SetRequest request = new() { Preset = name, Presets = presets, Force = true };
            Assert.Equal("PresetConflict", Assert.Throws<TrustException>(() => request.ToChanges(_root.Open())).ErrorId);
            Assert.Equal("PresetConflict", Assert.Throws<TrustException>(() => request.Files).ErrorId);
        }

        Assert.Equal("Suse", Describe("Suse", presets).Name);
    }

    [Fact]
    public void A_file_that_is_refused_leaves_the_others_alone()
    {
        Own("a.json", "{");
        Own("b.json", PresetReaderTests.With(Reject));
        PresetCatalog presets = PresetCatalog.Load(_directory);
        Assert.Equal("InvalidPreset", Assert.Single(presets.Faults).ErrorId);
        Assert.Equal("Own", Describe("own", presets).Name);
        Assert.Equal("RedHat", Describe("RedHat", presets).Name);

        // What is meant may be in the file that was refused.
        Assert.Equal("InvalidPreset", Assert.ThrowsAny<TrustException>(() => Describe("other", presets)).ErrorId);
        Assert.Equal("PresetNotFound", Assert.Throws<TrustException>(() => Describe("other")).ErrorId);
    }

    [Fact]
    public void A_directory_that_was_named_must_be_there()
    {
        TrustException e = Assert.Throws<TrustException>(() => PresetCatalog.Load(_directory + "/none"));
        Assert.Equal(("PresetDirectoryNotFound", _directory + "/none"), (e.ErrorId, e.Target));
        for (int i = 0; i <= PresetFile.MaxFiles; i++)
            Own($"{i}.json", "{}");
        Assert.Equal("TooManyPresets", Assert.Throws<TrustException>(() => PresetCatalog.Load(_directory)).ErrorId);
    }

    [Fact]
    public void What_others_can_write_is_not_read()
    {
        string path = Own("a.json", PresetReaderTests.With(Reject));
        Own("b.json", PresetReaderTests.With(Reject, "Other"));
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherWrite);
        PresetCatalog presets = PresetCatalog.Load(_directory);
        TrustException e = Assert.Single(presets.Faults);
        Assert.Equal(("PresetWritableByOthers", path), (e.ErrorId, e.Target));
        Assert.Contains("(mode 646)", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Own", presets.Names);
        Assert.Contains("Other", presets.Names);
        File.SetUnixFileMode(_directory, File.GetUnixFileMode(_directory) | UnixFileMode.OtherWrite);
        e = Assert.Throws<TrustException>(() => PresetCatalog.Load(_directory));
        Assert.Equal(("PresetWritableByOthers", _directory), (e.ErrorId, e.Target));
    }

    [Fact]
    public void Own_presets_are_set_by_the_form_that_applies()
    {
        Own("a.json", PresetReaderTests.Full);
        PresetCatalog presets = PresetCatalog.Load(_directory);
        _root.Write("/etc/containers/policy.json", """{"default":[{"type":"reject"}]}""");
        _root.Write("/etc/os-release", "ID=rhel\nVERSION_ID=11.0\n");
        SetRequest request = new() { Preset = "own.team-1", Presets = presets, Force = true };
        Assert.Equal(["registry.example.com/a", "docker.io/library/a", "registry.example.com/c"],
            request.ToChanges(_root.Open()).Select(static c => c.Registry));
        _root.Write("/etc/os-release", "ID=rhel\nVERSION_ID=10.2\n");
        IReadOnlyList<TrustChange> changes = request.ToChanges(_root.Open());
        Assert.Equal(["registry.example.com/a", "registry.example.com/b"], changes.Select(static c => c.Registry));
        Assert.All(changes, static c => Assert.True(c.Section!.UseSigstoreAttachments));
        Assert.Contains("/etc/pki/fulcio.pem", request.Files);
        Assert.DoesNotContain("/usr/share/pki/containers/suse-container-key.pem", request.Files);
    }

    [Fact]
    public void All_that_a_preset_looks_at_on_a_host_comes_in_the_first_round_trip()
    {
        Own("a.json", PresetReaderTests.Full);
        PresetCatalog presets = PresetCatalog.Load(_directory);
        foreach (string name in presets.Names)
        {
            SetRequest request = new() { Preset = name, Presets = presets, Force = true };
            using SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\"", [.. request.Files]);
            ImageTrustPreset there = presets.Describe(name, host);
            Assert.Equal(presets.Describe(name, LocalHost.Instance).Entries, there.Entries);
            Assert.Equal(1, host.RoundTrips);
        }
    }

    [Theory]
    [InlineData("9.2", "9.1", false)]
    [InlineData("9.2", "9.2", true)]
    [InlineData("9.2", "9", true)]
    [InlineData("9.2", "8.10", false)]
    [InlineData("9.2", "10", true)]
    [InlineData("10", "10.0", true)]
    [InlineData("10", "9.9", false)]
    [InlineData("10", "", null)]
    [InlineData("10", "rawhide", null)]
    public void Releases_are_compared_by_their_numbers(string bound, string version, bool? expected) =>
        Assert.Equal(expected, PresetVersion.Parse(bound)!.IsAtMost(new("rhel", version, "")));
}
