using System.Text.Json.Nodes;
using ContainerTrust.Engine.DesiredState;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary>Random policies that are set with purge, on random hosts: what is there then is what is listed, and a test says so.</summary>
public sealed class PolicyPropertyTests
{
    private static readonly (string Transport, string Scope)[] s_scopes =
    [
        ("docker", "a.example.com"), ("docker", "a.example.com/app"), ("docker", "*.example.com"), ("docker", "b.example.com:5000/c"),
        ("docker-daemon", ""), ("docker-daemon", "a.example.com/app"), ("dir", "/srv/images"), ("docker", ""), ("atomic", "c.example.com"),
    ];

    // Of no scope that is wider than one that may be listed: what a scope has from such a section, no set takes from it.
    private static readonly string[] s_leftOver = ["a.example.com/app", "b.example.com:5000/c", "z.example.com"];
    private static readonly string[] s_requirements = [DscRoot.Reject, DscRoot.Accept, DscRoot.Signed];
    private static readonly string[] s_stores = ["https://one.example.com", "https://two.example.com/sigs", "file:///srv/sigs"];

    [Fact]
    public void After_a_set_with_purge_the_host_has_what_is_listed_and_a_test_says_yes()
    {
        int changed = 0, asWanted = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            Random random = new(seed);
            using DscRoot root = Host(random);
            string wanted = "";
            for (int step = 0; step < 4; step++)
            {
                if (step == 0 || random.Next(4) > 0)
                    wanted = $"{{\"_purge\":true,\"entries\":[{string.Join(',', Entries(random))}]}}";
                string name = $"seed {seed}, step {step}: {wanted}", before = root.Files();
                bool isAsWanted = root.Change("policy", DscOperation.Test, wanted).Names.Length == 0;
                (JsonObject planned, string[] wouldChange) = root.Change("policy", DscOperation.WhatIf, wanted);
                Assert.True(before == root.Files(), name);
                (JsonObject done, string[] names) = root.Change("policy", DscOperation.Set, wanted);
                Assert.True(JsonNode.DeepEquals(planned, done), $"{name}: {planned.ToJsonString()} is not {done.ToJsonString()}");
                Assert.Equal(wouldChange, names);
                Assert.True(isAsWanted == (before == root.Files()), name);
                Assert.True(!isAsWanted || names.Length == 0, name);
                Assert.Equal(Lines(JsonNode.Parse(wanted)!), Lines(root.Get("policy", "{}")));
                Assert.True(root.Change("policy", DscOperation.Test, wanted).Names.Length == 0, name);
                string files = root.Files();
                root.Change("policy", DscOperation.Set, wanted);
                Assert.True(files == root.Files(), name);
                changed += isAsWanted ? 0 : 1;
                asWanted += isAsWanted ? 1 : 0;
            }
        }

        Assert.True(changed > 60 && asWanted > 15, $"{changed} changed, {asWanted} as wanted");
    }

    private static DscRoot Host(Random random)
    {
        string transports = string.Join(',', s_scopes.Where(_ => random.Next(3) == 0).GroupBy(static s => s.Transport).Select(g =>
            $"\"{g.Key}\":{{{string.Join(',', g.Select(s => $"\"{s.Scope}\":{Pick(random, s_requirements)}"))}}}"));
        DscRoot root = new(random.Next(3) == 0 ? null : $"{{\"default\":{DscRoot.Reject},\"transports\":{{{transports}}}}}");
        if (random.Next(2) == 0)
            root.Write(TrustLocations.SystemRegistriesDirectory + "/default.yaml",
                $"default-docker:\n  lookaside-staging: {Pick(random, s_stores)}\n  lookaside: {Pick(random, s_stores)}\n");
        foreach (string scope in s_leftOver.Where(_ => random.Next(3) == 0))
            root.Write($"{TrustLocations.SystemRegistriesDirectory}/left-{random.Next()}.yaml",
                $"docker:\n  {scope}:\n    lookaside: {Pick(random, s_stores)}\n    use-sigstore-attachments: true\n");
        return root;
    }

    private static List<string> Entries(Random random)
    {
        List<string> entries = [];
        if (random.Next(2) == 0)
            entries.Add($"{{\"default\":true,{Rest(random, hasStores: true)}}}");
        foreach ((string transport, string scope) in s_scopes.Where(_ => random.Next(3) == 0))
            entries.Add($"{{\"transport\":\"{transport}\",\"scope\":\"{scope}\"," +
                $"{Rest(random, transport == "docker" && scope.Length > 0)}}}");
        return entries.Count > 0 ? entries : [$"{{\"default\":true,{Rest(random, hasStores: true)}}}"];
    }

    private static string Rest(Random random, bool hasStores)
    {
        List<string> members = [$"\"requirements\":{Pick(random, s_requirements)}"];
        if (hasStores && random.Next(3) == 0)
            members.Add($"\"signatureStore\":\"{Pick(random, s_stores)}\"");
        if (hasStores && random.Next(5) == 0)
            members.Add($"\"signatureStoreStaging\":\"{Pick(random, s_stores)}\"");
        if (hasStores && random.Next(4) == 0)
            members.Add($"\"useSigstoreAttachments\":{(random.Next(2) == 0 ? "true" : "false")}");
        return string.Join(',', members);
    }

    // A default that is not listed stays, and may be anything.
    private static string[] Lines(JsonNode policy) => [.. policy["entries"]!.AsArray().Where(static e => e!["default"] is null)
        .Select(static e => string.Join(' ', e!.AsObject().OrderBy(static m => m.Key, StringComparer.Ordinal)
            .Select(static m => $"{m.Key}={m.Value!.ToJsonString()}"))).Order(StringComparer.Ordinal)];

    private static string Pick(Random random, string[] values) => values[random.Next(values.Length)];
}
