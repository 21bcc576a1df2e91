using System.Runtime.InteropServices;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>Flags of <c>open(2)</c>. Two of them have other values on ARM and POWER than everywhere else.</summary>
internal static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 0x1;
    public const int ReadWrite = 0x2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NoControllingTerminal = 0x100;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;

    /// <summary>A handle that only names the place: neither permission to read nor an open that a device would notice.</summary>
    public const int PathOnly = 0x200000;

    private static readonly bool s_armValues =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Armv6 or Architecture.Ppc64le;

    /// <summary>Fails with ENOTDIR if the name is not a directory.</summary>
    public static int Directory => s_armValues ? 0x4000 : 0x10000;

    /// <summary>Fails if the last component is a symbolic link (ELOOP; ENOTDIR together with <see cref="Directory"/>).</summary>
    public static int NoFollow => s_armValues ? 0x8000 : 0x20000;
}
