using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Compliance.Reports;
using ContainerTrust.Engine.ImagePolicies;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Rehearsal;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Engine.Tests.Foundation;

/// <summary>
/// A hostile text in every field of every file that the engine reads: what the engine says of it is printable, and one line each.
/// </summary>
public sealed class HostileFieldTests
{
    private const string Policy = """
        {"default":[{"type":"reject"}],"transports":{
            "docker":{"evil.example.com":[{"type":"reject"}]},"dir":{"/srv":[{"type":"insecureAcceptAnything"}]}}}
        """;

    // Fields whose text is not in any sentence: values of members that only views show, and what is wrong is said by its place.
    private static readonly string[] s_silent =
    [
        "machineconfig: label",
        "manifest: digest of a layer", "manifest: mediaType", "manifest: no JSON",
        "policy: caIntermediatesData", "policy: caRootsData", "policy: fulcio caData", "policy: keyData", "policy: no JSON",
        "policy: nothing but the text",
        "policy: rekorPublicKeyData", "policy: rekorPublicKeyDatas", "policy: sigstore keyData", "policy: sigstore keyDatas",
        "policy: lone surrogate of a scope", "policy: lone surrogate of a member", "policy: lone surrogate of keyPath",
        "registries.conf: additional-layer-store-auth-helper", "registries.conf: block of version 1", "registries.conf: blocked",
        "registries.conf: credential-helpers", "registries.conf: credential-helpers that is not a list", "registries.conf: insecure",
        "registries.conf: insecure mirror",
        "registries.conf: location", "registries.conf: member", "registries.conf: mirror", "registries.conf: mirror-by-digest-only",
        "registries.conf: no TOML", "registries.conf: prefix", "registries.conf: pull-from-mirror of a registry",
        "registries.d: no YAML",
        "registries.d: staging", "registries.d: use-sigstore-attachments",
        "storage: storage without JSON", "workload: member twice", "workload: name of a container", "workload: name of a pod",
        "workload: name of a service", "workload: namespace",
    ];

    private static readonly ClaimSigner s_signer = new($"{HostileFields.Text} <{HostileFields.Text}@example.com>");

    private readonly List<string> _said = [];

    public static TheoryData<string, string> Rows
    {
        get
        {
            TheoryData<string, string> rows = [];
            foreach (string carrier in HostileFields.Carriers)
            {
                foreach (string name in HostileFields.Of(carrier))
                    rows.Add(carrier, name);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Nothing_of_a_field_reaches_a_person_raw(string carrier, string field)
    {
        foreach ((string transport, string scope) in new[] { ("docker", "evil.example.com"), ("dir", "/srv") })
        {
            string file = HostileFields.Make(carrier, field, transport, scope);
            if (carrier == "machineconfig")
                Read(file);
            else if (carrier == "machineconfigpool")
                Judge(file);
            else if (carrier is "storage" or "workload" or "quadlet")
                Rehearse(carrier, file);
            else
                await UseAsync(Host(carrier, file));
        }

        foreach (string text in _said)
            Assert.Null(HostileFields.Fault(text));

        // The text comes to where it could do harm, or nobody speaks of it.
        Assert.Equal(!s_silent.Contains($"{carrier}: {field}"), _said.Exists(static t => t.Contains("\\u001b", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_file_name_a_key_and_a_claim_are_no_other()
    {
        const string Claim = """
            {"critical":{"identity":{"docker-reference":"H"},"image":{"docker-manifest-digest":"H"},"type":"atomic container signature"},
            "optional":{"creator":"H"}}
            """;
        const string SignedBy = """
            {"default":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/signer.asc",
                "signedIdentity":{"type":"exactReference","dockerReference":"example.com/app:v1"}}]}
            """;
        string text = JsonSerializer.Serialize(HostileFields.Text)[1..^1];
        MemoryHost host = Host("policy", SignedBy)
            .With($"/etc/containers/registries.d/{HostileFields.Text.Replace("/", "", StringComparison.Ordinal)}.yaml", "docker: 1\n")
            .With("/srv/app/signature-1", s_signer.SignMessage(Claim.Replace("H", text, StringComparison.Ordinal)))
            .With("/srv/app/signature-2", s_signer.SignMessage($"{{\"{text}\":1}}"))
            .With("/srv/app/signature-3", HostileFields.Text);
        await UseAsync(host);
        foreach (string words in _said)
            Assert.Null(HostileFields.Fault(words));
        Assert.True(_said.Count(static t => t.Contains("\\u001b", StringComparison.Ordinal)) > 3, string.Join('\n', _said));
    }

    // No name in these files is one of an image, so that no registry is asked.
    private void Rehearse(string carrier, string file)
    {
        const string Workload = "/srv/workload.json";
        string path = carrier switch
        {
            "storage" => "/var/lib/containers/storage/overlay-images/images.json",
            "workload" => Workload,
            _ => $"/etc/containers/systemd/evil.{(file.StartsWith("[Kube]", StringComparison.Ordinal) ? "kube"
                : file.StartsWith("[Build]", StringComparison.Ordinal) ? "build" : "container")}",
        };
        using ImageRehearsal rehearsal = new(new RehearsalOptions { WorkloadPaths = carrier == "workload" ? [Workload] : [] });
        TrustMessages messages = new() { Warning = _said.Add, Verbose = _said.Add };
        MemoryHost host = Host("", "").With(path, file);
        Words(rehearsal.Run(TrustStore.Open(host, new TrustStoreOptions(), messages), messages, CancellationToken.None)
            .SelectMany(static r => (IEnumerable<object>)[r, r.Reason]));
        _said.AddRange(rehearsal.Suggest().Notes);
    }

    private static MemoryHost Host(string carrier, string file) => new MemoryHost()
        .With("/etc/containers/policy.json", carrier == "policy" ? file : Policy)
        .With("/etc/containers/registries.d/default.yaml", carrier == "registries.d" ? file : "docker: {}\n")
        .With("/etc/containers/registries.conf", carrier == "registries.conf" ? file : "")
        .With("/keys/signer.asc", s_signer.PublicKey)
        .With("/srv/app/version", "Directory Transport Version: 1.1\n")
        .With("/srv/app/manifest.json", carrier == "manifest" ? file : """{"schemaVersion":2}""");

    private async Task UseAsync(MemoryHost host)
    {
        TrustMessages messages = new() { Warning = _said.Add, Verbose = _said.Add };
        TrustStore store = TrustStore.Open(host, new TrustStoreOptions(), messages);
        List<ImageTrust> entries = [];
        Attempt(() => entries.AddRange(store.Read(TrustQuery.All)));
        Words(entries.SelectMany(static e => (IEnumerable<object>)[e, .. e.Requirements, .. e.Keys]));
        Attempt(() => Words([store.Governing("evil.example.com/app:v1"), store.Governing("evil.example.com/app:v1").Reason!]));
        Attempt(() => Words(store.Preview([new TrustChange
            { Transport = "docker", Registry = HostileFields.Text, Remove = true }]).Warnings));
        Attempt(() =>
        {
            ImageTrustCompliance found = ComplianceChecker.Check(store, new ComplianceOptions());
            Words(found.Findings.SelectMany(static f => (IEnumerable<object>)[f, f.Message, f.Fix ?? ""]));
            UncheckedHost other = new(HostileFields.Text, HostileFields.Text);
            ComplianceReport report = new() { Hosts = [found], Unchecked = [other], Title = HostileFields.Text };
            foreach (ReportFormat format in Enum.GetValues<ReportFormat>())
                Assert.Null(HostileFields.Fault(Encoding.UTF8.GetString(report.Write(format)), isLine: false));
        });
        MachineConfigOptions options = new() { Force = true, IncludeRegistriesD = true };
        Attempt(() => Documents(new MachineConfigBuilder(options, messages).Build(entries)));
        foreach (ImageTrust entry in entries)
        {
            Attempt(() =>
            {
                ImagePolicyConverter converter = new(host, new ImagePolicyOptions(), messages);
                ImagePolicyConversion conversion = converter.Convert([entry], CancellationToken.None);
                Words(conversion.Refusals.Select(static r => r.Message));
                foreach (ImagePolicyDocument document in conversion.Documents)
                    Assert.Null(HostileFields.Fault(document.Yaml, isLine: false));
            });
        }

        foreach (string image in (string[])["dir:/srv/app", "app"])
        {
            try
            {
                using ImageVerifier verifier = new(store, new VerificationOptions(), messages);
                ImageSignatureResult result = await verifier.VerifyAsync(image, null, CancellationToken.None);
                Words([result, result.Reason, .. result.Requirements, .. result.Signatures]);
                Words(result.Requirements.SelectMany(static r => r.Signatures));
            }
            catch (TrustException e)
            {
                _said.Add(e.Message);
            }
        }
    }

    private void Read(string file)
    {
        TrustMessages messages = new() { Warning = _said.Add, Verbose = _said.Add };
        Attempt(() =>
        {
            byte[] content = Encoding.UTF8.GetBytes(file);
            foreach (MachineConfigDocument document in MachineConfigReader.ReadDocuments(content, HostileFields.Text, messages))
                Attempt(() => Documents([MachineConfigReader.ToTrust(document, HostileFields.Text, messages)]));
        });
    }

    private void Judge(string file)
    {
        Findings findings = new();
        PoolJudge.Judge(new PoolDocument(JsonElement.Parse(file)), "51-worker", findings);
        Words(findings.Reasons);
    }

    private void Documents(IEnumerable<MachineConfigTrust> configs)
    {
        foreach (MachineConfigTrust config in configs)
        {
            Assert.Null(HostileFields.Fault(config.Yaml, isLine: false));
            Assert.Null(HostileFields.Fault(config.Butane, isLine: false));
            Words(config.Files);
            Words(config.Trust);

            // A document keeps what it holds, spelled as its own language spells it.
            _said.Add(PrintableText.Line(config.Name + config.Role));
        }
    }

    private void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (TrustException e)
        {
            _said.Add(e.Message);
        }
    }

    private void Words(IEnumerable<object> objects) => _said.AddRange(objects.Select(static o => o.ToString()!));
}
