using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>Reset goes back to what the host's distribution ships, and never to less.</summary>
public sealed class ResetTests : IDisposable
{
    private const string PolicyPath = TrustLocations.SystemPolicyPath;
    private const string Registries = TrustLocations.SystemRegistriesDirectory;
    private const string Mine = """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.redhat.io":[{"type":"reject"}],"a.example.com":[{"type":"reject"}]}}}""";
    private const string Upstream = """{"default":[{"type":"insecureAcceptAnything"}]}""";
    private const string Gpg = "SignedBy";
    private const string Sigstore = "SigstoreSigned";

    private readonly ScratchRoot _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("rhel", "7.9", "Accept", null)]
    [InlineData("rhel", "8.6", Gpg, 1)]
    [InlineData("rhel", "8.10", Gpg, 2)]
    [InlineData("rhel", "9.1", Gpg, 1)]
    [InlineData("rhel", "9.4", Gpg, 2)]
    [InlineData("\"rhel\"", "\"9.4\"", Gpg, 2)]
    [InlineData("rhel", "10.0", Sigstore, null)]
    [InlineData("rhel", "10.1", Sigstore, null)]
    [InlineData("rhel", "11", Sigstore, null)]
    [InlineData("fedora", "45", "Accept", null)]
    [InlineData("debian", "12", "Accept", null)]
    [InlineData("ubuntu", "24.04", "Accept", null)]
    public void Each_release_has_its_own(string id, string version, string expected, int? keys)
    {
        Release(id, version);
        _root.Write("/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta", "a key");
        _root.Write(PolicyPath, Mine);
        _root.Write($"{Registries}/mine.yaml", "docker:\n  a.example.com:\n    lookaside: https://a.example.com/sigs\n");
        Reset();
        foreach (string registry in (string[])["registry.redhat.io/ubi9/ubi:latest", "registry.access.redhat.com/ubi9/ubi:latest"])
        {
            ImageTrust entry = _root.Open().Governing(registry, includeKeys: false);
            Assert.Equal(expected, entry.Type.ToString());
            if (keys is { } count)
                Assert.Equal(count, Assert.IsType<SignedByRequirement>(Assert.Single(entry.Requirements!)) is { KeyPaths: { } several }
                    ? several.Count : 1);
            Assert.Equal(expected == Gpg, entry.SignatureStore is not null);
            Assert.Equal(expected == Sigstore, entry.UseSigstoreAttachments == true);
        }

        Assert.Equal(TrustType.Accept, _root.Open().Governing("a.example.com/b:1").Type);
        Assert.False(_root.Has($"{Registries}/mine.yaml"));
        Assert.Empty(Reset().Files);
    }

    [Fact]
    public void What_the_vendor_ships_stays_as_it_is_laid_out()
    {
        Release("rhel", "9.4");
        _root.Write("/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta", "a key");
        string policy = System.Text.Encoding.UTF8.GetString(RedHatDefaults.GpgPolicy.Span).Replace("\n", "\n\n", StringComparison.Ordinal);
        string store = "# Red Hat\ndocker:\n     registry.redhat.io:\n         sigstore: https://registry.redhat.io/containers/sigstore\n";
        _root.Write(PolicyPath, policy);
        _root.Write($"{Registries}/registry.redhat.io.yaml", store);
        Assert.Equal([$"{Registries}/registry.access.redhat.com.yaml"], Reset().Files.Select(static f => f.Path));
        Assert.Equal((policy, store), (_root.Read(PolicyPath), _root.Read($"{Registries}/registry.redhat.io.yaml")));
        _root.Write($"{Registries}/registry.redhat.io.yaml",
            store.Replace("registry.redhat.io/c", "mirror.example.com/c", StringComparison.Ordinal));
        Assert.Equal([$"{Registries}/registry.redhat.io.yaml"], Reset().Files.Select(static f => f.Path));
        Assert.Contains("https://registry.redhat.io/containers/sigstore", _root.Read($"{Registries}/registry.redhat.io.yaml"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("opensuse-leap", "15.6")]
    [InlineData("rhel", "rolling")]
    [InlineData("almalinux", "9.4")]
    [InlineData("centos", "10")]
    public void An_unknown_distribution_is_not_reset(string? id, string? version)
    {
        if (id is not null)
            Release(id, version!);
        foreach (string content in (string[])[Mine, "broken"])
        {
            _root.Write(PolicyPath, content);
            _root.Write($"{Registries}/mine.yaml", "docker: {}\n");
            Assert.Equal("DistributionUnknown", Assert.Throws<TrustException>(() => Reset()).ErrorId);
            Assert.Equal(content, _root.Read(PolicyPath));
            Assert.True(_root.Has($"{Registries}/mine.yaml"));
        }
    }

    [Theory]
    [InlineData("almalinux", "9.4", "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release", Gpg)]
    [InlineData("centos", "10", "/etc/pki/sigstore/SIGSTORE-redhat-release3", Sigstore)]
    public void A_rebuild_of_RHEL_with_its_keys_is_one(string id, string version, string key, string expected)
    {
        Release(id, version);
        _root.Write(key, "key");
        Reset();
        Assert.Equal(expected, _root.Open().Governing("registry.redhat.io/ubi9/ubi:latest", includeKeys: false).Type.ToString());
    }

    [Fact]
    public void The_packages_own_new_file_counts_before_what_is_known()
    {
        const string New = """{"default":[{"type":"reject"}],"transports":{"docker":{"new.example.com":[{"type":"insecureAcceptAnything"}]}}}""";
        Release("rhel", "9.4");
        _root.Write(PolicyPath, Mine);
        _root.Write(PolicyPath + ".rpmnew", New);
        Reset();
        Assert.Equal(New, _root.Read(PolicyPath));

        // What podman would refuse is nobody's default, and what accepts more than the release ships is left from an older one.
        foreach (string other in (string[])["broken", Upstream])
        {
            _root.Write(PolicyPath, Mine);
            _root.Write(PolicyPath + ".rpmnew", other);
            Reset();
            Assert.Equal(TrustType.SignedBy, _root.Open().Governing("registry.redhat.io/ubi9/ubi:latest", includeKeys: false).Type);
        }
    }

    [Fact]
    public void Copies_do_not_hide_the_vendors_files()
    {
        Release("rhel", "10.2");
        _root.Write(PolicyPath, Mine);
        _root.Write("/usr/share/containers/registries.d/registry.redhat.io.yaml",
            "docker:\n  registry.redhat.io:\n    use-sigstore-attachments: true\n");
        _root.Write($"{Registries}/registry.redhat.io.yaml", "docker: {}\n");
        Assert.Equal([PolicyPath, $"{Registries}/registry.redhat.io.yaml", $"{Registries}/registry.access.redhat.com.yaml"],
            Reset().Files.Select(static f => f.Path));
        Assert.False(_root.Has($"{Registries}/registry.redhat.io.yaml"));
        Assert.True(_root.Has($"{Registries}/registry.access.redhat.com.yaml"));
    }

    [Theory]
    [InlineData("rhel", "9.4", "the default (reject -> accept), a.example.com (reject -> accept), all of docker-daemon (reject -> accept). "
        + "Images are accepted with fewer or weaker checks than before: registry.redhat.io (reject -> signedBy any of "
        + "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release, /etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta), registry.access.redhat.com (reject -> "
        + "signedBy any of /etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release, /etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta).")]
    [InlineData("fedora", "45",
        "the default (reject -> accept), registry.redhat.io (reject -> accept), a.example.com (reject -> accept), "
        + "all of docker-daemon (reject -> accept).")]
    public void What_is_looser_afterwards_is_said(string id, string version, string expected)
    {
        Release(id, version);
        _root.Write("/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta", "a key");
        _root.Write(PolicyPath, Mine);
        Assert.Equal([$"Images are accepted without a check that were not before: {expected}"],
            _root.Open().Reset(keepSignatureStores: false, preview: true, CancellationToken.None).Warnings);
        _root.Write(PolicyPath, Upstream);
        Assert.Empty(_root.Open().Reset(keepSignatureStores: false, preview: true, CancellationToken.None).Warnings);
    }

    [Fact]
    public void What_is_required_before_and_after_is_told()
    {
        Release("fedora", "45");
        _root.Write(PolicyPath, Mine);
        TrustScopeChange[] expected = [new("the default", "reject", "accept"), new("registry.redhat.io", "reject", "accept"),
            new("a.example.com", "reject", "accept"), new("all of docker-daemon", "reject", "accept")];
        Assert.Equal(expected, _root.Open().Reset(keepSignatureStores: false, preview: true, CancellationToken.None).Scopes);
        _root.Write(PolicyPath, "broken");
        Assert.Equal(new TrustScopeChange("the default", "every image refused, as the file is not valid", "accept"),
            _root.Open().Reset(keepSignatureStores: false, preview: true, CancellationToken.None).Scopes[0]);
        _root.Write(PolicyPath, Upstream);
        Assert.Empty(_root.Open().Reset(keepSignatureStores: false, preview: true, CancellationToken.None).Scopes);
    }

    [Fact]
    public void What_accepting_everything_would_weaken_is_in_the_refusal()
    {
        _root.Write(PolicyPath, Mine);
        Assert.Contains("It accepts without a check what the other does not: the default (reject -> accept), registry.redhat.io (reject -> "
            + "accept), a.example.com (reject -> accept)", Assert.Throws<TrustException>(() => Reset()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rhel", "9.4", TrustType.SignedBy)]
    [InlineData("rhel", "10.1", TrustType.SigstoreSigned)]
    [InlineData("fedora", "45", TrustType.Accept)]
    public void A_new_policy_begins_as_the_distributions(string id, string version, TrustType expected)
    {
        Release(id, version);
        _root.Apply(new TrustChange { Transport = "docker", Registry = "a.example.com", Requirements = [new RejectRequirement()] });
        Assert.Equal(expected, _root.Open().Governing("registry.redhat.io/ubi9/ubi:latest", includeKeys: false).Type);
        Assert.Equal(TrustType.Reject, _root.Open().Governing("a.example.com/b:1").Type);
    }

    private TrustEditResult Reset() => _root.Open().Reset(keepSignatureStores: false, preview: false, CancellationToken.None);

    private void Release(string id, string version) =>
        _root.Write("/etc/os-release", $"NAME=x\nID={id}\nVERSION_ID={version}\nPRETTY_NAME=\"Some Linux\"\n");
}
