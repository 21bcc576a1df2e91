namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// What makes a file or directory itself, whatever name it was reached by. The order is the one in which directories are locked.
/// </summary>
/// <param name="Device">Device number.</param>
/// <param name="Inode">Inode number.</param>
internal readonly record struct FileIdentity(ulong Device, ulong Inode) : IComparable<FileIdentity>
{
    /// <inheritdoc/>
    public int CompareTo(FileIdentity other)
    {
        int byDevice = Device.CompareTo(other.Device);
        return byDevice != 0 ? byDevice : Inode.CompareTo(other.Inode);
    }
}
