using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.ImageMode;

/// <summary>Where it is known from what a host boots: from its own programs, or from a file with what they have printed.</summary>
public static class BootStatusSource
{
    private static readonly string[] s_programs = ["bootc", "rpm-ostree"];
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Reads a file of this machine.</summary>
    /// <param name="path">An absolute path.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="TrustException">It is missing (<c>FileNotFound</c>), or cannot be read or used.</exception>
    public static BootStatus FromFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        HostFile file = LocalHost.Instance.TryReadFile(path, BootStatusReader.MaxBytes) ?? throw new TrustException(
            "FileNotFound",
            TrustErrorKind.NotFound,
            $"{Printable.Of(path, Printable.NameLength)} does not exist. Specify a file with the output of 'bootc status' as JSON.")
        {
            Target = path,
        };
        return BootStatusReader.Read(file.Content.Span, path);
    }

    /// <summary>Asks a host.</summary>
    /// <param name="host">This host, or one at the end of SSH.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>What it says.</returns>
    /// <exception cref="TrustException">
    /// The host has neither program (<c>NotImageMode</c>), they do not say it (<c>BootStatusUnreadable</c>, <c>BootStatusInvalid</c>), or
    /// there is no running system to ask (<c>BootStatusNeeded</c>).
    /// </exception>
    public static BootStatus Ask(ITrustHost host, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(host);
        return host.Underlying switch
        {
            SshHost ssh => First(host.ComputerName, program => ssh.AskStatus(program)),
            LocalHost => First(host.ComputerName, program => Run($"/usr/bin/{program}", cancellationToken)),
            _ => throw new TrustException(
                "BootStatusNeeded",
                TrustErrorKind.InvalidArgument,
                $"In a directory there is no running system that could be asked what it boots. Specify {TrustOption.StatusPath} with " +
                "what 'bootc status' printed on the host as JSON.")
            {
                Target = host.ComputerName,
            },
        };
    }

    // bootc of older releases answers to root alone, and does not know systems of ostree commits; rpm-ostree answers to everyone.
    internal static BootStatus First(string computerName, Func<string, RemoteProgram?> ask)
    {
        TrustException? fault = null;
        BootStatus? empty = null;
        foreach (string program in s_programs)
        {
            if (ask(program) is not { } answer)
                continue;
            if (answer.ExitCode != 0)
            {
                fault ??= Failed(computerName, program, answer);
                continue;
            }

            BootStatus status = BootStatusReader.Read(answer.UntrustedOutput, $"{program} on {computerName}");
            if ((status.Booted ?? status.Staged ?? status.Next)?.Origin is not null)
                return status;
            empty ??= status;
        }

        return empty ?? throw fault ?? new TrustException(
            "NotImageMode",
            TrustErrorKind.NotSupported,
            $"{computerName} is not in image mode: it has neither bootc nor rpm-ostree. Specify a host that has.")
        {
            Target = computerName,
        };
    }

    private static TrustException Failed(string computerName, string program, RemoteProgram answer) => new(
        "BootStatusUnreadable",
        TrustErrorKind.ReadError,
        $"'{program} status' on {computerName} ended with exit code {answer.ExitCode}"
            + (answer.UntrustedWords.Length == 0 ? "" : $": {Printable.Of(answer.UntrustedWords, Printable.NameLength)}")
            + ". Run this as root.")
    {
        Target = computerName,
    };

    private static RemoteProgram? Run(string program, CancellationToken cancellationToken)
    {
        if (!File.Exists(program))
            return null;
        try
        {
            ClientAnswer answer = Task.Run(() => ClientProcess.RunAsync(program, ["status", "--json"],
                (s_patience, BootStatusReader.MaxBytes), TimeSpan.Zero, cancellationToken), cancellationToken).GetAwaiter().GetResult();
            return new RemoteProgram(answer.Output.ToArray(), answer.ExitCode, answer.Error.Trim());
        }
        catch (TrustException e)
        {
            return new RemoteProgram([], 1, e.ErrorId == "ClusterTimeout" ? "it did not end in a minute" : e.Message);
        }
    }
}
