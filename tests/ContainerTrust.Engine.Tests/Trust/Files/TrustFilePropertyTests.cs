using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Files;
using ContainerTrust.Engine.Tests.Architecture;

namespace ContainerTrust.Engine.Tests.Trust.Files;

/// <summary>Random policies and stores on their way through a file: nothing is lost, and nothing is added.</summary>
public sealed class TrustFilePropertyTests
{
    private const int Seeds = 150;
    private const string Registries = "/etc/containers/registries.d";

    [Fact]
    public void Equal_entries_make_equal_bytes_and_what_was_read_is_written_again()
    {
        foreach ((int seed, ImageTrust[] entries) in Hosts())
        {
            byte[] json = Write(entries, TrustFileFormat.Json), yaml = Write(entries, TrustFileFormat.Yaml);
            new Random(seed).Shuffle(entries);
            Assert.Equal(json, Write(entries, TrustFileFormat.Json));
            IReadOnlyList<ImageTrust> ofJson = TrustFile.Read(json, "j"), ofYaml = TrustFile.Read(yaml, "y");
            Assert.True(ofJson.SequenceEqual(ofYaml), $"seed {seed}");
            Assert.Equal(json, Write(ofYaml, TrustFileFormat.Json));
            Assert.Equal(yaml, Write(ofJson, TrustFileFormat.Yaml));
            Assert.Equal((byte)'\n', json[^1]);
        }
    }

    [Fact]
    public void A_copy_by_way_of_a_file_is_a_copy()
    {
        int stores = 0, refused = 0;
        foreach ((int seed, ImageTrust[] entries) in Hosts())
        {
            using ScratchRoot direct = new(), byFile = new();
            Array.Sort(entries);
            refused += Copy(direct, entries);
            Copy(byFile, TrustFile.Read(Write(entries, seed % 2 == 0 ? TrustFileFormat.Json : TrustFileFormat.Yaml), "f"));
            Assert.True(Files(direct) == Files(byFile), $"seed {seed}:\n{Files(direct)}\nby file:\n{Files(byFile)}");
            stores += Directory.GetFiles(direct.Full(Registries)).Length;
        }

        Assert.True(stores > Seeds / 2, $"{stores} files of stores");
        Assert.True(refused < Seeds, $"{refused} refused");
    }

    [Fact]
    public void Damaged_files_are_refused_or_mean_what_they_say()
    {
        byte[][] seeds = [.. Hosts().Take(20).SelectMany(static h => new[]
            { Write(h.Entries, TrustFileFormat.Json), Write(h.Entries, TrustFileFormat.Yaml) }).Where(static b => b.Length < 8000)];
        int refused = Mutation.Run(seeds, 4000, 7, Read, maxBytes: 32_000_000);
        Assert.InRange(refused, 2000, 3990);
        Random random = new(11);
        string[] words = [.. "default transport scope requirements signatureStore useSigstoreAttachments type reject signedBy docker"
            .Split(' ').Select(static w => $"\"{w}\"")];
        for (int i = 0; i < 1000; i++)
            Mutation.Run([Mutation.OfStrings(seeds[2 * (i % (seeds.Length / 2))], words, random)], 1, i, Read, maxBytes: 32_000_000);

        // What is taken is written, and read again as the same.
        static void Read(byte[] content)
        {
            IReadOnlyList<ImageTrust> entries = TrustFile.Read(content, "f");
            try
            {
                byte[] once = Write(entries, TrustFileFormat.Json);
                Assert.Equal(once, Write(TrustFile.Read(once, "f"), TrustFileFormat.Json));
            }
            catch (TrustException e)
            {
                throw new InvalidOperationException($"taken, and not written: {e.Message}", e);
            }
        }
    }

    [Fact]
    public void Deep_and_large_files_are_refused_at_once()
    {
        foreach (string text in (string[])
        [
            $"{{\"$schema\":\"{TrustFile.Schema}\",\"entries\":{new string('[', 100_000)}",
            $"entries: {new string('[', 100_000)}",
            "entries:\n" + string.Concat(Enumerable.Range(0, 500).Select(static i => new string(' ', i + 1) + "- \n")),
            $"$schema: &a [x]\nentries: [{string.Join(", ", Enumerable.Repeat("*a", 50_000))}]",
        ])
        {
            Assert.Equal("InvalidTrustFile", Assert.ThrowsAny<TrustException>(
                () => TrustFile.Read(Encoding.UTF8.GetBytes(text), "f")).ErrorId);
        }

        Assert.Equal("FileTooLarge", Assert.Throws<TrustException>(
            () => TrustFile.Read(new byte[TrustFileReader.MaxBytes + 1], "f")).ErrorId);
    }

    [Fact]
    public void The_schema_knows_every_member_that_is_written_and_no_other()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(ErrorCatalogue.Repository, "docs/schemas/image-trust.schema.json")));
        Assert.Equal(TrustFile.Schema, schema.RootElement.GetProperty("$id").GetString());
        HashSet<string> known = [], written = ["caPath", "caData", "caRootsPath", "caIntermediatesData", "subjectEmail"];
        Properties(schema.RootElement, known);
        foreach ((_, ImageTrust[] entries) in Hosts())
        {
            using JsonDocument file = JsonDocument.Parse(Write(entries, TrustFileFormat.Json));
            Names(file.RootElement, written);
        }

        Assert.Equal(written.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    private static void Properties(JsonElement schema, HashSet<string> names)
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in schema.EnumerateArray())
                Properties(item, names);
        }

        if (schema.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty property in schema.EnumerateObject())
        {
            if (property.Name == "properties")
                names.UnionWith(property.Value.EnumerateObject().Select(static p => p.Name));
            Properties(property.Value, names);
        }
    }

    private static void Names(JsonElement json, HashSet<string> names)
    {
        foreach (JsonElement item in json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().ToArray() : [])
            Names(item, names);
        foreach (JsonProperty property in json.ValueKind == JsonValueKind.Object ? json.EnumerateObject().ToArray() : [])
        {
            names.Add(property.Name);
            Names(property.Value, names);
        }
    }

    private static byte[] Write(IReadOnlyList<ImageTrust> entries, TrustFileFormat format) =>
        TrustFile.Write(entries, format, TrustMessages.None);

    private static IEnumerable<(int Seed, ImageTrust[] Entries)> Hosts()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            RandomPolicy random = new(seed);
            using ScratchRoot root = new();
            root.Write(TrustLocations.SystemPolicyPath, "");
            File.WriteAllBytes(root.Full(TrustLocations.SystemPolicyPath), random.Write(random.Policy()));
            root.Write($"{Registries}/stores.yaml", Sections(random));
            ImageTrust[] entries = [.. root.Open().Read(TrustQuery.All)];
            yield return (seed, entries);
        }
    }

    // For some scopes of the policy, for namespaces above them, and for all.
    private static string Sections(RandomPolicy random)
    {
        StringBuilder text = new();
        if (random.Random.Next(2) == 0)
            text.Append("default-docker:\n").Append(Section(random, "  "));
        text.Append("docker:\n  never.example.com:\n    lookaside: https://never.example.com\n");
        for (int i = 2; i < 12; i++)
        {
            foreach (string scope in new[] { $"registry{i}.example.com/app", $"registry{i}.example.com" })
            {
                if (random.Random.Next(3) == 0)
                    text.Append("  ").Append(scope).Append(":\n").Append(Section(random, "    "));
            }
        }

        return text.ToString();
    }

    private static string Section(RandomPolicy random, string indent)
    {
        string[] lines =
        [
            $"lookaside: https://{random.Random.Next(3)}.example.com/sigs\n", "lookaside-staging: file:///srv/staging\n",
            $"use-sigstore-attachments: {(random.Random.Next(2) == 0 ? "true" : "false")}\n",
        ];
        int which = 1 + random.Random.Next(7);
        return string.Concat(lines.Where((_, i) => (which & (1 << i)) != 0).Select(l => indent + l));
    }

    private static int Copy(ScratchRoot root, IReadOnlyList<ImageTrust> entries)
    {
        root.Write(TrustLocations.SystemPolicyPath, """{"default":[{"type":"reject"}]}""");
        Directory.CreateDirectory(root.Full(Registries));
        TrustStore store = root.Open();
        int refused = 0;
        SetRequest request = new() { Entries = entries, Force = true };
        store.Apply(request.ToChanges(store, _ => refused++), new TrustEditOptions(), CancellationToken.None);
        return refused;
    }

    private static string Files(ScratchRoot root) => string.Join('\n', Directory.GetFiles(root.Path, "*", SearchOption.AllDirectories)
        .Where(static f => !f.EndsWith(".jsonl", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal).Select(f => $"{f[root.Path.Length..]}:\n{File.ReadAllText(f)}"));
}
