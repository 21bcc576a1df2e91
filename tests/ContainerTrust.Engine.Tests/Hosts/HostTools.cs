using System.Diagnostics;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Starts the system's tools and the test writer.</summary>
internal static class HostTools
{
    public static bool IsRoot => OperatingSystem.IsLinux() && Libc.EffectiveUserId() == 0;

    /// <summary>The test writer beside this test project, of the same configuration.</summary>
    public static string Writer
    {
        get
        {
            string path = AppContext.BaseDirectory.Replace("ContainerTrust.Engine.Tests", "ContainerTrust.TestWriter",
                StringComparison.Ordinal);
            string file = Path.Combine(path, "ContainerTrust.TestWriter.dll");
            Assert.True(File.Exists(file), $"{file} is not built.");
            return file;
        }
    }

    public static Process Start(string file, params string[] arguments)
    {
        ProcessStartInfo start = new(file) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    public static Process StartWriter(params string[] arguments) => Start("dotnet", ["exec", Writer, .. arguments]);

    public static (int ExitCode, string Output, string Error) Run(string file, params string[] arguments)
    {
        using Process process = Start(file, arguments);
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output.TrimEnd(), error.Result.TrimEnd());
    }

    /// <summary>Runs a tool that must succeed.</summary>
    public static string Must(string file, params string[] arguments)
    {
        (int exitCode, string output, string error) = Run(file, arguments);
        Assert.True(exitCode == 0, $"{file} {string.Join(' ', arguments)}: {error}");
        return output;
    }

    public static bool Has(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") + ":/usr/sbin:/sbin").Split(':')
            .Any(d => d.Length > 0 && File.Exists(Path.Combine(d, tool)));

    /// <summary>Runs the test writer as a user without rights. Null if that is not possible here.</summary>
    public static string? RunAsNobody(params string[] arguments)
    {
        if (!IsRoot || !Has("setpriv"))
            return null;
        (int exitCode, string output, _) =
            Run("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "dotnet", "exec", Writer, .. arguments]);
        return exitCode is 0 or 1 && output.Length > 0 ? output : null;
    }
}
