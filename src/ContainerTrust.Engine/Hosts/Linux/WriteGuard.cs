using System.Runtime.Versioning;

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
[SupportedOSPlatform("linux")]
internal static class WriteGuard
{
    private const uint Sticky = 0x200;
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
            || (userId != 0 && IsOfNamespace(userId) && !UnsafeWrite.IsShared(mode) && directory is { } open && Libc.MayWrite(open))
            ? UnsafeWrite.Owner(userId)
        : UnsafeWrite.IsShared(mode) && (mode & Sticky) == 0 ? UnsafeWrite.MayBeWritten(mode)
        : null;

    /// <summary>What is wrong with a link, or with a file in a directory that others may write to.</summary>
    /// <param name="userId">Its owner.</param>
    /// <param name="isInShared">
    /// Whether others may write to the directory: there, a user who could be one of this namespace is not taken for another.
    /// </param>
    /// <returns>The end of a sentence that begins with the link or file; null if nothing is.</returns>
    public static string? EntryFault(uint userId, bool isInShared) =>
        IsRoot(userId, isElsewhere: false) && !(isInShared && userId != 0 && IsOfNamespace(userId)) ? null : UnsafeWrite.Owner(userId);

    /// <summary>
    /// Whether only this process's user or root can have put a link where it is. A user's own directory may be writable by the user's
    /// group, as the usual umask of users makes it; root's may not.
    /// </summary>
    /// <param name="directory">The directory that holds the link.</param>
    /// <param name="link">The link.</param>
    /// <returns>True if it may be followed.</returns>
    public static bool IsOwnLink(in FileStatus directory, in FileStatus link)
    {
        uint others = IsActive ? UnsafeWrite.GroupOrOthersWrite : OthersWrite;
        return IsOwn(link.UserId) && IsOwn(directory.UserId) && ((directory.Mode & others) == 0 || (directory.Mode & Sticky) != 0);
    }

    /// <summary>Whether something belongs to this process's user, or to root.</summary>
    public static bool IsOwn(uint userId) => userId == Libc.EffectiveUserId() || IsRoot(userId, isElsewhere: false);

    private static bool IsRoot(uint userId, bool isElsewhere) => userId == 0 || (!isElsewhere && userId == s_outside.Value.UserId);

    private static bool IsOfNamespace(uint userId) => userId == s_outside.Value.UserId && s_outside.Value.IsMapped;
}
