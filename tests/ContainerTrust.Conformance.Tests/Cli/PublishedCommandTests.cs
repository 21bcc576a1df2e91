namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>Which of its two builds the command is, and that a machine without a C toolchain is told which it gets.</summary>
public sealed class PublishedCommandTests : IDisposable
{
    private readonly string _scratch = Directory.CreateTempSubdirectory("containertrust-published").FullName;

    private static string Project => Path.Combine(Path.GetDirectoryName(CommandLine.Ours)!, "../../src/ContainerTrust.Cli");

    public void Dispose() => Directory.Delete(_scratch, true);

    [SkippableFact]
    public void Is_one_native_file_where_there_is_a_toolchain_and_a_directory_elsewhere()
    {
        bool hasToolchain = Tools.Run("/bin/sh", [Project + "/find-toolchain.sh"]).ExitCode == 0;
        string directory = Path.GetDirectoryName(CommandLine.Ours)!;
        string[] files = [.. Directory.EnumerateFileSystemEntries(directory).Select(static p => Path.GetFileName(p))
            .Order(StringComparer.Ordinal)];
        if (!hasToolchain)
        {
            Assert.Contains("containertrust.dll", files);
            return;
        }

        Assert.Equal(
            [
                "containertrust", "containertrust-compliance.dsc.resource.json", "containertrust-policy.dsc.resource.json",
                "containertrust-scope.dsc.resource.json",
            ],
            files);
        using FileStream file = File.OpenRead(CommandLine.Ours);
        byte[] start = new byte[4];
        file.ReadExactly(start);
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F'], start);

        // Debug symbols would more than double it.
        Assert.InRange(file.Length, 5_000_000, 29_000_000);
    }

    [SkippableFact]
    public void Without_a_toolchain_it_says_so_and_what_to_install()
    {
        string said = FindToolchain(WithoutCompilers());
        Assert.Contains("No C toolchain that links", said, StringComparison.Ordinal);
        Assert.Contains("install clang and zlib1g-dev (Debian) or clang and zlib-devel (RHEL, Fedora)", said, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_compiler_that_cannot_link_is_no_toolchain()
    {
        string path = WithoutCompilers();
        File.WriteAllText(path + "/clang", "#!/bin/sh\nexit 1\n");
        File.SetUnixFileMode(path + "/clang", UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(path + "/objcopy", "/bin/true");
        Assert.Contains("No C toolchain that links", FindToolchain(path), StringComparison.Ordinal);
    }

    // A PATH with what the script and dotnet need, and no compiler.
    private string WithoutCompilers()
    {
        string path = Path.Combine(_scratch, "bin");
        Directory.CreateDirectory(path);
        foreach (string tool in new[] { "sh", "mktemp", "rm", "dotnet", "uname" })
            File.CreateSymbolicLink(Path.Combine(path, tool), Tools.RequireTool(tool));

        return path;
    }

    private static string FindToolchain(string path)
    {
        ToolResult result = Tools.Run(
            Tools.RequireTool("dotnet"),
            ["msbuild", Project, "-t:FindToolchain", "-nologo", "-v:minimal", "-nodeReuse:false"],
            TimeSpan.FromMinutes(3),
            new Dictionary<string, string?> { ["PATH"] = path, ["MSBUILDDISABLENODEREUSE"] = "1", ["CppCompilerAndLinker"] = null });
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        return result.Output;
    }
}
