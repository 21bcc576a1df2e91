using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.ImagePolicies;

namespace ContainerTrust.Engine.Tests.ImagePolicies;

public sealed class ImagePolicyPresetTests : IDisposable
{
    private const string Key = "/etc/pki/sigstore/SIGSTORE-redhat-release3";
    private const string Rekor = "/etc/pki/sigstore/REKOR-signing-key";

    private readonly PolicyHost _host = new();

    public void Dispose() => _host.Dispose();

    [SkippableTheory]
    [InlineData(null, "4.22")]
    [InlineData(null, "4.18")]
    [InlineData("vendor", null)]
    public void Policies_by_namespace_have_the_vendors_keys(string? name, string? version)
    {
        WithKeys();
        string[] scopes = ["registry.redhat.io/rhel9", "registry.redhat.io/openshift4/ose-cli", "registry.access.redhat.com/ubi9:latest"];
        IReadOnlyList<ImageTrust> entries = Entries(new ImagePolicyPreset { Name = "redhatsigstore", Scopes = scopes });
        Assert.Empty(_host.Warnings);
        ImagePolicyConversion conversion = _host.Convert(entries, name, version: version);
        Assert.Empty(conversion.Refusals);
        Assert.Equal(name is null ? 3 : 1, conversion.Documents.Count);
        Assert.Equal(scopes, conversion.Documents.SelectMany(static d => d.Scopes));
        CrdSchema schema = version == "4.18" ? CrdSchema.WithoutPki("ClusterImagePolicy", "v1alpha1") : CrdSchema.Of("ClusterImagePolicy");
        foreach (ImagePolicyDocument document in conversion.Documents)
        {
            Assert.Empty(schema.Faults(document.Yaml));
            YamlNode root = CrdSchema.Parse(document.Yaml);
            Assert.Equal(_host.Data(Key), CrdSchema.Value(root, "spec.policy.rootOfTrust.publicKey.keyData"));
            Assert.Equal(_host.Data(Rekor), CrdSchema.Value(root, "spec.policy.rootOfTrust.publicKey.rekorKeyData"));
            Assert.Null(document.MatchPolicy);
        }
    }

    [Fact]
    public void Keys_can_be_files_of_this_machine()
    {
        ImageTrust entry = Assert.Single(Entries(new ImagePolicyPreset
        {
            Name = "RedHatSigstore",
            Scopes = ["registry.redhat.io/rhel9"],
            KeyPath = _host.Full("/keys/rsa.pub"),
            RekorPublicKeyPath = _host.Full("/keys/rekor.pub"),
        }));
        ImagePolicyDocument document = _host.One(entry);
        Assert.Contains(_host.Data("/keys/rsa.pub"), document.Yaml, StringComparison.Ordinal);
        Assert.Contains(_host.Data("/keys/rekor.pub"), document.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_missing_or_is_none_ends_it()
    {
        AssertRefused("PresetKeyMissing", Key, new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = ["registry.redhat.io/rhel9"] });
        AssertRefused("KeyFileNotFound", "/none/key",
            new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = ["registry.redhat.io/rhel9"], KeyPath = "/none/key" });
        WithKeys();
        _host.Write(Rekor, File.ReadAllText(_host.Full("/keys/rsa.pub")));
        AssertRefused("RekorKeyNotEcdsa", Rekor, new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = ["registry.redhat.io/rhel9"] });
        _host.Write(Key, "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n");
        AssertRefused("PrivateKey", Key, new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = ["registry.redhat.io/rhel9"] });
        _host.Write(Key, "no key\n");
        AssertRefused("NoUsableKey", Key, new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = ["registry.redhat.io/rhel9"] });
    }

    [Theory]
    [InlineData("RedHat")]
    [InlineData("redhatgpg")]
    [InlineData("RedHatIsv")]
    public void A_preset_of_GPG_signatures_is_refused(string name)
    {
        TrustException error = AssertRefused("PresetNotPossible", name,
            new ImagePolicyPreset { Name = name, Scopes = ["registry.redhat.io/rhel9"] });
        Assert.Contains("RedHatSigstore", error.Message, StringComparison.Ordinal);
        Assert.Equal(["RedHatSigstore"], ImagePolicyPreset.Names);
    }

    [Theory]
    [InlineData("quay.io/team")]
    [InlineData("*.redhat.io")]
    [InlineData("*.redhat.com")]
    [InlineData("registry.redhat.io.example.com/rhel9")]
    [InlineData("registry.redhat.io:443/rhel9")]
    [InlineData("mirror.example.com/rhel9")]
    [InlineData("")]
    public void A_scope_of_others_is_refused(string scope)
    {
        WithKeys();
        AssertRefused("ScopeNotOfPreset", scope,
            new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = ["registry.redhat.io/rhel9", scope] });
    }

    // Nodes have registry.redhat.io.yaml in registries.d; the operator's file beside it may not have the same scope.
    [Theory]
    [InlineData("registry.redhat.io", null)]
    [InlineData("registry.access.redhat.com", null)]
    [InlineData("registry.redhat.io", "team-a")]
    public void A_registry_of_the_operating_system_is_refused_as_a_whole(string scope, string? @namespace)
    {
        WithKeys();
        ImageTrust[] entries =
        [
            .. Entries(new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = [scope, scope + "/rhel9"] }), PolicyHost.Entry(scope),
        ];
        ImagePolicyConversion conversion = _host.Convert(entries, @namespace: @namespace);
        Assert.Equal(scope + "/rhel9", Assert.Single(Assert.Single(conversion.Documents).Scopes));
        Assert.Equal([("ScopeOfTheSystem", scope), ("ScopeOfTheSystem", scope)],
            conversion.Refusals.Select(static r => (r.ErrorId, r.Target)));
        Assert.Contains($"{scope}/NAMESPACE", conversion.Refusals[0].Message, StringComparison.Ordinal);
        Assert.Contains("sigstore-registries.yaml", conversion.Refusals[0].Message, StringComparison.Ordinal);
        Assert.Empty(_host.Warnings);
    }

    // These are other names in registries.d, and so no collision.
    [Theory]
    [InlineData("*.redhat.io")]
    [InlineData("registry.redhat.io/rhel9")]
    [InlineData("registry.redhat.io/rhel9/app:v1")]
    [InlineData("registry.stage.redhat.io")]
    public void Scopes_above_and_below_it_are_taken(string scope) => _host.One(PolicyHost.Entry(scope));

    [Theory]
    [InlineData("registry.redhat.io/redhat", 3)]
    [InlineData("registry.redhat.io/redhat/certified-operator-index", 1)]
    [InlineData("registry.redhat.io/redhat/community-operator-index:v4.22", 1)]
    [InlineData("registry.redhat.io/redhat/redhat-operator-index", 0)]
    public void Catalogs_by_another_key_are_warned_of(string scope, int catalogs)
    {
        WithKeys();
        Entries(new ImagePolicyPreset { Name = "RedHatSigstore", Scopes = [scope] });
        Assert.Equal(catalogs > 0 ? 1 : 0, _host.Warnings.Count);
        Assert.Equal(catalogs, _host.Warnings.Sum(static w => w.Split("-index").Length - 1));
    }

    private void WithKeys()
    {
        _host.Write(Key, File.ReadAllText(_host.Full("/keys/rsa.pub")));
        _host.Write(Rekor, File.ReadAllText(_host.Full("/keys/rekor.pub")));
    }

    private IReadOnlyList<ImageTrust> Entries(ImagePolicyPreset preset) =>
        preset.Entries(_host.Host, new TrustMessages { Warning = _host.Warnings.Add });

    private TrustException AssertRefused(string id, string target, ImagePolicyPreset preset)
    {
        TrustException error = Assert.ThrowsAny<TrustException>(() => Entries(preset));
        Assert.Equal((id, target), (error.ErrorId, error.Target));
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        return error;
    }
}
