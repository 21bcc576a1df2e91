namespace ContainerTrust.Cli;

/// <summary>What the command's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>What was asked for is done, or was so already.</summary>
    public const int Done = 0;

    /// <summary>It failed; the message says what and what to do. For <c>verify</c>: an image was judged, and is not valid.</summary>
    public const int Failed = 1;

    /// <summary>The command line is invalid.</summary>
    public const int Usage = 2;

    /// <summary>
    /// <c>verify</c> and <c>release</c>: an image could not be judged; the message says why. Nothing was found against it.
    /// </summary>
    public const int NotJudged = 3;

    /// <summary>The user pressed Ctrl+C: 128 and the number of the signal, as shells have it. What has been written is whole.</summary>
    public const int Interrupted = 130;

    /// <summary>
    /// <c>test</c>: the host was looked at, and is not compliant. Where it could not be looked at at all, the code is
    /// <see cref="Failed"/>.
    /// </summary>
    public const int NotCompliant = 3;

    /// <summary><c>apply --exit-code</c>: something was changed, or would be.</summary>
    public const int Changed = 3;
}
