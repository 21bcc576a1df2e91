namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>Says why there is no connection, from how ssh ended.</summary>
internal static class SshFailure
{
    private const int OwnError = 255;

    /// <summary>The error for a connection that ended, or never was.</summary>
    /// <param name="options">The connection.</param>
    /// <param name="exitCode">ssh's exit code; null if it did not end by itself.</param>
    /// <param name="untrustedErrors">What it said, or what the host said through it.</param>
    /// <param name="isConnected">Whether the script on the other side had begun to answer.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException Of(SshConnectionOptions options, int? exitCode, string untrustedErrors, bool isConnected)
    {
        string host = options.HostName;
        string[] lines = untrustedErrors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string said = lines.Length == 0 ? ""
            : lines[^1].StartsWith("ssh: ", StringComparison.Ordinal) ? lines[^1]["ssh: ".Length..] : lines[^1];
        string last = lines.Length == 0 ? "" : $" (ssh: {Printable.Of(said, 300)})";
        TrustException Error(string id, TrustErrorKind kind, string message) => new(id, kind, message) { Target = host };
        bool Says(string text) => Array.Exists(lines, l => l.Contains(text, StringComparison.OrdinalIgnoreCase));

        if (isConnected)
        {
            return Error("ConnectionLost", TrustErrorKind.ConnectionFailed,
                $"The connection to {host} ended before its answer was complete{last}. If something was being written there, the old or " +
                "the new file is whole; run the command again.");
        }

        if (exitCode == OwnError)
        {
            if (Says("REMOTE HOST IDENTIFICATION HAS CHANGED") || Says("POSSIBLE DNS SPOOFING") || Says("host key for")
                && Says("has changed"))
                return Error("HostKeyMismatch", TrustErrorKind.PermissionDenied,
                    $"{host} shows a different host key than the known one: it was reinstalled, or someone is intercepting the " +
                    "connection. Nothing was sent. Find out which; if the new key is right, remove the old one with 'ssh-keygen -R " +
                    $"{host}' and accept the new one.");
            if (Says("Host key verification failed") || Says("host key is known for") || Says("REVOKED HOST KEY"))
                return Error("HostKeyUnknown", TrustErrorKind.PermissionDenied,
                    $"The host key of {host} is not known, and ssh cannot ask here whether it is right{last}. Log in once with ssh and " +
                    "compare the fingerprint, or put the key into known_hosts (or a certificate authority there).");
            if (Says("Bad configuration option") || Says("command-line line") || Says("command line line") || Says("keyword")
                && Says("extra arguments") || Says("missing argument"))
                return Error(
                    "InvalidSshOption",
                    TrustErrorKind.InvalidArgument,
                    $"ssh refuses an option for {host}{last}. Check {TrustOption.Options} and ssh_config.");
            if (Says("Permission denied (") || Says("Too many authentication failures") || Says("No supported authentication methods")
                || Says("Permission denied, please try again"))
                return Error("SshAuthenticationFailed", TrustErrorKind.PermissionDenied,
                    $"{host} does not let {(options.UserName is null ? "this user" : options.UserName)} log in{last}. Give " +
                    $"{TrustOption.KeyFilePath} or {TrustOption.UserName}, or load the key into the agent; passwords are not asked for.");
            if (Says("during banner exchange") || Says("Timeout, server"))
                return TimedOut(options);
            if (Says("Unable to negotiate") || Says("no matching"))
                return Error("SshNegotiationFailed", TrustErrorKind.ConnectionFailed,
                    $"ssh here and on {host} have no algorithm in common{last}. Update the older one, or allow the " +
                    $"algorithm with {TrustOption.Options}.");
            if (Says("Could not resolve hostname") || Says("Name or service not known"))
                return Error(
                    "HostUnreachable",
                    TrustErrorKind.ConnectionFailed,
                    $"{host} cannot be reached: its name is not known{last}. Check the name.");
            if (Says("Connection refused"))
                return Error(
                    "HostUnreachable",
                    TrustErrorKind.ConnectionFailed,
                    $"{host} cannot be reached: it refuses the connection{last}. Check that sshd runs there, and the port.");
            return Error(
                "HostUnreachable",
                TrustErrorKind.ConnectionFailed,
                $"{host} cannot be reached{last}. Check the name, the network and that sshd runs there.");
        }

        if (options.Sudo && lines.LastOrDefault(static l => l.Contains("sudo", StringComparison.Ordinal)) is { } sudo)
        {
            if (sudo.Contains("password is required", StringComparison.Ordinal)
                || sudo.Contains("terminal is required", StringComparison.Ordinal)
                || sudo.Contains("no tty present", StringComparison.Ordinal)
                    || sudo.Contains("authentication is required", StringComparison.Ordinal))
                return Error("SudoPasswordRequired", TrustErrorKind.PermissionDenied,
                    $"sudo on {host} asks for a password, which cannot be entered here. Allow it without (NOPASSWD) for " +
                    $"{Who(options)} there, or log in as root.");
            return Error("SudoRefused", TrustErrorKind.PermissionDenied,
                $"sudo on {host} does not run the command as root ({Printable.Of(sudo, 300)}). Allow it for {Who(options)} there without " +
                $"password and terminal, or log in as root without {TrustOption.Sudo}.");
        }

        return Error("RemoteShellUnusable", TrustErrorKind.NotSupported,
            $"The login on {host} gave no shell that could be worked with{last}. It must let commands be run: a POSIX shell at /bin/sh, " +
            "and nothing in its start-up files that reads input, or ends it.");
    }

    /// <summary>The host was reached, or may have been, and says nothing.</summary>
    public static TrustException TimedOut(SshConnectionOptions options) =>
        new("SshTimeout", TrustErrorKind.ConnectionFailed,
            $"{options.HostName} was reached but did not answer in time. Look at its load, disks and network, or give it longer with " +
            $"{TrustOption.ConnectingTimeout}.") { Target = options.HostName };

    /// <summary>There is no memory left for what is said.</summary>
    public static TrustException TooMuch(SshConnectionOptions options) =>
        new(
            "AnswersTooLarge", TrustErrorKind.LimitsExceeded,
            $"{options.HostName} answers so much that the answers of all hosts together would take more than " +
                $"{options.Budget.Bytes >> 20} MB of " +
            "memory. Look at the files there that policy.json and registries.d name and hold; if they are right, ask fewer hosts at once " +
            $"({TrustOption.ThrottleLimit}) or allow more ({TrustOption.MemoryLimitMB}).")
        {
            Target = options.HostName,
        };

    /// <summary>What is said does not follow the protocol.</summary>
    public static TrustException Garbled(SshConnectionOptions options) =>
        new(
            "RemoteShellUnusable",
            TrustErrorKind.NotSupported,
            $"{options.HostName} gives an answer that cannot be understood. Something other than its shell seems to write to the "
                + "connection; look at the start-up files of the user's shell there.")
        {
            Target = options.HostName,
        };

    private static string Who(SshConnectionOptions options) => options.UserName ?? "this user";
}
