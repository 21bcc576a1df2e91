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
        Assert.True(JsonNode.DeepEquals(set["entries"], JsonNode.Parse(Assert.Single(root.Call(Policy, DscOperation.Export)))!["entries"]));
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

    /// <summary>The distribution's default accepts all of docker-daemon, which is not listed.</summary>
    [Fact]
    public void A_purge_of_a_host_without_a_policy_leaves_exactly_what_is_listed()
    {
        using DscRoot root = new(policy: null);
        (JsonObject planned, _) = root.Change(Policy, DscOperation.WhatIf, Purging);
        (JsonObject done, _) = root.Change(Policy, DscOperation.Set, Purging);
        Assert.True(JsonNode.DeepEquals(planned, done));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Entries), done["entries"]), done.ToJsonString());
        Assert.DoesNotContain("insecureAcceptAnything", root.Read(TrustLocations.SystemPolicyPath), StringComparison.Ordinal);
        Assert.Empty(root.Change(Policy, DscOperation.Test, Purging).Names);
        string files = root.Files();
        Assert.Empty(root.Change(Policy, DscOperation.Set, Purging).Names);
        Assert.Equal(files, root.Files());
        using DscRoot other = new(policy: null);
        other.Change(Policy, DscOperation.Set, Wanted);
        Assert.Contains(other.Warnings, static w => w.Contains("accepts every image of docker-daemon:", StringComparison.Ordinal));
    }

    [Fact]
    public void The_default_is_whole_too()
    {
        using DscRoot root = new();
        const string Two = $$"""[{"default":true,"requirements":{{DscRoot.Signed}}},{{Scope}},"requirements":{{DscRoot.Signed}}}]""";
        root.Change(Policy, DscOperation.Set, $$"""{"entries":{{Two}}}""");
        root.Change("scope", DscOperation.Set, $$"""{"default":true,{{Store}}}""");
        const string Default = $$"""{"entries":[{"default":true,"requirements":{{DscRoot.Signed}}}]}""";
        Assert.Equal(["entries"], root.Change(Policy, DscOperation.Test, Default).Names);
        (JsonObject done, string[] names) = root.Change(Policy, DscOperation.Set, Default);
        Assert.Equal(["entries"], names);
        Assert.Contains(root.Warnings, static w => w.Contains("a.example.com, which is not listed, loses", StringComparison.Ordinal));
        Assert.Null(done["entries"]![0]!["signatureStore"]);
        Assert.Empty(root.Change(Policy, DscOperation.Test, Default).Names);
        Assert.Empty(root.Change(Policy, DscOperation.Set, Default).Names);
    }

    /// <summary>A store from a section that no entry has is in force all the same: not as wanted, and said.</summary>
    [Fact]
    public void A_store_that_a_set_cannot_take_away_is_a_difference_that_is_said()
    {
        using DscRoot root = new();
        root.Write(TrustLocations.SystemRegistriesDirectory + "/wide.yaml", "docker:\n  example.com:\n    lookaside: https://wide\n");
        const string Narrow =
            $$"""{"_purge":true,"entries":[{"transport":"docker","scope":"example.com/app","requirements":{{DscRoot.Signed}}}]}""";
        root.Change(Policy, DscOperation.Set, Narrow);
        Assert.Contains(root.Warnings, static w => w.Contains("that are not listed", StringComparison.Ordinal));
        Assert.Equal(["entries"], root.Change(Policy, DscOperation.Test, Narrow).Names);
        Assert.Contains(root.Warnings, static w => w.Contains("that are not listed", StringComparison.Ordinal));
        root.Change("scope", DscOperation.Set, """{"scope":"example.com","_exist":false}""");
        Assert.Empty(root.Change(Policy, DscOperation.Test, Narrow).Names);
        Assert.Empty(root.Warnings);
    }

    [Fact]
    public void A_test_warns_of_what_a_set_would_warn_of()
    {
        using DscRoot root = new();
        const string Accepting = $$"""{"entries":[{"default":true,"requirements":{{DscRoot.Accept}}}]}""";
        root.Change(Policy, DscOperation.WhatIf, Accepting);
        string[] warned = [.. root.Warnings];
        Assert.Contains(warned, static w => w.Contains("were not before: the default", StringComparison.Ordinal));
        Assert.Equal(["entries"], root.Change(Policy, DscOperation.Test, Accepting).Names);
        Assert.Equal(warned, root.Warnings);
    }

    [Fact]
    public void A_scope_that_governs_nothing_stays_if_it_is_there_and_is_warned_of()
    {
        using DscRoot root = new("""{"default":[{"type":"reject"}],"transports":{"docker":{"busybox":[{"type":"reject"}]} } }""");
        const string Odd = """{"entries":[{"transport":"docker","scope":"busybox","requirements":[{"type":"reject"}]}]}""";
        Assert.Empty(root.Change(Policy, DscOperation.Set, Odd).Names);
        Assert.Contains(root.Warnings, static w => w.Contains("'busybox'", StringComparison.Ordinal));
    }

    [Fact]
    public void A_scope_that_another_program_adds_meanwhile_goes_too_or_is_an_error()
    {
        using DscRoot root = new(), stubborn = new();
        int times = 0;
        const string Added = """
            {"default":[{"type":"reject"}],"transports":{"docker":{"added.example.com":[{"type":"insecureAcceptAnything"}]} } }
            """;
        root.SetBeside(Policy, Purging, () =>
        {
            if (times++ == 0)
                root.Write(TrustLocations.SystemPolicyPath, Added);
        });
        Assert.True(times > 1);
        Assert.Empty(root.Change(Policy, DscOperation.Test, Purging).Names);
        TrustException refused = Assert.ThrowsAny<TrustException>(() => stubborn.SetBeside(
            Policy, Purging, () => stubborn.Write(TrustLocations.SystemPolicyPath, Added)));
        Assert.Equal("FileChanged", refused.ErrorId);
        Assert.Contains("added.example.com", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_policy_resource_cannot_do_is_said()
    {
        using DscRoot root = new();
        Assert.Equal("InvalidDesiredState", root.Refused(Policy, DscOperation.Export, Wanted).ErrorId);
        Assert.Equal("InvalidDesiredState", root.Refused(Policy, DscOperation.Export, """{"_purge":true}""").ErrorId);
        Assert.Equal("DscOperationNotSupported", root.Refused(Policy, DscOperation.Delete, "{}").ErrorId);
        Assert.Equal("InvalidDesiredState", root.Refused(Policy, DscOperation.Set, """{"_purge":true}""").ErrorId);
        Assert.Equal("InvalidDesiredState", root.Refused(Policy, DscOperation.Set, """{"_purge":true,"entries":[]}""").ErrorId);
    }
}
