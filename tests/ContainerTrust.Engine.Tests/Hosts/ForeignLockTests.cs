using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using static ContainerTrust.Engine.Tests.Hosts.HostTestDirectory;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Locks that others hold: users who have no business there, and older releases of this module.</summary>
public sealed class ForeignLockTests : IDisposable
{
    private const string LockFile = ".containertrust-writer.lock";

    private readonly HostTestDirectory _directory = new();
    private readonly LocalHost _host = LocalHost.Instance;

    public ForeignLockTests() => SetMode(_directory.Root, "755");

    public void Dispose() => _directory.Dispose();

    [SkippableFact]
    public void A_user_who_locks_the_directory_stops_nobody()
    {
        using Process holder = LockAsNobody("-s");
        string path = _directory["policy.json"];
        try
        {
            using IHostChange change = Begin(TimeSpan.Zero);
            string warning = Assert.Single(change.Warnings);
            Assert.Contains(_directory.Root, warning, StringComparison.Ordinal);
            Assert.Contains("flock", warning, StringComparison.Ordinal);
            change.Replace(path, Bytes("new"), null);
            Assert.Equal("new", File.ReadAllText(path));
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
        }

        holder.WaitForExit();
        using IHostChange next = Begin(Patience.Limit);
        Assert.Empty(next.Warnings);
    }

    [SkippableTheory]
    [InlineData("sh")]
    [InlineData("bash")]
    [InlineData("busybox sh")]
    public void A_user_who_locks_the_directory_stops_nobody_over_ssh(string shell)
    {
        Skip.IfNot(HostTools.Has(shell.Split(' ')[0]), $"{shell} is not installed.");
        using Process holder = LockAsNobody("-s");
        string path = _directory["policy.json"];
        try
        {
            using SshHost host = RemoteStandIn.Connect($"exec {shell} -c \"$c\"", path);
            using IHostChange change = host.BeginChange([_directory.Root], TimeSpan.FromSeconds(1), CancellationToken.None);
            change.Replace(path, Bytes("new"), null);
            change.Complete(static _ => { });
            Assert.Contains(_directory.Root, Assert.Single(change.Warnings), StringComparison.Ordinal);
            Assert.Equal("new", File.ReadAllText(path));
            Assert.Equal(["policy.json"], _directory.Names());
        }
        finally
        {
            holder.Kill(entireProcessTree: true);
        }
    }

    [SkippableTheory]
    [InlineData("sh")]
    [InlineData("busybox sh")]
    public void A_third_directory_over_ssh_is_not_locked_against_older_releases_and_that_is_said(string shell)
    {
        Skip.IfNot(HostTools.Has("flock") && HostTools.Has(shell.Split(' ')[0]), $"flock or {shell} is not installed.");
        _directory.Write("third/file", "old");
        _directory.MakeDirectory("second");
        _directory.MakeDirectory("first");
        _directory.Link("first/file", "../third/file");
        using SshHost host = RemoteStandIn.Connect($"exec {shell} -c \"$c\"", _directory["first/file"]);
        using IHostChange change = host.BeginChange([_directory["first"], _directory["second"]], Patience.Soon, CancellationToken.None);
        change.Replace(_directory["first/file"], Bytes("new"), host.TryReadFile(_directory["first/file"], Limit));
        change.Complete(static _ => { });
        string warning = Assert.Single(change.Warnings);
        Assert.StartsWith($"Links lead to more directories than can be locked at once; {_directory["third"]} on host.example was", warning,
            StringComparison.Ordinal);
        Assert.Equal("new", File.ReadAllText(_directory["third/file"]));
    }

    [Fact]
    public void A_lock_with_a_second_name_is_replaced_and_the_other_file_keeps_its_mode()
    {
        string victim = _directory.Write("victim", "precious");
        SetMode(victim, "664");
        HostTools.Must("ln", victim, _directory[LockFile]);
        using (IHostChange change = Begin(Patience.Soon))
            change.Replace(_directory["policy.json"], Bytes("new"), null);
        Assert.Equal("664", HostTools.Must("stat", "-c", "%a", victim));
        Assert.Equal(["policy.json", "victim"], _directory.Names());
    }

    [Theory]
    [InlineData(LockFile)]
    [InlineData(".policy.json.containertrust-tmp")]
    public void An_empty_directory_in_the_place_of_our_files_stops_nobody(string name)
    {
        _directory.MakeDirectory(name);
        using (IHostChange change = Begin(Patience.Soon))
            change.Replace(_directory["policy.json"], Bytes("new"), null);
        Assert.Equal(["policy.json"], _directory.Names());
    }

    [SkippableFact]
    public void Under_another_users_lock_writers_still_lose_no_change()
    {
        const int Threads = 3, Changes = 60;
        using Process holder = LockAsNobody("-s");
        string path = _directory["counter"];
        ConcurrentBag<Exception> errors = [];
        TimeSpan patience = DirectoryLock.OlderPatience;
        try
        {
            DirectoryLock.OlderPatience = TimeSpan.Zero;
            Thread[] threads = [.. Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
            {
                try
                {
                    for (int i = 0; i < Changes; i++)
                    {
                        using IHostChange change = Begin(Patience.Limit);
                        HostFile? file = _host.TryReadFile(path, Limit);
                        int next = file is null ? 1 : int.Parse(Text(file), CultureInfo.InvariantCulture) + 1;
                        change.Replace(path, Bytes(next.ToString(CultureInfo.InvariantCulture)), file);
                    }
                }
                catch (Exception e) when (e is TrustException or FormatException)
                {
                    errors.Add(e);
                }
            }))];
            Array.ForEach(threads, static t => t.Start());
            Array.ForEach(threads, static t => t.Join());
        }
        finally
        {
            DirectoryLock.OlderPatience = patience;
            holder.Kill(entireProcessTree: true);
        }

        Assert.Empty(errors);
        Assert.Equal((Threads * Changes).ToString(CultureInfo.InvariantCulture), File.ReadAllText(path));
        Assert.Equal(["counter"], _directory.Names());
    }

    [Fact]
    public async Task An_older_release_is_waited_for()
    {
        int older = Libc.OpenPath(PathText.Encode(_directory.Root), OpenFlags.ReadOnly | OpenFlags.Directory);
        Task<IHostChange> change;
        try
        {
            Assert.Equal(0, Libc.TryLock(older));
            change = Task.Run(() => Begin(Patience.Limit));
            await Patience.UntilAsync(() => File.Exists(_directory[LockFile]), "the writer has its own lock");
            Assert.False(change.IsCompleted, "It did not wait.");
        }
        finally
        {
            Libc.Close(older);
        }

        using IHostChange had = await change;
        Assert.Empty(had.Warnings);
    }

    [Fact]
    public void An_older_release_waits_for_this_one()
    {
        using IHostChange change = Begin(TimeSpan.Zero);
        int older = Libc.OpenPath(PathText.Encode(_directory.Root), OpenFlags.ReadOnly | OpenFlags.Directory);
        try
        {
            Assert.Equal(-Errno.EAGAIN, Libc.TryLock(older));
            change.Dispose();
            Assert.Equal(0, Libc.TryLock(older));
        }
        finally
        {
            Libc.Close(older);
        }
    }

    [SkippableFact]
    public void Nobody_else_can_open_the_lock()
    {
        Skip.IfNot(HostTools.IsRoot && HostTools.Has("setpriv"), "This test drops root's rights.");
        using IHostChange change = Begin(TimeSpan.Zero);
        Assert.Equal("600", Mode(_directory[LockFile]));
        Assert.Contains("ermission denied",
            HostTools.Run("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "flock", "-n", "-s", _directory[LockFile],
            "true"]).Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("file")]
    [InlineData("link")]
    [InlineData("pipe")]
    public void What_another_user_left_under_the_locks_name_stops_nobody(string what)
    {
        Skip.IfNot(HostTools.IsRoot, "Making another user's file needs root.");
        SetMode(_directory.Root, "1777");
        string path = _directory[LockFile];
        string victim = _directory.Write("victim/file", "precious");
        switch (what)
        {
            case "file":
                File.WriteAllText(path, "theirs");
                break;
            case "link":
                _directory.Link(LockFile, victim);
                break;
            default:
                HostTools.Must("mkfifo", path);
                break;
        }

        HostTools.Must("chown", "-h", "65534:65534", path);
        using (IHostChange change = Begin(TimeSpan.Zero))
        {
            Assert.Equal("0 600 regular empty file", HostTools.Must("stat", "-c", "%u %a %F", path));
            change.Replace(_directory["policy.json"], Bytes("new"), null);
        }

        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Equal(["policy.json", "victim", "victim/file"], _directory.Names());
    }

    [SkippableFact]
    public void Members_of_a_group_that_shares_a_directory_exclude_each_other()
    {
        Skip.IfNot(HostTools.IsRoot && HostTools.Has("setpriv"), "This test becomes other users.");
        HostTools.Must("chown", "65533:65532", _directory.Root);
        SetMode(_directory.Root, "2775");
        using Process holder = HostTools.Start("setpriv", "--reuid=65533", "--regid=65533", "--groups=65532", "dotnet", "exec",
            HostTools.Writer, "hold", _directory.Root);
        Skip.IfNot(holder.StandardOutput.ReadLine() == "locked", "Another user cannot run .NET here.");
        Assert.Equal("660 65532", HostTools.Must("stat", "-c", "%a %g", _directory[LockFile]));
        (_, string output, _) = HostTools.Run("setpriv", "--reuid=65534", "--regid=65534", "--groups=65532", "dotnet", "exec",
            HostTools.Writer, "try", _directory.Root);
        Assert.StartsWith("LockTimeout ", output, StringComparison.Ordinal);
        holder.StandardInput.Close();
        holder.WaitForExit();
        Assert.Empty(_directory.Names());
    }

    private Process LockAsNobody(string how)
    {
        Skip.IfNot(HostTools.IsRoot && HostTools.Has("setpriv") && HostTools.Has("flock"), "This test drops root's rights.");
        Process holder = HostTools.Start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "flock", how, _directory.Root, "-c",
            "echo locked; exec sleep 600");
        Assert.Equal("locked", holder.StandardOutput.ReadLine());
        return holder;
    }

    private IHostChange Begin(TimeSpan timeout) => _host.BeginChange([_directory.Root], timeout, CancellationToken.None);
}
