using System.Runtime.InteropServices;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// <c>struct statx</c>. Unlike <c>struct stat</c> its layout is the same on every architecture and in every C library.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct FileStatus
{
    private const uint TypeMask = 0xF000;
    private const uint TypeFifo = 0x1000;
    private const uint TypeCharacterDevice = 0x2000;
    private const uint TypeDirectory = 0x4000;
    private const uint TypeBlockDevice = 0x6000;
    private const uint TypeRegular = 0x8000;
    private const uint TypeLink = 0xA000;
    private const uint TypeSocket = 0xC000;

    /// <summary>How many names the file has.</summary>
    [FieldOffset(16)]
    public uint Links;

    [FieldOffset(20)]
    public uint UserId;

    [FieldOffset(24)]
    public uint GroupId;

    [FieldOffset(28)]
    public ushort Mode;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public ulong Size;

    [FieldOffset(96)]
    private long _changedSeconds;

    [FieldOffset(104)]
    private uint _changedNanoseconds;

    [FieldOffset(112)]
    private long _modifiedSeconds;

    [FieldOffset(120)]
    private uint _modifiedNanoseconds;

    [FieldOffset(136)]
    private uint _deviceMajor;

    [FieldOffset(140)]
    private uint _deviceMinor;

    public readonly ulong Device => ((ulong)_deviceMajor << 32) | _deviceMinor;

    /// <summary>Permission bits with set-user-id, set-group-id and sticky.</summary>
    public readonly uint Permissions => Mode & 0xFFFu;

    public readonly bool IsRegularFile => (Mode & TypeMask) == TypeRegular;

    public readonly bool IsDirectory => (Mode & TypeMask) == TypeDirectory;

    public readonly bool IsPipe => (Mode & TypeMask) == TypeFifo;

    public readonly bool IsCharacterDevice => (Mode & TypeMask) == TypeCharacterDevice;

    public readonly bool IsLink => (Mode & TypeMask) == TypeLink;

    /// <summary>What makes this file itself, whatever its name.</summary>
    public readonly FileIdentity Identity => new(Device, Inode);

    public readonly FileStamp Stamp => new(
        Device,
        Inode,
        unchecked((long)Size),
        ToNanoseconds(_modifiedSeconds, _modifiedNanoseconds),
        ToNanoseconds(_changedSeconds, _changedNanoseconds));

    /// <summary>The kind of file in words, for a message.</summary>
    public readonly string TypeName => (Mode & TypeMask) switch
    {
        TypeFifo => "a named pipe",
        TypeCharacterDevice or TypeBlockDevice => "a device",
        TypeDirectory => "a directory",
        TypeRegular => "a regular file",
        TypeLink => "a symbolic link",
        TypeSocket => "a socket",
        _ => "of an unknown type",
    };

    // Unchecked: a damaged file system may hold any number, and a stamp is only ever compared.
    private static long ToNanoseconds(long seconds, uint nanoseconds) => unchecked((seconds * 1_000_000_000) + nanoseconds);
}
