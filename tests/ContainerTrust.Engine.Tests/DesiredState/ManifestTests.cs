using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.DesiredState;
using ContainerTrust.Engine.Tests.Architecture;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary>
/// The manifests that Microsoft DSC 3 reads. What its published schema asks of one is asserted here: its text is not ours to keep.
/// </summary>
public sealed class ManifestTests
{
    private const string Canonical = "https://aka.ms/dsc/schemas/v3/resource/properties/";

    private static readonly string[] s_members =
    [
        "$schema", "type", "kind", "version", "description", "tags", "get", "set", "whatIf", "test", "delete", "export", "exitCodes",
        "schema",
    ];

    public static TheoryData<string> Names => [.. DscResource.Names];

    [Fact]
    public void Each_resource_has_a_manifest_and_each_manifest_a_resource() => Assert.Equal(
        DscResource.Names.Select(static n => $"containertrust-{n}.dsc.resource.json").Order(StringComparer.Ordinal),
        Directory.GetFiles(Path.Combine(ErrorCatalogue.Repository, "packaging/dsc")).Select(Path.GetFileName)
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_manifest_has_what_the_published_schema_asks_for(string name)
    {
        JsonObject manifest = Read(name);
        Assert.Empty(manifest.Select(static m => m.Key).Except(s_members));
        Assert.Equal("https://aka.ms/dsc/schemas/v3/bundled/resource/manifest.json", Text(manifest["$schema"]));
        Assert.Equal(name, DscResource.NameOf(Text(manifest["type"])));
        Assert.Matches(@"^\w+(\.\w+){0,3}\/\w+$", Text(manifest["type"]));
        Assert.Equal("resource", Text(manifest["kind"]));
        Assert.All(manifest["tags"]!.AsArray(), static t => Assert.Matches(@"^\w+$", Text(t)));
        Assert.All(manifest["exitCodes"]!.AsObject(), static c => Assert.Matches("^-?[0-9]+$", c.Key));
        Assert.Equal(["0", "1", "2", "130"], manifest["exitCodes"]!.AsObject().Select(static c => c.Key));
        string version = Regex.Match(File.ReadAllText(Path.Combine(ErrorCatalogue.Repository, "Directory.Build.props")),
            "<VersionPrefix>(.*)</VersionPrefix>").Groups[1].Value;
        Assert.Equal(version, Text(manifest["version"]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_operation_calls_the_command_and_gives_the_input_on_standard_input(string name)
    {
        JsonObject manifest = Read(name);
        string[] operations = name switch
        {
            "scope" => ["get", "set", "whatIf", "test", "delete", "export"],
            "policy" => ["get", "set", "whatIf", "test", "export"],
            _ => ["get", "test"],
        };
        Assert.Equal(operations, s_members[6..12].Where(manifest.ContainsKey));
        foreach (string operation in operations)
        {
            JsonObject call = manifest[operation]!.AsObject();
            Assert.Equal("containertrust", Text(call["executable"]));
            Assert.Equal(["dsc", operation.ToLowerInvariant(), "--resource", name], call["args"]!.AsArray().Select(Text));
            Assert.Equal("stdin", Text(call["input"]));
            Assert.Equal(operation is "set" or "whatIf" or "test" ? "stateAndDiff" : null, call["return"]?.GetValue<string>());
            bool isChange = operation is "set" or "whatIf";

            // A set looks itself, and removes what is not to exist.
            Assert.Equal(isChange ? true : null, call["implementsPretest"]?.GetValue<bool>());
            Assert.Equal(isChange && name == "scope" ? true : null, call["handlesExist"]?.GetValue<bool>());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Well_known_properties_are_those_of_the_published_schema_and_need_no_network(string name)
    {
        JsonObject schema = Read(name)["schema"]!["embedded"]!.AsObject();
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", Text(schema["$schema"]));
        Assert.Equal("object", Text(schema["type"]));
        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
        HashSet<string> bundled = [.. schema["$defs"]!.AsObject().Select(static d => d.Value!["$id"]?.GetValue<string>()).OfType<string>()];
        foreach ((string property, JsonNode? value) in schema["properties"]!.AsObject().Where(static p => p.Key.StartsWith('_')))
        {
            Assert.Equal([new("$ref", $"{Canonical}{property[1..]}.json")], value!.AsObject().Select(
                static m => new KeyValuePair<string, string>(m.Key, Text(m.Value))));
            Assert.Contains(Text(value["$ref"]), bundled);
        }

        // Every other reference is to what is in the schema.
        foreach (Match reference in Regex.Matches(schema.ToJsonString(), @"""\$ref"":""([^""]+)"""))
        {
            string target = reference.Groups[1].Value;
            string definition = target.Replace("#/$defs/", "", StringComparison.Ordinal);
            Assert.True(bundled.Contains(target) || schema["$defs"]!.AsObject().ContainsKey(definition), target);
        }
    }

    [Theory]
    [InlineData("scope")]
    [InlineData("policy")]
    public void Entries_and_requirements_are_those_of_trust_files(string name)
    {
        JsonObject mine = Read(name)["schema"]!["embedded"]!.AsObject();
        JsonObject theirs = JsonNode.Parse(File.ReadAllText(Path.Combine(
            ErrorCatalogue.Repository, "docs/schemas/image-trust.schema.json")))!.AsObject();
        int compared = 0;
        foreach ((string definition, JsonNode? value) in theirs["$defs"]!.AsObject().Where(d => name == "policy" || d.Key != "entry"))
        {
            Assert.True(JsonNode.DeepEquals(value, mine["$defs"]![definition]), definition);
            compared++;
        }

        Assert.True(compared > 10, "definitions were compared");
        if (name == "scope")
        {
            foreach (string property in (string[])["requirements", "signatureStore", "signatureStoreStaging", "useSigstoreAttachments"])
            {
                JsonNode? entry = theirs["$defs"]!["entry"]!["properties"]![property];
                Assert.True(JsonNode.DeepEquals(entry, mine["properties"]![property]), property);
            }
        }
    }

    /// <summary>What the schema knows is read, or said to be read-only; nothing else is.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_schema_has_the_properties_that_are_read_and_no_other(string name)
    {
        JsonObject schema = Read(name)["schema"]!["embedded"]!.AsObject();
        foreach ((string property, _) in schema["properties"]!.AsObject())
            Assert.DoesNotContain("is unknown here", Refusal(name, property), StringComparison.Ordinal);
        string known = Refusal(name, "nonsense");
        string[] listed = Regex.Match(known, "possible are (.+)\\. Remove").Groups[1].Value.Split(", ");
        Assert.Contains("root", listed);
        Assert.Empty(listed.Except(schema["properties"]!.AsObject().Select(static p => p.Key)));
    }

    private static string Refusal(string name, string property) => Assert.ThrowsAny<TrustException>(() => DscResource.Run(
        name, DscOperation.Get, System.Text.Encoding.UTF8.GetBytes($"{{\"{property}\":{{}}}}"), TrustMessages.None)).Message;

    private static JsonObject Read(string name) => JsonNode.Parse(File.ReadAllText(
        Path.Combine(ErrorCatalogue.Repository, $"packaging/dsc/containertrust-{name}.dsc.resource.json")))!.AsObject();

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
