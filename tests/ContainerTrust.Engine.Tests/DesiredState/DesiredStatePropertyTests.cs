using System.Text.Json.Nodes;
using ContainerTrust.Engine.DesiredState;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary>Random desired states, one after the other on one host: what DSC relies on holds for each.</summary>
public sealed class DesiredStatePropertyTests
{
    private static readonly string[] s_scopes = ["a.example.com", "a.example.com/app", "*.example.com", "b.example.com:5000/c"];
    private static readonly string[] s_requirements = [DscRoot.Reject, DscRoot.Accept, DscRoot.Signed];
    private static readonly string[] s_stores = ["https://one.example.com", "https://two.example.com/sigs", "file:///srv/sigs"];

    [Fact]
    public void A_what_if_is_what_a_set_does_and_what_is_as_wanted_is_not_touched()
    {
        int changed = 0, asWanted = 0, refused = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            Random random = new(seed);
            using DscRoot root = new(seed % 4 == 0 ? null : """{"default":[{"type":"reject"}]}""");
            for (int step = 0; step < 25; step++)
            {
                string wanted = Wanted(random), before = root.Files(), name = $"seed {seed}, step {step}: {wanted}";
                (JsonObject state, string[] differing) = root.Change("scope", DscOperation.Test, wanted);
                bool isAsWanted = state["_inDesiredState"]!.GetValue<bool>();
                Assert.True(isAsWanted == (differing.Length == 0), name);
                JsonObject planned;
                string[] wouldChange;
                try
                {
                    (planned, wouldChange) = root.Change("scope", DscOperation.WhatIf, wanted);
                }
                catch (TrustException e)
                {
                    Assert.Equal("InvalidDesiredState", e.ErrorId);
                    Assert.False(isAsWanted, name);
                    Assert.Equal("InvalidDesiredState", root.Refused("scope", DscOperation.Set, wanted).ErrorId);
                    refused++;
                    continue;
                }

                Assert.True(before == root.Files(), name);
                (JsonObject done, string[] names) = root.Change("scope", DscOperation.Set, wanted);
                Assert.True(JsonNode.DeepEquals(planned, done), $"{name}: {planned.ToJsonString()} is not {done.ToJsonString()}");
                Assert.Equal(wouldChange, names);
                Assert.True(!isAsWanted || (before == root.Files() && names.Length == 0), name);
                Assert.True(isAsWanted || before != root.Files(), name);
                Assert.True(root.Change("scope", DscOperation.Test, wanted).Names.Length == 0, name);
                changed += isAsWanted ? 0 : 1;
                asWanted += isAsWanted ? 1 : 0;
            }

            // All of it at once, on a host that has nothing.
            using DscRoot other = new();
            string policy = root.Call("policy", DscOperation.Export)[0];
            string entries = $"{{\"_purge\":true,{policy[policy.IndexOf("\"entries\"", StringComparison.Ordinal)..]}";
            Assert.Empty(root.Change("policy", DscOperation.Test, entries).Names);
            other.Change("policy", DscOperation.Set, entries);
            Assert.Empty(other.Change("policy", DscOperation.Test, entries).Names);
        }

        Assert.True(changed > 50 && asWanted > 20 && refused > 5, $"{changed} changed, {asWanted} as wanted, {refused} refused");
    }

    private static string Wanted(Random random)
    {
        bool isDefault = random.Next(6) == 0;
        List<string> properties = [isDefault ? "\"default\":true" : $"\"scope\":\"{Pick(random, s_scopes)}\""];
        if (!isDefault && random.Next(5) == 0)
            properties.Add("\"_exist\":false");
        if (random.Next(4) > 0)
            properties.Add($"\"requirements\":{Pick(random, s_requirements)}");
        if (random.Next(3) == 0)
            properties.Add($"\"signatureStore\":\"{Pick(random, s_stores)}\"");
        if (random.Next(5) == 0)
            properties.Add($"\"signatureStoreStaging\":\"{Pick(random, s_stores)}\"");
        if (random.Next(4) == 0)
            properties.Add($"\"useSigstoreAttachments\":{(random.Next(2) == 0 ? "true" : "false")}");
        return $"{{{string.Join(',', properties)}}}";
    }

    private static string Pick(Random random, string[] values) => values[random.Next(values.Length)];
}
