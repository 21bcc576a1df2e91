using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;
using YamlDotNet.Core;

namespace ContainerTrust.Bench;

/// <summary>Reading 10,000 scopes with 10,000 sections, beside the bare parse of the same bytes: Utf8JsonReader over policy.json,
/// YamlDotNet's parser over registries.d.</summary>
[MemoryDiagnoser]
public class GetBenchmark
{
    private string _directory = "";
    private byte[] _policy = [];
    private string _yaml = "";

    /// <summary>How many scopes, and sections.</summary>
    [Params(10_000)]
    public int Scopes { get; set; }

    /// <summary>Writes the files.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _directory = Directory.CreateTempSubdirectory("containertrust-bench").FullName;
        Directory.CreateDirectory(_directory + "/etc/containers/registries.d");
        StringBuilder policy = new("{\n    \"default\": [\n        {\n            \"type\": \"reject\"\n        }\n    ],\n    " +
            "\"transports\": {\n        \"docker\": {\n");
        StringBuilder yaml = new("docker:\n");
        for (int i = 0; i < Scopes; i++)
        {
            policy.Append($"            \"registry{i}.example.com/team\": [\n                {{\n                    \"type\": " +
                "\"signedBy\",\n                    \"keyType\": \"GPGKeys\",\n                    \"keyPath\": " +
                $"\"/keys/{i % 10}.asc\"\n                }}\n            ]");
            policy.Append(i < Scopes - 1 ? ",\n" : "\n");
            yaml.Append($"  registry{i}.example.com/team:\n    lookaside: https://store{i}.example.com/sigstore\n    sigstore: " +
                $"https://store{i}.example.com/sigstore\n");
        }

        policy.Append("        }\n    }\n}\n");
        _policy = Encoding.UTF8.GetBytes(policy.ToString());
        _yaml = yaml.ToString();
        File.WriteAllBytes(_directory + TrustLocations.SystemPolicyPath, _policy);
        File.WriteAllText(_directory + "/etc/containers/registries.d/all.yaml", _yaml);
    }

    /// <summary>Removes the files.</summary>
    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_directory, true);

    /// <summary>The bare parse.</summary>
    /// <returns>Something that keeps the work from being optimised away.</returns>
    [Benchmark(Baseline = true)]
    public int BareParse()
    {
        int count = 0;
        Utf8JsonReader json = new(_policy);
        while (json.Read())
            count++;
        Parser yaml = new(new StringReader(_yaml));
        while (yaml.MoveNext())
            count++;
        return count;
    }

    /// <summary>What Get-ImageTrust does: files found, read strictly, merged, one object a scope. Key files are left out of both.</summary>
    /// <returns>The number of objects.</returns>
    [Benchmark]
    public int Get()
    {
        TrustStore store = TrustStore.Open(new TrustStoreOptions { RootDirectory = _directory }, TrustMessages.None);
        int count = 0;
        foreach (ImageTrust trust in store.Read(new TrustQuery { IncludeKeys = false }))
            count += trust.Requirements.Count;
        return count;
    }
}
