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
    [InlineData("image-trust", 4)]
    [InlineData("whole-policy", 1)]
    public void A_sample_is_set_and_then_in_its_desired_state(string name, int count)
    {
        using DscRoot root = new(
            """{"default":[{"type":"reject"}],"transports":{"docker":{"old-registry.example.com":[{"type":"reject"}]}}}""");
        root.Write(RedHatKey, File.ReadAllText(root.Key));
        string path = Path.Combine(ErrorCatalogue.Repository, $"samples/dsc/{name}.dsc.yaml");
        JsonObject document = JsonNode.Parse(YamlAsJson.Read(File.ReadAllBytes(path), path).Json.Span)!.AsObject();
        (string Type, string Properties)[] instances =
            [.. document["resources"]!.AsArray().SelectMany(static r => Instances(r!.AsObject()))];
        Assert.Equal(count, instances.Length);
        foreach ((string type, string properties) in instances.Where(static i => i.Type != "ContainerTrust/Compliance"))
            root.Change(type, DscOperation.Set, properties);
        foreach ((string type, string properties) in instances)
            Assert.True(root.Change(type, DscOperation.Test, Here(type, properties)).State["_inDesiredState"]!.GetValue<bool>(), type);
        Assert.DoesNotContain("old-registry", root.Files(), StringComparison.Ordinal);
    }

    // Who owns the files of a scratch directory is no matter of the sample.
    private static string Here(string type, string properties) => type != "ContainerTrust/Compliance" ? properties
        : $"{{\"excludeRules\":[\"File*\"],{properties[1..]}";

    private static IEnumerable<(string, string)> Instances(JsonObject resource) =>
        resource["properties"]!["resources"] is JsonArray nested ? nested.SelectMany(static n => Instances(n!.AsObject()))
            : [(resource["type"]!.GetValue<string>(), resource["properties"]!.ToJsonString())];
}
