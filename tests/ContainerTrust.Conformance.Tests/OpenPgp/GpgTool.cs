using System.Diagnostics;
using System.Text;

namespace ContainerTrust.Conformance.Tests.OpenPgp;

/// <summary>Runs GnuPG in a home directory of its own, which is removed afterwards together with the agent that it started.</summary>
public sealed class GpgTool : IDisposable
{
    private static readonly string? Program = Find("gpg2") ?? Find("gpg");

    public GpgTool()
    {
        if (Program is null)
            return;
        Home = Directory.CreateTempSubdirectory("ct-gpg-").FullName;
    }

    public string Home { get; } = "";

    public static bool IsVersion22 { get; } = Program is not null
        && new GpgTool().Use(gpg => Encoding.UTF8.GetString(gpg.Run(0, "--version"))
        .StartsWith("gpg (GnuPG) 2.2.", StringComparison.Ordinal));

    public static void Require() => Skip.If(Program is null, "GnuPG is not installed (gpg2 or gpg).");

    public static void RequireVersion22() => Skip.If(!IsVersion22, "GnuPG 2.2 is not installed; other versions print other things.");

    /// <summary>Runs gpg and returns what it printed; fails unless it ends with the given code (null: any).</summary>
    public byte[] Run(int? expectedCode, params string[] arguments) => Run(expectedCode, out _, arguments);

    public byte[] Run(int? expectedCode, out int code, params string[] arguments) => RunWithInput([], expectedCode, out code, arguments);

    /// <summary>Runs gpg in any home directory, whatever it ends with.</summary>
    public static (byte[] Output, string Errors) Ask(string home, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program!, arguments)
            { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["GNUPGHOME"] = home;
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        if (!process.WaitForExit(Patience.Limit))
        {
            process.Kill();
            throw new TimeoutException("gpg did not end.");
        }

        return (output.ToArray(), errors.Result);
    }

    /// <summary>Runs gpg with something on its standard input.</summary>
    public byte[] RunWithInput(byte[] input, int? expectedCode, out int code, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program!)
            { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["GNUPGHOME"] = Home;
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var writing = Task.Run(() => WriteInput(process, input));
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        if (!process.WaitForExit(Patience.Limit))
        {
            process.Kill();
            throw new TimeoutException("gpg did not end.");
        }

        writing.GetAwaiter().GetResult();

        code = process.ExitCode;
        if (expectedCode is not null && code != expectedCode)
            throw new InvalidOperationException($"gpg {string.Join(' ', arguments)} ended with {code}: {errors.Result}");
        return output.ToArray();
    }

    /// <summary>Makes a key without a passphrase, as if at the given time (yyyyMMddThhmmss).</summary>
    public string MakeKey(string userId, string algorithm, string usage, string expire, string time = "20240102T030405")
    {
        Batch(time, "--quick-gen-key", userId, algorithm, usage, expire);
        string listing = Encoding.UTF8.GetString(Run(0, "--with-colons", "--list-keys", $"={userId}"));
        return listing.Split('\n').First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];
    }

    public byte[] Batch(string time, params string[] arguments) =>
        Run(0, ["--batch", "--yes", "--no-tty", "--passphrase", "", "--pinentry-mode", "loopback", "--faked-system-time", time + "!",
            .. arguments]);

    /// <summary>Makes a signed message of a content, as skopeo does. The time is as in <see cref="MakeKey"/>; null for now.</summary>
    public byte[] Sign(byte[] content, string fingerprint, string? time, params string[] options) =>
        RunWithInput(content, 0, out _,
            ["--batch", "--no-tty", "--passphrase", "", "--pinentry-mode", "loopback", .. time is null ? Array.Empty<string>()
            : ["--faked-system-time", time + "!"],
            .. options, "--local-user", fingerprint, .. options.Contains("--clear-sign") || options.Contains("--detach-sign")
                ? Array.Empty<string>() : ["--sign"]]);

    /// <summary>Answers the questions of <c>gpg --edit-key</c>, a line each.</summary>
    public void Edit(string time, string fingerprint, params string[] answers) =>
        RunWithInput(Encoding.UTF8.GetBytes(string.Join('\n', [.. answers, "save", ""])), 0, out _,
            "--no-tty", "--expert", "--command-fd", "0", "--passphrase", "", "--pinentry-mode", "loopback", "--faked-system-time", time +
                "!", "--edit-key", fingerprint);

    public byte[] Export(string fingerprint, bool isArmored) =>
        isArmored ? Run(0, "--armor", "--export", fingerprint) : Run(0, "--export", fingerprint);

    public string Write(string name, byte[] content)
    {
        string path = Path.Combine(Home, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose()
    {
        if (Home.Length == 0)
            return;
        if (Find("gpgconf") is { } gpgconf)
        {
            var start = new ProcessStartInfo(gpgconf, ["--homedir", Home, "--kill", "all"])
                { RedirectStandardError = true, RedirectStandardOutput = true };
            using var process = Process.Start(start)!;
            process.WaitForExit(TimeSpan.FromSeconds(10));
        }

        Directory.Delete(Home, recursive: true);
    }

    private static void WriteInput(Process process, byte[] input)
    {
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // gpg ended before it had read everything; its exit code says what that means.
        }
    }

    private T Use<T>(Func<GpgTool, T> action)
    {
        using (this)
            return action(this);
    }

    private static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Where(d => d.Length > 0).Select(d => Path.Combine(d, name))
            .FirstOrDefault(File.Exists);
}
