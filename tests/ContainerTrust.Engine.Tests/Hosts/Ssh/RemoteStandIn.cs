using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Tests.Hosts.Ssh;

/// <summary>A script in the place of ssh.</summary>
internal static class RemoteStandIn
{
    /// <summary>Connects by a script.</summary>
    /// <param name="how">What it does; <c>$c</c> is the command that ssh would run on the other side.</param>
    /// <param name="prefetch">Files to read at once.</param>
    /// <returns>The host.</returns>
    public static SshHost Connect(string how, params string[] prefetch) => Connect(how, AnswerBudget.Common, prefetch);

    /// <summary>Connects by a script.</summary>
    /// <param name="how">What it does; <c>$c</c> is the command that ssh would run on the other side.</param>
    /// <param name="budget">The memory for its answers.</param>
    /// <param name="prefetch">Files to read at once.</param>
    /// <returns>The host.</returns>
    public static SshHost Connect(string how, AnswerBudget budget, params string[] prefetch)
    {
        // The last argument is the command.
        string program = Path.Combine(Path.GetTempPath(), $"ssh-{Guid.NewGuid():n}");
        TestExecutable.WriteScript(program, $"for c do :; done\n{how}");
        try
        {
            SshConnectionOptions options = new()
            {
                HostName = "host.example",
                Program = program,
                ConnectingTimeout = Patience.Soon,
                SilenceTimeout = TimeSpan.FromSeconds(60),
                Budget = budget,
            };
            return SshHost.Connect(options, prefetch, TrustMessages.None, CancellationToken.None);
        }
        finally
        {
            File.Delete(program);
        }
    }
}
