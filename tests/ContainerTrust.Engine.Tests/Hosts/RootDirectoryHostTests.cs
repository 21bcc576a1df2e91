using ContainerTrust.Engine.Hosts;
using static ContainerTrust.Engine.Tests.Hosts.HostTestDirectory;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>A root directory is a jail: the canary outside is neither seen nor touched.</summary>
public sealed class RootDirectoryHostTests : IDisposable
{
    private const string Canary = "the canary outside";

    private readonly HostTestDirectory _directory = new();
    private readonly string _canary;
    private readonly RootDirectoryHost _host;

    public RootDirectoryHostTests()
    {
        _canary = _directory.Write("outside/policy.json", Canary);
        _directory.MakeDirectory("root/etc/containers");
        _host = new RootDirectoryHost(_directory["root"]);
    }

    public void Dispose()
    {
        try
        {
            Assert.Equal(Canary, File.ReadAllText(_canary));
            Assert.Equal(["policy.json"], _directory.Names("outside"));
            Assert.Equal(["outside", "root"], _directory.Names().Where(n => !n.Contains('/')));
        }
        finally
        {
            _directory.Dispose();
        }
    }

    [Fact]
    public void Paths_begin_at_the_root()
    {
        _directory.Write("root/etc/containers/policy.json", "inside");
        Assert.Equal("inside", Text(_host.TryReadFile("/etc/containers/policy.json", Limit)));
        Assert.Equal(["policy.json"], _host.ListDirectory("/etc/containers"));
        Assert.Equal("/etc/containers/policy.json", _host.TryReadFile("/etc/containers/policy.json", Limit)!.Path);
        Assert.False(_host.Exists(_canary));
    }

    [Theory]
    [InlineData("/../outside/policy.json")]
    [InlineData("/../../../../../../../../{root}/outside/policy.json")]
    [InlineData("/etc/../../outside/policy.json")]
    [InlineData("/etc/containers/../../../outside/policy.json")]
    public void Dots_do_not_climb_out(string path)
    {
        path = path.Replace("{root}", _directory.Root, StringComparison.Ordinal);
        Assert.Null(_host.TryReadFile(path, Limit));
        Assert.False(_host.Exists(path));
        Rewrite(_host, path, "written");
        Assert.Equal("written", Text(_host.TryReadFile(path, Limit)));
    }

    [Theory]
    [InlineData("../../../outside/policy.json")]
    [InlineData("../../../../../../../../../..{root}/outside/policy.json")]
    [InlineData("{root}/outside/policy.json")]
    [InlineData("/proc/self/root{root}/outside/policy.json")]
    [InlineData("/proc/self/cwd/../outside/policy.json")]
    public void Links_do_not_lead_out(string target)
    {
        target = target.Replace("{root}", _directory.Root, StringComparison.Ordinal);
        string link = _directory.Link("root/etc/containers/policy.json", target);
        Assert.Null(_host.TryReadFile("/etc/containers/policy.json", Limit));

        // The link dangles inside the root, and so its target comes to be inside the root.
        Rewrite(_host, "/etc/containers/policy.json", "written");
        Assert.Equal("written", Text(_host.TryReadFile("/etc/containers/policy.json", Limit)));
        Assert.Equal(target, File.ResolveLinkTarget(link, false) is null ? null : new FileInfo(link).LinkTarget);
        using IHostChange change = _host.BeginChange(["/etc/containers"], TimeSpan.Zero, default);
        change.Delete("/etc/containers/policy.json", _host.TryReadFile("/etc/containers/policy.json", Limit)!);
        Assert.False(Path.Exists(link));
    }

    [Fact]
    public void A_linked_directory_does_not_lead_out()
    {
        _directory.Link("root/etc/registries", _directory["outside"]);
        _directory.Link("root/etc/up", "../../outside");
        foreach (string directory in new[] { "/etc/registries", "/etc/up" })
        {
            Assert.Empty(_host.ListDirectory(directory));
            Assert.Null(_host.TryReadFile(directory + "/policy.json", Limit));
            using (_host.BeginChange([directory], TimeSpan.Zero, default))
                Assert.True(_host.Exists(directory));
            Rewrite(_host, directory + "/policy.json", "written");
        }

        Assert.Equal("written", File.ReadAllText(_directory["root" + _canary]));
        Assert.Equal("written", File.ReadAllText(_directory["root/outside/policy.json"]));
    }

    [Fact]
    public void A_link_that_is_exchanged_all_the_time_never_leads_out()
    {
        _directory.Write("root/inside/policy.json", "inside");
        string way = _directory["root/way"];
        using CancellationTokenSource end = new();
        Thread exchanger = new(() =>
        {
            while (!end.IsCancellationRequested)
            {
                foreach (string target in new[] { _directory["outside"], "inside", "../outside" })
                {
                    File.CreateSymbolicLink(way, target);
                    File.Delete(way);
                }

                Directory.CreateDirectory(way);
                Directory.Delete(way);
            }
        });
        exchanger.Start();
        try
        {
            for (int i = 0; i < 3000; i++)
            {
                try
                {
                    if (_host.TryReadFile("/way/policy.json", Limit) is { } file)
                        Assert.Equal("inside", Text(file));
                    Assert.DoesNotContain(_host.ListDirectory("/way"), n => n != "policy.json");
                }
                catch (TrustException e)
                {
                    Assert.Contains(e.ErrorId, new[] { "NotADirectory", "FileChanged" });
                }
            }
        }
        finally
        {
            end.Cancel();
            exchanger.Join();
        }
    }

    [Fact]
    public void Loops_are_an_error()
    {
        _directory.Link("root/a", "b");
        _directory.Link("root/b", "/a");
        _directory.Link("root/self", "self/x");
        foreach (string path in new[] { "/a", "/a/x", "/self", "/self/y" })
        {
            Assert.Equal("SymbolicLinkLoop", Assert.Throws<TrustException>(() => _host.TryReadFile(path, Limit)).ErrorId);
            Assert.Equal("SymbolicLinkLoop", Assert.Throws<TrustException>(() => _host.Exists(path)).ErrorId);
        }

        Assert.Equal("SymbolicLinkLoop", Assert.Throws<TrustException>(() => Rewrite(_host, "/a", "x")).ErrorId);
    }

    [Fact]
    public void As_many_links_are_followed_as_the_kernel_follows()
    {
        _directory.Write("root/link0", "end");
        for (int i = 1; i <= 41; i++)
            _directory.Link($"root/link{i}", $"link{i - 1}");
        Assert.Equal("end", Text(_host.TryReadFile("/link40", Limit)));
        Assert.Equal("SymbolicLinkLoop", Assert.Throws<TrustException>(() => _host.TryReadFile("/link41", Limit)).ErrorId);
    }

    [Fact]
    public void A_dangling_link_gets_its_target_with_its_directories()
    {
        _directory.Link("root/etc/containers/policy.json", "/srv/trust/policy.json");
        Rewrite(_host, "/etc/containers/policy.json", "new");
        Assert.Equal("new", File.ReadAllText(_directory["root/srv/trust/policy.json"]));
        Assert.Equal("/srv/trust/policy.json", new FileInfo(_directory["root/etc/containers/policy.json"]).LinkTarget);
    }

    [SkippableFact]
    public void Another_users_link_in_a_directory_for_all_is_not_followed()
    {
        Skip.IfNot(HostTools.IsRoot, "Making another user's link needs root.");
        _directory.Write("root/etc/passwd", "precious");
        string shared = _directory.MakeDirectory("root/tmp");
        SetMode(shared, "1777");
        _directory.Link("root/tmp/mine", "/etc/passwd");
        _directory.Link("root/tmp/theirs", "/etc/passwd");
        HostTools.Must("chown", "-h", "65534:65534", _directory["root/tmp/theirs"]);
        Assert.Equal("precious", Text(_host.TryReadFile("/tmp/mine", Limit)));
        TrustException e = Assert.Throws<TrustException>(() => _host.TryReadFile("/tmp/theirs", Limit));
        Assert.Equal("UntrustedSymbolicLink", e.ErrorId);
        Assert.Equal("UntrustedSymbolicLink", Assert.Throws<TrustException>(() => Rewrite(_host, "/tmp/theirs", "x")).ErrorId);
        SetMode(shared, "777");
        Assert.Equal("precious", Text(_host.TryReadFile("/tmp/theirs", Limit)));
    }

    [Theory]
    [InlineData("node1.example.com\n", "node1.example.com")]
    [InlineData("# a comment\n\n  node2\n", "node2")]
    [InlineData("node3", "node3")]
    [InlineData("two words\n", null)]
    [InlineData("\u001b[31mred\n", null)]
    [InlineData("-rf\n", null)]
    [InlineData("", null)]
    public void The_name_comes_from_etc_hostname_if_that_is_sane(string content, string? expected)
    {
        _directory.Write("root/etc/hostname", content);
        Assert.Equal(expected ?? LocalHost.Instance.ComputerName, _host.ComputerName);
    }

    [Fact]
    public void A_root_has_no_user_and_no_environment_and_needs_no_hostname()
    {
        Assert.Equal(LocalHost.Instance.ComputerName, _host.ComputerName);
        Assert.Null(_host.HomeDirectory);
        Assert.Null(_host.GetEnvironmentVariable("PATH"));
        _directory.MakeDirectory("root/etc/hostname");
        Assert.Equal(LocalHost.Instance.ComputerName, new RootDirectoryHost(_directory["root"]).ComputerName);
    }

    [Fact]
    public void The_root_must_be_a_directory()
    {
        Assert.Equal("RootNotFound", Assert.Throws<TrustException>(() => new RootDirectoryHost(_directory["none"])).ErrorId);
        Assert.Equal("RootNotADirectory", Assert.Throws<TrustException>(() => new RootDirectoryHost(_canary)).ErrorId);
        _directory.Link("root/itself", _directory["root"]);
        Assert.True(new RootDirectoryHost(_directory["root/itself"]).Exists("/etc/containers"));
    }

    [Fact]
    public void A_message_names_the_root()
    {
        string message = Assert.Throws<TrustException>(() => _host.TryReadFile("/etc/containers", Limit)).Message;
        Assert.StartsWith($"/etc/containers (in the root directory {_directory["root"]}) is a directory", message,
            StringComparison.Ordinal);
    }
}
