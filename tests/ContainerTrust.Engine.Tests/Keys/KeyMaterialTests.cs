using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Tests.Compliance;

namespace ContainerTrust.Engine.Tests.Keys;

/// <summary>
/// The list of a requirement's key material has every member that names some, and everything that reads, checks, ships, counts or refuses
/// keys goes over that list: a member that comes later is in all of it, or a test here fails.
/// </summary>
public sealed class KeyMaterialTests
{
    private const string Path = "/etc/pki/material";
    private static readonly string s_private = Convert.ToBase64String(Encoding.ASCII.GetBytes(AuditKeys.PrivatePem));

    public static TheoryData<string, string> Members => MaterialMembers.All;

    public static TheoryData<string> Uses => [.. Enum.GetNames<KeyMaterialUse>()];

    [Fact]
    public void The_members_are_those_that_are_known() => Assert.Equal(17, Members.Count);

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_member_is_in_the_list(string type, string member)
    {
        KeyMaterial material = Assert.Single(MaterialMembers.Make(type, member, "marker").GetKeyMaterials());
        bool isPath = MaterialMembers.IsPath(member);
        Assert.Equal(isPath ? ("marker", null) : (null, "marker"), (material.Path, material.Data));
        Assert.NotEqual(KeyMaterialUse.NotImplemented, material.Use);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void The_verifier_reads_every_member(string type, string member)
    {
        bool isPath = MaterialMembers.IsPath(member);
        TrustRequirement requirement = MaterialMembers.Complete(type, member, isPath ? Path : "not base64!");
        RequirementKeys keys = new(AuditHost.Good().With("/good", AuditKeys.Good).With("/pem", AuditKeys.Cosign)
            .With("/ca", AuditKeys.CertificateUntil(AuditHost.Now.AddYears(20))), static _ => { });
        string problem = requirement is SignedByRequirement signed ? keys.For(signed).Problem
            : keys.For((SigstoreSignedRequirement)requirement).Problem;
        Assert.Contains(isPath ? $"{Path} does not exist" : "base64", problem, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void The_audit_and_a_rollout_look_at_every_member(string type, string member)
    {
        bool isPath = MaterialMembers.IsPath(member);
        TrustRequirement requirement = MaterialMembers.Complete(type, member, isPath ? Path : s_private);
        string list = Encoding.UTF8.GetString(RequirementWriter.ToCompactJson([requirement]));
        string policy = """{"default":[{"type":"reject"}],"transports":{"docker":{"registry.example.com":""" + list + "}}}";
        AuditHost host = AuditHost.Good().With(AuditHost.Policy, policy).With("/good", AuditKeys.Good).With("/pem", AuditKeys.Cosign)
            .With("/ca", AuditKeys.CertificateUntil(AuditHost.Now.AddYears(20)));
        string rule = isPath ? ComplianceRules.KeyFileMissing : ComplianceRules.PrivateKeyExposed;
        Assert.Contains(host.Check().Findings, f => f.RuleId == rule && (!isPath || f.Path == Path));
        if (!isPath)
            return;
        MachineConfigFile file = new() { Path = TrustLocations.SystemPolicyPath, Content = Encoding.UTF8.GetBytes(policy) };
        Assert.Contains(Path, MeantFiles.Of(new MachineConfigTrust
            { Name = "50-trust", Files = [file], Labels = new Dictionary<string, string>(), Trust = [], Yaml = "" }).KeyPaths);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_member_of_a_new_requirement_is_counted_shipped_and_checked(string name)
    {
        KeyMaterialUse use = Enum.Parse<KeyMaterialUse>(name);
        TrustRequirement[] requirements = [new MadeUp(new KeyMaterial(use, Path, null))];
        Assert.Equal([Path], PolicyFiles.Of(requirements));
        Assert.Equal([Path], NodeKeys.Place([new MachineConfigKey("/tmp/material", AuditKeys.Good)], requirements).Keys);
        IReadOnlyList<TrustException> faults =
            KeyCheck.Faults(new KeyFiles(new KeyMaterialFiles(AuditHost.Good())), requirements, AuditHost.Now, TrustMessages.None);
        Assert.Equal(use == KeyMaterialUse.NotImplemented ? [] : ["KeyFileNotFound"], faults.Select(static f => f.ErrorId));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_private_key_in_a_member_of_a_new_requirement_is_refused(string name)
    {
        TrustRequirement[] requirements = [new MadeUp(new KeyMaterial(Enum.Parse<KeyMaterialUse>(name), null, s_private))];
        Assert.Equal("PrivateKey", Assert.Throws<TrustException>(() => SecretKeys.RequireNone(requirements)).ErrorId);
    }

    [Theory]
    [InlineData("AAAA ")]
    [InlineData("AA\tAA")]
    [InlineData("AAA")]
    public void Data_is_decoded_as_the_reference_decodes_it(string data)
    {
        TrustRequirement[] requirements = [new MadeUp(new KeyMaterial(KeyMaterialUse.OpenPgp, null, data))];
        Assert.Equal("InvalidKeyData", Assert.Throws<TrustException>(() => SecretKeys.RequireNone(requirements)).ErrorId);
        KeyMaterialFiles files = new(AuditHost.Good());
        Assert.Equal("InvalidKeyData", Assert.Throws<TrustException>(() => files.TryGet(requirements[0].GetKeyMaterials()[0])).ErrorId);
    }

    [Fact]
    public void A_file_is_read_once()
    {
        AuditHost host = AuditHost.Good();
        KeyMaterialFiles files = new(host);
        KeyMaterialFiles.Loaded first = files.Load(AuditHost.Key);
        host.Without(AuditHost.Key);
        Assert.Same(first, files.Load(AuditHost.Key));
        Assert.NotNull(first.File);
    }

    private sealed record MadeUp(KeyMaterial Material) : TrustRequirement
    {
        public override string Type => "madeUp";

        internal override IReadOnlyList<KeyMaterial> GetKeyMaterials() => [Material];
    }
}
