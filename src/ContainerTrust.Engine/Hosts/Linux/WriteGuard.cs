using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// The rule by which root changes files, here and over SSH (<c>guard</c> in remote.sh is the same rule): nobody else may be able to lead
/// the change elsewhere. So every directory on the way, from the host's root on, is root's, and either only root may write to it or it is
/// sticky; every link that is followed is root's; and in a directory that others may write to, so is the file itself, if it is there.
/// Over SSH the last directory is root's alone, sticky or not: a shell cannot make a file without following what is put there meanwhile.
/// </summary>
/// <remarks>
/// An ACL that lets another user write shows in the mode: its mask is the group's part. A mount does not get around the rule, since what
/// counts is the directory that is seen there and the directories that lead to it.
/// </remarks>
internal static class WriteGuard
{
    private const uint Sticky = 0x200;
    private const uint GroupOrOthersWrite = 0x12;
    private const uint OthersWrite = 0x2;

    // In a user namespace what belongs to users outside it is shown as this user's; root there has no more rights than the user who made
    // it.
    private static readonly Lazy<NamespaceUser> s_outside = new(NamespaceUser.Read, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Whether the rule holds for this process: it is root.</summary>
    public static bool IsActive => Libc.EffectiveUserId() == 0;

    /// <summary>What is wrong with a directory on the way.</summary>
    /// <param name="userId">Its owner.</param>
    /// <param name="mode">Its mode.</param>
    /// <param name="directory">
    /// The directory, open on this host. Where users outside a user namespace show as a user of the namespace, it tells them apart: root
    /// may write to what that user owns, and not to what belongs to the root outside; where everybody may write, as to /tmp, nothing
    /// tells. Null for a directory of another host, where the rule was applied already.
    /// </param>
    /// <returns>The end of a sentence that begins with the directory; null if nothing is.</returns>
    public static string? DirectoryFault(uint userId, uint mode, int? directory) =>
        !IsRoot(userId, directory is null)
            || (userId != 0 && IsOfNamespace(userId) && !IsShared(mode) && directory is { } open && Libc.MayWrite(open)) ? Owner(userId)
        : IsShared(mode) && (mode & Sticky) == 0 ? MayBeWritten(mode)
        : null;

    /// <summary>What is wrong with a link, or with a file in a directory that others may write to.</summary>
    /// <param name="userId">Its owner.</param>
    /// <param name="isInShared">
    /// Whether others may write to the directory: there, a user who could be one of this namespace is not taken for another.
    /// </param>
    /// <returns>The end of a sentence that begins with the link or file; null if nothing is.</returns>
    public static string? EntryFault(uint userId, bool isInShared) =>
        IsRoot(userId, isElsewhere: false) && !(isInShared && userId != 0 && IsOfNamespace(userId)) ? null : Owner(userId);

    /// <summary>Whether others than the owner may write to a directory.</summary>
    public static bool IsShared(uint mode) => (mode & GroupOrOthersWrite) != 0;

    /// <summary>
    /// Whether only this process's user or root can have put a link where it is. A user's own directory may be writable by the user's
    /// group, as the usual umask of users makes it; root's may not.
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
    public static bool IsOwn(uint userId) => userId == Libc.EffectiveUserId() || IsRoot(userId, isElsewhere: false);

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

    private static string MayBeWritten(uint mode) => $"may be written by others than root (mode {Convert.ToString(mode & 0xFFF, 8)})";

    private static string Owner(uint userId) => string.Create(CultureInfo.InvariantCulture, $"belongs to user {userId}");

    private static bool IsRoot(uint userId, bool isElsewhere) => userId == 0 || (!isElsewhere && userId == s_outside.Value.UserId);

    private static bool IsOfNamespace(uint userId) => userId == s_outside.Value.UserId && s_outside.Value.IsMapped;
}
