namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>What a <see cref="PathWalk"/> does on its way.</summary>
[Flags]
internal enum WalkOptions
{
    /// <summary>Links in the path are followed, its last component is only looked at.</summary>
    None = 0,

    /// <summary>A link as the last component is followed too.</summary>
    FollowLast = 1,

    /// <summary>Missing directories are made.</summary>
    CreateDirectories = 2,

    /// <summary>The path names a directory, which is entered; implies <see cref="FollowLast"/>.</summary>
    LastIsDirectory = 4,

    /// <summary>
    /// Every directory and link on the way must be one that only root can change, by the rule of <see cref="WriteGuard"/>.
    /// </summary>
    Guarded = 8,

    /// <summary>Only links are followed that nobody but this process's user or root can have put there.</summary>
    OwnLinks = 16,

    /// <summary>
    /// Links of <c>/proc</c>, such as that to another process's root, are followed by the kernel: what they lead to has no path here.
    /// </summary>
    ProcessLinks = 32,
}
