using System.Diagnostics;

namespace ContainerTrust.Conformance.Tests;

/// <summary>The programs that behaviour is compared with.</summary>
internal static class Tools
{
    /// <summary>The path of a program. Null if it is not installed.</summary>
    public static string? FindTool(string name)
    {
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            string path = Path.Combine(directory, name);
            if (File.Exists(path))
                return path;
        }

        return null;
    }

    /// <summary>The path of a program; skips the test if it is not installed.</summary>
    public static string RequireTool(string name)
    {
        string? path = FindTool(name);
        Skip.If(path is null, $"{name} is not installed.");
        return path;
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="tool">The program's path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="timeout">After this it is killed, and the test fails. Null: <see cref="Patience.Limit"/>.</param>
    /// <param name="environment">Variables to set; a null value removes one.</param>
    /// <returns>Exit code and output.</returns>
    public static ToolResult Run(string tool, IEnumerable<string> arguments, TimeSpan? timeout = null,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(tool, arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} does not start.");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(timeout ?? Patience.Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{tool} {string.Join(' ', start.ArgumentList)} does not end.");
        }

        process.WaitForExit();
        return new ToolResult(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Options that keep podman's storage in a scratch directory, with a driver that needs no privileges of the file
    /// system.</summary>
    public static string[] PodmanOptions(string scratch) =>
        ["--root", Path.Combine(scratch, "root"), "--runroot", Path.Combine(scratch, "runroot"), "--storage-driver", "vfs"];
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record ToolResult(int ExitCode, string Output, string Error);
