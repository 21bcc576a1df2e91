using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>How a program on a host ended.</summary>
/// <param name="UntrustedOutput">Its output, up to one byte more than <see cref="MaxBytes"/>.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="UntrustedWords">The end of its words.</param>
internal sealed record RemoteProgram(byte[] UntrustedOutput, int ExitCode, string UntrustedWords)
{
    /// <summary>The largest output that counts as whole.</summary>
    public const int MaxBytes = 4 << 20;

    private const string Exit = "exit ";

    /// <summary>Takes the exit code from the end of the words.</summary>
    /// <param name="untrustedOutput">The output.</param>
    /// <param name="untrustedEnd">The words, and in their last line the exit code.</param>
    /// <returns>Null if there is none.</returns>
    public static RemoteProgram? Of(byte[] untrustedOutput, string untrustedEnd)
    {
        int line = untrustedEnd.LastIndexOf('\n');
        string last = untrustedEnd[(line + 1)..];
        return last.StartsWith(Exit, StringComparison.Ordinal)
            && int.TryParse(last.AsSpan(Exit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int code)
            && code is >= 0 and <= 255
            ? new RemoteProgram(untrustedOutput, code, line < 0 ? "" : untrustedEnd[..line].Trim()) : null;
    }
}
