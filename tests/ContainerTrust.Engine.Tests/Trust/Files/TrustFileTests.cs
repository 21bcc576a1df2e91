using System.Text;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Compliance.Comparison;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Engine.Tests.Trust.Files;

/// <summary>What a trust file looks like, and what is refused as one.</summary>
public sealed class TrustFileTests
{
    private const string Head = $$"""{"$schema":"{{TrustFile.Schema}}","entries":[""";

    private const string Reject = """
        "requirements":[{"type":"reject"}]
        """;

    [Fact]
    public void A_file_is_for_people_and_names_no_host()
    {
        ImageTrust[] entries =
        [
            Entry("docker", "quay.example.com", new RejectRequirement()) with { PolicyPath = "/policy.json", ComputerName = "h1" },
            Entry("docker", "a.example.com", new SignedByRequirement { KeyPath = "/k", SignedIdentity = new MatchExactIdentity() }) with
            {
                SignatureStore = "https://a.example.com/sigs",
                UseSigstoreAttachments = false,
            },
            Entry("dir", "/srv", new AcceptRequirement()),
            Entry("all", "default", new RejectRequirement()) with { IsDefault = true },
        ];
        Assert.Equal($$"""
            {
              "$schema": "{{TrustFile.Schema}}",
              "entries": [
                {
                  "default": true,
                  "requirements": [
                    {
                      "type": "reject"
                    }
                  ]
                },
                {
                  "transport": "dir",
                  "scope": "/srv",
                  "requirements": [
                    {
                      "type": "insecureAcceptAnything"
                    }
                  ]
                },
                {
                  "transport": "docker",
                  "scope": "a.example.com",
                  "requirements": [
                    {
                      "type": "signedBy",
                      "keyType": "GPGKeys",
                      "keyPath": "/k",
                      "signedIdentity": {
                        "type": "matchExact"
                      }
                    }
                  ],
                  "signatureStore": "https://a.example.com/sigs",
                  "useSigstoreAttachments": false
                },
                {
                  "transport": "docker",
                  "scope": "quay.example.com",
                  "requirements": [
                    {
                      "type": "reject"
                    }
                  ]
                }
              ]
            }

            """, Text(entries, TrustFileFormat.Json));
        Assert.Equal($"""
            # yaml-language-server: $schema={TrustFile.Schema}
            '$schema': {TrustFile.Schema}
            entries:
              - default: true
                requirements:
                  - type: reject
              - transport: docker
                scope: a.example.com
                requirements:
                  - type: signedBy
                    keyType: GPGKeys
                    keyPath: /k
                    signedIdentity:
                      type: matchExact
                signatureStore: https://a.example.com/sigs
                useSigstoreAttachments: false

            """, Text([entries[1], entries[3]], TrustFileFormat.Yaml));
    }

    [Theory]
    [InlineData("]}", "$.entries: The list of entries is empty")]
    [InlineData("""{"default":true,REJECT,"comment":1}]}""", "$.entries[0].comment: The member \"comment\" is unknown")]
    [InlineData("""{"default":true,REJECT}],"version":1}""", "$.version")]
    [InlineData("""{"default":true,REJECT,REJECT}]}""", "appears twice")]
    [InlineData("""{"default":true,"requirements":[]}]}""", "$.entries[0].requirements: The list of requirements is empty")]
    [InlineData("""{"default":true,"requirements":[{"type":"signedBy","keyType":"GPGKeys"}]}]}""",
        "$.entries[0].requirements[0]: Exactly one of")]
    [InlineData("""{"default":true}]}""", "\"requirements\" is missing")]
    [InlineData("""{"default":false,REJECT}]}""", "Leave this member out")]
    [InlineData("""{"default":true,"scope":"a",REJECT}]}""", "The default has no transport")]
    [InlineData("""{"transport":"docker",REJECT}]}""", "\"scope\" is missing")]
    [InlineData("""{"scope":"a",REJECT}]}""", "\"transport\" is missing")]
    [InlineData("""{"transport":"docker","scope":7,REJECT}]}""", "$.entries[0].scope: A string is expected")]
    [InlineData("""{"transport":"dir","scope":"relative",REJECT}]}""", "not possible in transport dir")]
    [InlineData("""{"transport":"dir","scope":"/a",REJECT,"signatureStore":"https://a"}]}""", "belong to scopes of transport docker")]
    [InlineData("""{"default":true,REJECT,"signatureStore":""}]}""", "The signature store is empty")]
    [InlineData("""{"default":true,REJECT,"useSigstoreAttachments":"yes"}]}""", "True or false is expected")]
    [InlineData("""{"default":true,REJECT},{"default":true,REJECT}]}""",
        "$.entries[1]: The entry for the default is already at $.entries[0]. Remove")]
    [InlineData("""{"default":true,REJECT},{"default":true,"requirements":[{"type":"insecureAcceptAnything"}]}]}""",
        "says something else there")]
    [InlineData("""{"default":true,REJECT}]} x""", "not valid JSON")]
    [InlineData("""{"transport":"docker","scope":"\ud800",REJECT}]}""", "not valid Unicode")]
    public void A_wrong_file_is_refused_by_file_and_place(string rest, string part)
    {
        rest = rest.Replace("NEXT", "{", StringComparison.Ordinal).Replace("REJECT", Reject, StringComparison.Ordinal);
        TrustException error = Assert.ThrowsAny<TrustException>(() => Read(Head + rest));
        Assert.Equal("InvalidTrustFile", error.ErrorId);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("/git/trust.json:1:", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "The file is empty")]
    [InlineData("# nothing\n", "The file is empty")]
    [InlineData("""{"entries":[{"default":true,"requirements":[{"type":"reject"}]}]}""", "\"$schema\" is missing")]
    [InlineData("""{"$schema":"https://example.com/other.json","entries":[]}""", "The schema is not the one")]
    [InlineData($$"""{"$schema":"{{TrustFile.Schema}}"}""", "\"entries\" is missing")]
    [InlineData("[]", "A trust file must be an object")]
    [InlineData("entries: [&a {default: true, requirements: [{type: reject}]}, *a]\n", "Aliases are not supported")]
    [InlineData("a: 1\n---\nb: 2\n", "several documents")]
    public void What_is_not_a_trust_file_is_refused(string text, string part)
    {
        TrustException error = Assert.ThrowsAny<TrustException>(() => Read(text));
        Assert.Equal("InvalidTrustFile", error.ErrorId);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.Contains("/git/trust.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("    useSigstoreAttachments: yes\n", ":6:29:", "Programs differ in what yes means")]
    [InlineData("    comment: x\n", ":6:14: $.entries[0].comment:", "is unknown")]
    [InlineData("  - transport: docker\n    scope: 10\n    requirements: [{type: reject}]\n",
        ":7:12: $.entries[1].scope:", "A string is expected")]
    [InlineData("  - transport: docker\n    scope: a\n    requirements:\n      - {type: refuse}\n",
        ":9:9: $.entries[1].requirements[0]:", "unknown")]
    [InlineData("    default: true\n", ":6:5:", "appears twice")]
    public void Places_in_YAML_are_those_of_the_YAML(string rest, string place, string part)
    {
        string yaml = "# comment\n$schema: ./image-trust.schema.json\nentries:\n  - default: true\n    requirements: [{type: reject}]\n"
            + rest;
        TrustException error = Assert.ThrowsAny<TrustException>(() => Read(yaml));
        Assert.Equal("InvalidTrustFile", error.ErrorId);
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stores_in_force_are_those_of_the_file()
    {
        IReadOnlyList<ImageTrust> entries = Read(Head + """
            {"default":true,"requirements":[{"type":"reject"}],"signatureStore":"https://default"},
            {"transport":"docker","scope":"a","requirements":[{"type":"reject"}],"signatureStore":"https://a",
                "useSigstoreAttachments":true},
            {"transport":"docker","scope":"a/b","requirements":[{"type":"reject"}]},
            {"transport":"dir","scope":"/a","requirements":[{"type":"reject"}]},
            {"transport":"docker","scope":"c","requirements":[{"type":"reject"}]}]}
            """);
        Assert.Equal(["https://default", "https://a", "https://a", null, "https://default"], entries.Select(static e => e.SignatureStore));
        Assert.Equal([null, true, true, null, null], entries.Select(static e => e.UseSigstoreAttachments));
        Assert.Equal([true, true, false, false, false], entries.Select(static e => e.Section is not null));
        Assert.All(entries, static e => Assert.Equal(("", null, null), (e.ComputerName, e.PolicyPath, e.Origin)));
    }

    [Fact]
    public void What_a_scope_inherits_from_a_section_that_is_not_in_the_file_is_written()
    {
        using ScratchRoot root = new();
        root.Write("/etc/containers/policy.json", """
            {"default":[{"type":"reject"}],"transports":{"docker":{
                "a.example.com/app":[{"type":"sigstoreSigned","keyPath":"/k"}],"a.example.com/open":[{"type":"insecureAcceptAnything"}]}}}
            """);
        root.Write("/etc/containers/registries.d/a.yaml",
            "docker:\n  a.example.com:\n    lookaside: https://a.example.com\n    use-sigstore-attachments: true\n");
        string text = Text([.. root.Open().Read(TrustQuery.All)], TrustFileFormat.Json);
        Assert.Contains("\"signatureStore\": \"https://a.example.com\"", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Split("signatureStore\"").Length - 1);
        Assert.Contains("\"useSigstoreAttachments\": true", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Entries_that_contradict_each_other_are_refused_by_their_hosts()
    {
        ImageTrust one = Entry("docker", "a", new RejectRequirement()) with { ComputerName = "h1" };
        TrustException error = Assert.Throws<TrustException>(
            () => Text([one, one with { ComputerName = "h2", Requirements = [new AcceptRequirement()] }], TrustFileFormat.Json));
        Assert.Equal("EntriesContradict", error.ErrorId);
        Assert.Contains("h1 and of h2", error.Message, StringComparison.Ordinal);
        Assert.Equal("EntriesContradict", Assert.Throws<TrustException>(
            () => Text([one, one with { SignatureStore = "https://a" }], TrustFileFormat.Json)).ErrorId);
        Assert.Equal(Text([one], TrustFileFormat.Json), Text([one, one with { ComputerName = "h2" }], TrustFileFormat.Json));
    }

    [Fact]
    public void Entries_that_no_policy_can_have_are_not_written()
    {
        void Refuses(string id, params ImageTrust[] entries) =>
            Assert.Equal(id, Assert.ThrowsAny<TrustException>(() => Text(entries, TrustFileFormat.Yaml)).ErrorId);
        Refuses("NoEntries");
        Refuses("IncompleteEntry", Entry("docker", "a") with { Requirements = [] });
        Refuses("IncompleteEntry", Entry("docker", "a", new SignedByRequirement { KeyPath = "/a", KeyData = "YQ==" }));
        Refuses("IncompleteEntry", Entry("docker", "\ud800", new RejectRequirement()));
        Refuses("IncompleteEntry", Entry("dir", "relative", new RejectRequirement()));
        Refuses("IncompleteEntry", Entry("dir", "/a", new RejectRequirement()) with { SignatureStore = "https://a" });
        Refuses("InvalidRequirement", Entry("docker", "a", new SignedByRequirement { KeyPath = "/\ud800" }));
    }

    [Fact]
    public void A_password_in_a_store_is_warned_of_and_not_shown()
    {
        List<string> warnings = [];
        ImageTrust entry = Entry("docker", "a", new SignedByRequirement { KeyPath = "/k" }) with
        {
            SignatureStore = "https://u:secret@a/s",
        };
        string text = Encoding.UTF8.GetString(TrustFile.Write([entry], TrustFileFormat.Json, new TrustMessages { Warning = warnings.Add }));
        Assert.Contains("u:secret@", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_reviewer_sees_characters_that_do_not_show()
    {
        ImageTrust entry = Entry("docker", "a\u202eb", new RejectRequirement());
        foreach (TrustFileFormat format in Enum.GetValues<TrustFileFormat>())
        {
            string text = Text([entry], format);
            Assert.DoesNotContain('\u202e', text);
            Assert.Equal("a\u202eb", Assert.Single(Read(text)).Registry);
        }
    }

    [Fact]
    public void A_baseline_and_a_side_of_a_comparison_are_known_by_what_is_in_the_file()
    {
        using ScratchRoot root = new();
        ImageTrust[] entries = [Entry("all", "default", new RejectRequirement()) with { IsDefault = true },
            Entry("docker", "a", new AcceptRequirement())];
        foreach (TrustFileFormat format in Enum.GetValues<TrustFileFormat>())
        {
            foreach (string name in new[] { "/trust.json", "/trust.yaml", "/trust" })
            {
                root.Write(name, "\ufeff" + Text(entries, format));
                (IEnumerable<ImageTrust> found, bool hasStores) = TrustBaseline.ReadPath(root.Full(name));
                Assert.True(hasStores);
                Assert.Equal(["default", "a"], found.Select(static e => e.Registry));
                Assert.Equal(root.Full(name), TrustSide.OfPath(root.Full(name)).Name);
            }
        }

        root.Write("/policy.json", """{"default":[{"type":"reject"}]}""");
        Assert.False(TrustBaseline.ReadPath(root.Full("/policy.json")).HasStores);
        root.Write("/broken.json", """{"$schema":1""");
        Assert.Equal("InvalidTrustFile", Assert.ThrowsAny<TrustException>(() => TrustBaseline.ReadPath(root.Full("/broken.json"))).ErrorId);
    }

    [Fact]
    public void Hostile_text_in_any_field_is_said_in_printable_words()
    {
        string hostile = System.Text.Json.JsonSerializer.Serialize(HostileFields.Text);
        foreach (string text in (string[])
        [
            $$"""{"$schema":{{hostile}}}""",
            $$"""{"$schema":"{{TrustFile.Schema}}",{{hostile}}:1}""",
            $$"""{{Head}}{{{hostile}}:1}]}""",
            $$"""{{Head}}{"transport":"dir","scope":{{hostile}},"requirements":[{"type":"reject"}]}]}""",
            $$"""{{Head}}{"transport":{{hostile}},"scope":"a","requirements":[{"type":"reject"}],"signatureStore":"x"}]}""",
            $$"""{{Head}}{"transport":"docker","scope":"a","requirements":[{"type":{{hostile}}}]}]}""",
            $$"""{{Head}}{"transport":"docker","scope":{{hostile}},{{Reject}}},{"transport":"docker","scope":{{hostile}},{{Reject}}}]}""",
        ])
        {
            TrustException error = Assert.ThrowsAny<TrustException>(() => Read(text));
            Assert.Null(HostileFields.Fault(error.Message));
        }

        string good = $$"""{{Head}}{"transport":"docker","scope":{{hostile}},{{Reject}},"signatureStore":{{hostile}}}]}""";
        foreach (TrustFileFormat format in Enum.GetValues<TrustFileFormat>())
            Assert.Null(HostileFields.Fault(Text(Read(good), format), isLine: false));
    }

    [Fact]
    public void A_missing_file_and_one_that_cannot_be_written_are_errors()
    {
        using ScratchRoot root = new();
        Assert.Equal("TrustFileNotFound", Assert.Throws<TrustException>(() => TrustFile.ReadFile(root.Full("/none.json"))).ErrorId);
        Assert.Equal("TrustFileNotWritten", Assert.Throws<TrustException>(
            () => TrustFile.Save(root.Full("/none/trust.json"), "x"u8)).ErrorId);
    }

    private static ImageTrust Entry(string transport, string scope, params TrustRequirement[] requirements) =>
        new() { ComputerName = "", Transport = transport, Registry = scope, Requirements = requirements };

    private static string Text(IReadOnlyList<ImageTrust> entries, TrustFileFormat format) =>
        Encoding.UTF8.GetString(TrustFile.Write(entries, format, TrustMessages.None));

    private static IReadOnlyList<ImageTrust> Read(string text) => TrustFile.Read(Encoding.UTF8.GetBytes(text), "/git/trust.json");
}
