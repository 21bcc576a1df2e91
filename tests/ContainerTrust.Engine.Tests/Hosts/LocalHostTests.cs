using System.Diagnostics;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using static ContainerTrust.Engine.Tests.Hosts.HostTestDirectory;

namespace ContainerTrust.Engine.Tests.Hosts;

public sealed class LocalHostTests : IDisposable
{
    private readonly HostTestDirectory _directory = new();
    private readonly LocalHost _host = LocalHost.Instance;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_file_is_read_with_its_content_and_stamp()
    {
        string path = _directory.Write("policy.json", "{}");
        HostFile file = _host.TryReadFile(path, Limit)!;
        Assert.Equal("{}", Text(file));
        Assert.Equal(path, file.Path);
        Assert.Equal(2, file.Stamp.Length);
        Assert.Equal(new DateTimeOffset(File.GetLastWriteTimeUtc(path)).Ticks - DateTimeOffset.UnixEpoch.Ticks,
            file.Stamp.ModifiedNanoseconds / 100);
        Assert.Equal(HostTools.Must("stat", "-c", "%i", path),
            file.Stamp.Inode.ToString(System.Globalization.CultureInfo.InvariantCulture));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupWrite);
        Assert.Equal(0x110u, _host.TryReadFile(path, Limit)!.Permissions!.Value.Mode);
        file = _host.TryReadFile(path, Limit)!;
        Assert.Equal(file.Stamp, _host.TryReadFile(path, Limit)!.Stamp);
        File.AppendAllText(path, " ");
        Assert.NotEqual(file.Stamp, _host.TryReadFile(path, Limit)!.Stamp);
    }

    [Fact]
    public void What_is_not_there_is_null_or_empty()
    {
        string file = _directory.Write("file", "x");
        _directory.Link("dangling", "nowhere");
        foreach (string path in new[] { _directory["none"], _directory["none/none"], file + "/below", _directory["dangling"] })
        {
            Assert.Null(_host.TryReadFile(path, Limit));
            Assert.False(_host.Exists(path));
        }

        Assert.Empty(_host.ListDirectory(_directory["none"]));
        Assert.Empty(_host.ListDirectory(_directory["none/none"]));
        Assert.True(_host.Exists(file));
        Assert.True(_host.Exists(_directory.Root));
        Assert.True(_host.Exists("/"));
    }

    [Fact]
    public void Links_are_followed()
    {
        _directory.Write("real/file", "content");
        _directory.Link("absolute", _directory["real/file"]);
        _directory.Link("relative", "real/file");
        _directory.Link("real/up", "../relative");
        _directory.Link("directory", "real/");
        foreach (string path in new[] { "absolute", "relative", "real/up", "directory/file", "directory/../real/./file", "directory//up" })
            Assert.Equal("content", Text(_host.TryReadFile(_directory[path], Limit)));
    }

    [Fact]
    public void A_directory_is_listed_sorted_by_ordinal()
    {
        foreach (string name in new[] { "b.yaml", "a.yaml", "B.yaml", ".hidden", "ä.yaml" })
            _directory.Write("d/" + name, string.Empty);
        _directory.Link("d/link", "nowhere");
        _directory.Link("to", "d");
        Assert.Equal([".hidden", "B.yaml", "a.yaml", "b.yaml", "link", "ä.yaml"], _host.ListDirectory(_directory["to"]));
        Assert.Equal(_host.ListDirectory(_directory["d"]), _host.ListDirectory(_directory["d/"]));
    }

    [Fact]
    public void To_list_a_file_is_an_error()
    {
        TrustException e = Assert.Throws<TrustException>(() => _host.ListDirectory(_directory.Write("file", "x")));
        Assert.Equal("NotADirectory", e.ErrorId);
    }

    [SkippableFact]
    public void A_name_that_is_no_utf8_can_be_listed_and_read()
    {
        _directory.MakeDirectory("d");
        HostTools.Must("sh", "-c", $"printf hello > \"$(printf '{_directory["d"]}/a\\377\\303b.yaml')\"");
        string name = Assert.Single(_host.ListDirectory(_directory["d"]));
        Assert.Equal("a\uDCFF\uDCC3b.yaml", name);
        Assert.Equal("hello", Text(_host.TryReadFile(_directory["d"] + "/" + name, Limit)));
        HostTools.Must("rm", "-r", _directory["d"]);
    }

    [Fact]
    public void A_directory_is_refused_as_a_file()
    {
        TrustException e = Assert.Throws<TrustException>(() => _host.TryReadFile(_directory.MakeDirectory("policy.json"), Limit));
        Assert.Equal("IsADirectory", e.ErrorId);
        Assert.Contains("is a directory, not a file", e.Message, StringComparison.Ordinal);
        Assert.Equal("IsADirectory", Assert.Throws<TrustException>(() => _host.TryReadFile("/", Limit)).ErrorId);
        Assert.Equal("IsADirectory", Assert.Throws<TrustException>(() => _host.TryReadFile(_directory["policy.json/.."], Limit)).ErrorId);
        Assert.Equal("IsADirectory", Assert.Throws<TrustException>(() => _host.TryReadFile(_directory["none/"], Limit)).ErrorId);
    }

    [Fact]
    public void A_pipe_is_refused_at_once()
    {
        HostTools.Must("mkfifo", _directory["pipe"]);
        Stopwatch time = Stopwatch.StartNew();
        TrustException e = Assert.Throws<TrustException>(() => _host.TryReadFile(_directory["pipe"], Limit));
        Assert.Equal("NotARegularFile", e.ErrorId);
        Assert.Contains("named pipe", e.Message, StringComparison.Ordinal);
        Patience.EndedSoon(time);
    }

    [Fact]
    public void A_device_is_refused() =>
        Assert.Contains("is a device", Assert.Throws<TrustException>(() => _host.TryReadFile("/dev/zero", Limit)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_file_may_be_exactly_as_large_as_the_limit()
    {
        string path = _directory.Write("file", "12345");
        Assert.Equal("12345", Text(_host.TryReadFile(path, 5)));
        TrustException e = Assert.Throws<TrustException>(() => _host.TryReadFile(path, 4));
        Assert.Equal("FileTooLarge", e.ErrorId);
        Assert.Equal(TrustErrorKind.LimitsExceeded, e.Kind);
        Assert.Contains("has 5 bytes; at most 4 bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal(path, e.Target);
        Assert.Empty(Text(_host.TryReadFile(_directory.Write("empty", string.Empty), 0)));
    }

    [Fact]
    public void A_huge_file_is_refused_before_it_is_read()
    {
        using (FileStream file = File.Create(_directory["huge"]))
            file.SetLength(1L << 40);
        Stopwatch time = Stopwatch.StartNew();
        Assert.Equal("FileTooLarge", Assert.Throws<TrustException>(() => _host.TryReadFile(_directory["huge"], int.MaxValue)).ErrorId);
        Patience.EndedSoon(time);
    }

    [Fact]
    public void A_file_that_lies_about_its_size_is_read_to_its_end_and_bounded()
    {
        Assert.Equal(0, new FileInfo("/proc/self/status").Length);
        Assert.Contains("VmRSS", Text(_host.TryReadFile("/proc/self/status", Limit)), StringComparison.Ordinal);
        Assert.Equal("FileTooLarge", Assert.Throws<TrustException>(() => _host.TryReadFile("/proc/self/status", 100)).ErrorId);
        Assert.Equal("FileTooLarge", Assert.Throws<TrustException>(() => _host.TryReadFile("/proc/self/status", 0)).ErrorId);
        byte[] large = _host.TryReadFile("/proc/kallsyms", 64 << 20)?.Content.ToArray() ?? [];
        Assert.True(large.Length is 0 or > 4097, "A file that says 0 and has more than the first buffer holds.");
    }

    [Fact]
    public void A_file_that_never_stops_changing_is_refused_in_bounded_time()
    {
        string path = _directory.Write("log", "x");
        using CancellationTokenSource end = new();
        Thread writer = new(() =>
        {
            using FileStream file = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            byte[] block = new byte[1 << 16];
            while (!end.IsCancellationRequested && file.Length < 1 << 28)
                file.Write(block);
        });
        writer.Start();
        try
        {
            Stopwatch time = Stopwatch.StartNew();
            TrustException? e = Record.Exception(() => _host.TryReadFile(path, Limit)) as TrustException;
            Assert.True(e?.ErrorId is null or "FileChanged" or "FileTooLarge");
            Patience.EndedSoon(time);
        }
        finally
        {
            end.Cancel();
            writer.Join();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    [InlineData("./relative")]
    [InlineData("/with\0nul")]
    [InlineData("/half{D800}pair")]
    public void A_malformed_path_is_refused_everywhere(string path)
    {
        path = path.Replace("{D800}", "\uD800", StringComparison.Ordinal); // an attribute cannot hold it
        Assert.Equal("InvalidPath", Assert.Throws<TrustException>(() => _host.TryReadFile(path, Limit)).ErrorId);
        Assert.Equal("InvalidPath", Assert.Throws<TrustException>(() => _host.Exists(path)).ErrorId);
        Assert.Equal("InvalidPath", Assert.Throws<TrustException>(() => _host.ListDirectory(path)).ErrorId);
        Assert.Equal("InvalidPath",
            Assert.Throws<TrustException>(() => _host.BeginChange([_directory["made"], path], TimeSpan.Zero, default)).ErrorId);
        Assert.Equal("InvalidPath", Assert.Throws<TrustException>(() => new RootDirectoryHost(path)).ErrorId);
        using IHostChange change = _host.BeginChange([_directory.Root], TimeSpan.Zero, default);
        Assert.Equal("InvalidPath", Assert.Throws<TrustException>(() => change.Replace(path, default, null)).ErrorId);
        Assert.Empty(_directory.FileNames());
    }

    [Fact]
    public void A_path_that_is_too_long_is_refused()
    {
        foreach (string path in new[] { "/" + new string('a', 256), "/" + new string('ä', 128),
            string.Concat(Enumerable.Repeat("/abc", 1024)), string.Concat(Enumerable.Repeat("/a/..", 900)) })
            Assert.Equal("PathTooLong", Assert.Throws<TrustException>(() => _host.TryReadFile(path, Limit)).ErrorId);
        Assert.Null(_host.TryReadFile("/" + new string('a', 255), Limit));
        Assert.True(_host.Exists(string.Concat(Enumerable.Repeat("/etc/..", 585))));
        Assert.True(_host.Exists(string.Concat(Enumerable.Repeat("/.", 2047))));
    }

    [Fact]
    public void A_message_shows_no_control_characters()
    {
        TrustException e = Assert.Throws<TrustException>(() => _host.ListDirectory(_directory.Write("a\u001b[31m\nb\u202ec", "x")));
        Assert.Contains("a\\u001b[31m\\u000ab\\u202ec", e.Message, StringComparison.Ordinal);
        Assert.Contains('\n', e.Target!);
    }

    [SkippableFact]
    public void A_file_that_may_not_be_read_says_how_to_get_access()
    {
        string path = _directory.Write("secret", "x");
        SetMode(path, "400");
        SetMode(_directory.Root, "755");
        string? output = HostTools.RunAsNobody("read", path);
        Skip.If(output is null, "This test drops root's rights, and cannot here.");
        Assert.StartsWith("PermissionDenied PermissionDenied ", output, StringComparison.Ordinal);
        Assert.Contains(path, output, StringComparison.Ordinal);
        Assert.Contains("as root (sudo)", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_host_has_a_name_and_a_home()
    {
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/hostname").TrimEnd(), _host.ComputerName);
        Assert.StartsWith("/", _host.HomeDirectory, StringComparison.Ordinal);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), _host.GetEnvironmentVariable("PATH"));
        Assert.Null(_host.GetEnvironmentVariable("CONTAINERTRUST_NO_SUCH_VARIABLE"));
    }

    [Fact]
    public void The_password_database_knows_the_user()
    {
        string[] entry = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f[2] == HostTools.Must("id", "-u"))
            ?? [];
        Assert.Equal(entry.Length > 5 ? entry[5] : null, Engine.Hosts.Linux.PasswordDatabase.FindHomeDirectory());
    }
}
