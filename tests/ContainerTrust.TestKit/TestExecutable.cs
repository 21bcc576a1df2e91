using System.Diagnostics;

namespace ContainerTrust.TestKit;

/// <summary>Writes programs that a test starts.</summary>
internal static class TestExecutable
{
    /// <summary>
    /// Writes a file that can be started at once. Another process writes it: whatever this process has open for writing, a child that
    /// another thread starts at that moment has open too until it becomes its program, and the kernel starts no file that anybody has
    /// open for writing ("Text file busy").
    /// </summary>
    /// <param name="path">Where. What is there is replaced.</param>
    /// <param name="text">Its content, beginning with the line that names its interpreter.</param>
    /// <returns>The path.</returns>
    public static string Write(string path, string text)
    {
        const string Script = "umask 022; cat >\"$1.new\" && chmod 755 \"$1.new\" && mv -f \"$1.new\" \"$1\"";
        ProcessStartInfo start = new("/bin/sh", ["-c", Script, "sh", path])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(text);
        process.StandardInput.Close();
        process.WaitForExit();
        return process.ExitCode == 0 ? path : throw new IOException($"{path} cannot be written: {error.Result}");
    }

    /// <summary>Writes a script of the shell.</summary>
    /// <param name="path">Where.</param>
    /// <param name="script">What it does; the first line is added.</param>
    /// <returns>The path.</returns>
    public static string WriteScript(string path, string script) => Write(path, $"#!/bin/sh\n{script}\n");
}
