using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Formats.Yaml;
using ContainerTrust.Engine.MachineConfig;
using ContainerTrust.Engine.MachineConfig.Clusters;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>The Ignition config inside our MachineConfigs, judged by <c>ignition-validate</c>.</summary>
public sealed class IgnitionTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-").FullName;

    public void Dispose() => Directory.Delete(_scratch, recursive: true);

    [SkippableTheory]
    [InlineData("4.8")]
    [InlineData("4.9")]
    [InlineData("4.10")]
    [InlineData("4.13")]
    public void Ignition_takes_the_config(string version)
    {
        string tool = Tools.RequireTool("ignition-validate");
        ImageTrust entry = new() { ComputerName = "", Transport = "docker", Registry = "registry.example.com",
            Requirements = [new SignedByRequirement { KeyType = "X509Certificates", KeyPath = "/etc/pki/é x.asc" }] };
        MachineConfigTrust config = Assert.Single(new MachineConfigBuilder(
            new MachineConfigOptions { OpenShiftVersion = version, IncludeRegistriesD = true, AcceptsTheRest = true,
                Keys = [new MachineConfigKey("/etc/pki/é x.asc", new byte[] { 0x78, 0, 1, 2 })] },
            TrustMessages.None).Build([.. MachineConfigPresets.Get("RedHat", OpenShiftRelease.Parse("4.20")), entry]));
        ToolResult result = Validate(tool, Config(config.Yaml));
        Assert.True(result.ExitCode == 0, result.Error);

        // The tool does look: what must not be, it refuses.
        Assert.NotEqual(0, Validate(tool, Config(config.Yaml)
            .Replace("/etc/containers/policy.json", "etc/containers/policy.json", StringComparison.Ordinal)).ExitCode);
    }

    private ToolResult Validate(string tool, string json)
    {
        string file = Path.Combine(_scratch, "config.ign");
        File.WriteAllText(file, json);
        return Tools.Run(tool, [file]);
    }

    private static string Config(string yaml)
    {
        YamlNode root = YamlAdapter.ParseAll(YamlText.FromText("document.yaml", yaml, hasByteOrderMark: false)).Single().Root!;
        using MemoryStream output = new();
        using (Utf8JsonWriter writer = new(output))
            Write(writer, Member(Member(root, "spec"), "config"));
        return Encoding.UTF8.GetString(output.ToArray());
    }

    private static YamlNode Member(YamlNode map, string name) => map.Children![map.Children.FindIndex(c => c.Value == name) + 1];

    private static void Write(Utf8JsonWriter writer, YamlNode node)
    {
        switch (node.Kind)
        {
            case YamlKind.Mapping:
                writer.WriteStartObject();
                for (int i = 0; i < node.Children!.Count; i += 2)
                {
                    writer.WritePropertyName(node.Children[i].Value);
                    Write(writer, node.Children[i + 1]);
                }

                writer.WriteEndObject();
                break;
            case YamlKind.Sequence:
                writer.WriteStartArray();
                foreach (YamlNode item in node.Children!)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            default:
                if (node.Style == YamlStyle.Plain && (node.Value is "true" or "false" || node.Value.All(char.IsAsciiDigit)))
                    writer.WriteRawValue(node.Value);
                else
                    writer.WriteStringValue(node.Value);
                break;
        }
    }
}
