using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.DesiredState;

namespace ContainerTrust.Engine.Tests.DesiredState;

/// <summary>Input that is malformed, hostile, or cannot be meant: one error that says where, and no file is touched.</summary>
public sealed class StateInputTests
{
    private static readonly DscOperation[] s_all = Enum.GetValues<DscOperation>();

    [Theory]
    [InlineData("scope", """{"unknown":1}""", "\"unknown\" is unknown")]
    [InlineData("scope", """{"Scope":"a.example.com"}""", "case-sensitive: write \"scope\"")]
    [InlineData("scope", """{"scope":"a.example.com","scope":"b.example.com"}""", "appears twice")]
    [InlineData("scope", """{"scope":7}""", "A string is expected, but here is a number")]
    [InlineData("scope", """{"scope":"a.example.com","_exist":"no"}""", "True or false is expected")]
    [InlineData("scope", """{"scope":"a.example.com","_inDesiredState":true}""", "read-only")]
    [InlineData("scope", """{"default":false}""", "Leave this property out")]
    [InlineData("scope", """{"default":true,"scope":"a.example.com"}""", "The default has no transport and no scope")]
    [InlineData("scope", "{}", "\"scope\" is missing")]
    [InlineData("scope", """{"scope":""}""", "The empty scope is all of a transport")]
    [InlineData("scope", """{"scope":"a.example.com","requirements":[]}""", "requirement")]
    [InlineData("scope", """{"scope":"a.example.com","requirements":[{"type":"accept"}]}""", "accept")]
    [InlineData("scope", """{"scope":"a.example.com","signatureStore":""}""", "The signature store is empty")]
    [InlineData("scope", """{"root":"relative","scope":"a.example.com"}""", "does not begin with /")]
    [InlineData("scope", """{"scope":"\ud800"}""", "not valid Unicode")]
    [InlineData("scope", """["scope"]""", "The input must be an object")]
    [InlineData("scope", "null", "The input must be an object")]
    [InlineData("scope", "{", "The text is not valid JSON")]
    [InlineData("scope", """{"scope":"a.example.com"} x""", "The text is not valid JSON")]
    [InlineData("scope", "  \n", "The input is empty")]
    [InlineData("policy", """{"entries":[{"transport":"docker","scope":"a.example.com"}]}""", "\"requirements\" is missing")]
    [InlineData(
        "policy",
        """{"entries":[{"default":true,"requirements":[{"type":"reject"}]},{"default":true,"requirements":[{"type":"reject"}]}]}""",
        "is already at $.entries[0]")]
    [InlineData("scope", """{"scope":"a.example.com","policyPath":"/p"}""", "read-only")]
    [InlineData("policy", """{"policyPath":"/p"}""", "read-only")]
    [InlineData("policy", """{"_purge":"yes"}""", "True or false is expected")]
    [InlineData("compliance", """{"minimumSeverity":"fatal"}""", "The severity is unknown")]
    [InlineData("compliance", """{"expiringWithinDays":-1}""", "A number of days")]
    [InlineData("compliance", """{"expiringWithinDays":1e999}""", "A number of days")]
    [InlineData("compliance", """{"expiringWithinDays":"7"}""", "A number is expected")]
    [InlineData("compliance", """{"baseline":"/b"}""", "An array of paths is expected")]
    [InlineData("compliance", """{"baseline":["b"]}""", "does not begin with /")]
    [InlineData("compliance", """{"compliant":true}""", "read-only")]
    public void What_is_not_valid_is_refused_with_its_place(string resource, string input, string words)
    {
        IEnumerable<DscOperation> operations = resource == "scope" ? s_all.Except([DscOperation.Export])
            : [DscOperation.Get, DscOperation.Test];
        foreach (DscOperation operation in operations)
        {
            TrustException refused = Assert.ThrowsAny<TrustException>(() => Run(resource, operation, Encoding.UTF8.GetBytes(input)));
            Assert.Equal(("InvalidDesiredState", TrustErrorKind.InvalidArgument), (refused.ErrorId, refused.Kind));
            Assert.Contains(words, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Fact]
    public void What_is_deep_or_large_or_not_text_is_refused_at_once()
    {
        foreach (byte[] input in (byte[][])
        [
            Encoding.UTF8.GetBytes($$"""{"scope":{{new string('[', 1_000_000)}}"""),
            Encoding.UTF8.GetBytes($$"""{"requirements":{{new string('[', 100)}}"""),
            [.. "{\"scope\":\""u8, 0xFF, .. "\"}"u8],
            [0xEF, 0xBB, 0xBF, .. "{}"u8],
            new byte[DscResource.MaxBytes + 1],
        ])
            Assert.Equal("InvalidDesiredState", Assert.ThrowsAny<TrustException>(() => Run("scope", DscOperation.Set, input)).ErrorId);
    }

    [Theory]
    [InlineData("""{"scope":"https://a.example.com","requirements":[{"type":"reject"}]}""", "InvalidScope", "UnreachableScope")]
    [InlineData("""{"transport":"nope","scope":"a","requirements":[{"type":"reject"}]}""", "UnknownTransport")]
    [InlineData("""{"transport":"nope","scope":"","requirements":[{"type":"reject"}]}""", "UnknownTransport")]
    [InlineData("""{"scope":"default","requirements":[{"type":"reject"}]}""", "UnreachableScope")]
    [InlineData("""{"scope":"docker-daemon","requirements":[{"type":"reject"}]}""", "UnreachableScope")]
    [InlineData("""{"scope":"busybox","requirements":[{"type":"reject"}]}""", "UnreachableScope")]
    [InlineData(
        """{"scope":"a.example.com","requirements":[{"type":"reject"}],"signatureStore":"https://a.example.com/?…"}""",
        "InvalidDesiredState")]
    [InlineData("""{"scope":"a.example.com\u0000","requirements":[{"type":"reject"}]}""", "InvalidScope")]
    [InlineData(
        """{"transport":"docker-daemon","scope":"a.example.com","requirements":[{"type":"reject"}],"signatureStore":"https://s"}""",
        "NoSignatureStore", "InvalidDesiredState")]
    [InlineData("""{"scope":"a.example.com","signatureStore":"https://s"}""", "InvalidDesiredState")]
    public void What_no_host_can_be_set_to_is_refused(string wanted, params string[] ids)
    {
        using DscRoot root = new();
        Assert.Contains(root.Refused("scope", DscOperation.Set, wanted).ErrorId, ids);
        Assert.Contains(root.Refused("scope", DscOperation.WhatIf, wanted).ErrorId, ids);
        string entry = wanted.Contains("\"transport\"", StringComparison.Ordinal) ? wanted : $"{{\"transport\":\"docker\",{wanted[1..]}";
        foreach (DscOperation operation in (DscOperation[])[DscOperation.Set, DscOperation.WhatIf])
        {
            TrustException refused = root.Refused("policy", operation, $"{{\"entries\":[{entry}]}}");
            Assert.Contains(refused.ErrorId, ids);
            Assert.DoesNotContain("orce", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("orce", root.Refused("scope", operation, wanted).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_of_resources_are_those_of_types_too_and_others_are_refused()
    {
        Assert.Equal(["scope", "policy", "compliance"], DscResource.Names);
        Assert.Equal("scope", DscResource.NameOf("ContainerTrust/Scope"));
        Assert.Equal("policy", DscResource.NameOf("containertrust/POLICY"));
        Assert.Equal("DscResourceNotFound", Assert.Throws<TrustException>(() => DscResource.NameOf("Other/Scope")).ErrorId);
    }

    // What is in an answer was read from the host: it must not act on a terminal, nor pose as a line of its own.
    [Fact]
    public void What_a_host_says_is_one_line_of_printable_json()
    {
        const string Scope = """
            {"a.example.com/\u202egnp\u001b[31m\n":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/k\u2028\u0007"}]}
            """;
        using DscRoot root = new($$"""{"default":[{"type":"reject"}],"transports":{"docker":{{Scope}} } }""");
        foreach (string resource in (string[])["scope", "policy"])
        {
            string[] lines = root.Call(resource, DscOperation.Export);
            Assert.Equal(resource == "scope" ? 2 : 1, lines.Length);
            foreach (string line in lines)
            {
                Assert.True(line.All(static c => c is >= ' ' and <= '~'), line);
                using JsonDocument json = JsonDocument.Parse(line);
                Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
            }
        }
    }

    private static string Run(string resource, DscOperation operation, byte[] input) =>
        DscResource.Run(resource, operation, input, TrustMessages.None);
}
