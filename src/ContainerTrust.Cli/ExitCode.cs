namespace ContainerTrust.Cli;

/// <summary>What the command's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>What was asked for is done, or was so already.</summary>
    public const int Done = 0;

    /// <summary>It failed; the message says what and what to do.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;
}
