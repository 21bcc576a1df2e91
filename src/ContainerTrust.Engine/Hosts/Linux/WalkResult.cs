namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Where a <see cref="PathWalk"/> ended.</summary>
internal enum WalkResult
{
    /// <summary>The path names something.</summary>
    Found,

    /// <summary>Its directory is there, the last name is not.</summary>
    NameMissing,

    /// <summary>A directory in the path is not there.</summary>
    DirectoryMissing,

    /// <summary>A directory in the path is something else.</summary>
    NotADirectory,
}
