using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.Tests.Config.RegistriesD;

/// <summary>Random files in many styles, random changes: what was not asked for stays, to the byte.</summary>
public sealed class LookasideRoundTripTests
{
    private static readonly string[] Stores = ["https://a.example.com/s", "/var/lib/store", "file:///x", "https://h/a#b",
        "https://h/?q=1&r=,2", "https://h/it's"];

    [Fact]
    public void Edits_touch_only_the_lines_concerned()
    {
        var random = new Random(42);
        for (int round = 0; round < 4_000; round++)
        {
            var file = new RandomFile(random);
            LookasideHost host = LookasideHost.With(("a.yaml", file.Text));
            LookasideConfiguration before = LookasideConfiguration.Load(host, LookasideHost.Directory);
            string name = file.Names[random.Next(file.Names.Count)];
            SectionChange change = RandomChange(random, name);
            LookasideEdit edit = LookasideEditor.Plan(host, LookasideHost.Directory, before, [change]);
            string explanation = $"{change} in\n{file.Text}";
            if (edit.Files.Count > 0)
                host.Apply(edit);
            LookasideConfiguration after = LookasideConfiguration.Load(host, LookasideHost.Directory);

            AssertMeaning(before, after, change, explanation);
            string result = host.Names.Contains("a.yaml") ? host.Text("a.yaml") : "";
            AssertLines(file, result, name, change, explanation);
        }
    }

    [Fact]
    public void Adding_and_removing_again_gives_the_same_bytes()
    {
        var random = new Random(43);
        for (int round = 0; round < 1_000; round++)
        {
            var file = new RandomFile(random);
            LookasideHost host = LookasideHost.With(("new.example.com.yaml", file.Text));
            Apply(host, new SectionChange("new.example.com", new LookasideSection { SignatureStore = "/s", UseSigstoreAttachments = false },
                true));
            Assert.NotEqual(file.Text, host.Text("new.example.com.yaml"));
            Apply(host, new SectionChange("new.example.com", null, true));
            Assert.Equal(file.Text, host.Text("new.example.com.yaml"));
        }
    }

    [Fact]
    public void Changes_of_broken_files_are_made_or_refused_and_nothing_else()
    {
        var random = new Random(44);
        int made = 0;
        int refused = 0;
        for (int i = 0; i < 8_000; i++)
        {
            LookasideHost host = LookasideHost.With(("h.yaml", Mutation.OfLines(YamlSamples.Pick(random), YamlSamples.Tokens, random)));
            LookasideConfiguration before;
            try
            {
                before = LookasideConfiguration.Load(host, LookasideHost.Directory);
            }
            catch (TrustException)
            {
                continue;
            }

            string[] names = [.. before.Sections.Keys, "h"];
            SectionChange change = RandomChange(random, names[random.Next(names.Length)]);
            string text = host.Text("h.yaml");
            try
            {
                host.Apply(LookasideEditor.Plan(host, LookasideHost.Directory, before, [change]));
            }
            catch (TrustException error)
            {
                Assert.Contains(error.ErrorId, new[] { "EditNotPossible", "LookasideInvalidNamespace" });
                refused++;
                continue;
            }

            made++;
            AssertMeaning(before, LookasideConfiguration.Load(host, LookasideHost.Directory), change, $"{change} in\n{text}");
        }

        Assert.True(made > 1_000 && refused > 20, $"{made} made, {refused} refused");
    }

    private static void Apply(LookasideHost host, SectionChange change) =>
        host.Apply(LookasideEditor
            .Plan(host, LookasideHost.Directory, LookasideConfiguration.Load(host, LookasideHost.Directory), [change]));

    private static SectionChange RandomChange(Random random, string name) => random.Next(4) == 0
        ? new SectionChange(name, null, true)
        : new SectionChange(
            name,
            new LookasideSection
            {
                SignatureStore = random.Next(3) == 0 ? null : Stores[random.Next(Stores.Length)],
                SignatureStoreStaging = random.Next(3) == 0 ? Stores[random.Next(Stores.Length)] : null,
                UseSigstoreAttachments = random.Next(3) switch { 0 => true, 1 => false, _ => null },
            },
            random.Next(2) == 0);

    private static void AssertMeaning(LookasideConfiguration before, LookasideConfiguration after, SectionChange change, string explanation)
    {
        Assert.True(before.Default?.Section == after.Default?.Section, explanation);
        foreach (LookasideEntry entry in before.Sections.Values)
        {
            if (entry.Namespace != change.Namespace)
                Assert.True(after.Sections[entry.Namespace!].Section == entry.Section, explanation);
        }

        LookasideEntry? old = before.Sections.GetValueOrDefault(change.Namespace!);
        LookasideEntry? now = after.Sections.GetValueOrDefault(change.Namespace!);
        if (change.NewSection is null || (old is null && change.NewSection.IsEmpty))
        {
            Assert.True(now is null, explanation);
            return;
        }

        LookasideSection expected = change.ReplaceWhole ? change.NewSection : new LookasideSection
        {
            SignatureStore = change.NewSection.SignatureStore ?? old?.Section.SignatureStore,
            SignatureStoreStaging = change.NewSection.SignatureStoreStaging ?? old?.Section.SignatureStoreStaging,
            UseSigstoreAttachments = change.NewSection.UseSigstoreAttachments ?? old?.Section.UseSigstoreAttachments,
        };
        Assert.True(now?.Section == expected, explanation);
        Assert.Equal(before.Sections.Count + (old is null ? 1 : 0), after.Sections.Count);
    }

    /// <summary>Every line that is not the section's own is still there, in order, and nothing is new but the section's settings.</summary>
    private static void AssertLines(RandomFile file, string result, string name, SectionChange change, string explanation)
    {
        if (result.Length == 0)
            return;
        List<string> lines = [.. result.Split('\n')];
        if (file.Text.Contains("\r\n", StringComparison.Ordinal))
        {
            // Every line break that is left, and every new one, is the file's.
            Assert.All(lines.SkipLast(1), line => Assert.EndsWith("\r", line, StringComparison.Ordinal));
            lines[^1] += "\r";
        }

        int at = 0;
        foreach ((string line, string? owner) in file.Lines)
        {
            if (owner == name || (change.NewSection is null && line.StartsWith("docker:", StringComparison.Ordinal)))
                continue;
            int found = lines.FindIndex(at, candidate => candidate.TrimEnd('\r') == line.TrimEnd('\r'));
            Assert.True(found >= 0, $"lost '{line}': {explanation}\nnow\n{result}");
            at = found + 1;
        }

        List<string> added = lines;
        foreach ((string line, _) in file.Lines)
            added.Remove(line);
        added.RemoveAll(line => line.Trim('\r').Length == 0);
        Assert.True(added.Count <= 7, $"{added.Count} new lines: {explanation}\nnow\n{result}");
    }

    private sealed class RandomFile
    {
        private static readonly string[] Hosts = ["registry.example.com", "docker.io/library", "host:5000/a/b", "*.example.org",
            "10.0.0.1:5000", "quay.io"];

        private readonly Random _random;
        private readonly string _newLine;

        public RandomFile(Random random)
        {
            _random = random;
            _newLine = random.Next(4) == 0 ? "\r" : "";
            string outer = new(' ', 1 + random.Next(5));
            string inner = outer + new string(' ', 1 + random.Next(5));
            Noise("", null);
            if (random.Next(4) == 0)
                Line("---", null);
            bool defaultFirst = random.Next(3) == 0;
            if (defaultFirst)
                Default(inner);
            Line("docker:" + Comment(), null);
            foreach (string host in Hosts.OrderBy(_ => random.Next()).Take(1 + random.Next(4)))
                Section(host, outer, inner);
            if (!defaultFirst && random.Next(3) == 0)
                Default(inner);
            Noise("", null);
            if (random.Next(5) == 0)
                Line("unknown: [1, two, {three: 4}]", null);
            Text = string.Join('\n', Lines.Select(line => line.Text)) + (random.Next(4) == 0 ? "" : _newLine + "\n");
            if (!Text.EndsWith('\n') && Text.EndsWith('\r'))
                Text = Text[..^1];
            Lines[^1] = (Text.Split('\n')[Lines.Count - 1], Lines[^1].Owner);
        }

        public List<(string Text, string? Owner)> Lines { get; } = [];

        public List<string> Names { get; } = [];

        public string Text { get; }

        private void Section(string host, string outer, string inner)
        {
            Names.Add(host);
            Noise(outer, null);
            string key = outer + Quote(host, host[0] == '*') + ":";
            string[] settings =
            [
                .. new[] { "lookaside", "sigstore", "lookaside-staging", "sigstore-staging" }.OrderBy(_ => _random.Next())
                    .Take(_random.Next(4))
                    .Select(name => $"{name}:{new string(' ', 1 + _random.Next(3))}{Quote(Stores[_random.Next(Stores.Length)], false)}"),
                .. _random.Next(3) == 0 ? ["use-sigstore-attachments: " + (_random.Next(2) == 0 ? "yes" : "false")] : Array.Empty<string>(),
            ];
            if (settings.Length == 0)
            {
                Line(key + (_random.Next(3) switch { 0 => "", 1 => " {}", _ => " ~" }) + Comment(), host);
                return;
            }

            if (_random.Next(6) == 0)
            {
                Line($"{key} {{{string.Join(", ", settings.Select(setting => setting.Replace(":", ": ", StringComparison.Ordinal).Replace(": //", "://", StringComparison.Ordinal)).Where(setting => !setting.Contains(',')))}}}" + Comment(), host);
                return;
            }

            Line(key + Comment(), host);
            foreach (string setting in settings)
            {
                Noise(inner, host);
                Line(inner + setting + Comment(), host);
            }
        }

        private void Default(string inner)
        {
            Line("default-docker:", null);
            Line(inner + "sigstore-staging: file:///default", null);
        }

        private string Quote(string value, bool must) => _random.Next(must ? 2 : 4) switch
        {
            0 => $"\"{value}\"",
            1 => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'",
            _ => value,
        };

        private string Comment() => _random.Next(4) == 0 ? new string(' ', 1 + _random.Next(3)) + "# why: {" + _random.Next(100) : "";

        private void Noise(string indent, string? owner)
        {
            for (int i = _random.Next(4) - 1; i > 0; i--)
                Line(_random.Next(3) == 0 ? "" : indent + "# note " + _random.Next(1000), owner);
        }

        private void Line(string text, string? owner) => Lines.Add((text + _newLine, owner));
    }
}
