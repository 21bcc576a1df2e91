using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Tests.Architecture;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Engine.Tests.Trust.Presets;

/// <summary>Files of presets: what is meant is read, and whatever else is in a file refuses it, with the place.</summary>
public sealed class PresetReaderTests
{
    /// <summary>A preset with every member that there is.</summary>
    internal const string Full = """
        {
          "$schema": "./preset.schema.json",
          "name": "Own.team-1",
          "description": "What the team signs",
          "sources": ["https://example.com/keys"],
          "forms": [
            {
              "name": "new",
              "description": "sigstore signatures",
              "when": [
                { "systems": ["rhel", "opensuse-leap"], "from": "9.2", "before": "11" },
                { "files": ["/etc/pki/a.pub", "/etc/pki/b.pub"] }
              ],
              "entries": [
                {
                  "transport": "docker",
                  "scope": "registry.example.com/a",
                  "type": "sigstoreSigned",
                  "keys": [
                    "/etc/pki/a.pub",
                    { "paths": ["/etc/pki/b.pub", "/usr/share/pki/b.pub"], "optional": true, "name": "B's key", "obtain": "Ask B." }
                  ],
                  "rekorPublicKeyPath": "/etc/pki/rekor.pub",
                  "signedIdentity": { "type": "remapIdentity", "prefix": "registry.example.com/a", "signedPrefix": "example.org/a" },
                  "useSigstoreAttachments": true
                },
                {
                  "scope": "registry.example.com/b",
                  "type": "sigstoreSigned",
                  "fulcioCAPath": "/etc/pki/fulcio.pem",
                  "oidcIssuer": "https://accounts.example.com",
                  "subjectEmail": "signer@example.com",
                  "rekorPublicKeyPath": "/etc/pki/rekor.pub",
                  "signedIdentity": { "type": "exactRepository", "dockerRepository": "example.org/b" }
                }
              ]
            },
            {
              "name": "old",
              "description": "GPG signatures",
              "entries": [
                {
                  "scope": "registry.example.com/a",
                  "type": "signedBy",
                  "keys": [{ "paths": ["/etc/pki/a.asc"], "keyId": "0123456789abcdEF" }],
                  "signatureStore": "https://example.com/store",
                  "signedIdentity": { "type": "exactReference", "dockerReference": "example.org/a:v1" }
                },
                { "transport": "docker-daemon", "scope": "docker.io/library/a", "type": "accept" },
                { "scope": "registry.example.com/c", "type": "reject" }
              ]
            }
          ]
        }
        """;

    internal static TrustPreset Read(string text) => PresetReader.Read(Encoding.UTF8.GetBytes(text), "own.json");

    /// <summary>A preset of one form with one entry.</summary>
    internal static string With(string entry, string name = "Own") => $$"""
        {"$schema":"preset.schema.json","name":"{{name}}","description":"d","sources":["https://example.com"],
        "forms":[{"name":"f","description":"d","entries":[{{entry}}]}]}
        """;

    [Fact]
    public void Every_member_is_read()
    {
        TrustPreset preset = Read(Full);
        Assert.Equal(("Own.team-1", "What the team signs"), (preset.Name, preset.Description));
        Assert.Equal(["https://example.com/keys"], preset.Sources);
        Assert.Equal(["new", "old"], preset.Forms.Select(static f => f.Name));
        Assert.Equal(2, preset.Forms[0].Conditions.Count);
        TrustPresetEntry[] first = [.. preset.Forms[0].For(null)];
        SigstoreSignedRequirement byKey = Assert.IsType<SigstoreSignedRequirement>(Assert.Single(first[0].Requirements));
        Assert.Equal(("/etc/pki/a.pub", "/etc/pki/rekor.pub"), (byKey.KeyPath, byKey.RekorPublicKeyPath));
        Assert.IsType<RemapIdentity>(byKey.SignedIdentity);
        SigstoreSignedRequirement byCa = Assert.IsType<SigstoreSignedRequirement>(Assert.Single(first[1].Requirements));
        Assert.Equal(new FulcioIdentity
        {
            CaPath = "/etc/pki/fulcio.pem", OidcIssuer = "https://accounts.example.com", SubjectEmail = "signer@example.com",
        }, byCa.Fulcio);
        Assert.Equal(new LookasideSection { UseSigstoreAttachments = true }, first[1].Section);
        Assert.Equal(["docker", "docker-daemon", "docker"], preset.Default.Select(static e => e.Transport));
        Assert.IsType<AcceptRequirement>(Assert.Single(preset.Default[1].Requirements));
        Assert.IsType<RejectRequirement>(Assert.Single(preset.Default[2].Requirements));
        Assert.Equal("https://example.com/store", preset.Default[0].Section.SignatureStore);
        Assert.All(
            (string[])["/etc/pki/a.pub", "/usr/share/pki/b.pub", "/etc/pki/fulcio.pem", "/etc/pki/a.asc", "/etc/os-release"],
            f => Assert.Contains(f, preset.Files));
    }

    [Theory]
    [InlineData("\"name\": \"Own.team-1\"", "\"name\": \"1\"", "$.name", "begins with a letter")]
    [InlineData("\"name\": \"Own.team-1\",", "", "$", "\"name\" is missing")]
    [InlineData("./preset.schema.json", "image-trust.schema.json", "$[\"$schema\"]", "not the one that is known")]
    [InlineData("\"$schema\": \"./preset.schema.json\",", "", "$", "\"$schema\" is missing")]
    [InlineData("\"description\": \"What the team signs\"", "\"descriptions\": \"x\"", "$.descriptions", "unknown here; possible are")]
    [InlineData("\"sources\": [\"https://example.com/keys\"]", "\"sources\": []", "$.sources", "list is empty")]
    [InlineData("\"sources\": [\"https://example.com/keys\"]", "\"sources\": [\"somewhere\"]", "$.sources", "A source is a URL")]
    [InlineData("\"name\": \"old\"", "\"name\": \"new\"", "$.forms[1]", "a form \"new\" before")]
    [InlineData("\"description\": \"GPG signatures\",", "\"description\": \"x\", \"when\": [{ \"files\": [\"/x\"] }],", "$.forms",
        "last form must apply everywhere")]
    [InlineData("\"when\": [", "\"where\": [", "$.forms[0].where", "unknown here")]
    [InlineData("\"systems\": [\"rhel\", \"opensuse-leap\"], ", "", "$.forms[0].when[0]", "names systems or files")]
    [InlineData("\"rhel\"", "\"RHEL\"", "$.forms[0].when[0].systems", "in lower case")]
    [InlineData("\"from\": \"9.2\"", "\"from\": \"9.2.1\"", "$.forms[0].when[0].from", "A version is a number")]
    [InlineData("\"from\": \"9.2\"", "\"from\": 9.2", "$.forms[0].when[0].from", "A string is expected")]
    [InlineData("\"/etc/pki/a.pub\", \"/etc/pki/b.pub\"", "\"a.pub\"", "$.forms[0].when[1].files", "absolute path")]
    [InlineData("\"scope\": \"registry.example.com/b\"", "\"scope\": \"registry.example.com/a\"",
        "$.forms[0].entries[1]", "has an entry before")]
    [InlineData("\"scope\": \"registry.example.com/b\"", "\"scope\": \"https://x\"", "$.forms[0].entries[1]", "is not possible")]
    [InlineData("\"type\": \"accept\"", "\"type\": \"insecureAcceptAnything\"", "$.forms[1].entries[1]", "is unknown; possible are")]
    [InlineData("\"type\": \"reject\"", "\"type\": \"signedBy\"", "$.forms[1].entries[2]", "signedBy needs a key")]
    [InlineData("\"type\": \"reject\"", "\"type\": \"reject\", \"keys\": [\"/x\"]",
        "$.forms[1].entries[2]", "accept or reject have no keys")]
    [InlineData("\"type\": \"signedBy\"", "\"type\": \"signedBy\", \"rekorPublicKeyPath\": \"/x\"",
        "$.forms[1].entries[0]", "Only sigstoreSigned")]
    [InlineData("\"fulcioCAPath\": \"/etc/pki/fulcio.pem\",", "", "$.forms[0].entries[1]", "\"keys\" or by \"fulcioCAPath\"")]
    [InlineData("\"oidcIssuer\": \"https://accounts.example.com\",", "", "$.forms[0].entries[1]", "a CA certifies everybody")]
    [InlineData("\"obtain\": \"Ask B.\"", "\"keyId\": \"01234567\"", "$.forms[0].entries[0]", "Only OpenPGP keys")]
    [InlineData("0123456789abcdEF", "0123", "$.forms[1].entries[0].keys[0].keyId", "8 or 16 hexadecimal digits")]
    [InlineData("https://example.com/store", "example.com/store", "$.forms[1].entries[0].signatureStore", "neither a URL")]
    [InlineData("\"type\": \"remapIdentity\"", "\"type\": \"remap\"",
        "$.forms[0].entries[0].signedIdentity", "identity type \"remap\" is unknown")]
    [InlineData("\"optional\": true", "\"optional\": 1", "$.forms[0].entries[0].keys[1].optional", "True or false is expected")]
    [InlineData("\"type\": \"accept\"", "\"type\": \"accept\", \"signatureStore\": \"https://x.example.com\"", "$.forms[1].entries[1]",
        "belong to scopes of transport docker")]
    [InlineData("\"type\": \"reject\"", "\"type\": \"reject\", \"type\": \"accept\"", "$.forms[1].entries[2].type", "appears twice")]
    [InlineData("What the team signs", "What\\u0007", "$.description", "control characters")]
    [InlineData("What the team signs", "\\ud800", "$.description", "not valid Unicode")]
    public void What_is_wrong_is_refused_with_its_place(string old, string by, string path, string problem)
    {
        Assert.Contains(old, Full, StringComparison.Ordinal);
        TrustFormatException e = Assert.ThrowsAny<TrustFormatException>(() => Read(Full.Replace(old, by, StringComparison.Ordinal)));
        Assert.Equal("InvalidPreset", e.ErrorId);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.Contains($": {path}: ", e.Message, StringComparison.Ordinal);
        Assert.StartsWith("own.json:", e.Message, StringComparison.Ordinal);
        Assert.True(e is { Line: > 0, Column: > 0 });
        Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_JSON_or_too_large_is_refused()
    {
        Assert.Equal("InvalidPreset", Assert.ThrowsAny<TrustException>(static () => Read(Full[..^3])).ErrorId);
        Assert.Equal("InvalidPreset", Assert.ThrowsAny<TrustException>(static () => Read(Full + "x")).ErrorId);
        Assert.Equal("InvalidPreset", Assert.ThrowsAny<TrustException>(static () => Read("")).ErrorId);
        Assert.Equal("InvalidPreset", Assert.ThrowsAny<TrustException>(static () => PresetReader.Read([0xFF], "x")).ErrorId);
        Assert.Equal("InvalidPreset", Assert.ThrowsAny<TrustException>(static () => Read(new string('[', 100_000))).ErrorId);
        Assert.Equal("FileTooLarge", Assert.ThrowsAny<TrustException>(
            static () => PresetReader.Read(new byte[PresetFile.MaxBytes + 1], "x")).ErrorId);
        string reject = """{"scope":"r.example.com/@","type":"reject"}""";
        string many = string.Join(',', Enumerable.Range(0, 257).Select(i => reject.Replace("@", $"a{i}", StringComparison.Ordinal)));
        TrustException e = Assert.ThrowsAny<TrustException>(() => Read(With(many)));
        Assert.Contains("more than 256 entries", e.Message, StringComparison.Ordinal);
    }

    // Whoever writes a preset writes names, sources and paths that are shown to others.
    [Fact]
    public void No_text_that_hides_what_it_says_is_taken()
    {
        string hostile = JsonSerializer.Serialize(HostileFields.Text);
        MatchCollection texts = Regex.Matches(Full, "\"[^\"]*\"");
        Assert.True(texts.Count > 80, $"{texts.Count} texts");
        foreach (Match text in texts)
        {
            string file = Full[..text.Index] + hostile + Full[(text.Index + text.Length)..];
            TrustException e = Assert.ThrowsAny<TrustException>(() => Read(file));
            Assert.Equal("InvalidPreset", e.ErrorId);
            Assert.Null(HostileFields.Fault(e.Message));
        }
    }

    [Fact]
    public void Damaged_files_are_refused_or_mean_what_they_say()
    {
        string small = With("""{"scope":"r.example.com","type":"signedBy","keys":["/k"]}""");
        byte[][] seeds = [Encoding.UTF8.GetBytes(Full), Encoding.UTF8.GetBytes(small)];
        int refused = Mutation.Run(seeds, 6000, 5, static content => Judge(PresetReader.Read(content, "f")), maxBytes: 32_000_000);
        Assert.InRange(refused, 2000, 5990);
        Random random = new(3);
        string[] words = [.. "$schema name description sources forms when systems from before files entries scope type keys paths keyId"
            .Split(' ').Select(static w => $"\"{w}\"")];
        for (int i = 0; i < 1000; i++)
            Mutation.Run([Mutation.OfStrings(seeds[0], words, random)], 1, i, static content => Judge(PresetReader.Read(content, "f")),
                maxBytes: 32_000_000);
    }

    // Whatever is taken can be written as a policy, which demands a signature wherever the file says so.
    private static void Judge(TrustPreset preset)
    {
        Assert.NotEmpty(preset.Sources);
        Assert.Empty(preset.Forms[^1].Conditions);
        foreach (TrustPresetEntry entry in preset.Forms.SelectMany(static f => f.For(null)))
        {
            RequirementOptions options = entry.Complete(new RequirementOptions());
            TrustRequirement made = new RequirementFactory(new MemoryHost()).Build(options) switch
            {
                [{ } one] => one,
                _ => throw new InvalidOperationException("more than one requirement"),
            };
            if (made != Assert.Single(entry.Requirements) && !made.Equals(entry.Requirements[0]))
                throw new InvalidOperationException($"{made} is set, and {entry.Requirements[0]} shown");
            if (entry.Type is TrustType.SignedBy or TrustType.SigstoreSigned && !made.GetKeyMaterials().Any())
                throw new InvalidOperationException("a signature by nobody");
        }
    }

    [Fact]
    public void The_schema_knows_every_member_that_is_read_and_no_other()
    {
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(ErrorCatalogue.Repository, "docs/schemas/preset.schema.json")));
        Assert.Equal(PresetFile.Schema, schema.RootElement.GetProperty("$id").GetString());
        HashSet<string> known = [], read = [];
        Properties(schema.RootElement, known);
        using JsonDocument file = JsonDocument.Parse(Full);
        Names(file.RootElement, read);
        Assert.Equal(read.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    private static void Properties(JsonElement schema, HashSet<string> names)
    {
        foreach (JsonElement item in schema.ValueKind == JsonValueKind.Array ? schema.EnumerateArray().ToArray() : [])
            Properties(item, names);
        foreach (JsonProperty property in schema.ValueKind == JsonValueKind.Object ? schema.EnumerateObject().ToArray() : [])
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
}
