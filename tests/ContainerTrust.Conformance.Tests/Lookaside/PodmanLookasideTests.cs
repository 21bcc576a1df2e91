using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Config.RegistriesD;

namespace ContainerTrust.Conformance.Tests.Lookaside;

/// <summary>What podman 4.x shows and refuses, and what we do.</summary>
public sealed class PodmanLookasideTests(PodmanLookasideTests.Podman podman) : IClassFixture<PodmanLookasideTests.Podman>, IDisposable
{
    private const string Accept = """[{"type": "insecureAcceptAnything"}]""";

    private readonly string _scratch = Directory.CreateTempSubdirectory("lookaside-").FullName;

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableFact]
    public void Stores_are_those_that_podman_shows()
    {
        podman.Require();
        var random = new Random(2022);
        string[] scopes =
        [
            "", "quay.io", "quay.io/a", "quay.io/a/b", "quay.io/a/b:tag", "quay.io/a/b/c", "*.quay.io", "x.quay.io", "host:5000",
            "host:5000/r", "host", "/var/lib/x", "/var", "10.0.0.1:5000/x",
            "quay.io/a@sha256:" + new string('0', 64),
        ];
        string[] keys = ["lookaside", "sigstore", "lookaside-staging", "sigstore-staging", "SigStore", "Lookaside",
            "use-sigstore-attachments"];
        int compared = 0;
        for (int round = 0; round < 120; round++)
        {
            string directory = Directory.CreateDirectory(Path.Combine(_scratch, $"d{round}")).FullName;
            string[] named = [.. scopes.Where(scope => scope.Length > 0).OrderBy(_ => random.Next()).Take(random.Next(8))];
            int files = 1 + random.Next(3);
            for (int file = 0; file < files; file++)
            {
                var yaml = new StringBuilder();
                string indent = new(' ', 1 + random.Next(4));
                if (file == 0 && random.Next(2) == 0)
                    Section(yaml, "", "default-docker", indent);
                yaml.Append(random.Next(12) == 0 ? "Docker:\n" : "docker:\n");
                foreach (string name in named.Where((_, i) => i % files == file))
                    Section(yaml, indent, name[0] == '*' || random.Next(3) == 0 ? $"\"{name}\"" : name, indent + indent);
                File.WriteAllText(Path.Combine(directory, $"{file}.yaml"), yaml.ToString());
            }

            string docker = string.Join(", ", scopes.Select(scope => $"{JsonSerializer.Serialize(scope)}: {Accept}"));
            string policy = Path.Combine(_scratch, $"p{round}.json");
            File.WriteAllText(policy,
                $$"""{"default": {{Accept}}, "transports": {"docker": { {{docker}} }, "dir": {"/var": {{Accept}} """ +
                $$"""}, "docker-daemon": {"": {{Accept}} } } }""");

            LookasideConfiguration ours = LookasideConfiguration.Load(new DiskHost(), directory);
            using JsonDocument shown = JsonDocument.Parse(podman.Show(policy, directory).Output);
            foreach (JsonElement entry in shown.RootElement.EnumerateArray())
            {
                bool isDefault = entry.GetProperty("transport").GetString() == "all";
                string scope = isDefault || !entry.TryGetProperty("name", out JsonElement scopeName) ? "" : scopeName.GetString()!;
                string store = entry.TryGetProperty("sigstore", out JsonElement value) ? value.GetString()! : "";
                Assert.True(store == ours.AsPodmanShows(scope),
                    $"round {round}, '{scope}': podman '{store}', we '{ours.AsPodmanShows(scope)}' " +
                    $"with\n{string.Join("---\n", ours.Files.Select(file => Encoding.UTF8.GetString(file.Content.Span)))}");
                compared++;
            }
        }

        Assert.True(compared > 1_000, $"{compared}");

        void Section(StringBuilder yaml, string outer, string name, string inner)
        {
            yaml.Append(outer).Append(name).Append(":\n");
            foreach (string key in keys.OrderBy(_ => random.Next()).Take(random.Next(4)))
            {
                string value = key.StartsWith('u') ? "true"
                    : random.Next(5) switch { 0 => "''", 1 => "~", _ => $"https://store{random.Next(1000)}.example.com/s" };
                yaml.Append(inner).Append(key).Append(": ").Append(value).Append('\n');
            }
        }
    }

    public static TheoryData<string, bool, bool> Files => new()
    {
        // content, whether we read it, whether podman 4.3.1 does
        { "", true, true },
        { "# comment\n", true, true },
        { "---\n", true, true },
        { "~\n", true, true },
        { "{}\n", true, true },
        { "docker:\n", true, true },
        { "docker: {}\ndefault-docker: {}\n", true, true },
        { "docker: ~\ndefault-docker: null\n", true, true },
        { "docker:\n  a:\n", true, true },
        { "docker:\n  a: {}\n", true, true },
        { "docker:\n  a:\n    sigstore: x\n", true, true },
        { "docker:\n  a:\n    sigstore: 5\n", true, true },
        { "docker:\n  a:\n    sigstore: true\n", true, true },
        { "docker:\n  5:\n    sigstore: x\n", true, true },
        { "docker:\n  a:\n    unknown: [1, 2]\n", true, true },
        { "unknown: 1\ndocker: {}\n", true, true },
        { "\uFEFFdocker: {}\n", true, true },
        { "docker: {a: {sigstore: x}}\n", true, true },
        { "{\"docker\": {\"a\": {\"sigstore\": \"x\"}}}\n", true, true },
        { "docker:\r\n  a:\r\n    sigstore: x\r\n", true, true },
        { "docker: {}\n---\ndocker: {b: {}}\n", true, true },
        { "docker: {}\n...\n", true, true },
        { "x: &x {sigstore: y}\ndocker: {a: *x}\n", true, true },
        { "x: &x {sigstore: y}\ndocker: {a: {<<: *x}}\n", true, true },
        { "docker:\n  a:\n    sigstore: |\n      x\n", true, true },
        { "docker:\n  a b:\n    sigstore: c\n", true, true },
        { "docker:\n  'a': {}\n", true, true },
        { "%YAML 1.1\n---\ndocker: {}\n", true, true },
        { "docker: !!map {}\n", true, true },
        { "docker:\n  ? a\n  : {sigstore: x}\n", true, true },
        { "docker: {a: {},}\n", true, true },
        { "docker: {}\n# end", true, true },
        { "  docker: {}\ndefault-docker: {}\n", true, true },

        { "docker: text\n", false, false },
        { "docker: [a]\n", false, false },
        { "docker:\n- a\n", false, false },
        { "- docker\n", false, false },
        { "text\n", false, false },
        { "default-docker: text\n", false, false },
        { "default-docker: [a]\n", false, false },
        { "docker:\n  a: text\n", false, false },
        { "docker:\n  a: [x]\n", false, false },
        { "docker:\n  a:\n    sigstore: [x]\n", false, false },
        { "docker:\n  a:\n    sigstore: {x: y}\n", false, false },
        { "docker:\n\ta: {}\n", false, false },
        { "docker: {a: {}\n", false, false },
        { "docker: {a: {} b: {}}\n", false, false },
        { "docker: {\"a\" {}}\n", false, false },
        { "docker:\n  a: {}\n b: {}\n", false, false },
        { "docker:\n  a:\n    sigstore: x: y\n", false, false },
        { "docker:\n  a:\n    sigstore: \"x\n", false, false },
        { "docker:\n  a:\n    sigstore: @x\n", false, false },
        { "docker:\n  a:\n    sigstore: `x`\n", false, false },
        { "docker:\n  a:\n    sigstore: \"\\/x\"\n", false, false },
        { "docker: *x\n", false, false },
        { "docker: {a: &a {<<: *a}}\n", false, false },
        { "docker: {a: {<<: x}}\n", false, false },
        { "docker: {a: {}}\n}\n", false, false },
        { "docker: {}\n\u0001\n", false, false },
        { "%YAML 2.0\n---\ndocker: {}\n", false, false },
        { "%FOO\n---\ndocker: {}\n", false, false },
        { "docker:\n  [a]: {}\n", false, false },
        { ": x\n", false, false },

        // gopkg.in/yaml.v3, which newer software reads with, refuses duplicates; its predecessor lets the last one count.
        { "docker:\n  a:\n    sigstore: x\n    sigstore: y\n", false, true },
        { "docker:\n  a: {}\n  a: {}\n", false, true },
        { "docker: {}\ndocker: {}\n", false, true },

        // Newer software reads attachments from here, and refuses what is no switch; podman 4.3.1's display does not look at them.
        { "docker:\n  a:\n    use-sigstore-attachments: maybe\n", false, true },
        { "docker:\n  a:\n    use-sigstore-attachments: 'true'\n", false, true },

        // yaml.v3 skips a null key; JSON, which podman's display goes through, has none.
        { "docker:\n  ~: {}\n", true, false },

        // Refused by us alone, because nobody can want it: tags that change a value, and characters that are line breaks to some readers
        // only.
        { "docker:\n  a:\n    sigstore: !!binary aGk=\n", false, true },
        { "docker: {}\n# \u2028\n", false, true },
    };

    [SkippableTheory]
    [MemberData(nameof(Files))]
    public void Broken_files_are_broken_for_both(string content, bool we, bool they)
    {
        podman.Require();
        string directory = Directory.CreateDirectory(Path.Combine(_scratch, "d")).FullName;
        File.WriteAllText(Path.Combine(directory, "a.yaml"), content, new UTF8Encoding(false));
        string policy = Path.Combine(_scratch, "p.json");
        File.WriteAllText(policy, $$"""{"default": {{Accept}}}""");
        ToolResult shown = podman.Show(policy, directory);
        Assert.True(they == (shown.ExitCode == 0), $"podman: {shown.Error}");

        string? error = null;
        try
        {
            LookasideConfiguration.Load(new DiskHost(), directory);
        }
        catch (TrustException exception)
        {
            error = exception.Message;
        }

        Assert.True(we == error is null, error);
    }

    [SkippableFact]
    public void What_we_write_podman_reads()
    {
        podman.Require();
        string directory = Directory.CreateDirectory(Path.Combine(_scratch, "d")).FullName;
        string[] names = ["quay.io", "10.0.0.1:5000", "host:5000/a/b:tag", "*.example.com", "5000", "1.10", "null", "true"];
        LookasideEdit edit = LookasideEditor.Plan(
            new DiskHost(),
            directory,
            LookasideConfiguration.Load(new DiskHost(), directory),
            [.. names.Select((name, i) =>
                new SectionChange(name, new LookasideSection
                { SignatureStore = $"https://h/{i}?a=b&c=d,e#f", UseSigstoreAttachments = true }, true))]);
        foreach (LookasideFileEdit file in edit.Files)
            File.WriteAllBytes(file.Path, file.NewContent!.Value.ToArray());
        string policy = Path.Combine(_scratch, "p.json");
        string scopes = string.Join(", ", names.Select(name => $"\"{name}\": {Accept}"));
        File.WriteAllText(policy, $$"""{"default": {{Accept}}, "transports": {"docker": { {{scopes}} } } }""");
        ToolResult result = podman.Show(policy, directory);
        Assert.True(result.ExitCode == 0, result.Error);
        using JsonDocument shown = JsonDocument.Parse(result.Output);
        Dictionary<string, string?> stores = shown.RootElement.EnumerateArray()
            .Where(entry => entry.TryGetProperty("sigstore", out _))
            .ToDictionary(entry => entry.GetProperty("name").GetString()!, entry => entry.GetProperty("sigstore").GetString());
        Assert.Equal(names.Select((name, i) => (name, (string?)$"https://h/{i}?a=b&c=d,e#f")),
            names.Select(name => (name, stores.GetValueOrDefault(name))));
    }

    /// <summary>One podman for all tests: setting up its storage is what takes time.</summary>
    public sealed class Podman : IDisposable
    {
        private readonly string _storage = Directory.CreateTempSubdirectory("podman-").FullName;
        private readonly string? _path = Tools.FindTool("podman");
        private readonly bool _isSeries4;

        public Podman() => _isSeries4 = _path is not null
            && Tools.Run(_path, ["--version"]).Output.Contains(" 4.", StringComparison.Ordinal);

        public void Require() => Skip.IfNot(_isSeries4, "podman of series 4, whose rules are followed here, is not installed.");

        public void Dispose() => Directory.Delete(_storage, recursive: true);

        internal ToolResult Show(string policy, string directory) =>
            Tools.Run(_path!, [.. Tools.PodmanOptions(_storage), "image", "trust", "show", "--json", "--policypath", policy,
                "--registrypath", directory]);
    }
}
