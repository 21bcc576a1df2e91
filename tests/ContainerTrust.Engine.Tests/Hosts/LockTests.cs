using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using static ContainerTrust.Engine.Tests.Hosts.HostTestDirectory;

namespace ContainerTrust.Engine.Tests.Hosts;

public sealed class LockTests : IDisposable
{
    private const string LockFile = ".containertrust-writer.lock";

    private readonly HostTestDirectory _directory = new();
    private readonly LocalHost _host = LocalHost.Instance;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_lock_leaves_nothing_behind_and_excludes_within_the_process()
    {
        using (Begin(TimeSpan.Zero))
        {
            TrustException e = Assert.Throws<TrustException>(() => Begin(TimeSpan.Zero));
            Assert.Equal("LockTimeout", e.ErrorId);
            Assert.Equal(TrustErrorKind.ResourceBusy, e.Kind);
            Assert.Equal(_directory.Root, e.Target);
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId}, "), e.Message,
                StringComparison.Ordinal);
            Assert.Equal([LockFile], _directory.Names());
        }

        Begin(TimeSpan.Zero).Dispose();
        Assert.Empty(_directory.Names());
    }

    [Fact]
    public void Waiting_ends_in_time()
    {
        using IHostChange first = Begin(TimeSpan.Zero);
        Stopwatch time = Stopwatch.StartNew();
        TrustException e = Assert.Throws<TrustException>(() => Begin(TimeSpan.FromMilliseconds(300)));
        Assert.True(time.ElapsedMilliseconds >= 290, $"It took {time.Elapsed}.");
        Patience.EndedSoon(time);
        Assert.Contains("within 0.3 seconds", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Begin(TimeSpan.FromSeconds(-3)));
    }

    [Fact]
    public void Waiting_can_be_cancelled()
    {
        using IHostChange first = Begin(TimeSpan.Zero);
        Stopwatch time = Stopwatch.StartNew();
        using CancellationTokenSource cancellation = new(TimeSpan.FromMilliseconds(200));
        Assert.ThrowsAny<OperationCanceledException>(() =>
            _host.BeginChange([_directory.Root], Timeout.InfiniteTimeSpan, cancellation.Token));
        Assert.True(time.ElapsedMilliseconds >= 150, $"It took {time.Elapsed}.");
        Patience.EndedSoon(time);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            _host.BeginChange([_directory["none"]], Timeout.InfiniteTimeSpan, cancellation.Token));
        Assert.Equal([LockFile], _directory.Names());
    }

    [Fact]
    public void The_first_directory_is_made_and_others_are_left_out()
    {
        using (_host.BeginChange([_directory["a/b"], _directory["none"], _directory.Root], TimeSpan.Zero, default))
        {
            Assert.Equal([LockFile, "a", "a/b", "a/b/" + LockFile], _directory.Names());
            Assert.Equal("LockTimeout", Assert.Throws<TrustException>(() => Begin(TimeSpan.Zero)).ErrorId);
            Assert.Equal("LockTimeout",
                Assert.Throws<TrustException>(() => _host.BeginChange([_directory["a/b"]], TimeSpan.Zero, default)).ErrorId);
        }

        Assert.Throws<ArgumentException>(() => _host.BeginChange([], TimeSpan.Zero, default));
        Assert.Equal("NotADirectory",
            Assert.Throws<TrustException>(() => _host.BeginChange([_directory.Write("file", "x")], TimeSpan.Zero, default)).ErrorId);
        Assert.Equal("NotADirectory",
            Assert.Throws<TrustException>(() => _host.BeginChange([_directory["file/x"]], TimeSpan.Zero, default)).ErrorId);
    }

    [Fact]
    public void One_directory_by_two_names_is_locked_once()
    {
        _directory.MakeDirectory("real");
        _directory.Link("link", "real");
        using (_host.BeginChange([_directory["link"], _directory["real"], _directory["real/"], _directory["real/../link"]],
            TimeSpan.Zero, default))
        {
            RootDirectoryHost other = new(_directory.Root);
            Assert.Equal("LockTimeout", Assert.Throws<TrustException>(() => other.BeginChange(["/real"], TimeSpan.Zero, default)).ErrorId);
        }
    }

    [Fact]
    public void Two_writers_with_the_same_directories_in_other_orders_do_not_wait_for_each_other()
    {
        _directory.MakeDirectory("a");
        _directory.MakeDirectory("b");
        Run(100, i => i % 2 == 0 ? ["a", "b"] : ["b", "a"]);

        void Run(int count, Func<int, string[]> order)
        {
            ConcurrentBag<Exception> errors = [];
            Thread[] threads = [.. Enumerable.Range(0, 2).Select(t => new Thread(() =>
            {
                try
                {
                    for (int i = 0; i < count; i++)
                        _host.BeginChange([.. order(i + t).Select(n => _directory[n])], Patience.Limit, default).Dispose();
                }
                catch (TrustException e)
                {
                    errors.Add(e);
                }
            }))];
            Array.ForEach(threads, t => t.Start());
            Array.ForEach(threads, t => Assert.True(t.Join(Patience.Limit), "They wait for each other."));
            Assert.Empty(errors);
        }
    }

    [Fact]
    public async Task A_directory_that_is_exchanged_while_one_waits_is_noticed()
    {
        string path = _directory.MakeDirectory("etc");
        IHostChange first = _host.BeginChange([path], TimeSpan.Zero, default);
        Task<IHostChange> second = Task.Run(() => _host.BeginChange([path], Patience.Limit, default));
        await Patience.UntilAsync(() => IsWaitedFor(path), "the second asks for the lock");
        Directory.Move(path, path + ".old");
        Directory.CreateDirectory(path);
        first.Dispose();
        using IHostChange change = await second;
        Assert.Equal("LockTimeout", Assert.Throws<TrustException>(() => _host.BeginChange([path], TimeSpan.Zero, default)).ErrorId);
        _host.BeginChange([path + ".old"], TimeSpan.Zero, default).Dispose();
    }

    [Fact]
    public async Task A_directory_that_is_removed_while_one_waits_is_made_again()
    {
        string path = _directory.MakeDirectory("etc");
        IHostChange first = _host.BeginChange([path], TimeSpan.Zero, default);
        Task<IHostChange> second = Task.Run(() => _host.BeginChange([path], Patience.Limit, default));
        await Patience.UntilAsync(() => IsWaitedFor(path), "the second asks for the lock");
        Directory.Delete(path, recursive: true);
        first.Dispose();
        using IHostChange change = await second;
        change.Replace(path + "/file", Bytes("new"), null);
        Assert.Equal("new", File.ReadAllText(path + "/file"));
    }

    [Fact]
    public void Through_a_link_the_directory_of_the_target_is_locked_too()
    {
        _directory.Write("real/policy.json", "old");
        string link = _directory.Link("etc/policy.json", "../real/policy.json");
        using (_host.BeginChange([_directory["real"]], TimeSpan.Zero, default))
        {
            using IHostChange change = _host.BeginChange([_directory["etc"]], TimeSpan.FromMilliseconds(50), default);
            Assert.Equal("LockTimeout",
                Assert.Throws<TrustException>(() => change.Replace(link, Bytes("new"), _host.TryReadFile(link, Limit))).ErrorId);
        }

        using (IHostChange change = _host.BeginChange([_directory["etc"]], TimeSpan.Zero, default))
        {
            change.Replace(link, Bytes("new"), _host.TryReadFile(link, Limit));
            change.Replace(link, Bytes("newer"), _host.TryReadFile(link, Limit));
            Assert.Equal("LockTimeout",
                Assert.Throws<TrustException>(() => _host.BeginChange([_directory["real"]], TimeSpan.Zero, default)).ErrorId);
        }

        _host.BeginChange([_directory["real"]], TimeSpan.Zero, default).Dispose();
    }

    [Fact]
    public void Where_a_directory_cannot_be_locked_a_lock_file_excludes_older_releases_as_well()
    {
        using DirectoryLock first = OpenLock();
        first.UseLockFile(_directory.Root);
        Assert.Null(first.Take(new Deadline(TimeSpan.Zero), new Deadline(TimeSpan.Zero), _directory.Root, default));
        using (DirectoryLock second = OpenLock())
        {
            second.UseLockFile(_directory.Root);
            Assert.NotNull(second.Take(new Deadline(TimeSpan.Zero), new Deadline(TimeSpan.Zero), _directory.Root, default));
            first.Dispose();
            Assert.Null(second.Take(new Deadline(TimeSpan.Zero), new Deadline(TimeSpan.Zero), _directory.Root, default));
        }

        Assert.Equal([".containertrust.lock"], _directory.Names());

        DirectoryLock OpenLock()
        {
            using PathWalk walk = PathWalk.Begin(new HostRoot("/"), _directory.Root, WalkOptions.LastIsDirectory);
            return DirectoryLock.Open(walk, _directory.Root, mayWrite: false);
        }
    }

    [Fact]
    public void A_lock_is_not_inherited_by_a_process_that_is_started_under_it()
    {
        IHostChange change = Begin(TimeSpan.Zero);
        using Process child = HostTools.Start("sleep", "300");
        try
        {
            change.Dispose();
            Begin(TimeSpan.Zero).Dispose();
        }
        finally
        {
            child.Kill();
        }
    }

    [Fact]
    public void The_lock_of_another_process_ends_with_it()
    {
        using Process holder = HostTools.StartWriter("hold", _directory.Root);
        Assert.Equal("locked", holder.StandardOutput.ReadLine());
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"process {holder.Id}"),
            Assert.Throws<TrustException>(() => Begin(TimeSpan.Zero)).Message, StringComparison.Ordinal);
        holder.Kill();
        holder.WaitForExit();
        Begin(TimeSpan.Zero).Dispose();
    }

    [Fact]
    public void Threads_lose_no_change()
    {
        const int Threads = 2, Changes = 200;
        string path = _directory["counter"];
        List<Exception> errors = [];
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
                lock (errors)
                    errors.Add(e);
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.Empty(errors);
        Assert.Equal((Threads * Changes).ToString(CultureInfo.InvariantCulture), File.ReadAllText(path));
        Assert.Equal(["counter"], _directory.Names());
    }

    [Fact]
    public void Processes_lose_no_change_and_none_starves()
    {
        const int Changes = 500;
        string path = _directory["counter"];
        Process[] writers = [.. Enumerable.Range(0, 2)
            .Select(_ => HostTools.StartWriter("increment", path, Changes.ToString(CultureInfo.InvariantCulture)))];
        foreach (Process writer in writers)
        {
            Assert.True(writer.WaitForExit(Patience.Limit), "A writer starves.");
            Assert.Equal(0, writer.ExitCode);
            writer.Dispose();
        }

        Assert.Equal($"{2 * Changes}\n", File.ReadAllText(path));
        Assert.Equal(["counter"], _directory.Names());
    }

    // Whoever waits has the directory open, as he who holds the lock has.
    private static bool IsWaitedFor(string directory) =>
        new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Count(f => f.LinkTarget == directory) > 1;

    private IHostChange Begin(TimeSpan timeout) => _host.BeginChange([_directory.Root], timeout, CancellationToken.None);
}
