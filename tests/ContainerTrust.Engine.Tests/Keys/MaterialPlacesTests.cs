using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Proof;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Tests.Compliance;
using ContainerTrust.Engine.Tests.ImagePolicies;
using ContainerTrust.Engine.Tests.Sigstore;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Keys;

/// <summary>
/// Each place that compares, proves, converts or guards keys looks at every member that names some: a member that comes later and that one
/// of them misses fails here.
/// </summary>
public sealed class MaterialPlacesTests
{
    private const string Path = "/etc/pki/material";
    private const string Scope = "registry.example.com";
    private const string Image = Scope + "/app:1";
    private const string VendorKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";
    private static readonly string s_ca = AuditKeys.CertificateUntil(AuditHost.Now.AddYears(20));
    private static readonly string s_otherCA = AuditKeys.CertificateUntil(AuditHost.Now.AddYears(20));

    public static TheoryData<string, string> Members => MaterialMembers.All;

    public static TheoryData<string, string> Data
    {
        get
        {
            TheoryData<string, string> members = [];
            foreach (object[] member in MaterialMembers.All.Where(static m => !MaterialMembers.IsPath((string)m[1])))
                members.Add((string)member[0], (string)member[1]);
            return members;
        }
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void A_baseline_notices_other_keys_in_every_member(string type, string member)
    {
        ImageTrust[] wanted = [.. Host(type, member, isOther: false).Store().Read(TrustQuery.All)];
        ComplianceOptions options = new() { Baseline = TrustBaseline.Of(wanted) };
        Assert.DoesNotContain(Host(type, member, isOther: false).Check(options).Findings, IsDifferent);

        // Of certificates and logs a baseline of objects has no fingerprints: what it cannot compare it says.
        Assert.Contains(
            Host(type, member, isOther: true).Check(options).Findings,
            f => IsDifferent(f) || (MaterialMembers.IsPath(member) && f.RuleId == ComplianceRules.NotChecked
                && f.Message.Contains(Path, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void A_proof_tells_states_with_other_keys_in_any_member_apart(string type, string member)
    {
        IReadOnlyList<Clause> some = Conditions(Host(type, member, isOther: false));
        IReadOnlyList<Clause> other = Conditions(Host(type, member, isOther: true));
        Assert.NotEmpty(Assert.Single(some).Keys);
        Assert.NotEmpty(Assert.Single(other).Keys);
        Assert.True(Acceptance.IsWithin(some, Conditions(Host(type, member, isOther: false))));
        Assert.False(Acceptance.IsWithin(some, other));
        Assert.False(Acceptance.IsWithin(other, some));
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void A_cluster_policy_has_every_member_or_is_refused(string type, string member)
    {
        using PolicyHost host = new();
        string file = member.Contains("Intermediates", StringComparison.Ordinal) ? "/keys/middle.pem"
            : type is nameof(FulcioIdentity) or nameof(PkiIdentity) ? "/keys/ca.pem" : "/keys/other.pub";
        string value = MaterialMembers.IsPath(member) ? file : host.Data(file);
        TrustRequirement requirement = MaterialMembers.Complete(type, member, value, "/keys/cosign.pub", "/keys/ca.pem");
        var conversion = host.Convert([PolicyHost.Entry(Scope, requirement)]);
        Assert.True(
            conversion.Refusals.Count == 1 || conversion.Documents.Any(d => d.Yaml.Contains(host.Data(file), StringComparison.Ordinal)),
            "the keys are neither in the document nor a reason to refuse it");
        Assert.Equal(type == nameof(SignedByRequirement), conversion.Refusals.Count == 1);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void A_file_of_any_member_that_users_cannot_read_is_found(string type, string member)
    {
        const uint OwnerOnly = 0x180;
        AuditHost host = Host(type, member, isOther: false);
        if (MaterialMembers.IsPath(member))
        {
            host.With(Path, Content(type, member, isOther: false), OwnerOnly);
            Assert.Contains(host.Check().Findings, static f => f.RuleId == ComplianceRules.FileUnreadableByUsers && f.Path == Path);
            return;
        }

        // A policy with a private key in it is not opened to all.
        host.With(AuditHost.Policy, host.Bytes(AuditHost.Policy), OwnerOnly);
        Assert.NotNull(Assert.Single(host.Check().Findings, static f => f.RuleId == ComplianceRules.FileUnreadableByUsers).Fix);
        AuditHost secret = Host(type, member, Encoding.ASCII.GetBytes(AuditKeys.PrivatePem));
        secret.With(AuditHost.Policy, secret.Bytes(AuditHost.Policy), OwnerOnly);
        Assert.Null(Assert.Single(secret.Check().Findings, static f => f.RuleId == ComplianceRules.FileUnreadableByUsers).Fix);
    }

    [Theory]
    [MemberData(nameof(Data))]
    public void A_vendors_store_is_not_advised_for_keys_in_any_member(string type, string member)
    {
        const string Vendors = "registry.redhat.io";
        SignedByRequirement vendors = new() { KeyPath = VendorKey };
        TrustRequirement other = MaterialMembers.Complete(type, member, Convert.ToBase64String(Content(type, member, isOther: false)));
        TrustRequirement[] requirements = type == nameof(SignedByRequirement) ? [other] : [vendors, other];
        AuditHost Of(params TrustRequirement[] list) => Entry(list, Vendors).With(VendorKey, AuditKeys.Good);
        static string? Fix(AuditHost host) =>
            Assert.Single(host.Check().Findings, static f => f.RuleId == ComplianceRules.SignatureStoreMissing).Fix;
        Assert.NotNull(Fix(Of(vendors)));
        Assert.Null(Fix(Of(requirements)));
    }

    [Fact]
    public void A_verifier_and_the_store_read_a_key_file_once()
    {
        AuditHost host = AuditHost.Good();
        TrustStore store = host.Store();
        SignedByRequirement requirement = new() { KeyPath = AuditHost.Key };
        store.CheckKeys([requirement]);
        RequirementKeys keys = new JudgingRelease("podman5.4", host).KeysOf(store.KeyMaterials, isPolicy: true, static _ => { }, null);
        Assert.NotNull(keys.Consumer);
        CallerKeys.RequireUsable(keys, [requirement], [AuditHost.Key]);
        Assert.NotNull(keys.For(requirement).Keyring);
        Assert.Equal(1, host.Asked.Count(static p => p == AuditHost.Key));
    }

    [Fact]
    public async Task An_image_is_judged_by_the_key_files_that_the_store_has_read()
    {
        AuditHost host = AuditHost.Good()
            .With(AuditHost.Policy, """{"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}]}""")
            .With("/image/manifest.json", """{"schemaVersion":2,"config":{},"layers":[]}""").With("/image/signature-1", "x");
        TrustStore store = host.Store();
        Assert.NotEmpty(store.Read(TrustQuery.All));
        store.CheckKeys([new SignedByRequirement { KeyPath = AuditHost.Key }]);
        using ImageVerifier verifier = new(store, new VerificationOptions(), TrustMessages.None);
        for (int i = 0; i < 2; i++)
            Assert.False((await verifier.VerifyAsync("dir:/image", null, CancellationToken.None)).IsValid);
        Assert.Equal(1, host.Asked.Count(static p => p == AuditHost.Key));
    }

    [Fact]
    public void An_audit_reads_a_key_file_once()
    {
        AuditHost host = AuditHost.Good();
        host.Check(new ComplianceOptions { Baseline = TrustBaseline.Of([.. AuditHost.Good().Store().Read(TrustQuery.All)]) });
        Assert.Equal(1, host.Asked.Count(static p => p == AuditHost.Key));
    }

    private static bool IsDifferent(ImageTrustFinding finding) => finding.RuleId == ComplianceRules.BaselineScopeDiffers;

    private static IReadOnlyList<Clause> Conditions(AuditHost host)
    {
        TrustStore store = host.Store();
        PolicyDocument policy = PolicyReader.Read(host.Bytes(AuditHost.Policy), AuditHost.Policy);
        Assert.True(DockerReference.TryParse(Image, out DockerReference? place, out _));
        ImageName image = ImageName.Parse($"docker://{Image}", static p => p);
        Acceptance acceptance = new(store, policy, store.ReadLookaside(), hasLocalStores: false);
        return acceptance.Conditions(image, place, acceptance.Governing(image).Requirements, [Image]);
    }

    private static AuditHost Host(string type, string member, bool isOther) => Host(type, member, Content(type, member, isOther));

    private static AuditHost Host(string type, string member, byte[] content)
    {
        bool isPath = MaterialMembers.IsPath(member);
        AuditHost host = Entry([MaterialMembers.Complete(type, member, isPath ? Path : Convert.ToBase64String(content))], Scope);
        return isPath ? host.With(Path, content) : host;
    }

    private static AuditHost Entry(TrustRequirement[] requirements, string scope)
    {
        string list = Encoding.UTF8.GetString(RequirementWriter.ToCompactJson(requirements));
        return AuditHost.WithPolicy($"\"{scope}\":{list}").With("/pem", AuditKeys.Cosign).With("/ca", s_ca);
    }

    private static byte[] Content(string type, string member, bool isOther) => type switch
    {
        nameof(SignedByRequirement) => isOther ? AuditKeys.Other : AuditKeys.Good,
        nameof(SigstoreSignedRequirement) when !member.StartsWith("Rekor", StringComparison.Ordinal) && !isOther =>
            Encoding.ASCII.GetBytes(AuditKeys.Cosign),
        nameof(SigstoreSignedRequirement) => Encoding.ASCII.GetBytes((isOther ? TestPemKeys.P384 : TestPemKeys.P256) + "\n"),
        _ => Encoding.ASCII.GetBytes(isOther ? s_otherCA : s_ca),
    };
}
