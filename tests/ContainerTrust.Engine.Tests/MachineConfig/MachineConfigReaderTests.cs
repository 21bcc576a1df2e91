using System.Text;
using ContainerTrust.Engine.MachineConfig;

namespace ContainerTrust.Engine.Tests.MachineConfig;

public sealed class MachineConfigReaderTests
{
    private const string Policy = """{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker":{"registry.example.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/a.asc"}]}}}""";

    private const string Marks = " \n:-{}[]\"',&*#!|>%@`0ax";

    private readonly List<string> _warnings = [];
    private readonly List<string> _verbose = [];

    [Fact]
    public void The_trust_in_a_document_is_read_as_a_host_reads_it()
    {
        string yaml = Document(("/etc/containers/policy.json", Url(Policy)),
            ("/etc/containers/registries.d/x.yaml",
            "data:,docker%3A%0A%20%20registry.example.com%3A%0A%20%20%20%20lookaside%3A%20https%3A%2F%2Fs.example.com%0A"));
        MachineConfigTrust config = Assert.Single(Read(yaml));
        Assert.Equal(("51-worker-x", "worker", "3.2.0", "file.yaml", null),
            (config.Name, config.Role, config.IgnitionVersion, config.Source, config.Butane));
        Assert.Equal(["default", "registry.example.com"], config.Trust.Select(static t => t.Registry));
        ImageTrust trust = config.Trust[1];
        Assert.Equal(("51-worker-x", "https://s.example.com", "/etc/containers/registries.d/x.yaml", TrustType.SignedBy),
            (trust.ComputerName, trust.SignatureStore, trust.RegistriesPath, trust.Type));
        Assert.Empty(_warnings);
        Assert.Equal(Policy, config.Files[0].Text);
        Assert.Equal(0x1A4, config.Files[0].Mode);

        // What is written again means the same.
        MachineConfigTrust again = Assert.Single(Read(config.Yaml));
        Assert.Equal(config.Yaml, again.Yaml);
        Assert.Equal(config.Files.Select(static f => f.Source), again.Files.Select(static f => f.Source));
    }

    [Fact]
    public void Several_documents_lists_and_json_are_read_and_other_kinds_passed_over()
    {
        string one = Document(("/etc/containers/policy.json", Url(Policy)));
        string two = one.Replace("51-worker-x", "51-master-x", StringComparison.Ordinal);
        Assert.Equal(["51-worker-x", "51-master-x"],
            Read($"---\n{one}---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n---\n{two}").Select(static c => c.Name));
        Assert.Contains(_verbose, static v => v.Contains("ConfigMap", StringComparison.Ordinal));
        string json = """{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"machineconfiguration.openshift.io/v1","kind":"MachineConfig","metadata":{"name":"a"},"spec":{"kernelArguments":null}},{"apiVersion":"machineconfiguration.openshift.io/v1","kind":"MachineConfig","metadata":{"name":"b","labels":{"machineconfiguration.openshift.io/role":"infra"}},"spec":{"config":{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/etc/x","mode":420,"contents":{"compression":"","source":"data:,y"}}]}}}}]}""";
        IReadOnlyList<MachineConfigTrust> configs = Read(json);
        Assert.Equal([("a", null, null, 0), ("b", "infra", "3.4.0", 1)],
            configs.Select(static c => (c.Name, c.Role, c.IgnitionVersion, c.Files.Count)));
        Assert.All(configs, static c => Assert.Empty(c.Trust));
        Assert.Empty(Read("apiVersion: v1\nkind: List\nitems: []\n"));
        Assert.Empty(Read("# nothing\n"));
    }

    [Fact]
    public void Files_that_decide_nothing_may_be_unreadable_and_those_that_do_may_not()
    {
        string yaml = Document(("/etc/x", "https://example.com/x"), ("/etc/containers/policy.json", Url(Policy)));
        MachineConfigDocument document = Assert
            .Single(MachineConfigReader.ReadDocuments(Encoding.UTF8.GetBytes(yaml), "file.yaml", TrustMessages.None));
        Assert.Equal(("/etc/x", "SourceNotSupported"), (document.Unreadable[0].Path, document.Unreadable[0].Problem.ErrorId));
        Assert.Equal(2, Assert.Single(Read(yaml)).Trust.Count);
        TrustException error = Assert
            .Throws<TrustException>(() => Read(Document(("/etc/containers/policy.json", "https://example.com/x"))));
        Assert.Equal("SourceNotSupported", error.ErrorId);
        Assert.Contains("file.yaml: MachineConfig 51-worker-x: /etc/containers/policy.json:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path: /etc/containers/policy.json", "path: etc/containers/policy.json", "absolute path")]
    [InlineData("mode: 420", "mode: 2541", "octal 0777")]
    [InlineData("mode: 420", "mode: 0o1755", "octal 0777")]
    [InlineData("mode: 420", "mode: \"420\"", "must be a number")]
    [InlineData("mode: 420", "Mode: 420", "is written 'mode'")]
    [InlineData("contents:", "Contents:", "is written 'contents'")]
    [InlineData("source:", "SOURCE:", "is written 'source'")]
    [InlineData("storage:", "Storage:", "is written 'storage'")]
    [InlineData("mode: 420", "mode: 420\n          mode: 421", "appears twice")]
    [InlineData("version: 3.2.0", "version: 1.0.0", "versions 2 and 3")]
    [InlineData("version: 3.2.0", "version: 3.2", "must be a string")]
    [InlineData("version: 3.2.0", "version: 3.2.0\n      config:\n        replace:\n          source: data:,x", "another config")]
    [InlineData("  name: 51-worker-x\n", "", "no name")]
    [InlineData("overwrite: true", "overwrite: 1", "true or false")]
    [InlineData("overwrite: true", "<<: {}", "merge keys")]
    [InlineData("overwrite: true", "overwrite: !!binary eA==", "tag")]
    public void What_nodes_would_refuse_or_read_otherwise_is_refused(string what, string by, string message)
    {
        string yaml = Document(("/etc/containers/policy.json", Url(Policy)));
        Assert.Contains(what, yaml, StringComparison.Ordinal);
        TrustFormatException error = Assert.Throws<TrustFormatException>(() => Read(yaml.Replace(what, by, StringComparison.Ordinal)));
        Assert.Equal("InvalidMachineConfig", error.ErrorId);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("file.yaml", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_file_twice_is_refused_however_it_is_spelt()
    {
        string yaml = Document(("/etc/containers/policy.json", Url(Policy)), ("/etc/containers/./policy.json", Url(Policy)));
        Assert.Equal("DuplicateFile", Assert.Throws<TrustException>(() => Read(yaml)).ErrorId);
    }

    [Theory]
    [InlineData("/etc/containers/policy.json", true)]
    [InlineData("/etc/containers/../containers", true)]
    [InlineData("/etc/containers/registries.d/own.yaml", true)]
    [InlineData("/etc/containers/storage.conf", false)]
    public void A_link_where_trust_is_read_is_refused(string path, bool isRefused)
    {
        string yaml = Document(("/etc/containers/policy.json", Url(Policy))).TrimEnd('\n') +
            $"\n      links:\n        - path: {path}\n          target: /srv/other\n";
        if (!isRefused)
            Assert.Single(Read(yaml));
        else
            Assert.Contains("is a link", Assert.Throws<TrustFormatException>(() => Read(yaml)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Appending_is_refused()
    {
        string yaml = Document(("/etc/containers/policy.json", Url(Policy)));
        string appending = yaml.Replace("overwrite: true", "append:\n              - source: data:,x", StringComparison.Ordinal);
        Assert.Equal("AppendNotSupported", Assert.Throws<TrustException>(() => Read(appending)).ErrorId);
        string old = yaml.Replace("3.2.0", "2.2.0", StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(Read(old)).Trust.Count);
        Assert.Equal("AppendNotSupported",
            Assert.Throws<TrustException>(() => Read(old.Replace("overwrite: true", "append: true", StringComparison.Ordinal))).ErrorId);
    }

    [Fact]
    public void A_policy_that_podman_would_refuse_is_refused_with_its_place()
    {
        TrustException error = Assert
            .Throws<TrustException>(() => Read(Document(("/etc/containers/policy.json", Url("{\"default\":[]}")))));
        Assert.Contains("MachineConfig 51-worker-x: /etc/containers/policy.json:1:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_butane_config_is_what_butane_makes_of_it()
    {
        string butane = "variant: openshift\nversion: 4.8.0\nmetadata:\n  name: 51-worker-x\n  labels:\n    " +
            "machineconfiguration.openshift.io/role: worker\nstorage:\n  files:\n    - path: /etc/containers/policy.json\n      mode: " +
            "0644\n      overwrite: true\n      contents:\n        inline: |\n          " + Policy + "\n";
        MachineConfigTrust config = Assert.Single(Read(butane));
        Assert.Equal((butane, "4.8", "3.2.0", "worker"), (config.Butane, config.OpenShiftVersion, config.IgnitionVersion, config.Role));
        Assert.Equal(Policy + "\n", config.Files[0].Text);
        Assert.Equal(2, config.Trust.Count);
        Assert.Equal(config.Files[0].Source, Assert.Single(Read(config.Yaml)).Files[0].Source);
        Assert.Equal("ButaneNotSupported", Assert.Throws<TrustFormatException>(() => Read(butane + "systemd:\n  units: []\n")).ErrorId);
    }

    [Theory]
    [InlineData("4.0", "UnknownOpenShiftVersion")]
    [InlineData("4.99.0", "UnknownOpenShiftVersion")]
    [InlineData("latest", "UnknownOpenShiftVersion")]
    public void What_is_wrong_with_the_version_of_a_butane_config_names_file_and_place(string version, string id)
    {
        var error = Assert.Throws<TrustFormatException>(() => Read($"variant: openshift\nversion: {version}\nmetadata: {{name: x}}\n"));
        Assert.Equal((id, "file.yaml", "$.version"), (error.ErrorId, error.Target, error.DocumentPath));
        Assert.StartsWith("file.yaml: $.version: ", error.Message, StringComparison.Ordinal);
        Assert.Contains($"'{version}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.2.0", null)]
    [InlineData("3.0.0", null)]
    [InlineData("3.2.0", null)]
    [InlineData("3.5.0", null)]
    [InlineData("3.6.0", "Butane 0.28.0")]
    [InlineData("3.7.0-experimental", "the newest takes 3.5.0")]
    [InlineData("3.2.1", "the newest takes 3.5.0")]
    [InlineData("2.3.0", "the newest takes 3.5.0")]
    public void A_version_of_Ignition_that_no_cluster_takes_is_warned_of(string version, string? words)
    {
        Read(Document(("/etc/x", "data:,x")).Replace("3.2.0", version, StringComparison.Ordinal));
        if (words is null)
        {
            Assert.Empty(_warnings);
            return;
        }

        string warning = Assert.Single(_warnings);
        Assert.StartsWith($"file.yaml: MachineConfig 51-worker-x: no known version of OpenShift takes Ignition {version} ", warning,
            StringComparison.Ordinal);
        Assert.Contains(words, warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_that_stand_for_endless_content_are_refused_quickly()
    {
        StringBuilder yaml = new("apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata: {name: x}\nspec:\n  " +
            "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++)
            yaml.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"  a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Equal("InvalidMachineConfig", Assert.Throws<TrustFormatException>(() => Read(yaml.ToString())).ErrorId);
    }

    [Fact]
    public void Mutated_documents_end_in_a_result_or_in_a_clear_error()
    {
        Random random = new(20260418);
        byte[][] seeds =
        [
            Encoding.UTF8.GetBytes(Document(("/etc/containers/policy.json", Url(Policy)))),
            Encoding.UTF8.GetBytes("""{"apiVersion":"machineconfiguration.openshift.io/v1","kind":"MachineConfig","metadata":{"name":"b","labels":{"a":"b"}},"spec":{"config":{"ignition":{"version":"3.4.0"},"storage":{"files":[{"path":"/etc/containers/policy.json","mode":420,"contents":{"compression":"","source":"data:,%7B"}}]}}}}"""),
            "variant: openshift\nversion: 4.8.0\nmetadata: {name: x, labels: {a: b}}\nstorage: {files: [{path: /x, mode: 0644, contents: {inline: \"x\"}}]}\n"u8.ToArray(),
        ];
        for (int i = 0; i < 6_000; i++)
        {
            byte[] content = [.. seeds[i % seeds.Length]];
            for (int n = random.Next(1, 5); n > 0; n--)
                content[random.Next(content.Length)] = (byte)(random.Next(4) == 0 ? random.Next(256) : Marks[random.Next(Marks.Length)]);
            int length = random.Next(5) == 0 ? random.Next(content.Length) : content.Length;
            try
            {
                foreach (MachineConfigTrust config in MachineConfigReader.Read(content.AsMemory(0, length), "file.yaml",
                    TrustMessages.None))
                    Assert.NotNull(config.Yaml);
            }
            catch (TrustException e)
            {
                Assert.NotEmpty(e.ErrorId);
            }
        }
    }

    internal static string Url(string content) => "data:;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(content));

    internal static string Document(params (string Path, string Source)[] files) =>
        "apiVersion: machineconfiguration.openshift.io/v1\nkind: MachineConfig\nmetadata:\n  labels:\n    " +
            "machineconfiguration.openshift.io/role: worker\n  name: 51-worker-x\nspec:\n  config:\n    ignition:\n      version: " +
            "3.2.0\n    storage:\n      files:\n"
        + string.Concat(files.Select(static f =>
            $"        - contents:\n            compression: \"\"\n            source: {f.Source}\n          mode: 420\n          " +
            $"overwrite: true\n          path: {f.Path}\n"));

    private IReadOnlyList<MachineConfigTrust> Read(string text) =>
        MachineConfigReader.Read(Encoding.UTF8.GetBytes(text), "file.yaml", new TrustMessages
            { Warning = _warnings.Add, Verbose = _verbose.Add });
}
