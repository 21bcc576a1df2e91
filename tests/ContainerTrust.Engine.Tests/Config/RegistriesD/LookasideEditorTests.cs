using System.Text;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Tests.Config.RegistriesD;

public sealed class LookasideEditorTests
{
    private const string Url = "https://new.example.com/s";

    private static SectionChange Set(string? name, string store = Url) => new(name, new LookasideSection { SignatureStore = store }, false);

    private static SectionChange Only(string? name, LookasideSection section) => new(name, section, true);

    private static SectionChange Remove(string? name) => new(name, null, true);

    private static LookasideEdit Plan(LookasideHost host, params SectionChange[] changes) =>
        LookasideEditor.Plan(host, LookasideHost.Directory, LookasideConfiguration.Load(host, LookasideHost.Directory), changes);

    private static string Edit(string content, params SectionChange[] changes)
    {
        LookasideHost host = LookasideHost.With(("a.yaml", content));
        LookasideEdit edit = Plan(host, changes);
        Assert.Equal(LookasideHost.Directory + "/a.yaml", Assert.Single(edit.Files).Path);
        host.Apply(edit);
        Assert.Empty(Plan(host, changes).Files);
        return host.Text("a.yaml");
    }

    [Fact]
    public void A_new_namespace_gets_a_file_of_its_own_that_old_and_new_software_understands()
    {
        var host = new LookasideHost();
        host.Apply(Plan(host, Set("registry.redhat.io", "https://registry.redhat.io/containers/sigstore")));
        Assert.Equal(
            """
            docker:
              registry.redhat.io:
                lookaside: https://registry.redhat.io/containers/sigstore
                sigstore: https://registry.redhat.io/containers/sigstore

            """,
            host.Text("registry.redhat.io.yaml"));
    }

    [Fact]
    public void A_new_section_with_everything()
    {
        var host = new LookasideHost();
        host.Apply(Plan(host, Only("*.example.com", new LookasideSection
            { SignatureStore = "https://a/#x", SignatureStoreStaging = "/var/staging", UseSigstoreAttachments = true })));
        Assert.Equal(
            """
            docker:
              "*.example.com":
                lookaside: "https://a/#x"
                sigstore: "https://a/#x"
                lookaside-staging: /var/staging
                sigstore-staging: /var/staging
                use-sigstore-attachments: true

            """,
            host.Text("*.example.com.yaml"));
    }

    [Fact]
    public void A_new_default_goes_to_default_yaml()
    {
        var host = new LookasideHost();
        host.Apply(Plan(host, Set(null, "/s")));
        Assert.Equal("default-docker:\n  lookaside: /s\n  sigstore: /s\n", host.Text("default.yaml"));

        host = LookasideHost.With(("default.yaml", "# Distribution's comment.\n#default-docker:\n#  lookaside: x\n"));
        host.Apply(Plan(host, Set(null, "/s")));
        Assert.Equal("# Distribution's comment.\n#default-docker:\n#  lookaside: x\ndefault-docker:\n  lookaside: /s\n  sigstore: /s\n",
            host.Text("default.yaml"));
    }

    [Theory]
    [InlineData("registry.example.com", "registry.example.com.yaml")]
    [InlineData("host:5000/a/b:tag", "host:5000-a-b:tag.yaml")]
    [InlineData("*.example.com", "*.example.com.yaml")]
    [InlineData("..", "_...yaml")]
    [InlineData(".", "_..yaml")]
    [InlineData("../../etc/cron.d/x", "_..-..-etc-cron.d-x.yaml")]
    [InlineData("-rf", "_-rf.yaml")]
    [InlineData("default", "_default.yaml")]
    public void File_names_are_the_scope_with_hyphens_and_safe(string scope, string file)
    {
        Assert.Equal(file, LookasideNames.FileName(scope));
        Assert.Equal(LookasideHost.Directory + "/" + file, Assert.Single(Plan(new LookasideHost(), Set(scope)).Files).Path);
    }

    [Fact]
    public void Long_names_are_cut_and_stay_different()
    {
        string a = LookasideNames.FileName(new string('é', 300) + "/a");
        string b = LookasideNames.FileName(new string('é', 300) + "/b");
        Assert.NotEqual(a, b);
        Assert.InRange(Encoding.UTF8.GetByteCount(a), 200, 255);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("a\nb: {}")]
    [InlineData("https://a")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    public void Namespaces_that_cannot_match_are_refused(string scope)
    {
        TrustException error = Assert.Throws<TrustException>(() => Plan(new LookasideHost(), Set(scope)));
        Assert.Equal(("LookasideInvalidNamespace", TrustErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
    }

    [Theory]
    [InlineData("example.com/sigs")]
    [InlineData("ftp://example.com")]
    [InlineData("https:///x")]
    [InlineData("https://")]
    [InlineData("https:x")]
    [InlineData("https://a b")]
    [InlineData("https://a\n  evil: x")]
    [InlineData("file://relative")]
    [InlineData("file:")]
    [InlineData("https://a/\u202eb")]
    [InlineData("https://a/\u200b")]
    public void Stores_that_cannot_be_used_are_refused(string store)
    {
        TrustException error = Assert.Throws<TrustException>(() => Plan(new LookasideHost(), Set("h", store)));
        Assert.Equal(("LookasideInvalidStore", TrustErrorKind.InvalidArgument), (error.ErrorId, error.Kind));
    }

    // Attributes hold UTF-8, and so no lone surrogate.
    [Fact]
    public void A_store_is_whole_text() => Stores_that_cannot_be_used_are_refused("file:///a\ud800");

    [Theory]
    [InlineData("https://h/x", null)]
    [InlineData("https://[::1]:8080/x", null)]
    [InlineData("file:///var/x", null)]
    [InlineData("/var/x", null)]
    [InlineData("http://h/x", "UnencryptedStore")]
    [InlineData("https://user:secret@h/x", "SecretInStore")]
    [InlineData("https://h/x?token=secret@", "SecretInStore")]
    public void Risky_stores_are_warned_of_without_repeating_the_secret(string store, string? warningId)
    {
        LookasideEdit edit = Plan(new LookasideHost(), Set("h", store));
        Assert.Equal(warningId, edit.Warnings.SingleOrDefault()?.WarningId);
        Assert.DoesNotContain(edit.Warnings, warning => warning.Message.Contains("secret@", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://h/x?sig=abc", "a query, which may hold a password or token")]
    [InlineData("https://user@h/x", "a user name or password")]
    [InlineData("https://user:secret@h/x?y", "a user name or password")]
    public void What_may_be_secret_in_a_store_is_named(string store, string what)
    {
        LookasideWarning warning = Assert.Single(Plan(new LookasideHost(), Set("h", store)).Warnings);
        Assert.Contains($"contains {what}, and", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_is_replaced_in_its_place()
    {
        Assert.Equal(
            "# head\ndocker:\n\n     h:   # about h\n         sigstore:   https://new.example.com/s   # why\n     i: {}\n",
            Edit("# head\ndocker:\n\n     h:   # about h\n         sigstore:   https://old   # why\n     i: {}\n", Set("h")));
    }

    [Theory]
    [InlineData("docker:\n  h:\n    sigstore: a\n", "docker:\n  h:\n    sigstore: U\n")]
    [InlineData("docker:\n  h:\n    lookaside: a\n", "docker:\n  h:\n    lookaside: U\n")]
    [InlineData("docker:\n  h:\n    lookaside: a\n    sigstore: b\n", "docker:\n  h:\n    lookaside: U\n    sigstore: U\n")]
    [InlineData("docker:\n  h:\n    lookaside: U\n    sigstore: b\n", "docker:\n  h:\n    lookaside: U\n    sigstore: U\n")]
    [InlineData("docker:\n  h:\n    lookaside: ''\n", "docker:\n  h:\n    lookaside: 'U'\n")]
    [InlineData("docker:\n  h:\n    lookaside:\n", "docker:\n  h:\n    lookaside: U\n")]
    [InlineData("docker:\n  h:\n    lookaside: ~ # c\n", "docker:\n  h:\n    lookaside: U # c\n")]
    [InlineData("docker:\n  h:\n    sigstore: \"a\"\n", "docker:\n  h:\n    sigstore: \"U\"\n")]
    [InlineData("docker:\n  h:\n    sigstore-staging: a\n", "docker:\n  h:\n    sigstore-staging: a\n    sigstore: U\n")]
    [InlineData("docker:\n  h:\n    lookaside-staging: a\n", "docker:\n  h:\n    lookaside-staging: a\n    lookaside: U\n")]
    [InlineData("docker:\n  h:\n    use-sigstore-attachments: no\n  i: {}\n",
        "docker:\n  h:\n    use-sigstore-attachments: no\n    lookaside: U\n    sigstore: U\n  i: {}\n")]
    [InlineData("docker:\n  h:\n", "docker:\n  h:\n    lookaside: U\n    sigstore: U\n")]
    [InlineData("docker:\n   h: {}  # c\n   i:\n      sigstore: x\n",
        "docker:\n   h:  # c\n      lookaside: U\n      sigstore: U\n   i:\n      sigstore: x\n")]
    [InlineData("docker:\n  h: ~\n  i:\n", "docker:\n  h:\n    lookaside: U\n    sigstore: U\n  i:\n")]
    [InlineData("docker: {h: {sigstore: x}}\n", "docker: {h: {sigstore: \"U\"}}\n")]
    [InlineData("docker: {h: {}, i: }\n", "docker: {h: {\"lookaside\": \"U\", \"sigstore\": \"U\"}, i: }\n")]
    [InlineData("docker: {h: , i: {}}\n", "docker: {h: {\"lookaside\": \"U\", \"sigstore\": \"U\"} , i: {}}\n")]
    [InlineData("docker:\n  h: {use-sigstore-attachments: true} # c\n",
        "docker:\n  h: {use-sigstore-attachments: true, \"lookaside\": \"U\", \"sigstore\": \"U\"} # c\n")]
    [InlineData("docker:\r\n  h:\r\n    use-sigstore-attachments: true\r\n",
        "docker:\r\n  h:\r\n    use-sigstore-attachments: true\r\n    lookaside: U\r\n    sigstore: U\r\n")]
    [InlineData("docker:\n  h:\n    use-sigstore-attachments: true",
        "docker:\n  h:\n    use-sigstore-attachments: true\n    lookaside: U\n    sigstore: U")]
    [InlineData("\uFEFFdocker:\n  h:\n    sigstore: a", "\uFEFFdocker:\n  h:\n    sigstore: U")]
    [InlineData("x: &x {sigstore: a}\ndocker:\n  h:\n    <<: *x\n", "x: &x {sigstore: a}\ndocker:\n  h:\n    <<: *x\n    sigstore: U\n")]
    [InlineData("docker:\n  h:\n    sigstore: a\n      b\n  i:\n", "docker:\n  h:\n    sigstore: U\n  i:\n")]
    public void A_store_is_set_in_the_section_s_own_words(string before, string after) =>
        Assert.Equal(after.Replace("U", Url, StringComparison.Ordinal), Edit(before.Replace("U", Url, StringComparison.Ordinal), Set("h")));

    [Theory]
    [InlineData("docker:\n  i:\n    sigstore: x\n", "docker:\n  i:\n    sigstore: x\n  h:\n    lookaside: U\n    sigstore: U\n")]
    [InlineData("docker:\n    i:\n      sigstore: x\n      # about x\n# end\n",
        "docker:\n    i:\n      sigstore: x\n      # about x\n    h:\n      lookaside: U\n      sigstore: U\n# end\n")]
    [InlineData("docker:\n", "docker:\n  h:\n    lookaside: U\n    sigstore: U\n")]
    [InlineData("docker: {} # none\ndefault-docker:\n    sigstore: x\n",
        "docker: # none\n    h:\n        lookaside: U\n        sigstore: U\ndefault-docker:\n    sigstore: x\n")]
    [InlineData("default-docker:\n  sigstore: x\n", "default-docker:\n  sigstore: x\ndocker:\n  h:\n    lookaside: U\n    sigstore: U\n")]
    [InlineData("# only a comment", "# only a comment\ndocker:\n  h:\n    lookaside: U\n    sigstore: U")]
    [InlineData("{\"docker\": {\"i\": {}}}\n", "{\"docker\": {\"i\": {}, \"h\": {\"lookaside\": \"U\", \"sigstore\": \"U\"}}}\n")]
    [InlineData("{}\n", "{\"docker\": {\"h\": {\"lookaside\": \"U\", \"sigstore\": \"U\"}}}\n")]
    [InlineData("---\ndocker:\n  i:\n...\n", "---\ndocker:\n  i:\n  h:\n    lookaside: U\n    sigstore: U\n...\n")]
    public void A_new_section_joins_the_file_that_has_its_name(string before, string after)
    {
        LookasideHost host = LookasideHost.With(("h.yaml", before));
        host.Apply(Plan(host, Set("h")));
        Assert.Equal(after.Replace("U", Url, StringComparison.Ordinal), host.Text("h.yaml"));
    }

    [Fact]
    public void Replacing_whole_removes_what_is_not_wanted()
    {
        const string Before = "docker:\n  h:\n    # store\n    sigstore: https://a\n    sigstore-staging: https://b  # c\n    color: " +
            "blue\n    use-sigstore-attachments: yes\n  i: {}\n";
        Assert.Equal(
            "docker:\n  h:\n    # store\n    sigstore: https://a\n    color: blue\n  i: {}\n",
            Edit(Before, Only("h", new LookasideSection { SignatureStore = "https://a" })));
        Assert.Equal(
            "docker:\n  h:\n    # store\n    color: blue\n    use-sigstore-attachments: false\n  i: {}\n",
            Edit(Before, Only("h", new LookasideSection { UseSigstoreAttachments = false })));
        Assert.Equal("docker:\n  h: {}\n", Edit("docker:\n  h:\n    sigstore: a\n", Only("h", new LookasideSection())));
        Assert.Equal("docker: {h: {sigstore: a}}\n",
            Edit("docker: {h: {lookaside-staging: x, sigstore: a, sigstore-staging: b}}\n",
            Only("h", new LookasideSection { SignatureStore = "a" })));
        Assert.Equal("docker:\n  h:\n    lookaside-staging: /s\n",
            Edit("docker:\n  h:\n    lookaside: a\n", Only("h", new LookasideSection { SignatureStoreStaging = "/s" })));
    }

    [Theory]
    [InlineData("docker:\n  # about g\n  g: {}\n  # about h\n  h:\n    # inner\n    sigstore: x\n    # last\n  # about i\n  i: {}\n",
        "docker:\n  # about g\n  g: {}\n  # about h\n  # about i\n  i: {}\n")]
    [InlineData("docker:\n  h:\n    sigstore: x\ndefault-docker:\n  sigstore: y", "docker: {}\ndefault-docker:\n  sigstore: y")]
    [InlineData("docker: # stores\n  h: {}\n", "docker: {} # stores\n")]
    [InlineData("docker: {g: {}, h: {sigstore: x}}\n", "docker: {g: {}}\n")]
    [InlineData("docker: {h: {sigstore: x}, g: {}}\n", "docker: {g: {}}\n")]
    [InlineData("docker: {h: {sigstore: x}}\n", "docker: {}\n")]
    [InlineData("x: &x {}\ndocker:\n  h: *x\n  i: *x\n", "x: &x {}\ndocker:\n  i: *x\n")]
    public void Removing_takes_the_section_s_lines_and_no_others(string before, string after) =>
        Assert.Equal(after, Edit(before, Remove("h")));

    [Fact]
    public void A_file_that_held_nothing_else_is_deleted_if_it_has_the_scope_s_name()
    {
        LookasideHost host = LookasideHost.With(
            ("a.yaml", "docker:\n  a:\n    sigstore: x\n"),
            ("b.yaml", "docker:\n  # about b\n  b: # c\n    sigstore: x\n"),
            ("c.yaml", "# Maintained by hand.\n\ndocker:\n  c:\n    sigstore: x\n"),
            ("d.yaml", "docker:\n  d: {}\nother: 1\n"),
            ("e.yaml", "docker: {e: {}}\ndefault-docker: {}\n"),
            ("other.yaml", "docker: {f: {}}\n"));
        host.Apply(Plan(host, Remove("a"), Remove("b"), Remove("c"), Remove("d"), Remove("e"), Remove("f"), Remove("g")));
        Assert.Equal(["c.yaml", "d.yaml", "e.yaml", "other.yaml"], host.Names);
        Assert.Equal("# Maintained by hand.\n\ndocker: {}\n", host.Text("c.yaml"));

        host = LookasideHost.With(("default.yaml", "default-docker:\n  sigstore: x\n"));
        host.Apply(Plan(host, Remove(null)));
        Assert.Empty(host.Names);
    }

    [Fact]
    public void No_change_in_meaning_is_no_change()
    {
        LookasideHost host = LookasideHost
            .With(("a.yaml", "docker:\n  h:\n    sigstore: 'https://a'\n    use-sigstore-attachments: yes\n    lookaside-staging: ''\n"));
        var same = new LookasideSection { SignatureStore = "https://a", UseSigstoreAttachments = true };
        LookasideEdit edit = Plan(host, Only("h", same), new SectionChange("gone", null, true),
            new SectionChange("none", new LookasideSection(), false));
        Assert.Empty(edit.Files);
        Assert.Empty(Plan(host, new SectionChange("h", new LookasideSection(), false)).Files);
    }

    [Fact]
    public void Several_changes_to_a_file_become_one()
    {
        string after = Edit(
            "docker:\n  a:\n    sigstore: x\n  b:\n    sigstore: x\n  c:\n    sigstore: x\ndefault-docker:\n  sigstore: x",
            Remove("a"),
            Set("b", "/b"),
            Remove("c"),
            Set(null, "/d"));
        Assert.Equal("docker:\n  b:\n    sigstore: /b\ndefault-docker:\n  sigstore: /d", after);

        LookasideHost host = LookasideHost.With(("n-x.yaml", "docker:\n  old:\n    sigstore: x"));
        host.Apply(Plan(host, Remove("old"), Set("n/x", "/1"), Set("n-x", "/2")));
        Assert.Equal("docker:\n  n/x:\n    lookaside: /1\n    sigstore: /1\n  n-x:\n    lookaside: /2\n    sigstore: /2",
            host.Text("n-x.yaml"));
    }

    [Theory]
    [InlineData("x: &x {sigstore: a}\ndocker:\n  h: *x\n", false)]
    [InlineData("docker:\n  h: &x\n    sigstore: a\n  i: *x\n", false)]
    [InlineData("docker:\n  h: &x\n    sigstore: a\n  i: *x\n", true)]
    [InlineData("docker:\n  h: &x {}\n  i: *x\n", false)]
    [InlineData("docker:\n  h:\n    sigstore: |\n      a\n", false)]
    [InlineData("docker:\n  h: {sigstore: a, # why\n    lookaside-staging: b}\n", null)]
    [InlineData("x: &x {h: {sigstore: a}}\ndocker:\n  <<: *x\n", false)]
    [InlineData("x: &x {h: {sigstore: a}}\ndocker: *x\n", true)]
    [InlineData("docker:\n  h:\n    sigstore: a\n---\nother: x\n", false)]
    [InlineData("docker:\n  ? h\n  : sigstore: a\n", true)]
    [InlineData("x: &x {sigstore: a, use-sigstore-attachments: on}\ndocker:\n  h: {<<: *x}\n", null)]
    public void What_cannot_be_edited_safely_is_refused_and_says_so(string content, bool? remove)
    {
        LookasideHost host = LookasideHost.With(("a.yaml", content));
        SectionChange change = remove switch
        {
            true => Remove("h"),
            false => Set("h"),
            null => Only("h", new LookasideSection { SignatureStoreStaging = "/b" }),
        };
        TrustException error = Assert.Throws<TrustException>(() => Plan(host, change));
        Assert.Equal("EditNotPossible", error.ErrorId);
        Assert.Contains(LookasideHost.Directory + "/a.yaml", error.Message, StringComparison.Ordinal);
        Assert.Contains("by hand", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_section_twice_is_refused() =>
        Assert.Equal("DuplicateChange", Assert.Throws<TrustException>(() => Plan(new LookasideHost(), Set("a"), Remove("a"))).ErrorId);

    [Fact]
    public void A_file_that_appeared_meanwhile_is_noticed()
    {
        var host = new LookasideHost();
        LookasideConfiguration before = LookasideConfiguration.Load(host, LookasideHost.Directory);
        host.Set("a.yaml", "docker: {}");
        Assert.Throws<FileChangedException>(() => LookasideEditor.Plan(host, LookasideHost.Directory, before, [Set("a")]));
    }

    [Fact]
    public void A_reset_deletes_every_file_but_the_default_even_broken_ones()
    {
        LookasideHost host = LookasideHost
            .With(("a.yaml", "broken: ["), ("b.yaml", "docker:"), ("default.yaml", "x: y"), ("README", "text"));
        host.Apply(LookasideEditor.PlanReset(host, LookasideHost.Directory + "/"));
        Assert.Equal(["README", "default.yaml"], host.Names);
    }
}
