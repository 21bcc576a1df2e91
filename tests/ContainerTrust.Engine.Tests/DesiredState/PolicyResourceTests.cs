using System.Text.Json.Nodes;
using ContainerTrust.Engine.DesiredState;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary><c>ContainerTrust/Policy</c>: all entries of a host in one write, with and without purge.</summary>
public sealed class PolicyResourceTests
{
    private const string Policy = "policy";
    private const string Scope = "{\"transport\":\"docker\",\"scope\":\"a.example.com\"";
    private const string Store = "\"signatureStore\":\"https://a.example.com/sigs\"";
    private const string Entries =
        $$"""[{"default":true,"requirements":{{DscRoot.Reject}}},{{Scope}},"requirements":{{DscRoot.Signed}},{{Store}}}]""";
    private const string Wanted = $$"""{"entries":{{Entries}}}""";
    private const string Purging = $$"""{"_purge":true,"entries":{{Entries}}}""";

    [Fact]
    public void What_is_set_is_what_is_got_and_a_second_set_touches_no_file()
    {
        using DscRoot root = new("""{"default":[{"type":"insecureAcceptAnything"}]}""");
        (JsonObject state, string[] names) = root.Change(Policy, DscOperation.Test, Wanted);
        Assert.False(state["_inDesiredState"]!.GetValue<bool>());
        Assert.Equal(["entries"], names);
        (JsonObject set, names) = root.Change(Policy, DscOperation.Set, Wanted);
        Assert.Equal(["entries"], names);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Entries), set["entries"]));
        Assert.True(JsonNode.DeepEquals(set, root.Get(Policy, "{}")));
        Assert.True(JsonNode.DeepEquals(set, JsonNode.Parse(Assert.Single(root.Call(Policy, DscOperation.Export)))));
        FileStamp stamp = root.Stamp(TrustLocations.SystemPolicyPath);
        string files = root.Files();
        Assert.Empty(root.Change(Policy, DscOperation.Set, Wanted).Names);
        Assert.Equal((stamp, files), (root.Stamp(TrustLocations.SystemPolicyPath), root.Files()));
        (state, names) = root.Change(Policy, DscOperation.Test, Wanted);
        Assert.True(state["_inDesiredState"]!.GetValue<bool>());
        Assert.Empty(names);
    }

    [Fact]
    public void Only_a_purge_removes_scopes_that_are_not_listed()
    {
        const string Transports = $$$"""{"docker":{"b.example.com":{{{DscRoot.Accept}}} },"docker-daemon":{"":{{{DscRoot.Accept}}} } }""";
        using DscRoot root = new($$"""{"default":{{DscRoot.Reject}},"transports":{{Transports}} }""");
        root.Change(Policy, DscOperation.Set, Wanted);
        Assert.Equal(4, root.Get(Policy, "{}")["entries"]!.AsArray().Count);
        Assert.Empty(root.Change(Policy, DscOperation.Test, Wanted).Names);
        Assert.Equal(["entries"], root.Change(Policy, DscOperation.Test, Purging).Names);
        string before = root.Files();
        (JsonObject planned, _) = root.Change(Policy, DscOperation.WhatIf, Purging);
        Assert.Equal(before, root.Files());
        (JsonObject done, string[] changed) = root.Change(Policy, DscOperation.Set, Purging);
        Assert.Equal(["entries"], changed);
        Assert.True(JsonNode.DeepEquals(planned, done));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Entries), done["entries"]));
        Assert.Empty(root.Change(Policy, DscOperation.Test, Purging).Names);
    }

    [Fact]
    public void An_entry_is_whole_and_the_default_stays_where_it_is_not_listed()
    {
        using DscRoot root = new();
        root.Change(Policy, DscOperation.Set, Wanted);
        const string WithoutStore = $$"""{"_purge":true,"entries":[{{Scope}},"requirements":{{DscRoot.Signed}}}]}""";
        Assert.Equal(["entries"], root.Change(Policy, DscOperation.Test, WithoutStore).Names);
        (JsonObject state, _) = root.Change(Policy, DscOperation.Set, WithoutStore);
        Assert.Null(state["entries"]![1]!["signatureStore"]);
        Assert.True(state["entries"]![0]!["default"]!.GetValue<bool>());
    }

    [Fact]
    public void All_entries_are_written_or_none()
    {
        using DscRoot root = new();
        const string None = """[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/none.asc"}]""";
        const string Right = $$"""{"transport":"docker","scope":"b.example.com","requirements":{{DscRoot.Reject}}}""";
        const string OneIsWrong = $$"""{"entries":[{{Right}},{{Scope}},"requirements":{{None}}}]}""";
        Assert.Equal("KeyFileNotFound", root.Refused(Policy, DscOperation.Set, OneIsWrong).ErrorId);
        (JsonObject state, string[] names) = root.Change(Policy, DscOperation.Test, OneIsWrong);
        Assert.False(state["_inDesiredState"]!.GetValue<bool>());
        Assert.Equal(["entries"], names);
    }

    [Fact]
    public void A_host_without_a_policy_gets_one()
    {
        using DscRoot root = new(policy: null);
        Assert.Empty(root.Get(Policy, "{}")["entries"]!.AsArray());
        (JsonObject planned, _) = root.Change(Policy, DscOperation.WhatIf, Wanted);
        (JsonObject done, _) = root.Change(Policy, DscOperation.Set, Wanted);
        Assert.True(JsonNode.DeepEquals(planned, done));
        Assert.Empty(root.Change(Policy, DscOperation.Test, Wanted).Names);
    }

    [Fact]
    public void What_a_policy_resource_cannot_do_is_said()
    {
        using DscRoot root = new();
        Assert.Equal("DscOperationNotSupported", root.Refused(Policy, DscOperation.Delete, "{}").ErrorId);
        Assert.Equal("InvalidDesiredState", root.Refused(Policy, DscOperation.Set, """{"_purge":true}""").ErrorId);
        Assert.Equal("InvalidDesiredState", root.Refused(Policy, DscOperation.Set, """{"_purge":true,"entries":[]}""").ErrorId);
    }
}
