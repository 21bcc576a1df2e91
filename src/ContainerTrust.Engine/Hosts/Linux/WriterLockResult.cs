namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>What became of an attempt to get a <see cref="WriterLock"/>.</summary>
internal enum WriterLockResult
{
    /// <summary>The lock is had.</summary>
    Taken,

    /// <summary>Another writer has it.</summary>
    Busy,

    /// <summary>Something changed meanwhile; try again at once.</summary>
    Retry,

    /// <summary>The directory has been removed.</summary>
    Gone,

    /// <summary>Nothing can be written there anyway: the file system is read-only.</summary>
    NotNeeded,

    /// <summary>
    /// This user may not make or open the file, or the file system gives it to another; only the lock on the directory is left.
    /// </summary>
    NotPossible,
}
