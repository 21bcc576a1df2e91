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
}
