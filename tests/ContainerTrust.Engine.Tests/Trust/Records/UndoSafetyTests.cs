using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Hosts;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Tests.Trust.Records;

/// <summary>What an undo must not do: accept more in silence, follow a stranger's record, lose what it takes to finish.</summary>
public sealed class UndoSafetyTests
{
    private const string Policy = TrustLocations.SystemPolicyPath;
    private const string Stores = "/etc/containers/registries.d/stores.yaml";
    private const string Accept = """{"default":[{"type":"insecureAcceptAnything"}]}""";
    private const string Reject = """{"default":[{"type":"reject"}]}""";

    [Fact]
    public void A_policy_that_a_reset_deleted_does_not_come_back_in_silence()
    {
        using ScratchRoot root = new();
        root.Write(TrustLocations.VendorPolicyPath, Reject);
        root.Write("/usr/share/containers/registries.conf", "");
        root.Write(Policy, Accept);
        Open(root).Reset(false, false, default);
        Assert.False(root.Has(Policy));
        Assert.Contains(Open(root).PreviewUndo().Result.Warnings, static w =>
            w.Contains("accepted without a check", StringComparison.Ordinal) && w.Contains("the default", StringComparison.Ordinal));
        Undo(root);
        Assert.Equal(Accept, root.Read(Policy));
    }

    [Fact]
    public void A_policy_that_comes_back_where_none_is_accepts_more_too()
    {
        using ScratchRoot root = new();
        Open(root).Apply([Set("a.example.com")], new(), default);
        Undo(root);
        Assert.False(root.Has(Policy));
        PlannedFile planned = new(Policy, null, (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(Accept));
        TrustStore store = Open(root);
        Assert.Equal([new RejectRequirement()], ResetEffect.InForce(store.Host, store.Locations, planned).Before.Default);
        Assert.Equal([new AcceptRequirement()], ResetEffect.InForce(store.Host, store.Locations, planned).After.Default);
    }

    [Fact]
    public void An_undo_that_was_broken_off_is_finished_by_the_next()
    {
        using ScratchRoot root = Root();
        string before = root.Read(Policy);
        Open(root).Apply([Set("a.example.com", "https://a.example.com/sigs")], new(), default);
        string id = Open(root).PreviewUndo().Id;

        // As where the second file could not be written.
        root.Write(Policy, before);
        TrustUndoPreview rest = Open(root).PreviewUndo();
        Assert.Equal((id, "/etc/containers/registries.d/a.example.com.yaml"), (rest.Id, Assert.Single(rest.Result.Files).Path));
        Undo(root);
        Assert.Equal((before, false), (root.Read(Policy), root.Has("/etc/containers/registries.d/a.example.com.yaml")));
        Assert.Equal("NothingToUndo", Assert.Throws<TrustException>(() => Undo(root)).ErrorId);

        // Where a hand has done all of it, that is noted.
        Open(root).Apply([Set("c.example.com")], new(), default);
        root.Write(Policy, before);
        Assert.Empty(Open(root).PreviewUndo().Result.Files);
        Undo(root);
        Assert.Equal("NothingToUndo", Assert.Throws<TrustException>(() => Undo(root)).ErrorId);
    }

    [SkippableFact]
    public void A_record_that_others_could_have_written_is_not_followed()
    {
        using ScratchRoot root = Root();
        Open(root).Apply([Set("a.example.com")], new(), default);
        string log = root.Full(ChangeLog.SystemPath);
        File.SetUnixFileMode(log, File.GetUnixFileMode(log) | UnixFileMode.GroupWrite);
        Assert.Equal("InvalidChangeRecord", Assert.Throws<TrustException>(() => Undo(root)).ErrorId);
        File.SetUnixFileMode(log, File.GetUnixFileMode(log) & ~UnixFileMode.GroupWrite);
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root can give a file away.");
        HostTools.Must("chown", "4711", log);
        Assert.Contains("belongs to the user 4711", Assert.Throws<TrustException>(() => Undo(root)).Message, StringComparison.Ordinal);
        HostTools.Must("chown", "4711", root.Full(Policy));
        Undo(root);
    }

    [Fact]
    public void A_private_policy_is_not_told_by_its_record()
    {
        using ScratchRoot root = Root();
        File.SetUnixFileMode(root.Full(Policy), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        TrustEditResult done = Open(root).Apply([Set("secret.example.com")], new(), default);
        Assert.Equal("secret.example.com", Assert.Single(done.Changes).Registry);
        string log = root.Read(ChangeLog.SystemPath);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
        Assert.DoesNotContain("\"before\"", log, StringComparison.Ordinal);
        Assert.Contains("1 scopes more", Assert.Single(Open(root).ReadChanges()).Reason, StringComparison.Ordinal);
        Assert.Equal("ChangeNotKept", Assert.Throws<TrustException>(() => Undo(root)).ErrorId);
    }

    [Theory]
    [InlineData("docker:\n  a.example.com:\n    lookaside: \"https:\\/\\/u:hunter2@a.example.com\"\n")]
    [InlineData("docker:\n  a.example.com:\n    lookaside: \"https:\\x2f\\x2fu:hunter2\\x40a.example.com\"\n")]
    [InlineData("docker:\n  a.example.com:\n    lookaside: https://u:hunter2'x@a.example.com\n")]
    [InlineData("docker:\n  a.example.com:\n    # was https://u:hunter2@a.example.com\n    lookaside: https://a.example.com\n")]
    [InlineData("docker: [hunter2")]
    public void A_password_is_in_no_record(string stores)
    {
        Assert.NotNull(KeptContent.WhyNot(new DocumentHost("document"), File(stores), 0x1A4));
        static PlannedFile File(string text) => new(Stores, new HostFile(Stores, System.Text.Encoding.UTF8.GetBytes(text), default),
            (ReadOnlyMemory<byte>)"docker: {}\n"u8.ToArray());
    }

    [Fact]
    public void What_is_huge_is_not_kept_and_not_searched()
    {
        byte[] huge = new byte[KeptContent.LargestFile + 1];
        PlannedFile file = new(Stores, new HostFile(Stores, huge, default), null);
        Assert.Contains("16 MiB", KeptContent.WhyNot(new DocumentHost("document"), file, 0x1A4), StringComparison.Ordinal);
        Assert.Equal("(too large to show)", UnifiedDiff.Of([file])[^1]);
        string many = string.Concat(Enumerable.Repeat("://", 1 << 20));
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(KeptContent.HasSecretUrl(many));
        Patience.EndedSoon(clock);
    }

    [Fact]
    public void Keys_that_are_missing_are_said_and_what_the_release_refuses_does_not_come_back()
    {
        using ScratchRoot root = new();
        root.Write(Policy, Scope("""{"type":"signedBy","keyType":"GPGKeys","keyPath":"/keys/a.gpg"}"""));
        Open(root).Apply([Set("a.example.com")], new(), default);
        string warning = Assert.Single(Open(root).PreviewUndo().Result.Warnings,
            static w => w.StartsWith("The key file", StringComparison.Ordinal));
        Assert.Contains("/keys/a.gpg", warning, StringComparison.Ordinal);
        Assert.DoesNotContain("orce", warning, StringComparison.Ordinal);

        root.Write(Policy, Scope("""{"type":"sigstoreSigned","keyPath":"/keys/a.pub"}"""));
        Open(root).Apply([Set("a.example.com")], new(), default);
        root.Write("/etc/os-release", "ID=rhel\nVERSION_ID=8.4\n");
        Assert.Equal("ChangeWouldBeRefused", Assert.Throws<TrustException>(() => Undo(root)).ErrorId);
    }

    [Fact]
    public void Links_and_private_files_that_were_deleted_are_not_made_anew()
    {
        const string own = "/etc/containers/registries.d/b.example.com.yaml";
        using ScratchRoot root = Root();
        Open(root).Apply([Set("first.example.com")], new(), default);
        File.SetUnixFileMode(root.Full(ChangeLog.SystemPath), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        root.Write(own, "docker:\n  b.example.com:\n    lookaside: https://b.example.com/sigs\n");
        File.SetUnixFileMode(root.Full(own), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Open(root).Apply([Remove("b.example.com")], new(), default);
        Assert.False(root.Has(own));
        TrustException e = Assert.Throws<TrustException>(() => Undo(root));
        Assert.Equal(("ChangeNotKept", own), (e.ErrorId, e.Target));

        Open(root).Apply([Set("b.example.com")], new(), default);
        root.Write("/etc/containers/real.txt", "docker:\n  b.example.com:\n    lookaside: https://b.example.com/sigs\n");
        File.CreateSymbolicLink(root.Full(own), "../real.txt");
        Open(root).Apply([Remove("b.example.com")], new(), default);
        Assert.False(root.Has(own));
        Assert.Contains("was a link", Assert.Throws<TrustException>(() => Undo(root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_recorded_is_told_all_the_same()
    {
        using ScratchRoot root = Root();
        Directory.CreateDirectory(root.Full(ChangeLog.SystemPath));
        TrustEditResult done = Open(root).Apply([Set("a.example.com")], new(), default);
        Assert.Equal(("a.example.com", null), (Assert.Single(done.Changes).Registry, done.Changes[0].Id));
    }

    [Fact]
    public void Beside_a_named_policy_no_file_is_made()
    {
        using ScratchRoot root = new();
        root.Write("/srv/p.json", Reject);
        Assert.Single(root.Open("/srv/p.json").Apply([Set("a.example.com")], new(), default).Changes);
        Assert.Equal(["p.json"], Directory.GetFileSystemEntries(root.Full("/srv")).Select(Path.GetFileName));
        TrustException e = Assert.Throws<TrustException>(() => root.Open("/srv/p.json").PreviewUndo());
        Assert.Equal("NothingToUndo", e.ErrorId);
        Assert.Contains("No record is kept", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_of_another_directory_names_it()
    {
        using ScratchRoot root = Root();
        TrustStore other = TrustStore.Open(
            new TrustStoreOptions { RootDirectory = root.Path, PolicyPath = Policy, RegistriesDirectory = "/etc/containers/other.d" },
            TrustMessages.None);
        other.Apply([Set("a.example.com", "https://a.example.com/sigs")], new(), default);
        TrustException e = Assert.Throws<TrustException>(() => Undo(root));
        Assert.Equal("OtherFilesChanged", e.ErrorId);
        Assert.Contains("/etc/containers/other.d", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{TrustOption.RegistriesDirectory}", e.Message, StringComparison.Ordinal);
        other.Undo(other.PreviewUndo().Id, default);
        Assert.False(root.Has("/etc/containers/other.d/a.example.com.yaml"));
    }

    [SkippableFact]
    public void A_user_s_deleted_policy_is_not_taken_for_the_system_s()
    {
        Skip.IfNot(HostTools.Has("flock"), "flock is not installed.");
        using ScratchRoot root = new();
        string how = $"export HOME='{root.Path}'; unset XDG_CONFIG_HOME CONTAINERS_POLICY_JSON; exec sh -c \"$c\"";
        using (SshHost host = RemoteStandIn.Connect(how))
        {
            TrustStore own = TrustStore.Open(host, new TrustStoreOptions { CurrentUser = true }, TrustMessages.None);
            Skip.IfNot(own.Locations.PolicyPath == root.Full("/.config/containers/policy.json"), "The home is not taken.");
            own.Apply([Set("a.example.com")], new(), default);
            own.Reset(false, false, default);
        }

        Assert.False(root.Has("/.config/containers/policy.json"));
        using (SshHost host = RemoteStandIn.Connect(how))
        {
            TrustException e = Assert.Throws<TrustException>(
                () => TrustStore.Open(host, new TrustStoreOptions(), TrustMessages.None).PreviewUndo());
            Assert.Equal("OtherFilesChanged", e.ErrorId);
            Assert.Contains($"{TrustOption.CurrentUser}", e.Message, StringComparison.Ordinal);
        }

        using (SshHost host = RemoteStandIn.Connect(how))
        {
            TrustStore own = TrustStore.Open(host, new TrustStoreOptions { CurrentUser = true }, TrustMessages.None);
            own.Undo(own.PreviewUndo().Id, default);
        }

        Assert.Contains("a.example.com", root.Read("/.config/containers/policy.json"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Over_ssh_a_record_that_cannot_be_replaced_is_only_warned_of()
    {
        Skip.IfNot(HostTools.Has("flock"), "flock is not installed.");
        using ScratchRoot root = Root();
        TrustStoreOptions options = new()
        {
            PolicyPath = root.Full(Policy), RegistriesDirectory = root.Full("/etc/containers/registries.d"),
        };
        TrustStore.Open(options, TrustMessages.None).Apply([Set("first.example.com")], new(), default);

        // It can be read, and neither root nor another user writes it there.
        string elsewhere = root.Full("/elsewhere"), log = root.Full(ChangeLog.SystemPath);
        Directory.CreateDirectory(elsewhere);
        File.Move(log, $"{elsewhere}/log");
        File.CreateSymbolicLink(log, $"{elsewhere}/log");
        HostTestDirectory.SetMode(elsewhere, Environment.IsPrivilegedProcess ? "777" : "555");
        List<string> warnings = [];
        TrustEditResult done;
        using (SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\""))
        {
            TrustStore store = TrustStore.Open(host, options, new TrustMessages { Warning = warnings.Add });
            done = store.Apply([Set("far.example.com")], new(), default);
        }

        HostTestDirectory.SetMode(elsewhere, "755");
        Assert.Contains("far.example.com", root.Read(Policy), StringComparison.Ordinal);
        Assert.DoesNotContain("far.example.com", File.ReadAllText($"{elsewhere}/log"), StringComparison.Ordinal);
        Assert.Single(warnings, static w => w.StartsWith("The change is not recorded", StringComparison.Ordinal));
        Assert.Equal(("far.example.com", null), (Assert.Single(done.Changes).Registry, done.Changes[0].Id));
    }

    private static string Scope(string requirement) =>
        "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{\"a.example.com\":[" + requirement + "]}}}";

    private static ScratchRoot Root()
    {
        ScratchRoot root = new();
        root.Write(Policy, """{"default":[{"type":"reject"}],"transports":{"docker":{"b.example.com":[{"type":"reject"}]}}}""");
        return root;
    }

    private static TrustStore Open(ScratchRoot root) => root.Open();

    private static void Undo(ScratchRoot root) => Open(root).Undo(Open(root).PreviewUndo().Id, default);

    private static TrustChange Set(string scope, string? store = null) => new()
    {
        Transport = "docker",
        Registry = scope,
        Requirements = [new RejectRequirement()],
        Section = store is null ? null : new LookasideSection { SignatureStore = store },
    };

    private static TrustChange Remove(string scope) => new() { Transport = "docker", Registry = scope, Remove = true };
}
