using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Policy;

/// <summary>What the reader does at its edges, and the words by which people find what is wrong.</summary>
public sealed class PolicyReaderDetailTests
{
    [Theory]
    [InlineData("keyPath")]
    [InlineData("keyData")]
    public void How_many_sources_of_keys_there_are_is_said(string member)
    {
        string value = member == "keyPath" ? "\"/k\"" : "\"YQ==\"";
        string several = member == "keyPath" ? "\"keyData\": \"YQ==\"" : "\"keyPaths\": [\"/k\"]";
        foreach (string type in new[] { "\"type\": \"signedBy\", \"keyType\": \"GPGKeys\"", "\"type\": \"sigstoreSigned\"" })
        {
            Assert.Contains("none is", PolicyText.Refused(PolicyText.WithRequirement($"{{{type}}}")).Message, StringComparison.Ordinal);
            string both = $"{{{type}, \"{member}\": {value}, {several}}}";
            Assert.Contains("several are", PolicyText.Refused(PolicyText.WithRequirement(both)).Message, StringComparison.Ordinal);
            PolicyText.Read(PolicyText.WithRequirement($"{{{type}, \"{member}\": {value}}}"));
        }
    }

    [Fact]
    public void Key_data_has_any_length_and_no_blanks()
    {
        for (int length = 0; length < 200; length++)
        {
            byte[] bytes = [.. Enumerable.Range(0, length).Select(static i => (byte)i)];
            Assert.Equal(bytes, KeyData.Decode(Convert.ToBase64String(bytes)));
        }

        string[] refused = [" YQ==", "YQ== ", "Y Q==", "\tYQ==", "YQ==\t", "YQ", "YQ=", "Y*==", "YQ==YQ=="];
        foreach (string text in refused)
            Assert.Null(KeyData.Decode(text));
        Assert.Equal("a"u8.ToArray(), KeyData.Decode("Y\r\nQ=\n=\n"));
    }

    [Fact]
    public void What_is_skipped_to_find_the_type_is_not_taken_for_it()
    {
        TrustFormatException e = PolicyText.Refused(PolicyText.WithRequirement("""{"a": {"type": "x"}, "type": "reject"}"""));
        Assert.Equal(("PolicyUnknownMember", "$.default[0].a"), (e.ErrorId, e.DocumentPath));
        e = PolicyText.Refused(PolicyText.WithRequirement("""{"a": [{"type": "x"}], "b": 1, "type": "insecureAcceptAnything"}"""));
        Assert.Equal(("PolicyUnknownMember", "$.default[0].a"), (e.ErrorId, e.DocumentPath));
    }

    [Theory]
    [InlineData("{\"default\": [{\"type\": \"reject\"},]}", "one too many", 1, 31)]
    [InlineData("{\"default\": [{\"type\": \"reject\", \n}]}", "one too many", 2, 1)]
    [InlineData("{\n// why\n\"default\": [{\"type\": \"reject\"}]}", "Comments are not allowed", 2, 1)]
    [InlineData("{\"default\": [{\"type\": \"reject\"}] /* end */ }", "Comments are not allowed", 1, 34)]
    [InlineData("{\"default\": [ # why\n{\"type\": \"reject\"}]}", "Comments are not allowed", 1, 15)]
    [InlineData("{\"default\": [{\"type\": \"reject\"}", "It ends too early", 1, 33)]
    [InlineData("{\"default\": [{\"type\": \"rej", "It ends too early", 1, 28)]
    [InlineData("{\"default\": [{\"type\": /etc/x}]}", "The file is not valid JSON: '/'", 1, 23)]
    [InlineData("{\"default\" [{\"type\": \"reject\"}]}", "The file is not valid JSON: ", 1, 12)]
    public void What_is_not_JSON_is_said_in_words(string text, string expected, int line, int column)
    {
        TrustFormatException e = PolicyText.Refused(text);
        Assert.Equal(("PolicySyntax", line), (e.ErrorId, e.Line));
        Assert.Contains(expected, e.Problem, StringComparison.Ordinal);
        Assert.InRange(e.Column, column - 2, column + 2);
        Assert.DoesNotContain("reader options", e.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_syntax_error_ahead_of_the_type_is_named_with_its_place()
    {
        TrustFormatException e = PolicyText.Refused("{\"default\": [{\n\"a\": [1,], \"type\": \"reject\"}]}");
        Assert.Equal(("PolicySyntax", 2, 9), (e.ErrorId, e.Line, e.Column));
        Assert.StartsWith("The file is not valid JSON: The comma before this bracket is one too many. Remove it.", e.Problem,
            StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", e.Problem, StringComparison.Ordinal);
        e = PolicyText.Refused("{\"default\": [{\n\"a\": ");
        Assert.Equal("PolicySyntax", e.ErrorId);
    }

    [Fact]
    public void Thirty_two_levels_are_read_ahead_and_no_more()
    {
        // The requirement itself is at the third level.
        foreach (var (open, close) in new[] { ("[", "]"), ("{\"x\":", "}") })
        {
            string inner = open == "[" ? "" : "1";
            Assert.Equal("PolicyUnknownMember", Nested(29).ErrorId);
            Assert.Equal("PolicyTooDeep", Nested(30).ErrorId);

            TrustFormatException Nested(int levels) => PolicyText.Refused(PolicyText.WithRequirement(
                $"{{\"a\": {string.Concat(Enumerable.Repeat(open, levels))}{inner}{string.Concat(Enumerable.Repeat(close, levels))}, " +
                    "\"type\": \"reject\"}"));
        }
    }

    [Fact]
    public void A_policy_of_the_largest_size_is_read()
    {
        byte[] policy = Encoding.UTF8.GetBytes(PolicyText.WithRequirement("""{"type": "reject"}"""));
        byte[] padded = new byte[PolicyReader.MaxBytes + 1];
        padded.AsSpan().Fill((byte)' ');
        policy.CopyTo(padded, 0);
        Assert.IsType<RejectRequirement>(Assert.Single(PolicyReader.Read(padded.AsSpan(0, PolicyReader.MaxBytes), "p").Default));
        var e = Assert.ThrowsAny<TrustException>(() => PolicyReader.Read(padded, "p"));
        Assert.Equal(("FileTooLarge", TrustErrorKind.LimitsExceeded, "p"), (e.ErrorId, e.Kind, e.Target));
    }

    [Fact]
    public void Text_of_another_encoding_is_named()
    {
        string policy = PolicyText.WithRequirement("""{"type": "reject"}""");
        foreach (var encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            TrustFormatException e = PolicyText.Refused([.. encoding.Preamble, .. encoding.GetBytes(policy)]);
            Assert.StartsWith("The file is UTF-16 text", e.Problem, StringComparison.Ordinal);
            Assert.Equal((1, 1), (e.Line, e.Column));
        }
    }

    [Fact]
    public void A_long_name_is_not_plain_in_a_path()
    {
        string plain = new('x', Printable.NameLength), longer = new('x', Printable.NameLength + 1);
        Assert.Equal($"$.{plain}", PolicyText.Refused($$"""{"{{plain}}": 1}""").DocumentPath);
        Assert.StartsWith("$[\"x", PolicyText.Refused($$"""{"{{longer}}": 1}""").DocumentPath, StringComparison.Ordinal);
    }

    [Fact]
    public void Whether_there_are_transports_is_known()
    {
        Assert.False(PolicyText.Read("""{"default": [{"type": "reject"}]}""").HasTransports);
        Assert.True(PolicyText.Read("""{"default": [{"type": "reject"}], "transports": {}}""").HasTransports);
    }

    [Fact]
    public void A_requirement_list_is_read_alone()
    {
        var list = PolicyReader.ReadRequirements("""[{"type": "reject"}, {"type": "insecureAcceptAnything"}]"""u8, "the list");
        Assert.Equal(["reject", "insecureAcceptAnything"], list.Select(static r => r.Type));
        Assert.Equal("PolicyWrongType",
            Assert.Throws<TrustFormatException>(() => PolicyReader.ReadRequirements("{}"u8, "the list")).ErrorId);
    }

    [Fact]
    public void Many_members_are_compared_too()
    {
        string transports = string.Join(", ", Enumerable.Range(0, 40).Select(static i => $"\"t{i}\": {{}}"));
        Assert.Equal(40, PolicyText.Read("{\"default\": [{\"type\": \"reject\"}], \"transports\": {" + transports + "}}").Transports.Count);
        foreach (int i in new[] { 0, 15, 16, 17, 39 })
        {
            string twice = "{\"default\": [{\"type\": \"reject\"}], \"transports\": {" + transports + $", \"t{i}\": {{}}" + "}}";
            Assert.Equal("PolicyDuplicateMember", PolicyText.Refused(twice).ErrorId);
        }
    }

    [Theory]
    [InlineData("docker://example.com/team/app:v1", "example.com/team/app:v1", "The scope example.com/team/app:v1 is the image itself.")]
    [InlineData("docker://example.com/team/app:v2", "example.com/team/app",
        "The scope example.com/team/app is the most specific that the policy has for the image; 1 more specific one was looked for.")]
    [InlineData("docker://example.com/team/other", "example.com/team",
        "The scope example.com/team is the most specific that the policy has for the image; 2 more specific ones were looked for.")]
    [InlineData("docker://example.org/app", "",
        "No scope of transport docker matches the image, so the transport's default (\"\") applies.")]
    [InlineData("dir:/tmp/x", null, "No scope of transport dir matches the image, so the policy's default applies.")]
    [InlineData("oci:/tmp/x", null, "The policy has no scopes for transport oci, so its default applies.")]
    public void The_most_specific_scope_governs(string image, string? scope, string reason)
    {
        const string Reject = """[{"type": "reject"}]""";
        var policy = PolicyText.Read($$$"""
            {"default": {{{Reject}}}, "transports": {
              "docker": {"": {{{Reject}}}, "example.com/team": {{{Reject}}}, "example.com/team/app": {{{Reject}}}, "example.com/team/app:v1": {{{Reject}}} },
              "dir": {"/other": {{{Reject}}} } } }
            """);
        var (found, why) = PolicyLookup.Find(policy, ImageName.Parse(image, static p => p));
        Assert.Equal((scope, reason), (found?.Name, why));
    }
}
