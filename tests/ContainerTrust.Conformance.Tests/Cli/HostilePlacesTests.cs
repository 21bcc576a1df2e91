namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>The command as root, in places that other users have a hand in.</summary>
public sealed class HostilePlacesTests : IDisposable
{
    private const string Policy = """{"default":[{"type":"reject"}]}""";
    private const string User = "65534:65534";

    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-hostile").FullName;

    public HostilePlacesTests()
    {
        Write("root/etc/containers/policy.json", Policy);
        Write("victim/static-pod.yaml", "precious");
        Write("victim/other.json", Policy);
    }

    public void Dispose()
    {
        try
        {
            Assert.Equal("precious", File.ReadAllText(At("victim/static-pod.yaml")));
            Assert.Equal(Policy, File.ReadAllText(At("victim/other.json")));
            Assert.Equal(["other.json", "static-pod.yaml"], Directory.GetFileSystemEntries(At("victim")).Select(Path.GetFileName)
                .Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [SkippableFact]
    public void A_report_does_not_replace_a_device_or_a_pipe()
    {
        RequireRoot();
        foreach (string node in (string[])["null c 1 3", "full c 1 7", "pipe p"])
        {
            string[] words = node.Split(' ');
            Skip.IfNot(CommandLine.Run(CommandLine.Tool("mknod"), ["-m", "666", At(words[0]), .. words[1..]]).ExitCode == 0,
                "Devices cannot be made here.");
        }

        string before = Kinds();
        CommandLine.Result written = Report(At("null"));
        Skip.If(written.Error.Contains("permission denied", StringComparison.Ordinal), "This file system has no devices.");
        Assert.Equal((0, ""), (written.ExitCode, written.Error));
        Assert.Contains("no space is left", Report(At("full")).Error, StringComparison.Ordinal);
        Assert.Contains("Start the reader first", Report(At("pipe")).Error, StringComparison.Ordinal);
        Assert.Equal(before, Kinds());

        string Kinds() => CommandLine.Run(CommandLine.Tool("stat"), "-c", "%i %F %a", At("null"), At("full"), At("pipe")).Output;
    }

    [SkippableTheory]
    [InlineData("{0} -o /dev/stdout | cat")]
    [InlineData("{0} -o /dev/stdout >out && cat out")]
    [InlineData("{0} -o /dev/stderr 2>&1")]
    [InlineData("{0} -o >(cat)")]
    [InlineData("{0} -o /dev/fd/7 7>out && cat out")]
    public void A_report_goes_where_the_shell_says(string command)
    {
        string test = $"'{CommandLine.Ours}' test --root root --exclude 'File*' --format json";
        CommandLine.Result result = CommandLine.Run(CommandLine.Tool("bash"), "-c", $"cd '{_directory}' && " +
            string.Format(System.Globalization.CultureInfo.InvariantCulture, command, test));
        Assert.StartsWith("{", result.Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [SkippableTheory]
    [InlineData("static-pod.yaml")]
    [InlineData("new")]
    public void A_report_follows_no_link_of_another_user(string target)
    {
        RequireRoot();
        Directory.CreateDirectory(At("shared"));
        File.CreateSymbolicLink(At("shared/report.json"), At($"victim/{target}"));
        Chown("shared/report.json");
        foreach (string mode in (string[])["1777", "755"])
        {
            Run("chmod", mode, At("shared"));
            CommandLine.Result result = Report(At("shared/report.json"));
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("symbolic link", result.Error, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public void Set_does_not_write_through_another_users_links()
    {
        RequireRoot();
        Write("theirs/policy.json", Policy);
        Directory.CreateDirectory(At("theirs/registries.d"));
        File.CreateSymbolicLink(At("theirs/registries.d/q.example.com.yaml"), At("victim/new"));
        File.CreateSymbolicLink(At("theirs/other.json"), At("victim/other.json"));
        Chown("theirs", "theirs/policy.json", "theirs/registries.d", "theirs/registries.d/q.example.com.yaml", "theirs/other.json");
        foreach (string policy in (string[])["theirs/policy.json", "theirs/other.json", "root/etc/containers/policy.json"])
        {
            CommandLine.Result result = CommandLine.Run(CommandLine.Ours, "set", "q.example.com", "-t", "reject", "--signature-store",
                "https://q.example.com/sigs", "--policy", At(policy), "--registries-d", At("theirs/registries.d"));
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("is not changed by root", result.Error, StringComparison.Ordinal);
            Assert.Contains("belongs to user 65534", result.Error, StringComparison.Ordinal);
        }

        Assert.Equal(Policy, File.ReadAllText(At("root/etc/containers/policy.json")));
    }

    [SkippableFact]
    public void Another_users_home_is_not_reset()
    {
        RequireRoot();
        Write("home/.config/containers/policy.json", Policy);
        File.CreateSymbolicLink(At("home/.config/containers/registries.d"), At("victim"));
        Run("chown", "-R", "-h", User, At("home"));

        // Only a look, for the files that are meant in its place are this machine's.
        CommandLine.Result result = CommandLine.Run(CommandLine.Tool("env"), $"HOME={At("home")}", CommandLine.Ours, "reset", "--dry-run");
        Assert.DoesNotContain("static-pod.yaml", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(At("home"), result.Output, StringComparison.Ordinal);
        Assert.Contains($"HOME is {At("home")}, which is not this user's", result.Error, StringComparison.Ordinal);

        // Named, it is refused.
        result = CommandLine.Run(CommandLine.Ours, "reset", "--policy", At("home/.config/containers/policy.json"), "--registries-d",
            At("home/.config/containers/registries.d"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("is not changed by root", result.Error, StringComparison.Ordinal);
        Assert.Equal(Policy, File.ReadAllText(At("home/.config/containers/policy.json")));
    }

    [SkippableTheory]
    [InlineData("755", "reject")]
    [InlineData("775", null)]
    [InlineData("777", null)]
    public void A_home_of_root_alone_is_read_as_podman_reads_it(string mode, string? expected)
    {
        RequireRoot();
        Write("home/.config/containers/policy.json", """{"default":[{"type":"reject"}]}""");
        Run("chmod", "-R", "a+rX", _directory);
        Run("chmod", mode, At("home"));
        CommandLine.Result result = CommandLine.Run(
            CommandLine.Tool("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups", CommandLine.Tool("env"), $"HOME={At("home")}",
            CommandLine.Ours, "show");
        Skip.If(result.ExitCode is 126 or 127, "Another user cannot start the command where it is.");
        bool isRead = result.Error.Length == 0 && result.Output.Contains("reject", StringComparison.Ordinal);
        Assert.True(isRead == (expected is not null), result.Output + result.Error);
        Assert.Equal(expected is null, result.Error.Contains("is not this user's", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_root_directory_is_not_another_users_link()
    {
        RequireRoot();
        Directory.CreateDirectory(At("theirs"));
        File.CreateSymbolicLink(At("theirs/image"), At("root"));
        Chown("theirs", "theirs/image");
        CommandLine.Result result = CommandLine.Run(CommandLine.Ours, "set", "a.example.com", "-t", "reject", "--root", At("theirs/image"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("symbolic link", result.Error, StringComparison.Ordinal);
        Assert.Equal(Policy, File.ReadAllText(At("root/etc/containers/policy.json")));
        File.CreateSymbolicLink(At("image"), "root");
        Assert.Equal(0, CommandLine.Run(CommandLine.Ours, "set", "a.example.com", "-t", "reject", "--root", At("image")).ExitCode);
    }

    private CommandLine.Result Report(string path) =>
        CommandLine.Run(CommandLine.Ours, "test", "--root", At("root"), "--exclude", "File*", "--format", "text", "-o", path);

    private string At(string relative) => Path.Join(_directory, relative);

    private void Write(string relative, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(relative))!);
        File.WriteAllText(At(relative), content);
    }

    private void Chown(params IEnumerable<string> relative) => Run("chown", ["-h", User, .. relative.Select(At)]);

    private static void Run(string tool, params IEnumerable<string> arguments) =>
        Assert.Equal(0, CommandLine.Run(CommandLine.Tool(tool), arguments).ExitCode);

    private static void RequireRoot() =>
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root is told apart from the owner of a directory.");
}
