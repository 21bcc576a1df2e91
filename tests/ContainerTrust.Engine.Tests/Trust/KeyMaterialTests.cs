using System.Reflection;
using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Tests.Compliance;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>
/// The list of a requirement's key material has every member that names some, and everything that reads, checks, ships, counts or refuses
/// keys goes over that list: a member that comes later is in all of it, or a test here fails.
/// </summary>
public sealed class KeyMaterialTests
{
    private const string Path = "/etc/pki/material";
    private static readonly string s_private = Convert.ToBase64String(Encoding.ASCII.GetBytes(AuditKeys.PrivatePem));

    /// <summary>Every member whose name says that it holds a path or data, by itself.</summary>
    public static TheoryData<string, string> Members
    {
        get
        {
            TheoryData<string, string> members = [];
            foreach (Type type in (Type[])[typeof(SignedByRequirement), typeof(SigstoreSignedRequirement), typeof(FulcioIdentity),
                typeof(PkiIdentity)])
            {
                foreach (PropertyInfo property in type.GetProperties().Where(static p => IsMaterial(p.Name)))
                    members.Add(type.Name, property.Name);
            }

            return members;
        }
    }

    public static TheoryData<string> Uses => [.. Enum.GetNames<KeyMaterialUse>()];

    [Fact]
    public void The_members_are_those_that_are_known() => Assert.Equal(17, Members.Count);

    [Theory]
    [MemberData(nameof(Members))]
    public void Every_member_is_in_the_list(string type, string member)
    {
        KeyMaterial material = Assert.Single(Make(type, member, "marker").GetKeyMaterials());
        bool isPath = member.Contains("Path", StringComparison.Ordinal);
        Assert.Equal(isPath ? ("marker", null) : (null, "marker"), (material.Path, material.Data));
        Assert.NotEqual(KeyMaterialUse.NotImplemented, material.Use);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void The_verifier_reads_every_member(string type, string member)
    {
        bool isPath = member.Contains("Path", StringComparison.Ordinal);
        TrustRequirement requirement = Complete(type, member, isPath ? Path : "not base64!");
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
        bool isPath = member.Contains("Path", StringComparison.Ordinal);
        string list = Encoding.UTF8.GetString(RequirementWriter.ToCompactJson([Complete(type, member, isPath ? Path : s_private)]));
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

    private static bool IsMaterial(string name) =>
        name.EndsWith("Path", StringComparison.Ordinal) || name.EndsWith("Paths", StringComparison.Ordinal)
        || name.EndsWith("Data", StringComparison.Ordinal) || name.EndsWith("Datas", StringComparison.Ordinal);

    // A requirement with this member alone.
    private static TrustRequirement Make(string type, string member, string value)
    {
        object Set(object target)
        {
            PropertyInfo property = target.GetType().GetProperty(member)!;
            property.SetValue(target, property.PropertyType == typeof(string) ? value : new[] { value });
            return target;
        }

        return type switch
        {
            nameof(SignedByRequirement) => (TrustRequirement)Set(new SignedByRequirement()),
            nameof(SigstoreSignedRequirement) => (TrustRequirement)Set(new SigstoreSignedRequirement()),
            nameof(FulcioIdentity) => new SigstoreSignedRequirement
            {
                Fulcio = (FulcioIdentity)Set(new FulcioIdentity
                    { OidcIssuer = "https://issuer.example.com", SubjectEmail = "u@example.com" }),
            },
            _ => new SigstoreSignedRequirement { Pki = (PkiIdentity)Set(new PkiIdentity { SubjectEmail = "u@example.com" }) },
        };
    }

    // A requirement that a policy can have: with what the member needs beside it.
    private static TrustRequirement Complete(string type, string member, string value) => (type, Make(type, member, value)) switch
    {
        (nameof(SignedByRequirement), SignedByRequirement r) => r,
        (nameof(FulcioIdentity), SigstoreSignedRequirement r) => r with { RekorPublicKeyPath = "/pem" },
        (nameof(PkiIdentity), SigstoreSignedRequirement { Pki: { } pki } r) when member.Contains("Intermediates",
            StringComparison.Ordinal) =>
            r with { Pki = pki with { CaRootsPath = "/ca" } },
        (nameof(SigstoreSignedRequirement), SigstoreSignedRequirement r) when member.StartsWith("Rekor", StringComparison.Ordinal) =>
            r with { KeyPath = "/pem" },
        (_, var requirement) => requirement,
    };

    private sealed record MadeUp(KeyMaterial Material) : TrustRequirement
    {
        public override string Type => "madeUp";

        internal override IReadOnlyList<KeyMaterial> GetKeyMaterials() => [Material];
    }
}
