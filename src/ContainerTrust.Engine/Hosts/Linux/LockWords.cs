namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>What is said of locks, of this machine's files and of those of a host over SSH.</summary>
internal static class LockWords
{
    /// <summary>The warning that the lock of older releases was not had.</summary>
    /// <param name="place">The directory as messages show it.</param>
    /// <param name="holder">Who has it, if that is known.</param>
    /// <returns>The sentences.</returns>
    public static string NotHad(string place, string? holder) =>
        $"{place} is locked by a program{(holder is null ? "" : $" ({holder})")} that is not a writer of this release. An older release " +
            "would be done by now, so it was not waited for any longer.";

    /// <summary>
    /// The warning that the lock of older releases was not asked for, because links lead to more directories than a shell can hold open.
    /// </summary>
    /// <param name="place">The directory as messages show it.</param>
    /// <returns>The sentences.</returns>
    public static string NotAsked(string place) =>
        $"Links lead to more directories than can be locked at once; {place} was locked against writers of this release alone. Do not " +
            "change it with an older release meanwhile.";
}
