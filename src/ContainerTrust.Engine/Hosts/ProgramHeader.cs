using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ContainerTrust.Engine.Hosts;

/// <summary>
/// Which machine a mounted system is for, by the header of one of its programs (System V ABI, "ELF Header"): nothing of that system is
/// started.
/// </summary>
internal static class ProgramHeader
{
    // Small programs that every system has. Larger ones are not worth their reading.
    private const int MaximumProgram = 4 << 20;
    private const int HeaderLength = 20;

    private static readonly string[] s_programs =
        ["/usr/bin/true", "/bin/true", "/usr/bin/sh", "/bin/sh", "/usr/bin/bash", "/usr/lib/systemd/systemd", "/usr/bin/coreutils",
            "/bin/busybox"];

    /// <summary>The machine that a system's programs are for.</summary>
    /// <param name="host">The system.</param>
    /// <returns>Its name in the words of <c>uname -m</c>; null if there is no program, or one for a machine that is not known.</returns>
    public static string? MachineOf(ITrustHost host)
    {
        foreach (string path in s_programs)
        {
            try
            {
                if (host.TryReadFile(path, MaximumProgram) is { } file && MachineOf(file.Content.Span) is { } machine)
                    return machine;
            }
            catch (TrustException)
            {
                // One that is larger, or may not be read, tells nothing; the next may.
                continue;
            }
        }

        return null;
    }

    /// <summary>The machine that a program is for.</summary>
    /// <param name="content">The program.</param>
    /// <returns>Its name in the words of <c>uname -m</c>; null if it is not an ELF program, or for a machine that is not known.</returns>
    public static string? MachineOf(ReadOnlySpan<byte> content)
    {
        if (content.Length < HeaderLength || !content.StartsWith("\u007fELF"u8))
            return null;
        bool is64 = content[4] == 2;
        bool isLittle = content[5] == 1;
        int machine = isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(content[18..])
            : BinaryPrimitives.ReadUInt16BigEndian(content[18..]);
        return (machine, is64, isLittle) switch
        {
            (3, false, true) => "i686",
            (21, true, true) => "ppc64le",
            (21, true, false) => "ppc64",
            (22, true, false) => "s390x",
            (40, false, true) => ArmProgram.MachineOf(content),
            (62, true, true) => "x86_64",
            (183, true, true) => "aarch64",
            (243, true, true) => "riscv64",
            (258, true, true) => "loongarch64",
            _ => null,
        };
    }

    /// <summary>
    /// What a program's header and the kernel's name say together: of ARM with 32 bits a program says for which it was built, and the
    /// kernel which there is.
    /// </summary>
    /// <param name="program">The machine of a program; null if it is not known.</param>
    /// <param name="kernel">The machine of the kernel; null if it is not known.</param>
    /// <returns>The machine; null if nothing is known.</returns>
    public static string? Refine(string? program, string? kernel) => (program, kernel) switch
    {
        (null, _) => kernel,
        (['a', 'r', 'm', 'v', ..], "aarch64") => "armv8l",
        (['a', 'r', 'm', 'v', ..], "armv6l" or "armv7l") => kernel,
        _ => program,
    };

    /// <summary>The words of <c>uname -m</c> for what the runtime calls this machine.</summary>
    /// <param name="architecture">The runtime's name.</param>
    /// <returns>The name; null if it is not known.</returns>
    public static string? MachineOf(Architecture architecture) => architecture switch
    {
        Architecture.X64 => "x86_64",
        Architecture.X86 => "i686",
        Architecture.Arm64 => "aarch64",
        Architecture.Arm => "armv7l",
        Architecture.Armv6 => "armv6l",
        Architecture.S390x => "s390x",
        Architecture.Ppc64le => "ppc64le",
        Architecture.RiscV64 => "riscv64",
        Architecture.LoongArch64 => "loongarch64",
        _ => null,
    };
}
