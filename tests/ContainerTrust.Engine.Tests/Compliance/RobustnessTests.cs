using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Reports;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>Damaged files: a result and never an exception, and never compliant where a file is refused.</summary>
public sealed class RobustnessTests
{
    private static readonly string[] s_files = [AuditHost.Policy, AuditHost.Key, "/etc/containers/registries.d/example.yaml",
        "/etc/containers/registries.conf", "/etc/pki/cosign.pub", "/etc/pki/roots.pem"];

    private static AuditHost Rich() => AuditHost
        .WithPolicy("""
            "registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/signer.asc"}],
            "s.example.com":[{"type":"sigstoreSigned","keyPath":"/etc/pki/cosign.pub","rekorPublicKeyPath":"/etc/pki/cosign.pub","signedIdentity":{"type":"matchRepository"}}],
            "p.example.com":[{"type":"sigstoreSigned","pki":{"caRootsPath":"/etc/pki/roots.pem","subjectEmail":"dev@example.com"},"signedIdentity":{"type":"matchRepository"}}]
            """)
        .With("/etc/containers/registries.d/example.yaml",
            "docker:\n  registry.example.com:\n    lookaside: https://store.example.com/sigs\n  s.example.com:\n    " +
            "use-sigstore-attachments: true\n  p.example.com:\n    use-sigstore-attachments: true\n")
        .With("/etc/containers/registries.conf", "[[registry]]\nprefix = 'registry.example.com'\nlocation = 'registry.example.com'\n")
        .With("/etc/pki/cosign.pub", AuditKeys.Cosign)
        .With("/etc/pki/roots.pem", AuditKeys.CertificateUntil(AuditHost.Now.AddYears(1)));

    [Fact]
    public void The_host_that_is_damaged_below_is_compliant_before() => Assert.Empty(Rich().Check().Findings);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Damaged_files_are_findings(int seed)
    {
        Random random = new(seed);
        TrustBaseline baseline = TrustBaseline.Of(Rich().Store().Read(TrustQuery.All));
        for (int round = 0; round < 400; round++)
        {
            AuditHost host = Rich();
            string path = s_files[random.Next(s_files.Length)];
            byte[] content = Damage(random, host.Bytes(path));
            host.With(path, content);
            ImageTrustCompliance found = host.Check(new ComplianceOptions { Baseline = random.Next(2) == 0 ? null : baseline });
            if (path == AuditHost.Policy && Refuses(content))
                Assert.False(found.Compliant);
            if (found.Compliant)
                Assert.DoesNotContain(found.Findings, static f => f.Severity >= ImageTrustSeverity.Warning);
            foreach (ReportFormat format in Enum.GetValues<ReportFormat>())
                Assert.NotEmpty(new ComplianceReport { Hosts = [found] }.Write(format));
        }
    }

    [Fact]
    public void A_key_file_that_cannot_be_imported_is_never_compliant()
    {
        Random random = new(5);
        for (int round = 0; round < 300; round++)
        {
            byte[] content = [.. AuditKeys.Good];
            content[random.Next(6, 60)] ^= (byte)(1 << random.Next(8));
            AuditHost host = AuditHost.Good().With(AuditHost.Key, content);
            Assert.False(host.Check().Compliant);
        }
    }

    [Fact]
    public void Ten_thousand_scopes_with_one_key_read_it_once()
    {
        StringBuilder docker = new();
        for (int i = 0; i < 10_000; i++)
            docker.Append(i == 0 ? "" : ",").Append('"').Append('r').Append(i)
                .Append(".example.com/team\":[{\"type\":\"signedBy\",\"keyType\":\"GPGKeys\",\"keyPath\":\"/etc/pki/signer.asc\"}]");
        AuditHost host = AuditHost.WithPolicy(docker.ToString())
            .With("/etc/containers/registries.d/example.yaml", "default-docker:\n  lookaside: https://store.example.com/sigs\n");
        Assert.True(host.Check().Compliant);
    }

    [Fact]
    public void Names_of_absurd_length_are_findings()
    {
        string name = "a.example.com/" + string.Concat(Enumerable.Repeat("b/", 50_000)) + "c";
        ImageTrustCompliance found = AuditHost.WithPolicy($$""" "{{name}}":[{"type":"insecureAcceptAnything"}] """)
            .With("/etc/containers/registries.conf", "[[registry]]\nlocation = 'a.example.com'\n").Check();
        Assert.False(found.Compliant);
    }

    private static bool Refuses(byte[] policy)
    {
        try
        {
            PolicyReader.Read(policy, "p");
            return false;
        }
        catch (TrustException)
        {
            return true;
        }
    }

    private static byte[] Damage(Random random, byte[] content)
    {
        List<byte> bytes = [.. content];
        for (int i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }
}
