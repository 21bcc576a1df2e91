using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Hosts;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Tests.Trust.Records;

/// <summary>What is on record of changes, and how they are taken back.</summary>
public sealed class UndoTests
{
    private const string Policy = TrustLocations.SystemPolicyPath;
    private const string Strict = """{"default":[{"type":"reject"}],"transports":{"docker":{"b.example.com":[{"type":"reject"}]}}}""";
    private const string Stores = "/etc/containers/registries.d/stores.yaml";

    [Fact]
    public void A_change_says_who_changed_what_and_is_taken_back()
    {
        using ScratchRoot root = Root();
        string before = root.Read(Policy);
        TrustStore store = Open(root);
        TrustEditResult done = store.Apply([Set("a.example.com", "https://a.example.com/sigs"), Remove("b.example.com")], new(), default);
        Assert.Equal([("a.example.com", ImageTrustChangeStatus.Added), ("b.example.com", ImageTrustChangeStatus.Removed)],
            done.Changes.Select(static c => (c.Registry, c.Status)));
        ImageTrustChange[] kept = [.. store.ReadChanges()];
        Assert.Equal(done.Changes.Select(static c => (c.Id, c.BeforeTrust, c.AfterTrust, c.User, c.Command)),
            kept.Select(static c => (c.Id, c.BeforeTrust, c.AfterTrust, c.User, c.Command)));
        Assert.Equal("reject, store https://a.example.com/sigs", kept[0].AfterTrust);
        Assert.StartsWith(Environment.UserName, kept[0].User, StringComparison.Ordinal);
        Assert.Equal("test set", kept[0].Command);
        Assert.Equal([Policy, "/etc/containers/registries.d/a.example.com.yaml"], kept[0].Paths);

        TrustUndoPreview preview = Open(root).PreviewUndo();
        Assert.Equal(kept[0].Id, preview.Id);
        Assert.Contains(preview.Result.Diff, static l => l.StartsWith('+') && l.Contains("b.example.com", StringComparison.Ordinal));
        TrustEditResult undone = Open(root).Undo(preview.Id, default);
        Assert.Equal(before, root.Read(Policy));
        Assert.False(root.Has("/etc/containers/registries.d/a.example.com.yaml"));
        Assert.Equal([ImageTrustChangeStatus.Added, ImageTrustChangeStatus.Removed],
            undone.Changes.Select(static c => c.Status).Order());
        Assert.Equal(preview.Id, Open(root).ReadChanges().First().Undoes);
        Assert.Equal(Open(root).ReadChanges().First().Id, Open(root).ReadChanges().Last().UndoneBy);
    }

    [Fact]
    public void Each_undo_goes_one_change_further_back()
    {
        using ScratchRoot root = Root();
        List<string> states = [root.Read(Policy)];
        foreach (string scope in (string[])["c1.example.com", "c2.example.com", "c3.example.com"])
        {
            Open(root).Apply([Set(scope)], new(), default);
            states.Add(root.Read(Policy));
        }

        Undo(root);
        Assert.Equal(states[2], root.Read(Policy));
        Open(root).Apply([Set("c4.example.com")], new(), default);
        Undo(root);
        Assert.Equal(states[2], root.Read(Policy));
        Undo(root);
        Assert.Equal(states[1], root.Read(Policy));
        Undo(root);
        Assert.Equal(states[0], root.Read(Policy));
        Assert.Equal("NothingToUndo", Assert.Throws<TrustException>(() => Undo(root)).ErrorId);
    }

    [Fact]
    public void What_was_changed_since_is_not_lost()
    {
        using ScratchRoot root = Root();
        Open(root).Apply([Set("a.example.com", "https://a.example.com/sigs")], new(), default);
        TrustUndoPreview preview = Open(root).PreviewUndo();
        string mine = root.Read(Policy) + "\n";
        root.Write(Policy, mine);
        TrustException e = Assert.Throws<TrustException>(() => Open(root).Undo(preview.Id, default));
        Assert.Equal(("ChangedSince", Policy), (e.ErrorId, e.Target));
        Assert.Equal(mine, root.Read(Policy));
        Assert.True(root.Has("/etc/containers/registries.d/a.example.com.yaml"));

        // A change by us since is one that is to be taken back first.
        root.Write(Policy, mine[..^1]);
        Open(root).Apply([Set("z.example.com")], new(), default);
        Assert.Equal("ChangedSince", Assert.Throws<TrustException>(() => Open(root).Undo(preview.Id, default)).ErrorId);
        Assert.Equal("NothingToUndo", Assert.Throws<TrustException>(() => Open(root).PreviewUndo("other")).ErrorId);
    }

    [Fact]
    public void Nothing_gets_looser_without_a_word()
    {
        using ScratchRoot root = Root();
        root.Write(Policy, """{"default":[{"type":"insecureAcceptAnything"}]}""");
        Open(root).Apply([Set("a.example.com")], new(), default);
        Assert.Contains("accepted without a check", Assert.Single(Open(root).PreviewUndo().Result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void What_podman_would_refuse_is_not_brought_back()
    {
        using ScratchRoot root = Root();
        root.Write("/etc/os-release", "ID=fedora\nVERSION_ID=41\n");
        root.Write(Policy, "{ broken");
        string done = Record.Exception(() => Open(root).Reset(false, false, default)) is null ? "done" : "refused";
        Assert.Equal("done", done);
        Assert.Equal("ChangeWouldBeRefused", Assert.Throws<TrustException>(() => Open(root).PreviewUndo()).ErrorId);
    }

    [Fact]
    public void A_policy_that_was_made_goes_and_that_is_said()
    {
        using ScratchRoot root = new();
        Open(root).Apply([Set("a.example.com")], new(), default);
        Assert.Contains("refuse every image", Open(root).PreviewUndo().Result.Warnings[^1], StringComparison.Ordinal);
        Undo(root);
        Assert.False(root.Has(Policy));
    }

    [Fact]
    public void A_record_leads_to_no_other_file()
    {
        using ScratchRoot root = Root();
        Open(root).Apply([Set("a.example.com")], new(), default);
        string log = root.Read(ChangeLog.SystemPath);
        foreach (string path in (string[])["/etc/passwd", "/etc/containers/registries.d/../../x.yaml",
            "/etc/containers/registries.d/a/b.yaml", "/etc/containers/registries.d/x", "policy.json", "/x.yaml", ""])
        {
            root.Write(ChangeLog.SystemPath, log.Replace($"\"path\":\"{Policy}\"", $"\"path\":\"{path}\"", StringComparison.Ordinal));
            Assert.Equal("InvalidChangeRecord", Assert.Throws<TrustException>(() => Undo(root)).ErrorId);
        }

        // Content that is not what the digest says.
        root.Write(ChangeLog.SystemPath, log.Replace("\"same\":", "\"same\":1,\"x\":", StringComparison.Ordinal));
        Assert.Equal("InvalidChangeRecord", Assert.Throws<TrustException>(() => Undo(root)).ErrorId);
    }

    [Fact]
    public void No_secret_and_no_private_file_is_in_a_record()
    {
        using ScratchRoot root = Root();
        root.Write(Stores, "docker:\n  a.example.com:\n    lookaside: https://user:hunter2@a.example.com/sigs\n");
        Open(root).Apply([Set("a.example.com", "https://other.example.com/sigs")], new(), default);
        string log = root.Read(ChangeLog.SystemPath);
        Assert.DoesNotContain("hunter", log, StringComparison.Ordinal);
        Assert.DoesNotContain("\"was\"", log, StringComparison.Ordinal);
        TrustException e = Assert.Throws<TrustException>(() => Undo(root));
        Assert.Equal("ChangeNotKept", e.ErrorId);
        Assert.Contains("a URL with a password", e.Message, StringComparison.Ordinal);

        File.SetUnixFileMode(root.Full(Policy), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Open(root).Apply([Set("c.example.com")], new(), default);
        Assert.Contains("fewer users", Assert.Throws<TrustException>(() => Undo(root)).Message, StringComparison.Ordinal);

        // A record that is as private may have it.
        File.SetUnixFileMode(root.Full(ChangeLog.SystemPath), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string before = root.Read(Policy);
        Open(root).Apply([Set("d.example.com")], new(), default);
        Undo(root);
        Assert.Equal(before, root.Read(Policy));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(root.Full(ChangeLog.SystemPath)));
    }

    [Fact]
    public void A_record_that_cannot_be_written_takes_nothing_from_the_change()
    {
        using ScratchRoot root = Root();
        Directory.CreateDirectory(root.Full(ChangeLog.SystemPath));
        Open(root).Apply([Set("a.example.com")], new(), default);
        Assert.Contains("a.example.com", root.Read(Policy), StringComparison.Ordinal);
        Assert.Contains(root.Warnings, static w => w.StartsWith("The change is not recorded", StringComparison.Ordinal));
    }

    [Fact]
    public void Writers_at_once_are_all_on_record()
    {
        using ScratchRoot root = Root();
        string before = root.Read(Policy);
        Parallel.For(0, 12, new ParallelOptions { MaxDegreeOfParallelism = 6 },
            n => Open(root).Apply([Set($"w{n}.example.com")], new(), default));
        Assert.Equal(12, Open(root).ReadChanges().Select(static c => c.Id).Distinct().Count());
        for (int i = 0; i < 12; i++)
            Undo(root);
        Assert.Equal(before, root.Read(Policy));
    }

    [Fact]
    public void A_document_and_a_preview_keep_no_record()
    {
        using ScratchRoot root = Root();
        Open(root).Preview([Set("a.example.com")]);
        Assert.False(root.Has(ChangeLog.SystemPath));
        Open(root).Apply([Set("b.example.com")], new(), default);
        Assert.False(root.Has(ChangeLog.SystemPath));
        DocumentHost document = new("document");
        TrustStore store = TrustStore.Open(document, new TrustStoreOptions(), TrustMessages.None);
        store.Apply([Set("a.example.com")], new(), default);
        Assert.Equal([Policy], document.Paths);
    }

    [SkippableFact]
    public void A_host_over_ssh_records_and_undoes()
    {
        Skip.IfNot(HostTools.Has("flock"), "flock is not installed.");
        using ScratchRoot root = Root();
        TrustStoreOptions options = new()
        {
            PolicyPath = root.Full(Policy), RegistriesDirectory = root.Full("/etc/containers/registries.d"), Command = "far set",
        };
        string log = root.Full(ChangeLog.SystemPath);
        string before = root.Read(Policy);
        using (SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\"", options.PolicyPath, log))
        {
            TrustStore.Open(host, options, TrustMessages.None).Apply([Set("a.example.com", "https://a.example.com/sigs")], new(), default);
            Assert.InRange(host.RoundTrips, 3, 4);
        }

        Assert.Equal("644", HostTestDirectory.Mode(log));
        using (SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\""))
        {
            TrustStore store = TrustStore.Open(host, options, TrustMessages.None);
            ImageTrustChange change = Assert.Single(store.ReadChanges());
            Assert.Equal(("a.example.com", "far set", "host.example"), (change.Registry, change.Command, change.ComputerName));
            Assert.Contains($"from {Environment.UserName}@", change.User, StringComparison.Ordinal);
            store.Undo(store.PreviewUndo().Id, default);
        }

        Assert.Equal(before, root.Read(Policy));
        Assert.False(root.Has("/etc/containers/registries.d/a.example.com.yaml"));

        // Another writer comes between: both changes are in, and both on record.
        using (SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\""))
        {
            TrustStore store = TrustStore.Open(host, options, TrustMessages.None);
            _ = store.Preview([Set("far.example.com")]);
            TrustStore.Open(options, TrustMessages.None).Apply([Set("near.example.com")], new(), default);
            store.Apply([Set("far.example.com")], new(), default);
            Assert.Equal(["far.example.com", "near.example.com"], TrustStore.Open(options, TrustMessages.None).ReadChanges().Take(2)
                .Select(static c => c.Registry));
        }

        // What is in the record's place does not stop the change.
        File.Delete(log);
        Directory.CreateDirectory(log);
        List<string> warnings = [];
        using (SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\""))
            TrustStore.Open(host, options, new TrustMessages { Warning = warnings.Add }).Apply([Set("last.example.com")], new(), default);
        Assert.Contains("last.example.com", root.Read(Policy), StringComparison.Ordinal);
        Assert.Contains(warnings, static w => w.StartsWith("The change is not recorded", StringComparison.Ordinal));
    }

    private static ScratchRoot Root()
    {
        ScratchRoot root = new();
        root.Write(Policy, Strict);
        return root;
    }

    private static TrustStore Open(ScratchRoot root) => TrustStore.Open(
        new TrustStoreOptions { RootDirectory = root.Path, Command = "test set" }, new TrustMessages { Warning = w => Add(root, w) });

    private static void Add(ScratchRoot root, string warning)
    {
        lock (root.Warnings)
            root.Warnings.Add(warning);
    }

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
