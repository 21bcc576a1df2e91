using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>What is said of a change that <see cref="WriteGuard"/>'s rule refuses, here or on a host over SSH.</summary>
internal static class UnsafeWrite
{
    /// <summary>The mode's bits by which others than the owner may write.</summary>
    public const uint GroupOrOthersWrite = 0x12;

    /// <summary>Whether others than the owner may write to a directory.</summary>
    public static bool IsShared(uint mode) => (mode & GroupOrOthersWrite) != 0;

    /// <summary>What is wrong with what the script of another host refused: it has the rule already.</summary>
    /// <param name="userId">The owner.</param>
    /// <param name="mode">The mode with the file's type.</param>
    /// <returns>The end of a sentence. Null if nothing is.</returns>
    public static string? FaultElsewhere(uint userId, uint mode) =>
        userId != 0 ? Owner(userId) : (mode & 0xF000) == 0x4000 && IsShared(mode) ? MayBeWritten(mode) : null;

    /// <summary>The error for a file that root does not change.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shown">The file as messages show it.</param>
    /// <param name="culprit">The directory, link or file that is at fault, as messages show it.</param>
    /// <param name="fault">What is wrong with it.</param>
    /// <returns>The error to throw.</returns>
    public static TrustException Refusal(string path, string shown, string culprit, string fault) =>
        new(
            "UnsafeDirectory",
            TrustErrorKind.PermissionDenied,
            $"{shown} is not changed by root: {culprit} {fault}, so another user could lead the change elsewhere. Nothing was changed; " +
                "work as that user, or fix owner and mode.")
        {
            Target = path,
        };

    /// <summary>That a directory may be written to by others.</summary>
    /// <param name="mode">Its mode.</param>
    /// <returns>The end of a sentence.</returns>
    public static string MayBeWritten(uint mode) => $"may be written by others than root (mode {Convert.ToString(mode & 0xFFF, 8)})";

    /// <summary>Whose it is.</summary>
    /// <param name="userId">The owner.</param>
    /// <returns>The end of a sentence.</returns>
    public static string Owner(uint userId) => string.Create(CultureInfo.InvariantCulture, $"belongs to user {userId}");
}
