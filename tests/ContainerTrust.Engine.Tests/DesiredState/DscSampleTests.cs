using System.Text.Json.Nodes;
using ContainerTrust.Engine.DesiredState;
using ContainerTrust.Engine.Tests.Architecture;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary>The configuration documents in <c>samples/dsc</c> are ones that a host can be set to.</summary>
public sealed class DscSampleTests
{
    private const string RedHatKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";

    [Theory]
    [InlineData("image-trust", 3)]
    [InlineData("whole-policy", 1)]
    public void A_sample_is_set_and_then_in_its_desired_state(string name, int count)
    {
        using DscRoot root = new(
            """{"default":[{"type":"reject"}],"transports":{"docker":{"old-registry.example.com":[{"type":"reject"}]}}}""");
        root.Write(RedHatKey, File.ReadAllText(root.Key));
        string path = Path.Combine(ErrorCatalogue.Repository, $"samples/dsc/{name}.dsc.yaml");
        (string Type, string Properties)[] instances =
            [.. Resources(path).Select(static r => (r!["type"]!.GetValue<string>(), r["properties"]!.ToJsonString()))];
        Assert.Equal(count, instances.Length);
        foreach ((string type, string properties) in instances)
            root.Change(type, DscOperation.Set, properties);
        foreach ((string type, string properties) in instances)
            Assert.True(root.Change(type, DscOperation.Test, properties).State["_inDesiredState"]!.GetValue<bool>(), type);
        Assert.DoesNotContain("old-registry", root.Files(), StringComparison.Ordinal);
    }

    /// <summary>What is tested alone is not offered with --what-if; DSC refuses it for a resource without.</summary>
    [Fact]
    public void A_document_that_is_set_has_only_resources_that_can_be_set()
    {
        int offered = 0;
        string[] paths = Directory.GetFiles(Path.Combine(ErrorCatalogue.Repository, "samples/dsc"));
        Assert.Equal(3, paths.Length);
        foreach (string path in paths)
        {
            bool isSet = File.ReadAllText(path).Contains(" --what-if --file " + Path.GetFileName(path), StringComparison.Ordinal);
            offered += isSet ? 1 : 0;
            foreach (string type in Resources(path).Select(static r => r!["type"]!.GetValue<string>()))
            {
                Assert.StartsWith("ContainerTrust/", type, StringComparison.Ordinal);
                JsonObject manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(ErrorCatalogue.Repository,
                    $"packaging/dsc/containertrust-{DscResource.NameOf(type)}.dsc.resource.json")))!.AsObject();
                Assert.Equal(isSet, manifest.ContainsKey("whatIf"));
            }
        }

        Assert.Equal(2, offered);
    }

    [Fact]
    public void The_audit_passes_where_the_policy_was_set()
    {
        using DscRoot root = new(), accepting = new("""{"default":[{"type":"insecureAcceptAnything"}]}""");
        JsonNode audit = Assert.Single(Resources(Path.Combine(ErrorCatalogue.Repository, "samples/dsc/audit.dsc.yaml")))!;
        (string type, string properties) = (audit["type"]!.GetValue<string>(), audit["properties"]!.ToJsonString());
        Assert.Empty(root.Change(type, DscOperation.Test, Here(type, properties)).Names);
        Assert.Equal(["findings"], accepting.Change(type, DscOperation.Test, Here(type, properties)).Names);
    }

    private static JsonArray Resources(string path) =>
        JsonNode.Parse(YamlAsJson.Read(File.ReadAllBytes(path), path).Json.Span)!["resources"]!.AsArray();

    // Who owns the files of a scratch directory is no matter of the sample.
    private static string Here(string type, string properties) => type != "ContainerTrust/Compliance" ? properties
        : $"{{\"excludeRules\":[\"File*\"],{properties[1..]}";
}
