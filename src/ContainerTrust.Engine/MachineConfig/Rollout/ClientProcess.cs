using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>How a client program ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">The beginning and the end of its standard error.</param>
internal sealed record ClientAnswer(int ExitCode, ReadOnlyMemory<byte> Output, string Error);

/// <summary>
/// Runs a client program: arguments as a list, nothing on its standard input, bounded output, and its end when the work is cancelled.
/// </summary>
internal static partial class ClientProcess
{
    private const int ErrorBytes = 32 * 1024;
    private const int Terminate = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">An absolute path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limits">How long it may take, and the largest output that is read.</param>
    /// <param name="grace">
    /// How long the program may take to clean up when it is ended early (<c>oc debug</c> deletes its pod). Zero: it and what it started
    /// are killed at once.
    /// </param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="TrustException">
    /// It does not start, takes too long (<c>ClusterTimeout</c>) or says too much (<c>ClusterAnswerTooLarge</c>).
    /// </exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<ClientAnswer> RunAsync(string program, IReadOnlyList<string> arguments, (TimeSpan Time, int Bytes) limits,
        TimeSpan grace, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(program);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };

        // Its messages are matched; they must not be translated.
        start.Environment["LC_ALL"] = "C";
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limits.Time);
        try
        {
            Process process = Process.Start(start) ?? throw Failed(name, "it does not start");
            try
            {
                // It must never wait for somebody to type a password.
                process.StandardInput.Close();
                Task<string> error = ReadErrorAsync(process.StandardError.BaseStream, deadline.Token);
                Task<ReadOnlyMemory<byte>?> output = ReadOutputAsync(process.StandardOutput.BaseStream, limits.Bytes, deadline.Token);
                ReadOnlyMemory<byte> answer = await output.ConfigureAwait(false)
                    ?? throw new TrustException(
                        "ClusterAnswerTooLarge",
                        TrustErrorKind.LimitsExceeded,
                        $"The answer of {name} is larger than {limits.Bytes} bytes and was not read.");
                string words = await error.ConfigureAwait(false);
                await process.WaitForExitAsync(deadline.Token).ConfigureAwait(false);
                return new ClientAnswer(process.ExitCode, answer, words);
            }
            finally
            {
                await EndAsync(process, grace).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TrustException(
                "ClusterTimeout",
                TrustErrorKind.ReadError,
                $"{name} got no answer from the cluster within {limits.Time.TotalSeconds:0.#} s and was ended. " +
                "Check that the cluster can be reached from here.");
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw Failed(name, "it cannot be started or read", e);
        }
    }

    private static async Task EndAsync(Process process, TimeSpan grace)
    {
        if (!process.HasExited && grace > TimeSpan.Zero && !OperatingSystem.IsWindows() && kill(process.Id, Terminate) == 0)
        {
            // Nobody waits for it longer than this; its pipes stay open meanwhile, for a program that writes to a closed one is ended by
            // that.
            Task cleaning = CleanAsync(process, grace);
            await Task.WhenAny(cleaning, Task.Delay(Patience)).ConfigureAwait(false);
            return;
        }

        Finish(process);
    }

    private static async Task CleanAsync(Process process, TimeSpan grace)
    {
        using var limit = new CancellationTokenSource(grace);
        await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Finish(process);
    }

    private static void Finish(Process process)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadOutputAsync(Stream stream, int maxBytes, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        byte[] buffer = new byte[81920];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            if (answer.Length + count > maxBytes)
                return null;
            answer.Write(buffer, 0, count);
        }

        return answer.GetBuffer().AsMemory(0, (int)answer.Length);
    }

    // What it says last is what counts; what it says first may explain that.
    private static async Task<string> ReadErrorAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] head = new byte[ErrorBytes];
        byte[] tail = new byte[ErrorBytes];
        long total = 0;
        byte[] buffer = new byte[4096];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            for (int i = 0; i < count; i++, total++)
            {
                if (total < ErrorBytes)
                    head[total] = buffer[i];
                else
                    tail[total % ErrorBytes] = buffer[i];
            }
        }

        var words = new StringBuilder(Encoding.UTF8.GetString(head.AsSpan(0, (int)Math.Min(total, ErrorBytes))));
        if (total > 2 * ErrorBytes)
        {
            int first = (int)(total % ErrorBytes);
            words.Append("\n…\n").Append(Encoding.UTF8.GetString(tail.AsSpan(first))).Append(Encoding.UTF8.GetString(tail.AsSpan(
                0,
                first)));
        }
        else if (total > ErrorBytes)
        {
            words.Append(Encoding.UTF8.GetString(tail.AsSpan(0, (int)(total - ErrorBytes))));
        }

        return words.ToString();
    }

    private static TrustException Failed(string name, string problem, Exception? inner = null) =>
        new("ClusterClientFailed", TrustErrorKind.ReadError, $"{name} failed: {problem}.", inner);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);
}
