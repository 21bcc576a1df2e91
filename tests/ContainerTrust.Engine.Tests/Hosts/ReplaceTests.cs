using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using static ContainerTrust.Engine.Tests.Hosts.HostTestDirectory;

namespace ContainerTrust.Engine.Tests.Hosts;

public sealed class ReplaceTests : IDisposable
{
    private const string Leftover = ".policy.json.containertrust-tmp";

    private readonly HostTestDirectory _directory = new();
    private readonly LocalHost _host = LocalHost.Instance;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_new_file_is_readable_by_all_whatever_the_umask_and_its_directories_are_made()
    {
        string path = _directory["etc/containers/policy.json"];
        Assert.Equal("ok", HostTools.Must("sh", "-c", $"umask 077; exec dotnet exec '{HostTools.Writer}' replace '{path}' new"));
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal("644", HostTools.Must("stat", "-c", "%a", path));
        Assert.Equal("755 755", HostTools.Must("stat", "-c", "%a", _directory["etc"], _directory["etc/containers"]).Replace('\n', ' '));
        Assert.Equal(["etc", "etc/containers", "etc/containers/policy.json"], _directory.FileNames());
    }

    [Fact]
    public void Directories_of_a_file_outside_the_locked_one_are_made()
    {
        using IHostChange change = Begin(_directory["etc"]);
        change.Replace(_directory["a/b/file"], Bytes("new"), null);
        Assert.Equal(["a", "a/b", "a/b/file", "etc"], _directory.FileNames());
    }

    [Fact]
    public void A_replaced_file_is_a_new_one_under_the_old_name()
    {
        string path = _directory.Write("policy.json", "old");
        HostTools.Must("ln", path, _directory["second"]);
        using FileStream reader = File.OpenRead(path);
        HostFile old = _host.TryReadFile(path, Limit)!;
        Rewrite(_host, path, "new content");
        Assert.Equal("new content", File.ReadAllText(path));
        Assert.NotEqual(old.Stamp.Inode, _host.TryReadFile(path, Limit)!.Stamp.Inode);
        Assert.Equal("old", new StreamReader(reader).ReadToEnd());
        Assert.Equal("old", File.ReadAllText(_directory["second"]));
        Assert.Equal(["policy.json", "second"], _directory.FileNames());
    }

    [Fact]
    public void Contents_of_many_sizes_arrive_whole()
    {
        Random random = new(5);
        foreach (int size in new[] { 0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 131073, 1 << 20 })
        {
            byte[] content = new byte[size];
            random.NextBytes(content);
            string path = _directory["file"];
            for (int i = 0; i < 2; i++)
            {
                using IHostChange change = Begin(_directory.Root);
                change.Replace(path, content, _host.TryReadFile(path, Limit));
                Assert.Equal(content, _host.TryReadFile(path, Limit)!.Content.ToArray());
            }
        }
    }

    [Fact]
    public void Unchanged_content_leaves_the_file_untouched()
    {
        string path = _directory.Write("policy.json", "same");
        HostFile before = _host.TryReadFile(path, Limit)!;
        Rewrite(_host, path, "same");
        Assert.Equal(before.Stamp, _host.TryReadFile(path, Limit)!.Stamp);

        using IHostChange change = Begin(_directory.Root);
        File.WriteAllText(path, "else");
        Assert.Throws<FileChangedException>(() => change.Replace(path, Bytes("same"), before));
        Assert.Equal("else", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("../real/policy.json")]
    [InlineData("{root}/real/policy.json")]
    [InlineData("../middle")]
    public void A_link_stays_a_link_and_its_target_is_replaced(string target)
    {
        string real = _directory.Write("real/policy.json", "old");
        _directory.Link("middle", "real/policy.json");
        string link = _directory.Link("etc/policy.json", target.Replace("{root}", _directory.Root, StringComparison.Ordinal));
        Rewrite(_host, link, "new");
        Assert.Equal(target.Replace("{root}", _directory.Root, StringComparison.Ordinal), new FileInfo(link).LinkTarget);
        Assert.Null(new FileInfo(real).LinkTarget);
        Assert.Equal("new", File.ReadAllText(real));
        Assert.Equal(["etc", "etc/policy.json", "middle", "real", "real/policy.json"], _directory.FileNames());
    }

    [Theory]
    [InlineData("600")]
    [InlineData("664")]
    [InlineData("444")]
    [InlineData("4755")]
    public void The_mode_is_kept(string mode)
    {
        string path = _directory.Write("policy.json", "old");
        SetMode(path, mode);
        Rewrite(_host, path, "new");
        Assert.Equal(mode, Mode(path));
    }

    [SkippableFact]
    public void The_owner_is_kept()
    {
        Skip.IfNot(HostTools.IsRoot, "Giving a file away needs root.");
        string path = _directory.Write("policy.json", "old");
        HostTools.Must("chown", "1234:4321", path);
        SetMode(path, "6750");
        Rewrite(_host, path, "new");
        Assert.Equal("1234 4321 6750", HostTools.Must("stat", "-c", "%u %g %a", path));
    }

    [SkippableFact]
    public void What_an_owner_cannot_keep_is_not_replaced()
    {
        string path = _directory.Write("policy.json", "old");
        SetMode(path, "644");
        SetMode(_directory.Root, "777");
        string? output = HostTools.RunAsNobody("replace", path, "new");
        Skip.If(output is null, "This test drops root's rights, and cannot here.");
        Assert.StartsWith("AttributesNotKept PermissionDenied", output, StringComparison.Ordinal);
        Assert.Contains("its owner (user 0, group 0) cannot be kept", output, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["policy.json"], _directory.FileNames());
    }

    [SkippableFact]
    public void Without_rights_nothing_is_changed()
    {
        string path = _directory.Write("policy.json", "old");
        SetMode(_directory.Root, "755");
        string? output = HostTools.RunAsNobody("replace", path, "new");
        Skip.If(output is null, "This test drops root's rights, and cannot here.");
        Assert.StartsWith("PermissionDenied PermissionDenied", output, StringComparison.Ordinal);
        Assert.Contains("cannot be changed: permission denied. Run the command as root (sudo)", output, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal(["policy.json"], _directory.FileNames());
    }

    [SkippableFact]
    public void Extended_attributes_are_kept()
    {
        Skip.IfNot(HostTools.Has("setfattr") && HostTools.Has("getfattr"), "The package attr is not installed.");
        string path = _directory.Write("policy.json", "old");
        Skip.IfNot(HostTools.Run("setfattr", "-n", "user.note", "-v", "kept", path).ExitCode == 0,
            "This file system has no user attributes.");
        HostTools.Must("setfattr", "-n", "user.binary", "-v", "0x0001ff00", path);
        HostTools.Must("setfattr", "-n", "user.empty", path);
        HostTools.Must("setfattr", "-n", "user.large", "-v", new string('x', 2000), path);
        if (HostTools.IsRoot)
            HostTools.Must("setfattr", "-n", "security.selinux", "-v", "system_u:object_r:container_config_t:s0", path);
        string before = HostTools.Must("getfattr", "-d", "-e", "hex", "-m", "-", path);
        Assert.Contains("user.empty", before, StringComparison.Ordinal);
        Rewrite(_host, path, "new");
        Assert.Equal(before, HostTools.Must("getfattr", "-d", "-e", "hex", "-m", "-", path));
        Assert.Equal("new", File.ReadAllText(path));
    }

    [SkippableFact]
    public void An_acl_is_kept_and_none_is_not_made_up()
    {
        Skip.IfNot(HostTools.Has("setfacl") && HostTools.Has("getfacl"), "The package acl is not installed.");
        string with = _directory.Write("with", "old");
        string without = _directory.Write("without", "old");
        SetMode(without, "644");
        Skip.IfNot(HostTools.Run("setfacl", "-m", "u:4321:rw-,g:1234:r--,m::rw-", with).ExitCode == 0, "This file system has no ACLs.");
        HostTools.Must("setfacl", "-d", "-m", "u:9999:rwx", _directory.Root);
        foreach (string path in new[] { with, without })
        {
            string before = HostTools.Must("getfacl", "-cpn", path);
            Rewrite(_host, path, "new");
            Assert.Equal(before, HostTools.Must("getfacl", "-cpn", path));
        }

        Assert.DoesNotContain("9999", HostTools.Must("getfacl", "-cpn", without), StringComparison.Ordinal);
    }

    [Fact]
    public void A_foreign_change_is_noticed()
    {
        string path = _directory.Write("policy.json", "old");
        Action[] changes =
        [
            () => File.AppendAllText(path, "more"),
            () => File.WriteAllText(path, "OLD"),
            () => File.Delete(path),
            () => HostTools.Must("sh", "-c", $"printf old > '{path}.x' && mv '{path}.x' '{path}'"),
            () => HostTools.Must("chmod", "600", path),
            () => HostTools.Must("sh", "-c", $"rm '{path}' && ln -s /dev/null '{path}'"),
        ];
        foreach (Action foreign in changes)
        {
            File.Delete(path);
            File.WriteAllText(path, "old");
            using IHostChange change = Begin(_directory.Root);
            HostFile file = _host.TryReadFile(path, Limit)!;
            AwaitTick(path);
            foreign();
            string after = HostTools.Run("stat", "-c", "%i %s %Z %a %F", path).Output;
            TrustException e = Assert.ThrowsAny<TrustException>(() => change.Replace(path, Bytes("new"), file));
            Assert.True(e is FileChangedException || e.ErrorId == "NotARegularFile", e.ErrorId);
            e = Assert.ThrowsAny<TrustException>(() => change.Delete(path, file));
            Assert.True(e is FileChangedException, e.ErrorId);
            Assert.Equal(after, HostTools.Run("stat", "-c", "%i %s %Z %a %F", path).Output);
            Assert.DoesNotContain(_directory.FileNames(), n => n != "policy.json");
        }
    }

    // Until the kernel's clock, by which files have their times, is past a file's.
    private void AwaitTick(string path)
    {
        string probe = _directory.Root + ".probe";
        DateTime before = File.GetLastWriteTimeUtc(path);
        Patience.Until(Ticked, "the kernel's clock ticks");
        File.Delete(probe);

        bool Ticked()
        {
            File.WriteAllText(probe, "");
            return File.GetLastWriteTimeUtc(probe) > before;
        }
    }

    [Fact]
    public void A_change_within_one_tick_of_the_clock_is_noticed_too()
    {
        string path = _directory.Write("policy.json", "old");
        using IHostChange change = Begin(_directory.Root);
        for (int i = 0; i < 200; i++)
        {
            File.WriteAllText(path, "old");
            HostFile file = _host.TryReadFile(path, Limit)!;
            File.WriteAllText(path, "new");

            // As if the kernel had not ticked: the stamp is the present one, the content another.
            HostFile same = file with { Stamp = _host.TryReadFile(path, Limit)!.Stamp };
            Assert.Throws<FileChangedException>(() => change.Replace(path, Bytes("ours"), same));
        }

        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(["policy.json"], _directory.FileNames());
    }

    [Fact]
    public void A_file_that_was_not_there_must_still_not_be_there()
    {
        string path = _directory.Write("policy.json", "theirs");
        using IHostChange change = Begin(_directory.Root);
        Assert.Throws<FileChangedException>(() => change.Replace(path, Bytes("ours"), null));
        HostFile file = _host.TryReadFile(path, Limit)!;
        File.Delete(path);
        Assert.Throws<FileChangedException>(() => change.Replace(path, Bytes("ours"), file));
        Assert.Throws<FileChangedException>(() => change.Replace(_directory["none/policy.json"], Bytes("ours"), file));
        Assert.Empty(_directory.FileNames());
    }

    [Fact]
    public void What_a_killed_writer_left_is_removed()
    {
        string path = _directory.Write("policy.json", "old");
        _directory.Write(Leftover, "half of a");
        Rewrite(_host, path, "new");
        Assert.Equal(["policy.json"], _directory.FileNames());

        _directory.Link(Leftover, path);
        Rewrite(_host, path, "newer");
        Assert.Equal(["policy.json"], _directory.FileNames());
        Assert.Equal("newer", File.ReadAllText(path));
    }

    [Fact]
    public void The_file_of_an_older_release_that_is_still_at_work_is_left_alone()
    {
        const string Older = ".policy.json.containertrust-new";
        string path = _directory.Write("policy.json", "old");
        _directory.Write(Older, "of an older release");
        Rewrite(_host, path, "new");
        Assert.Equal([Older, "policy.json"], _directory.FileNames());
        Assert.Equal("of an older release", File.ReadAllText(_directory[Older]));
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_directory_in_the_way_is_an_error_and_stays()
    {
        string path = _directory.Write("policy.json", "old");
        _directory.Write($"{Leftover}/file", "not ours");
        TrustException e = Assert.Throws<TrustException>(() => Rewrite(_host, path, "new"));
        Assert.Equal("WriteFailed", e.ErrorId);
        Assert.Contains(Leftover, e.Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([Leftover, $"{Leftover}/file", "policy.json"], _directory.FileNames());
    }

    [Fact]
    public void A_temporary_name_is_hidden_never_configuration_and_never_too_long()
    {
        for (int length = 1; length <= 255; length++)
        {
            byte[] name = FileReplacement
                .TemporaryName(Bytes(new string('n', length - Math.Min(length - 1, 5)) + ".yaml"[..Math.Min(length - 1, 5)]));
            Assert.InRange(name.Length, 20, 256);
            Assert.Equal((byte)'.', name[0]);
            Assert.EndsWith(".containertrust-tmp\0", System.Text.Encoding.ASCII.GetString(name), StringComparison.Ordinal);
        }

        string path = _directory[new string('n', 250) + ".yaml"];
        Rewrite(_host, path, "new");
        Rewrite(_host, path, "newer");
        Assert.Equal("newer", File.ReadAllText(path));
        Assert.Single(_directory.FileNames());
    }

    [Fact]
    public void Only_regular_files_are_replaced_or_deleted()
    {
        HostFile file = new(_directory["x"], Bytes("x"), default);
        HostTools.Must("mkfifo", _directory["pipe"]);
        _directory.MakeDirectory("directory");
        using IHostChange change = Begin(_directory.Root);
        foreach ((string name, string id) in new[] { ("pipe", "NotARegularFile"), ("directory", "IsADirectory"),
            ("directory/..", "IsADirectory"), ("none/", "IsADirectory") })
        {
            Assert.Equal(id, Assert.Throws<TrustException>(() => change.Replace(_directory[name], Bytes("new"), null)).ErrorId);
            Assert.Equal(id, Assert.Throws<TrustException>(() => change.Replace(_directory[name], Bytes("new"), file)).ErrorId);
            Assert.Equal(id, Assert.Throws<TrustException>(() => change.Delete(_directory[name], file)).ErrorId);
        }

        Assert.Equal(["directory", "pipe"], _directory.FileNames());
        Assert.Equal("NotADirectory",
            Assert.Throws<TrustException>(() => change.Replace(_directory.Write("file", "x") + "/below", Bytes("new"), null)).ErrorId);
    }

    [Fact]
    public void A_file_is_deleted_only_as_it_was_read()
    {
        string path = _directory.Write("a.yaml", "x");
        using IHostChange change = Begin(_directory.Root);
        HostFile file = _host.TryReadFile(path, Limit)!;
        change.Delete(path, file);
        Assert.Empty(_directory.FileNames());
        Assert.Throws<FileChangedException>(() => change.Delete(path, file));
    }

    [Fact]
    public void Of_a_link_the_link_is_deleted()
    {
        string real = _directory.Write("real/a.yaml", "x");
        string link = _directory.Link("d/a.yaml", "../real/a.yaml");
        using IHostChange change = Begin(_directory["d"]);
        HostFile file = _host.TryReadFile(link, Limit)!;
        change.Delete(link, file);
        Assert.Equal(["d", "real", "real/a.yaml"], _directory.FileNames());
        Assert.Equal("x", File.ReadAllText(real));
    }

    [Fact]
    public void After_dispose_nothing_can_be_changed()
    {
        string path = _directory.Write("policy.json", "old");
        IHostChange change = Begin(_directory.Root);
        HostFile file = _host.TryReadFile(path, Limit)!;
        change.Dispose();
        change.Dispose();
        Assert.Throws<ObjectDisposedException>(() => change.Replace(path, Bytes("new"), file));
        Assert.Throws<ObjectDisposedException>(() => change.Delete(path, file));
        Assert.Equal("old", File.ReadAllText(path));
    }

    private IHostChange Begin(string path) => _host.BeginChange([path], TimeSpan.FromSeconds(5), CancellationToken.None);
}
