using System.Diagnostics;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>Runs commands: ours and those that it is compared with.</summary>
internal static class CommandLine
{
    private static readonly string? Repository = FindRepository();

    /// <summary>What a command did.</summary>
    internal sealed record Result(int ExitCode, string Output, string Error);

    public static string Ours
    {
        get
        {
            string? path = Repository is null ? null : Path.Combine(Repository, "out/cli/containertrust");
            Skip.If(path is null || !File.Exists(path),
                "out/cli/containertrust is not there; run: dotnet publish src/ContainerTrust.Cli -c Release");
            return path!;
        }
    }

    public static string SampleKey => Path.Combine(Repository!, "samples/keys/sample.asc");

    /// <summary>Images with signatures, and the key that made them; see tests/Pester/Images.ps1.</summary>
    public static string SignedImages => Path.Combine(Repository!, "tests/Pester/Images");

    /// <summary>A file or directory of <c>samples</c>.</summary>
    public static string Sample(string path) => Path.Combine(Repository!, "samples", path);

    public static string Tool(string name)
    {
        string? path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, name))
            .FirstOrDefault(File.Exists);
        Skip.If(path is null, $"{name} is not installed.");
        return path!;
    }

    public static Result Run(string tool, params IEnumerable<string> arguments)
    {
        using Process process = Start(tool, arguments);
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        if (!process.WaitForExit(Patience.Limit))
        {
            process.Kill(true);
            throw new TimeoutException($"{tool} {string.Join(' ', arguments)} did not end.");
        }

        return new Result(process.ExitCode, output, error.Result);
    }

    public static Process Start(string tool, params IEnumerable<string> arguments)
    {
        ProcessStartInfo info = new(tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        return Process.Start(info)!;
    }

    private static string? FindRepository()
    {
        for (DirectoryInfo? d = new(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "ContainerTrust.sln")))
                return d.FullName;
        }

        return null;
    }
}
