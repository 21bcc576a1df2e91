using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>The preset, the audit, a user's own Set and the verdict on hosts as distributions ship them.</summary>
public sealed class MatrixColumnsTests
{
    private const string Etc = LevelsHost.Etc;
    private const string Policy = LevelsHost.Policy;
    private const string Io = "registry.redhat.io";
    private const string Mine = "registry.example.com";
    private const string Home = "/home/u";
    private const string User = Home + "/.config/containers";

    private static readonly ClaimSigner s_alice = new("Alice <alice@example.com>");

    public static TheoryData<string> Hosts => [.. MatrixHosts.Names];

    private static TrustEditResult Preset(LevelsHost host)
    {
        TrustStore store = host.Open();
        return store.Apply(
            [
                .. store.Preset("RedHat").Select(static e => new TrustChange
                {
                    Transport = "docker",
                    Registry = e.Registry,
                    Requirements = e.Requirements,
                    Section = e.Section,
                }),
            ],
            new TrustEditOptions(),
            CancellationToken.None);
    }

    /// <remarks>
    /// Nothing is written where the distribution has the same in /etc; what it has in /usr/share alone becomes the host's own.
    /// </remarks>
    [Theory]
    [InlineData("rhel7", TrustType.SignedBy, "policy.json registry.access.redhat.com.yaml registry.redhat.io.yaml")]
    [InlineData("rhel8", TrustType.SignedBy, "")]
    [InlineData("rhel9", TrustType.SignedBy, "")]
    [InlineData("rhel10.0", TrustType.SigstoreSigned, "")]
    [InlineData("rhel10", TrustType.SigstoreSigned, "")]
    [InlineData("stream10", TrustType.SigstoreSigned, "policy.json registry.access.redhat.com.yaml registry.redhat.io.yaml")]
    [InlineData("fedora45", TrustType.SignedBy, "policy.json redhat.yaml")]
    [InlineData("coreos", TrustType.SignedBy, "policy.json registry.access.redhat.com.yaml registry.redhat.io.yaml")]
    [InlineData("nixos", TrustType.SignedBy, "policy.json registry.access.redhat.com.yaml registry.redhat.io.yaml")]
    [InlineData("debian", TrustType.SignedBy, "policy.json registry.access.redhat.com.yaml registry.redhat.io.yaml")]
    public void The_preset(string name, TrustType type, string files)
    {
        using LevelsHost host = MatrixHosts.Make(name);
        SortedDictionary<string, string> vendors = ReleaseMatrixTests.Vendors(host);
        Assert.Equal(files, string.Join(' ', Preset(host).Files.Select(static f => Path.GetFileName(f.Path))
            .Order(StringComparer.Ordinal)));
        ImageTrust entry = host.Open().Governing($"{Io}/ubi9/ubi:latest");
        Assert.Equal(type, entry.Type);
        Assert.Equal(type == TrustType.SignedBy ? "https://registry.redhat.io/containers/sigstore" : null, entry.SignatureStore);
        Assert.Equal(type == TrustType.SigstoreSigned ? true : null, entry.UseSigstoreAttachments);

        // An update that takes the distribution's files away takes no image with it.
        Assert.StartsWith(Etc, entry.StorePath, StringComparison.Ordinal);
        Assert.Equal("System", entry.StoreLevel);
        Assert.Equal(vendors, ReleaseMatrixTests.Vendors(host));
        Assert.Empty(Preset(host).Files);
    }

    [Theory]
    [InlineData("rhel7", "DefaultAcceptsAnything")]
    [InlineData("rhel8", "DefaultAcceptsAnything")]
    [InlineData("rhel9", "DefaultAcceptsAnything")]
    [InlineData("rhel10.0", "DefaultAcceptsAnything")]
    [InlineData("rhel10", "DefaultAcceptsAnything")]
    [InlineData("stream10", "DefaultAcceptsAnything")]
    [InlineData("fedora45", "DefaultAcceptsAnything")]
    [InlineData("coreos", "DefaultAcceptsAnything")]
    [InlineData("nixos", "DefaultAcceptsAnything")]
    [InlineData("debian", "DefaultAcceptsAnything")]
    public void The_audit_finds_no_store_and_no_switch_missing(string name, string rules)
    {
        using LevelsHost host = MatrixHosts.Make(name);
        ComplianceOptions options = new() { ExcludedRules = ["FileOwnedByOther", "FileWritableByOthers", "FileUnreadableByUsers"] };
        ImageTrustCompliance found = ComplianceChecker.Check(host.Open(), options);
        Assert.Equal(rules, string.Join(' ', found.Findings.Where(static f => f.Severity != ImageTrustSeverity.Information)
            .Select(static f => f.RuleId).Distinct().Order(StringComparer.Ordinal)));
    }

    /// <remarks>RHEL 10.1 has a key of version 6 in the file that GPG signatures are required by then.</remarks>
    [Theory]
    [InlineData("rhel10.0", false)]
    [InlineData("rhel10", true)]
    public void A_key_of_version_6_beside_the_release_key_is_noted(string name, bool isNoted)
    {
        using LevelsHost host = MatrixHosts.Make(name);
        TrustStore store = host.Open();
        store.Apply(
            [
                .. store.Preset("RedHatGpg").Select(static e => new TrustChange
                    { Transport = "docker", Registry = e.Registry, Requirements = e.Requirements, Section = e.Section }),
            ],
            new TrustEditOptions(),
            CancellationToken.None);
        ImageTrustCompliance found = ComplianceChecker.Check(host.Open(), new ComplianceOptions());
        Assert.Equal(isNoted, found.Findings.Any(static f => f.RuleId == "KeyLost"));
        Assert.DoesNotContain(found.Findings, static f => f.RuleId == "KeyInvalid");
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void A_users_own_set_keeps_what_the_system_demands(string name)
    {
        using LevelsHost host = MatrixHosts.Make(name, Home);
        host.Environment["_CONTAINERS_ROOTLESS_UID"] = "1000";
        SortedDictionary<string, string> etc = host.Tree("/etc"), vendors = ReleaseMatrixTests.Vendors(host);
        ImageTrust before = host.Open().Governing($"{Io}/ubi9/ubi:latest", includeKeys: false);
        TrustEditResult result = host.Open(currentUser: true)
            .Apply([ReleaseMatrixTests.Store(Mine, "https://new.example/")], new TrustEditOptions(), CancellationToken.None);
        Assert.All(result.Files, static f => Assert.StartsWith(User, f.Path, StringComparison.Ordinal));
        Assert.Equal(etc, host.Tree("/etc"));
        Assert.Equal(vendors, ReleaseMatrixTests.Vendors(host));
        ImageTrust after = host.Open().Governing($"{Io}/ubi9/ubi:latest", includeKeys: false), mine = host.Open()
            .Governing($"{Mine}/a:1", includeKeys: false);
        Assert.Equal((before.Type, $"{User}/policy.json"), (after.Type, after.PolicyPath));
        Assert.Equal((TrustType.Reject, "https://new.example/"), (mine.Type, mine.SignatureStore));

        // podman 5 reads one directory; that is warned of.
        bool isLost = name is "rhel8" or "rhel9" or "rhel10.0" or "rhel10";
        Assert.Equal(isLost ? (null, null) : (before.SignatureStore, before.UseSigstoreAttachments),
            (after.SignatureStore, after.UseSigstoreAttachments));
        Assert.Equal(isLost || name == "rhel7",
            host.Warnings.Exists(static w =>
            w.Contains("from now on it replaces /etc/containers/registries.d whole", StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task The_verdict_follows_what_was_set(string name)
    {
        using LevelsHost host = MatrixHosts.Make(name);
        host.Write("/etc/containers/registries.conf", "");
        byte[] manifest = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json"}""");
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(manifest))}";
        string store = host.Root.Full("/srv/sigs");
        host.Write("/etc/pki/alice.gpg", "");
        File.WriteAllBytes(host.Root.Full("/etc/pki/alice.gpg"), s_alice.PublicKey);
        Assert.True((await Verify(host, $"{Mine}/app", digest)).IsValid, "Every distribution accepts by default.");
        host.Open().Apply(
            [
                new TrustChange
                {
                    Transport = "docker",
                    Registry = Mine,
                    Requirements = [new SignedByRequirement { KeyPath = "/etc/pki/alice.gpg" }],
                    Section = new LookasideSection { SignatureStore = "file:///srv/sigs" },
                },
            ],
            new TrustEditOptions(),
            CancellationToken.None);
        Assert.False((await Verify(host, $"{Mine}/app", digest)).IsValid);
        Directory.CreateDirectory($"{store}/app@{digest.Replace(':', '=')}");
        File.WriteAllBytes($"{store}/app@{digest.Replace(':', '=')}/signature-1", s_alice.SignClaim($"{Mine}/app:1", digest));
        ImageSignatureResult signed = await Verify(host, $"{Mine}/app:1", digest);
        Assert.True(signed.IsValid, signed.Reason);
        Assert.Equal(Mine, signed.Scope);
        Assert.False((await Verify(host, $"{Mine}/other:1", digest)).IsValid);
    }

    private static async Task<ImageSignatureResult> Verify(LevelsHost host, string image, string digest)
    {
        using ImageVerifier verifier = new(host.Open(), new VerificationOptions(), TrustMessages.None);
        return await verifier.VerifyDigestAsync(image, digest, CancellationToken.None);
    }
}
