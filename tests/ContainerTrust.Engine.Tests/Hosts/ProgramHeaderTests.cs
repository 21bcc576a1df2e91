using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>Which machine a system is for.</summary>
public sealed class ProgramHeaderTests
{
    [Theory]
    [InlineData("x86_64", "linux/amd64")]
    [InlineData("i686", "linux/386")]
    [InlineData("aarch64", "linux/arm64/v8")]
    [InlineData("armv7l", "linux/arm/v7")]
    [InlineData("armv6l", "linux/arm/v6")]
    [InlineData("armv8l", "linux/arm/v8")]
    [InlineData("s390x", "linux/s390x")]
    [InlineData("ppc64le", "linux/ppc64le")]
    [InlineData("riscv64", "linux/riscv64")]
    [InlineData("loongarch64", "linux/loong64")]
    [InlineData("a b", null)]
    [InlineData("", null)]
    public void A_machine_s_name_is_a_platform(string machine, string? platform) => Assert.Equal(platform,
        ImagePlatform.OfMachine(machine)?.ToString());

    [Theory]
    [InlineData(62, 2, 1, "x86_64")]
    [InlineData(183, 2, 1, "aarch64")]
    [InlineData(22, 2, 2, "s390x")]
    [InlineData(21, 2, 1, "ppc64le")]
    [InlineData(21, 2, 2, "ppc64")]
    [InlineData(40, 1, 1, "armv7l")]
    [InlineData(3, 1, 1, "i686")]
    [InlineData(243, 2, 1, "riscv64")]
    [InlineData(258, 2, 1, "loongarch64")]
    [InlineData(62, 2, 2, null)]
    [InlineData(9999, 2, 1, null)]
    public void A_program_tells_its_machine(int machine, int bits, int order, string? name) => Assert.Equal(name,
        ProgramHeader.MachineOf(Header(machine, bits, order)));

    // The architecture is that of the ABI's table: 4 is v5TE, 6 is v6, 9 is v6K, 10 is v7, 14 is v8; the flags are soft and hard float.
    [Theory]
    [InlineData(4, 0x05000200, "armv5tel")]
    [InlineData(6, 0x05000400, "armv6l")]
    [InlineData(9, 0x05000400, "armv6l")]
    [InlineData(10, 0x05000400, "armv7l")]
    [InlineData(10, 0x05000200, "armv7l")]
    [InlineData(14, 0x05000400, "armv8l")]
    [InlineData(99, 0x05000200, "armv5tel")]
    [InlineData(null, 0x05000200, "armv5tel")]
    [InlineData(null, 0x05000400, "armv7l")]
    [InlineData(null, 0x05000000, "armv7l")]
    public void A_program_for_ARM_tells_for_which(int? architecture, uint flags, string name)
    {
        byte[] program = ArmProgram(architecture, flags);
        Assert.Equal(name, ProgramHeader.MachineOf(program));
        for (int length = 20; length < program.Length; length++)
            Assert.Contains(ProgramHeader.MachineOf(program.AsSpan(0, length)), (string[])["armv5tel", "armv7l"]);
        Random random = new(architecture ?? 0);
        for (int i = 0; i < 5000; i++)
        {
            byte[] changed = [.. program];
            changed[random.Next(20, changed.Length)] = (byte)random.Next(256);
            Assert.StartsWith("armv", ProgramHeader.MachineOf(changed), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_not_a_program_tells_nothing()
    {
        byte[] whole = Header(62, 2, 1);
        for (int length = 0; length < whole.Length; length++)
            Assert.Null(ProgramHeader.MachineOf(whole.AsSpan(0, length)));
        Assert.Null(ProgramHeader.MachineOf("#!/usr/bin/coreutils --coreutils-prog-shebang=true\n"u8));
    }

    [Fact]
    public void A_mounted_root_is_for_the_machine_of_its_programs()
    {
        MemoryHost host = new MemoryHost().With("/usr/bin/true", "#!/usr/bin/coreutils\n").With("/bin/true/x", "").With("/bin/sh",
            new byte[8 << 20]);
        Assert.Null(ProgramHeader.MachineOf(host));
        host.With("/usr/bin/coreutils", Header(183, 2, 1));
        Assert.Equal("aarch64", ProgramHeader.MachineOf(host));
    }

    [Theory]
    [InlineData(null, "x86_64", "x86_64")]
    [InlineData("i686", "x86_64", "i686")]
    [InlineData("armv7l", "aarch64", "armv8l")]
    [InlineData("armv7l", "armv6l", "armv6l")]
    [InlineData("armv7l", "armv7l", "armv7l")]
    [InlineData("armv5tel", "armv7l", "armv7l")]
    [InlineData("armv6l", "aarch64", "armv8l")]
    [InlineData("armv6l", null, "armv6l")]
    [InlineData("aarch64", "aarch64", "aarch64")]
    [InlineData("s390x", null, "s390x")]
    [InlineData(null, null, null)]
    public void A_program_of_32_bits_counts_for_more_than_a_kernel_of_64(string? program, string? kernel, string? machine) =>
        Assert.Equal(machine, ProgramHeader.Refine(program, kernel));

    [Fact]
    public void This_machine_is_known()
    {
        string machine = LocalHost.Instance.Machine!;
        Assert.NotNull(ProgramHeader.MachineOf(RuntimeInformation.OSArchitecture));
        Assert.NotNull(ImagePlatform.OfMachine(machine));
        if (OperatingSystem.IsLinux())
            Assert.Equal(machine, new RootDirectoryHost("/").Machine);
    }

    private static byte[] ArmProgram(int? architecture, uint flags)
    {
        byte[] program = new byte[52];
        Header(40, 1, 1).CopyTo(program, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(program.AsSpan(36), flags);
        if (architecture is not { } number)
            return program;

        // The name of the processor first, and the length of each part before it.
        byte[] tags = [5, .. "ARM\0"u8, 65, .. "x\0"u8, 6, (byte)number, 8, 1];
        byte[] block = [1, (byte)(tags.Length + 5), 0, 0, 0, .. tags];
        byte[] vendor = [(byte)(block.Length + 10), 0, 0, 0, .. "aeabi\0"u8, .. block];
        byte[] attributes = [(byte)'A', 8, 0, 0, 0, .. "gnu\0"u8, .. vendor];
        byte[] sections = new byte[80];
        BinaryPrimitives.WriteUInt32LittleEndian(sections.AsSpan(44), 0x70000003);
        BinaryPrimitives.WriteUInt32LittleEndian(sections.AsSpan(56), 52);
        BinaryPrimitives.WriteUInt32LittleEndian(sections.AsSpan(60), (uint)attributes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(program.AsSpan(32), (uint)(52 + attributes.Length));
        (program[46], program[48]) = (40, 2);
        return [.. program, .. attributes, .. sections];
    }

    private static byte[] Header(int machine, int bits, int order)
    {
        byte[] content = new byte[20];
        "\u007fELF"u8.CopyTo(content);
        (content[4], content[5]) = ((byte)bits, (byte)order);
        (content[18], content[19]) = order == 1 ? ((byte)machine, (byte)(machine >> 8)) : ((byte)(machine >> 8), (byte)machine);
        return content;
    }
}
