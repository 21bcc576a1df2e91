using System.Text;
using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Tests.Policy;

/// <summary>Policies of ten thousand scopes.</summary>
public sealed class PolicyScaleTests
{
    private const int Scopes = 10_000;

    [Fact]
    public void One_change_in_a_large_policy_changes_its_lines_only()
    {
        byte[] before = Large();
        string[] lines = Encoding.UTF8.GetString(before).Split('\n');

        PolicyEditor editor = new(before, PolicyText.Path);
        Assert.True(editor.SetScope("docker", "registry5000.example.com/app", [new RejectRequirement()]));
        string[] after = Encoding.UTF8.GetString(editor.ToBytes()).Split('\n');
        int at = Array.FindIndex(lines, static l => l.Contains("\"registry5000.example.com/app\"", StringComparison.Ordinal));
        Assert.Equal(lines[..(at + 1)], after[..(at + 1)]);
        Assert.Equal(["                {", "                    \"type\": \"reject\"", "                }", "            ],"],
            after[(at + 1)..(at + 5)]);
        Assert.Equal(lines[(at + 7)..], after[(at + 5)..]);

        editor = new PolicyEditor(before, PolicyText.Path);
        Assert.True(editor.RemoveScope("docker", "registry5000.example.com/app"));
        Assert.Equal([.. lines[..at], .. lines[(at + 7)..]], Encoding.UTF8.GetString(editor.ToBytes()).Split('\n'));
    }

    [Fact]
    public void Ten_thousand_changes_take_seconds_at_most()
    {
        byte[] before = Large();
        TimeSpan start = ProcessorTime.Now;
        PolicyEditor editor = new(before, PolicyText.Path);
        for (int i = 0; i < Scopes; i++)
        {
            Assert.True((i % 3) switch
            {
                0 => editor.SetScope("docker", $"registry{i}.example.com/app", [new RejectRequirement()]),
                1 => editor.RemoveScope("docker", $"registry{i}.example.com/app"),
                _ => editor.SetScope("docker", $"new{i}.example.com", [new SignedByRequirement { KeyPath = "/k" }]),
            });
        }

        byte[] after = editor.ToBytes();
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
        Assert.Equal(Scopes, PolicyReader.Read(after, PolicyText.Path).FindTransport("docker")!.Scopes.Count);
    }

    [Fact]
    public void Ten_thousand_scopes_are_removed_and_added_in_seconds_at_most()
    {
        byte[] before = Large();
        TimeSpan start = ProcessorTime.Now;
        PolicyEditor editor = new(before, PolicyText.Path);
        for (int i = 0; i < Scopes; i++)
            Assert.True(editor.RemoveScope("docker", $"registry{i}.example.com/app"));
        byte[] empty = editor.ToBytes();
        Assert.Contains("\"docker\": {}", Encoding.UTF8.GetString(empty), StringComparison.Ordinal);

        editor = new PolicyEditor(empty, PolicyText.Path);
        for (int i = 0; i < Scopes; i++)
            Assert.True(editor.SetScope("docker", $"registry{i}.example.com/app", [new SignedByRequirement { KeyPath = $"/keys/{i}" }]));
        Assert.Equal(before, editor.ToBytes());
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
    }

    [Fact]
    public void Many_transports_take_no_longer_than_many_scopes()
    {
        StringBuilder policy = new("""{"default": [{"type": "reject"}], "transports": {""");
        for (int i = 0; i < 50_000; i++)
            policy.Append(i == 0 ? "" : ",").Append('"').Append(i).Append("\":{}");
        byte[] content = Encoding.UTF8.GetBytes(policy.Append("}}").ToString());
        TimeSpan start = ProcessorTime.Now;
        PolicyEditor editor = new(content, PolicyText.Path);
        for (int i = 0; i < 100; i++)
            Assert.True(editor.SetScope($"{i * 500}", "x", [new RejectRequirement()]));
        Assert.Equal(50_000, PolicyReader.Read(editor.ToBytes(), PolicyText.Path).Transports.Count);
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
    }

    private static byte[] Large()
    {
        StringBuilder policy = new("{\n    \"default\": [\n        {\n            \"type\": \"reject\"\n        }\n    ],\n    " +
            "\"transports\": {\n        \"docker\": {\n");
        for (int i = 0; i < Scopes; i++)
        {
            policy.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"            \"registry{i}.example.com/app\": [\n                {{\n                    \"type\": " +
                $"\"signedBy\",\n                    \"keyType\": \"GPGKeys\",\n")
                .Append(System.Globalization.CultureInfo.InvariantCulture,
                    $"                    \"keyPath\": \"/keys/{i}\"\n                }}\n            ]{(i < Scopes - 1 ? "," : "")}\n");
        }

        return Encoding.UTF8.GetBytes(policy.Append("        }\n    }\n}\n").ToString());
    }
}
