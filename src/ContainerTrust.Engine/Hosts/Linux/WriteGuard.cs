using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// The rule by which root changes files, here and over SSH (<c>guard</c> in remote.sh is the same rule): nobody else may be able to lead the change
/// elsewhere. So every directory on the way, from the host's root on, is root's, and either only root may write to it or it is sticky; every link that is
/// followed is root's; and in a directory that others may write to, so is the file itself, if it is there.
/// </summary>
/// <remarks>
/// An ACL that lets another user write shows in the mode: its mask is the group's part. A mount does not get around the rule, since what counts is the directory that
/// is seen there and the directories that lead to it.
/// </remarks>
internal static class WriteGuard
{
    private const uint Sticky = 0x200;
    private const uint GroupOrOthersWrite = 0x12;
    private const uint OthersWrite = 0x2;

    // In a user namespace what belongs to users outside it is shown as this user's; root there has no more rights than the user who made it.
    private static readonly Lazy<uint> s_outside = new(ReadOutside, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Whether the rule holds for this process: it is root.</summary>
    public static bool IsActive => Libc.EffectiveUserId() == 0;

    /// <summary>What is wrong with a directory on the way.</summary>
    /// <param name="userId">Its owner.</param>
    /// <param name="mode">Its mode.</param>
    /// <returns>The end of a sentence that begins with the directory; null if nothing is.</returns>
    public static string? DirectoryFault(uint userId, uint mode) =>
        !IsRoot(userId) ? Owner(userId)
        : IsShared(mode) && (mode & Sticky) == 0 ? $"may be written by others than root (mode {Convert.ToString(mode & 0xFFF, 8)})"
        : null;

    /// <summary>What is wrong with a link, or with a file in a directory that others may write to.</summary>
    /// <param name="userId">Its owner.</param>
    /// <returns>The end of a sentence that begins with the link or file; null if nothing is.</returns>
    public static string? EntryFault(uint userId) => IsRoot(userId) ? null : Owner(userId);

    /// <summary>Whether others than the owner may write to a directory.</summary>
    public static bool IsShared(uint mode) => (mode & GroupOrOthersWrite) != 0;

    /// <summary>
    /// Whether only this process's user or root can have put a link where it is. A user's own directory may be writable by the user's group, as the usual umask of
    /// users makes it; root's may not.
    /// </summary>
    /// <param name="directory">The directory that holds the link.</param>
    /// <param name="link">The link.</param>
    /// <returns>True if it may be followed.</returns>
    public static bool IsOwnLink(in FileStatus directory, in FileStatus link)
    {
        uint others = IsActive ? GroupOrOthersWrite : OthersWrite;
        return IsOwn(link.UserId) && IsOwn(directory.UserId) && ((directory.Mode & others) == 0 || (directory.Mode & Sticky) != 0);
    }

    /// <summary>Whether something belongs to this process's user, or to root.</summary>
    public static bool IsOwn(uint userId) => userId == Libc.EffectiveUserId() || IsRoot(userId);

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
            $"{shown} is not changed by root: {culprit} {fault}, so another user could lead the change elsewhere. Nothing was changed; work as that user, or fix owner and mode.")
        {
            Target = path,
        };

    private static string Owner(uint userId) => string.Create(CultureInfo.InvariantCulture, $"belongs to user {userId}");

    private static bool IsRoot(uint userId) => userId == 0 || userId == s_outside.Value;

    /// <summary>The user that stands for all users outside of this user namespace.</summary>
    /// <param name="map">/proc/self/uid_map (user_namespaces(7)): lines of the first number inside, the first outside, and how many.</param>
    /// <param name="overflow">/proc/sys/kernel/overflowuid.</param>
    /// <returns>The number. 0, which is root, where there is no such user: the whole system is mapped, or that number is a user of the namespace too.</returns>
    /// <exception cref="FormatException">The files are not as the kernel writes them.</exception>
    /// <exception cref="OverflowException">The same.</exception>
    internal static uint FindOutside(string map, string overflow)
    {
        uint outside = uint.Parse(overflow, NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        foreach (string line in map.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length != 3)
                throw new FormatException("A line of the map does not have three numbers.");
            uint first = uint.Parse(fields[0], CultureInfo.InvariantCulture), count = uint.Parse(fields[2], CultureInfo.InvariantCulture);
            if (outside >= first && outside - first < count)
                return 0;
        }

        return outside;
    }

    private static uint ReadOutside()
    {
        try
        {
            return FindOutside(File.ReadAllText("/proc/self/uid_map"), File.ReadAllText("/proc/sys/kernel/overflowuid"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            // Without /proc nothing is known of namespaces, and only root is root.
            return 0;
        }
    }
}
