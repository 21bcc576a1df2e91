using System.Text.Json.Nodes;
using ContainerTrust.Engine.DesiredState;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary><c>ContainerTrust/Scope</c>: get, test, what-if, set, delete, export.</summary>
public sealed class ScopeResourceTests
{
    private const string Scope = "scope";
    private const string Entry =
        $$"""{"scope":"a.example.com","requirements":{{DscRoot.Signed}},"signatureStore":"https://a.example.com/sigs"}""";

    [Fact]
    public void A_scope_that_is_missing_does_not_exist()
    {
        using DscRoot root = new();
        JsonObject state = root.Get(Scope, """{"scope":"a.example.com"}""");
        Assert.False(state["_exist"]!.GetValue<bool>());
        Assert.Equal("docker", state["transport"]!.GetValue<string>());
        Assert.Null(state["requirements"]);
        Assert.True(root.Get(Scope, """{"default":true}""")["_exist"]!.GetValue<bool>());
    }

    [Fact]
    public void What_is_set_is_what_is_got_and_a_second_set_touches_no_file()
    {
        using DscRoot root = new();
        (JsonObject set, string[] changed) = root.Change(Scope, DscOperation.Set, Entry);
        Assert.Equal(["_exist"], changed);
        Assert.Contains(root.Warnings, static w => w.Contains("a.example.com", StringComparison.Ordinal));
        Assert.True(JsonNode.DeepEquals(set, root.Get(Scope, """{"scope":"a.example.com"}""")));
        Assert.Equal("/keys/sample.asc", set["requirements"]![0]!["keyPath"]!.GetValue<string>());
        Assert.Equal("https://a.example.com/sigs", set["signatureStore"]!.GetValue<string>());
        FileStamp stamp = root.Stamp(TrustLocations.SystemPolicyPath);
        string files = root.Files();
        (JsonObject again, changed) = root.Change(Scope, DscOperation.Set, Entry);
        Assert.Empty(changed);
        Assert.Empty(root.Warnings);
        Assert.True(JsonNode.DeepEquals(set, again));
        Assert.Equal((stamp, files), (root.Stamp(TrustLocations.SystemPolicyPath), root.Files()));
    }

    [Fact]
    public void A_what_if_changes_nothing_and_says_what_a_set_then_does()
    {
        using DscRoot root = new();
        foreach (string wanted in (string[])
        [
            Entry,
            """{"scope":"a.example.com","signatureStore":"https://b.example.com","useSigstoreAttachments":true}""",
            $$"""{"scope":"a.example.com","requirements":{{DscRoot.Reject}}}""",
            $$"""{"default":true,"requirements":{{DscRoot.Accept}}}""",
            """{"default":true,"signatureStore":"https://default.example.com"}""",
            """{"scope":"a.example.com","_exist":false}""",
            """{"scope":"a.example.com","_exist":false}""",
        ])
        {
            string before = root.Files();
            (JsonObject planned, string[] wouldChange) = root.Change(Scope, DscOperation.WhatIf, wanted);
            Assert.Equal(before, root.Files());
            string[] warned = [.. root.Warnings];
            (JsonObject done, string[] changed) = root.Change(Scope, DscOperation.Set, wanted);
            Assert.True(JsonNode.DeepEquals(planned, done), $"{wanted}: {planned} is not {done}");
            Assert.Equal(wouldChange, changed);
            Assert.Equal(warned, root.Warnings);
            Assert.Equal(changed.Length > 0, before != root.Files());
        }
    }

    [Theory]
    [InlineData("""{"scope":"a.example.com"}""")]
    [InlineData("""{"transport":"docker","scope":"a.example.com","signatureStore":"https://a.example.com/sigs"}""")]
    [InlineData(Entry)]
    [InlineData("""{"scope":"b.example.com","_exist":false}""")]
    [InlineData("""{"default":true,"requirements":[{"type":"reject"}]}""")]
    [InlineData("""{"scope":"a.example.com","requirements":[{"type":"reject"}]}""", "requirements")]
    [InlineData("""{"scope":"a.example.com","signatureStore":"https://b.example.com","useSigstoreAttachments":true}""", "signatureStore",
        "useSigstoreAttachments")]
    [InlineData("""{"scope":"a.example.com","signatureStoreStaging":"file:///srv"}""", "signatureStoreStaging")]
    [InlineData("""{"scope":"a.example.com","_exist":false}""", "_exist")]
    [InlineData("""{"scope":"b.example.com"}""", "_exist")]
    [InlineData("""{"scope":"b.example.com","requirements":[{"type":"reject"}]}""", "_exist")]
    [InlineData("""{"transport":"docker-daemon","scope":"a.example.com","requirements":[{"type":"reject"}]}""", "_exist")]
    [InlineData("""{"default":true,"requirements":[{"type":"insecureAcceptAnything"}]}""", "requirements")]
    public void A_test_names_the_properties_that_differ(string wanted, params string[] differing)
    {
        using DscRoot root = new();
        root.Change(Scope, DscOperation.Set, Entry);
        string before = root.Files();
        (JsonObject state, string[] names) = root.Change(Scope, DscOperation.Test, wanted);
        Assert.Equal(differing, names);
        Assert.Equal(differing.Length == 0, state["_inDesiredState"]!.GetValue<bool>());
        Assert.Equal(before, root.Files());
    }

    [Fact]
    public void Attachments_that_a_set_would_switch_on_are_not_yet_as_wanted()
    {
        const string Wanted = """{"scope":"a.example.com","requirements":[{"type":"sigstoreSigned","keyData":"KEY"}]}""";
        using DscRoot root = new();
        string wanted = Wanted.Replace("KEY", Convert.ToBase64String(
            System.Text.Encoding.ASCII.GetBytes(System.Security.Cryptography.ECDsa.Create(
                System.Security.Cryptography.ECCurve.NamedCurves.nistP256).ExportSubjectPublicKeyInfoPem())), StringComparison.Ordinal);
        (JsonObject set, _) = root.Change(Scope, DscOperation.Set, wanted);
        Assert.True(set["useSigstoreAttachments"]!.GetValue<bool>());
        Assert.Empty(root.Change(Scope, DscOperation.Test, wanted).Names);
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Path.GetDirectoryName(root.Key))!
            + TrustLocations.SystemRegistriesDirectory))
            File.Delete(file);
        (JsonObject state, string[] names) = root.Change(Scope, DscOperation.Test, wanted);
        Assert.False(state["_inDesiredState"]!.GetValue<bool>());
        Assert.Equal(["useSigstoreAttachments"], names);
    }

    /// <summary>A host whose key is gone verifies nothing: its entry is as wanted, and the host is not.</summary>
    [Fact]
    public void A_key_that_is_missing_is_not_as_wanted_and_a_set_is_refused()
    {
        using DscRoot root = new();
        root.Change(Scope, DscOperation.Set, Entry);
        File.Delete(root.Key);
        (JsonObject state, string[] names) = root.Change(Scope, DscOperation.Test, Entry);
        Assert.False(state["_inDesiredState"]!.GetValue<bool>());
        Assert.Equal(["requirements"], names);
        Assert.Contains(root.Warnings, static w => w.Contains("/keys/sample.asc", StringComparison.Ordinal));
        Assert.Equal("KeyFileNotFound", root.Refused(Scope, DscOperation.Set, Entry).ErrorId);
        Assert.Equal("KeyFileNotFound", root.Refused(Scope, DscOperation.WhatIf, Entry).ErrorId);
    }

    [Fact]
    public void A_delete_takes_the_entry_with_its_stores_and_is_done_where_there_is_none()
    {
        using DscRoot root = new();
        root.Change(Scope, DscOperation.Set, Entry);
        Assert.Empty(root.Call(Scope, DscOperation.Delete, """{"scope":"a.example.com"}"""));
        Assert.DoesNotContain("a.example.com", root.Files(), StringComparison.Ordinal);
        string files = root.Files();
        Assert.Empty(root.Call(Scope, DscOperation.Delete, """{"scope":"a.example.com"}"""));
        Assert.Equal(files, root.Files());
        Assert.Equal("InvalidDesiredState", root.Refused(Scope, DscOperation.Delete, """{"default":true}""").ErrorId);
        Assert.Equal("InvalidDesiredState", root.Refused(Scope, DscOperation.Set, """{"default":true,"_exist":false}""").ErrorId);
    }

    [Fact]
    public void An_export_has_each_entry_once_and_each_can_be_set_elsewhere()
    {
        using DscRoot root = new(), other = new();
        root.Change(Scope, DscOperation.Set, Entry);
        root.Change(Scope, DscOperation.Set, $$"""{"transport":"docker-daemon","scope":"","requirements":{{DscRoot.Accept}}}""");
        string[] lines = root.Call(Scope, DscOperation.Export);
        Assert.Equal(3, lines.Length);
        foreach (string line in lines)
        {
            JsonObject entry = JsonNode.Parse(line)!.AsObject();
            Assert.True(entry["_exist"]!.GetValue<bool>());
            Assert.True(entry.Remove("root"));
            other.Change(Scope, DscOperation.Set, entry.ToJsonString());
        }

        Assert.Equal(root.Read(TrustLocations.SystemPolicyPath), other.Read(TrustLocations.SystemPolicyPath));
        Assert.Single(root.Call(Scope, DscOperation.Export, """{"default":true}"""));
        Assert.Single(root.Call(Scope, DscOperation.Export, """{"scope":"a.example.com"}"""));
        Assert.Empty(root.Call(Scope, DscOperation.Export, """{"scope":"*.example.com"}"""));
        Assert.Empty(root.Call(Scope, DscOperation.Export, """{"scope":"A.example.com"}"""));
        Assert.Empty(root.Call(Scope, DscOperation.Export, """{"transport":"docker*"}"""));
        Assert.Single(root.Call(Scope, DscOperation.Export, """{"transport":"docker-daemon"}"""));
        Assert.Equal("InvalidDesiredState", root.Refused(Scope, DscOperation.Export, Entry).ErrorId);
    }

    [Fact]
    public void A_host_without_a_policy_is_a_state_and_a_set_makes_one()
    {
        using DscRoot root = new(policy: null);
        Assert.False(root.Get(Scope, """{"default":true}""")["_exist"]!.GetValue<bool>());
        Assert.Empty(root.Call(Scope, DscOperation.Export));
        Assert.Contains("There is no policy", Assert.Single(root.Warnings), StringComparison.Ordinal);
        const string Wanted = $$"""{"default":true,"requirements":{{DscRoot.Reject}}}""";
        (JsonObject planned, _) = root.Change(Scope, DscOperation.WhatIf, Wanted);
        Assert.False(root.Has(TrustLocations.SystemPolicyPath));
        (JsonObject done, string[] changed) = root.Change(Scope, DscOperation.Set, Wanted);
        Assert.True(JsonNode.DeepEquals(planned, done));
        Assert.Equal(["_exist"], changed);
        Assert.Empty(root.Change(Scope, DscOperation.Test, Wanted).Names);
    }

    [Fact]
    public void A_password_in_a_store_is_not_printed()
    {
        using DscRoot root = new();
        const string Wanted =
            $$"""{"scope":"a.example.com","requirements":{{DscRoot.Signed}},"signatureStore":"https://me:secret@a.example.com/s"}""";
        foreach (DscOperation operation in (DscOperation[])[DscOperation.WhatIf, DscOperation.Set, DscOperation.Test, DscOperation.Get])
            Assert.DoesNotContain("secret", string.Join('\n', root.Call(Scope, operation, Wanted).Concat(root.Warnings)),
                StringComparison.Ordinal);
        Assert.Empty(root.Change(Scope, DscOperation.Test, Wanted).Names);
        Assert.DoesNotContain("secret", string.Concat(root.Call(Scope, DscOperation.Export)), StringComparison.Ordinal);
        Assert.Contains("left out here", Assert.Single(root.Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", string.Concat(root.Call("policy", DscOperation.Export)), StringComparison.Ordinal);
        Assert.Contains("left out here", Assert.Single(root.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_shown_of_a_store_with_a_password_is_not_set_without_a_word()
    {
        using DscRoot root = new();
        root.Change(Scope, DscOperation.Set,
            $$"""{"scope":"a.example.com","requirements":{{DscRoot.Signed}},"signatureStore":"https://me:secret@a.example.com/s"}""");
        JsonObject got = root.Get(Scope, """{"scope":"a.example.com"}""");
        Assert.Contains("left out here", Assert.Single(root.Warnings), StringComparison.Ordinal);
        Assert.True(got.Remove("root") && got.Remove("policyPath"));
        foreach (DscOperation operation in (DscOperation[])[DscOperation.WhatIf, DscOperation.Set])
        {
            root.Change(Scope, operation, got.ToJsonString());
            Assert.Contains(root.Warnings, static w => w.Contains("is the present one without the user name", StringComparison.Ordinal));
        }

        const string Query = """{"scope":"a.example.com","signatureStore":"https://a.example.com/s?token=secret"}""";
        root.Change(Scope, DscOperation.Set, Query);
        got = root.Get(Scope, """{"scope":"a.example.com"}""");
        Assert.True(got.Remove("root") && got.Remove("policyPath"));
        foreach (DscOperation operation in (DscOperation[])[DscOperation.WhatIf, DscOperation.Set, DscOperation.Test])
            Assert.Contains("was shortened", root.Refused(Scope, operation, got.ToJsonString()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_section_without_an_entry_goes_too()
    {
        const string Gone = """{"scope":"a.example.com","_exist":false}""";
        foreach (bool isDelete in (bool[])[false, true])
        {
            using DscRoot root = new();
            root.Change(Scope, DscOperation.Set, Entry);
            root.Write(TrustLocations.SystemPolicyPath, """{"default":[{"type":"reject"}]}""");
            Assert.Equal(["_exist"], root.Change(Scope, DscOperation.Test, Gone).Names);
            Assert.Equal(["_exist"], root.Change(Scope, DscOperation.WhatIf, Gone).Names);
            if (isDelete)
                Assert.Empty(root.Call(Scope, DscOperation.Delete, """{"scope":"a.example.com"}"""));
            else
                Assert.Equal(["_exist"], root.Change(Scope, DscOperation.Set, Gone).Names);
            Assert.DoesNotContain("a.example.com", root.Files(), StringComparison.Ordinal);
            Assert.Empty(root.Change(Scope, DscOperation.Test, Gone).Names);
            Assert.Empty(root.Change(Scope, DscOperation.Set, Gone).Names);
        }
    }

    [Fact]
    public void What_is_on_the_host_can_be_got_and_removed_even_if_it_could_not_be_written()
    {
        const string Odd = """{"docker":{"busybox":[{"type":"reject"}]},"nope":{"":[{"type":"reject"}]} }""";
        using DscRoot root = new($$"""{"default":[{"type":"reject"}],"transports":{{Odd}} }""");
        string[] lines = root.Call(Scope, DscOperation.Export);
        Assert.Equal(3, lines.Length);
        foreach (string line in lines[1..])
        {
            JsonObject entry = JsonNode.Parse(line)!.AsObject();
            Assert.True(entry.Remove("root"));
            Assert.True(root.Get(Scope, entry.ToJsonString())["_exist"]!.GetValue<bool>());
            Assert.Empty(root.Change(Scope, DscOperation.Test, entry.ToJsonString()).Names);
            entry["_exist"] = false;
            Assert.Equal(["_exist"], root.Change(Scope, DscOperation.Set, entry.ToJsonString()).Names);
            Assert.Empty(root.Change(Scope, DscOperation.Test, entry.ToJsonString()).Names);
            Assert.Empty(root.Call(Scope, DscOperation.Delete, entry.ToJsonString()));
        }

        Assert.Single(root.Call(Scope, DscOperation.Export));
    }

    /// <summary>The distribution's default accepts what docker-daemon has, and is what the first entry brings.</summary>
    [Fact]
    public void What_a_new_policy_brings_is_said()
    {
        const string Daemon = """{"transport":"docker-daemon","scope":"","_exist":false}""";
        const string Default = $$"""{"default":true,"requirements":{{DscRoot.Reject}}}""";
        using DscRoot root = new(policy: null);
        foreach (DscOperation operation in (DscOperation[])[DscOperation.Test, DscOperation.WhatIf, DscOperation.Set])
        {
            Assert.Empty(root.Change(Scope, operation, Daemon).Names);
            Assert.Contains(root.Warnings, static w => w.Contains("dependsOn", StringComparison.Ordinal));
            Assert.False(root.Has(TrustLocations.SystemPolicyPath));
        }

        root.Change(Scope, DscOperation.Set, Default);
        Assert.Contains(root.Warnings, static w => w.Contains("accepts every image of docker-daemon:", StringComparison.Ordinal));
        Assert.Equal(["_exist"], root.Change(Scope, DscOperation.Test, Daemon).Names);
        root.Change(Scope, DscOperation.Set, Daemon);
        Assert.Empty(root.Change(Scope, DscOperation.Test, Daemon).Names);
        Assert.Single(root.Call(Scope, DscOperation.Export));
    }

    [Fact]
    public void An_answer_says_which_policy_it_is_of_and_warns_if_it_is_not_the_systems()
    {
        using DscRoot root = new();
        foreach (string resource in (string[])[Scope, "policy"])
        {
            Assert.Equal(TrustLocations.SystemPolicyPath,
                root.Get(resource, resource == Scope ? """{"default":true}""" : "{}")["policyPath"]!.GetValue<string>());
            Assert.All(root.Call(resource, DscOperation.Export),
                static l => Assert.DoesNotContain("policyPath", l, StringComparison.Ordinal));
        }

        TrustLocations own = new("/home/me/policy.json", TrustLocations.SystemRegistriesDirectory, PolicyExists: true, IsUserPolicy: true);
        Assert.Contains("sudo", ResourceStore.NotTheSystems(own), StringComparison.Ordinal);
        Assert.Contains("CONTAINERS_POLICY_JSON",
            ResourceStore.NotTheSystems(own with { IsFromVariable = true }), StringComparison.Ordinal);
        Assert.Null(ResourceStore.NotTheSystems(own with { IsUserPolicy = false }));
    }

    [Fact]
    public void What_is_there_and_not_spoken_of_stays()
    {
        using DscRoot root = new();
        root.Change(Scope, DscOperation.Set, Entry);
        (JsonObject state, string[] changed) = root.Change(
            Scope, DscOperation.Set, """{"scope":"a.example.com","useSigstoreAttachments":false}""");
        Assert.Equal(["useSigstoreAttachments"], changed);
        Assert.Equal("https://a.example.com/sigs", state["signatureStore"]!.GetValue<string>());
        Assert.Equal("/keys/sample.asc", state["requirements"]![0]!["keyPath"]!.GetValue<string>());
    }
}
