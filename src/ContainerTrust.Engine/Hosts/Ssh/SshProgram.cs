using System.Diagnostics;
using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>The system's ssh, and what it is called with.</summary>
internal static class SshProgram
{
    /// <summary>How ssh is to be started for a host.</summary>
    /// <exception cref="TrustException">There is no ssh (<c>SshNotFound</c>), or a value is refused.</exception>
    public static ProcessStartInfo StartInfo(SshConnectionOptions options)
    {
        options.Validate();
        ProcessStartInfo start = new(options.Program ?? Find(options.HostName))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
        };

        // Its messages are read by a program.
        start.Environment["LC_ALL"] = "C";
        start.Environment.Remove("SSH_ASKPASS_REQUIRE");
        foreach (string argument in Arguments(options))
            start.ArgumentList.Add(argument);
        return start;
    }

    /// <summary>The arguments. What the user gives comes first, since the first value of an option wins.</summary>
    internal static IEnumerable<string> Arguments(SshConnectionOptions options)
    {
        yield return "-T";
        yield return "-x";
        foreach ((string name, string value) in options.Options)
        {
            yield return "-o";
            yield return $"{name}={value}";
        }

        if (options.Port is { } port)
        {
            yield return "-p";
            yield return port.ToString(CultureInfo.InvariantCulture);
        }

        if (options.UserName is { } user)
        {
            yield return "-l";
            yield return user;
        }

        if (options.KeyFilePath is { } key)
        {
            // ssh takes % for the beginning of a token.
            yield return "-i";
            yield return key.Replace("%", "%%", StringComparison.Ordinal);
            yield return "-o";
            yield return "IdentitiesOnly=yes";
        }

        yield return "-o";
        yield return "BatchMode=yes";
        if (options.ConnectingTimeout != Timeout.InfiniteTimeSpan)
        {
            yield return "-o";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"ConnectTimeout={Math.Max(1, (int)Math.Min(Math.Ceiling(options.ConnectingTimeout.TotalSeconds), 86400))}");
        }

        foreach (string option in (string[])["ServerAliveInterval=15", "ServerAliveCountMax=3", "ClearAllForwardings=yes",
            "PermitLocalCommand=no", "LogLevel=ERROR"])
        {
            yield return "-o";
            yield return option;
        }

        yield return "--";
        yield return options.HostName;
        yield return RemoteScript.Command(options.Sudo);
    }

    // Looked for by ourselves: Process.Start would take a program of that name in the current directory.
    private static string Find(string hostName)
    {
        string name = OperatingSystem.IsWindows() ? "ssh.exe" : "ssh";
        foreach (string directory in (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (Path.IsPathFullyQualified(directory) && Path.Combine(directory, name) is var path && File.Exists(path))
                return path;
        }

        throw new TrustException(
            "SshNotFound",
            TrustErrorKind.NotFound,
            "The OpenSSH client (ssh) is not in the PATH of this machine, and hosts are reached by it. " +
            "Install openssh-clients (on Debian openssh-client).")
        {
            Target = hostName,
        };
    }
}
