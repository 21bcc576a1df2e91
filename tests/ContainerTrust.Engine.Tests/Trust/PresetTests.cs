using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>Red Hat's registries, in the form that a host's release has.</summary>
public sealed class PresetTests : IDisposable
{
    private const string Release = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";
    private const string Beta = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta";
    private const string Sigstore = "/etc/pki/sigstore/SIGSTORE-redhat-release3";
    private const string Rekor = "/etc/pki/sigstore/REKOR-signing-key";

    private const string Shipped = "/etc/pki/rpm-gpg/ISV-Container-signing-key";
    private const string Saved = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-isv";

    private readonly ScratchRoot _root = new();

    public void Dispose() => _root.Dispose();

    private IReadOnlyList<TrustPresetEntry> On(string system, string name, params string[] files)
    {
        foreach (string file in files)
            _root.Write(file, "a key");
        if (system.Length > 0)
            _root.Write("/etc/os-release", $"ID={system.Split(' ')[0]}\nVERSION_ID=\"{system.Split(' ')[1]}\"\n");
        return _root.Open().Preset(name);
    }

    [Theory]
    [InlineData("rhel 7.9", false, false)]
    [InlineData("rhel 8.6", false, false)]
    [InlineData("rhel 8.8", false, true)]
    [InlineData("rhel 8.10", false, true)]
    [InlineData("rhel 9.1", false, false)]
    [InlineData("rhel 9.2", false, true)]
    [InlineData("rhel 9.7", false, true)]
    [InlineData("rhel 10.0", true, false)]
    [InlineData("rhel 10.1", true, false)]
    [InlineData("centos 9", false, true)]
    [InlineData("centos 10", true, false)]
    [InlineData("fedora 43", false, false)]
    [InlineData("debian 12", false, false)]
    [InlineData("", false, false)]
    public void The_release_decides(string system, bool isSigstore, bool hasBeta)
    {
        foreach (TrustPresetEntry entry in On(system, "redhat", Release, Beta))
        {
            Assert.Equal(isSigstore, entry.IsSigstore);
            if (isSigstore)
            {
                SigstoreSignedRequirement sigstore = Assert.IsType<SigstoreSignedRequirement>(Assert.Single(entry.Requirements));
                Assert.Equal((Sigstore, Rekor, null), (sigstore.KeyPath, sigstore.RekorPublicKeyPath, sigstore.SignedIdentity));
                Assert.Equal(new LookasideSection { UseSigstoreAttachments = true }, entry.Section);
            }
            else
            {
                SignedByRequirement gpg = Assert.IsType<SignedByRequirement>(Assert.Single(entry.Requirements));
                Assert.Equal(hasBeta ? [Release, Beta] : null, gpg.KeyPaths);
                Assert.Equal(hasBeta ? null : Release, gpg.KeyPath);
                Assert.StartsWith("https://", entry.Section.SignatureStore, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Keys_that_are_not_there_are_not_listed() => Assert.Equal([Release], On("rhel 9.4", "RedHat", Release)[0].KeyPaths);

    [Fact]
    public void Where_both_sigstore_keys_are_there_they_are_used()
    {
        Assert.False(On("fedora 45", "RedHat", Sigstore)[0].IsSigstore);
        Assert.True(On("fedora 45", "RedHat", Sigstore, Rekor)[0].IsSigstore);
    }

    [Theory]
    [InlineData("rhel 10.1", "RedHatGpg", false)]
    [InlineData("rhel 9.4", "REDHATSIGSTORE", true)]
    public void A_form_can_be_named(string system, string name, bool isSigstore) =>
        Assert.Equal(isSigstore, On(system, name, Release)[0].IsSigstore);

    [Fact]
    public void Replacing_sigstore_signatures_is_said()
    {
        _root.Write(TrustLocations.SystemPolicyPath,
            """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.redhat.io":[{"type":"sigstoreSigned","keyPath":"KEY"}]}}}"""
            .Replace("KEY", Sigstore, StringComparison.Ordinal));
        List<string> warnings = [];
        TrustStore store = TrustStore.Open(new TrustStoreOptions { RootDirectory = _root.Path }, new TrustMessages
            { Warning = warnings.Add });
        _ = store.Preset("RedHatSigstore");
        Assert.Empty(warnings);
        _ = store.Preset("RedHatGpg");
        Assert.Contains("registry.redhat.io was trusted by sigstore signatures", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Operator_catalogs_have_a_key_of_their_own()
    {
        TrustException e = Assert.Throws<TrustException>(() => On("rhel 9.4", "RedHatIsv", Release));
        Assert.Equal("PresetKeyMissing", e.ErrorId);
        Assert.Contains("55A34A82", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, _root.Open().Preset("RedHatIsv", force: true).Count);
        Assert.Equal(3, _root.Open().Preset("RedHatIsv", hasOwnKeys: true).Count);
        Assert.Contains(Shipped, e.Message, StringComparison.Ordinal);
        IReadOnlyList<TrustPresetEntry> entries = On("rhel 9.4", "redhatisv", Saved);
        Assert.All(entries, static t => Assert.Equal([Saved], t.KeyPaths));
        entries = On("rhel 9.4", "redhatisv", Shipped);
        Assert.All(entries, static t => Assert.Equal([Shipped], t.KeyPaths));
        Assert.All(entries, static t => Assert.StartsWith("registry.redhat.io/redhat/", t.Registry, StringComparison.Ordinal));
        Assert.All(entries, static t => Assert.Equal("https://registry.redhat.io/containers/sigstore", t.SignatureStore));
        Assert.Equal(["/own"], TrustPresets.Get("RedHatIsv")[2].Complete(new RequirementOptions { KeyPaths = ["/own"] }).KeyPaths);
    }

    [Fact]
    public void Another_key_in_the_place_of_theirs_is_said()
    {
        _root.Write(Shipped, "");
        File.WriteAllBytes(_root.Full(Shipped), new ClaimSigner("Someone <someone@example.com>").PublicKey);
        _ = _root.Open().Preset("RedHatIsv");
        Assert.StartsWith($"{Shipped} does not have Red Hat's key 55A34A82, which signs these catalogs, but ",
            Assert.Single(_root.Warnings), StringComparison.Ordinal);
        Assert.Contains(Shipped, TrustPresets.Files);
        Assert.Contains(Saved, TrustPresets.Files);
    }

    [Fact]
    public void That_catalogs_are_refused_without_it_is_said()
    {
        List<string> details = [];
        TrustStore store = TrustStore.Open(new TrustStoreOptions { RootDirectory = _root.Path }, new TrustMessages
            { Verbose = details.Add });
        _ = store.Preset("RedHatGpg");
        Assert.Contains(details, static d => d.Contains("-Preset RedHatIsv", StringComparison.Ordinal)
            && d.Contains("certified-operator-index", StringComparison.Ordinal));
        details.Clear();
        _ = store.Preset("RedHatSigstore");
        Assert.DoesNotContain(details, static d => d.Contains("RedHatIsv", StringComparison.Ordinal));
    }

    [Fact]
    public void Own_keys_are_of_the_form_that_is_named()
    {
        RequirementOptions own = new() { KeyPaths = ["/own"] };
        Assert.Null(TrustPresets.Get("RedHat")[0].Complete(own).Type);
        Assert.Equal(TrustType.SigstoreSigned, TrustPresets.Get("RedHatSigstore")[0].Complete(own).Type);
        Assert.Equal(["/own"], TrustPresets.Get("RedHatSigstore")[0].Complete(own).KeyPaths);
    }
}
