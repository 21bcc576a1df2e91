namespace ContainerTrust.Bench;

/// <summary>How much is measured.</summary>
/// <param name="Rounds">How often; medians count.</param>
/// <param name="Seconds">How long one round of bare arithmetic takes.</param>
/// <param name="Processes">How many processes of skopeo a round.</param>
/// <param name="Images">How many images in the registry.</param>
internal sealed record VerifySize(int Rounds, int Seconds, int Processes, int Images)
{
    /// <summary>For figures.</summary>
    public static VerifySize Full { get; } = new(5, 2, 20, 1_000);

    /// <summary>For the test command.</summary>
    public static VerifySize Quick { get; } = new(1, 1, 2, 20);
}
