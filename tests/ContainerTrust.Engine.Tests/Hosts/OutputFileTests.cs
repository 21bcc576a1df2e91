using System.Diagnostics;
using System.IO.Pipes;
using System.Net.Sockets;
using ContainerTrust.Engine.Hosts;
using static ContainerTrust.Engine.Tests.Hosts.HostTestDirectory;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>What a user names as the place of a report: only files are ever replaced, and no link of another user's is followed.</summary>
public sealed class OutputFileTests : IDisposable
{
    private const string Precious = "precious";

    private readonly HostTestDirectory _directory = new();

    public OutputFileTests() => _directory.Write("victim/file", Precious);

    public void Dispose()
    {
        try
        {
            Assert.Equal(Precious, File.ReadAllText(_directory["victim/file"]));
            Assert.Equal(["file"], _directory.Names("victim"));
            Assert.DoesNotContain(_directory.Names(), static n => n.Contains("containertrust", StringComparison.Ordinal));
        }
        finally
        {
            _directory.Dispose();
        }
    }

    /// <summary>A service of another user reads it, whoever made the old file, and never by a set-id bit.</summary>
    [Theory]
    [InlineData("600")]
    [InlineData("4755")]
    [InlineData("000")]
    public void A_file_for_all_is_one_for_all_to_read(string before)
    {
        string path = _directory["report.prom"];
        OutputFile.Write(path, Bytes("new"), isForAll: true, CancellationToken.None);
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(path));
        SetMode(path, before);
        OutputFile.Write(path, Bytes("newer"), isForAll: true, CancellationToken.None);
        Assert.Equal((UnixFileMode)0x1A4, File.GetUnixFileMode(path));
        File.Delete(path);
    }

    [Fact]
    public void A_file_is_replaced_whole_and_keeps_its_mode()
    {
        string path = _directory["report"];
        Write(path, "new");
        Assert.Equal("new", File.ReadAllText(path));
        SetMode(path, "640");
        using FileStream reader = File.OpenRead(path);
        Write(path, "newer");
        Assert.Equal("newer", File.ReadAllText(path));
        Assert.Equal("640", Mode(path));
        Assert.Equal("new", new StreamReader(reader).ReadToEnd());
        _directory.Link("link", "report");
        Write(_directory["link"], "newest");
        Assert.Equal("newest", File.ReadAllText(path));
        Assert.Equal("report", new FileInfo(_directory["link"]).LinkTarget);
        Write(_directory[new string('n', 255)], "long");
    }

    [Fact]
    public void A_set_id_bit_is_not_handed_on()
    {
        string path = _directory.Write("report", "old");
        SetMode(path, "6755");
        Write(path, "new");
        Assert.Equal("755", Mode(path));
    }

    [SkippableTheory]
    [InlineData("c", "1", "3", null)]
    [InlineData("c", "1", "7", "DiskFull")]
    [InlineData("b", "7", "250", "NotWritable")]
    public void A_device_is_never_replaced(string type, string major, string minor, string? error)
    {
        Skip.IfNot(HostTools.IsRoot, "Making a device needs root.");
        string path = _directory["device"];
        Skip.IfNot(HostTools.Run("mknod", "-m", "666", path, type, major, minor).ExitCode == 0, "Devices cannot be made here.");
        string before = HostTools.Must("stat", "-c", "%i %F %t %T %a", path);
        TrustException? e = Record.Exception(() => Write(path, "text")) as TrustException;
        Skip.If(e?.ErrorId == "PermissionDenied", "This file system has no devices.");
        Assert.Equal(error, e?.ErrorId);
        Assert.Equal(before, HostTools.Must("stat", "-c", "%i %F %t %T %a", path));
    }

    [Fact]
    public async Task A_pipe_is_written_into_if_somebody_reads_it()
    {
        string path = _directory["pipe"];
        HostTools.Must("mkfifo", path);
        Stopwatch time = Stopwatch.StartNew();
        Assert.Contains("Start the reader first", Assert.Throws<TrustException>(() => Write(path, "text")).Message,
            StringComparison.Ordinal);
        Patience.EndedSoon(time);
        string text = new('x', 300_000);
        using Process reader = HostTools.Start("cat", path);
        Task<string> read = reader.StandardOutput.ReadToEndAsync();
        Patience.Until(() => Record.Exception(() => Write(path, text)) is null, "somebody reads the pipe");
        Assert.Equal(text, await read);
        Assert.Equal("fifo", HostTools.Must("stat", "-c", "%F", path));
    }

    [Fact]
    public async Task What_a_pipe_took_before_its_reader_ended_is_said()
    {
        string path = _directory["pipe"];
        HostTools.Must("mkfifo", path);
        using Process reader = HostTools.Start("sh", "-c", $"exec head -c 5 <'{path}' >/dev/null");
        string text = new('x', 3_000_000);
        TrustException? e = null;
        Patience.Until(
            () => (e = Record.Exception(() => Write(path, text)) as TrustException) is { ErrorId: not "NotWritable" },
            "somebody reads the pipe");
        await reader.WaitForExitAsync();
        Assert.Equal("WriteFailed", e!.ErrorId);
        Assert.Matches("^Only the first [0-9]+ bytes were written to .*pipe: ", e.Message);
        Assert.DoesNotContain("not changed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_socket_and_a_directory_are_refused()
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_directory["socket"]));
        Assert.Equal("NotWritable", Refused(_directory["socket"]));
        Assert.Equal("socket", HostTools.Must("stat", "-c", "%F", _directory["socket"]));
        Assert.Equal("NotWritable", Refused(_directory.MakeDirectory("directory")));
        Assert.Equal("IsADirectory", Refused(_directory["directory/"]));
        Assert.Equal("WriteFailed", Refused(_directory["none/report"]));
        Assert.Equal("NotADirectory", Refused(_directory["victim/file/report"]));
    }

    [Fact]
    public async Task A_descriptor_of_this_process_is_written_into()
    {
        using AnonymousPipeServerStream pipe = new(PipeDirection.In);
        Task<string> read = new StreamReader(pipe).ReadToEndAsync();
        foreach (string directory in (string[])["/dev/fd/", "/proc/self/fd/"])
            Write($"{directory}{pipe.ClientSafePipeHandle.DangerousGetHandle()}", "text");
        pipe.DisposeLocalCopyOfClientHandle();
        Assert.Equal("texttext", await read);
        Assert.NotNull(Refused("/dev/fd/1000000"));
    }

    [SkippableTheory]
    [InlineData("file")]
    [InlineData("new")]
    public void Another_users_link_is_not_followed(string target)
    {
        Skip.IfNot(HostTools.IsRoot, "Making another user's link needs root.");
        foreach ((string owner, string mode) in new[] { ("0:0", "1777"), ("65534:65534", "755"), ("65534:65534", "700"), ("0:0", "755"),
            ("0:0", "775"), ("0:0", "777") })
        {
            string name = $"{owner[0]}{mode}";
            _directory.Link($"{name}/report", _directory[$"victim/{target}"]);
            _directory.Link($"{name}/directory", _directory["victim"]);
            HostTools.Must("chown", "-h", "65534:65534", _directory[$"{name}/report"], _directory[$"{name}/directory"]);
            HostTools.Must("chown", owner, _directory[name]);
            SetMode(_directory[name], mode);
            Assert.Equal("UntrustedSymbolicLink", Refused(_directory[$"{name}/report"]));
            Assert.Equal("UntrustedSymbolicLink", Refused(_directory[$"{name}/directory/file"]));
            TrustException e = Assert.Throws<TrustException>(() => Write(_directory[$"{name}/directory/file"], "text"));
            Assert.Contains($"through the symbolic link {_directory[$"{name}/directory"]}, which", e.Message, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Roots_link_is_followed_only_where_nobody_else_can_have_put_it()
    {
        Skip.IfNot(HostTools.IsRoot, "Only root has other users' directories.");
        foreach ((string owner, string mode, bool follows) in new[] { ("0:0", "755", true), ("0:0", "1777", true), ("0:0", "775", false),
            ("65534:65534", "755", false), ("65534:65534", "1777", false) })
        {
            string name = $"{owner[0]}{mode}";
            string target = _directory[follows ? "target" : "victim/file"];
            _directory.Link($"{name}/report", target);
            HostTools.Must("chown", owner, _directory[name]);
            SetMode(_directory[name], mode);
            Assert.Equal(follows ? null : "UntrustedSymbolicLink", Refused(_directory[$"{name}/report"]));
        }

        Assert.Equal("text", File.ReadAllText(_directory["target"]));
    }

    [SkippableFact]
    public void In_a_directory_for_all_what_another_user_left_is_not_written_to()
    {
        Skip.IfNot(HostTools.IsRoot, "Making another user's file needs root.");
        SetMode(_directory.MakeDirectory("shared"), "1777");
        HostTools.Must("chown", "65534:65534", _directory.Write("shared/theirs", "theirs"));
        HostTools.Must("mkfifo", _directory["shared/pipe"]);
        HostTools.Must("chown", "65534:65534", _directory["shared/pipe"]);
        Assert.Equal("NotWritable", Refused(_directory["shared/theirs"]));
        Assert.Equal("NotWritable", Refused(_directory["shared/pipe"]));
        Assert.Equal("theirs", File.ReadAllText(_directory["shared/theirs"]));
        Write(_directory["shared/mine"], "text");
        Write(_directory["shared/mine"], "text");
    }

    [SkippableFact]
    public void In_another_users_directory_root_writes_the_file_of_the_name()
    {
        Skip.IfNot(HostTools.IsRoot, "Only root has other users' directories.");
        _directory.Write("theirs/report", "old");
        HostTools.Must("chown", "65534:65534", _directory["theirs"], _directory["theirs/report"]);
        Write(_directory["theirs/report"], "text");
        Write(_directory["theirs/new"], "text");
        Assert.Equal("text", File.ReadAllText(_directory["theirs/report"]));
        Assert.Equal(["new", "report"], _directory.Names("theirs"));
    }

    private static void Write(string path, string content) => OutputFile.Write(path, Bytes(content));

    private static string? Refused(string path) => (Record.Exception(() => Write(path, "text")) as TrustException)?.ErrorId;
}
