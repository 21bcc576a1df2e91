using System.Buffers.Binary;

namespace ContainerTrust.Engine.Hosts;

/// <summary>
/// Which ARM of 32 bits a program is for: by the attributes that the compiler wrote into it (Addenda to, and Errata in, the ABI for the
/// ARM Architecture, "Build Attributes"), else by the flags of its header, which know only how numbers are passed.
/// </summary>
internal static class ArmProgram
{
    private const string Fifth = "armv5tel";
    private const string Sixth = "armv6l";
    private const string Seventh = "armv7l";
    private const int HeaderLength = 52;
    private const int SectionLength = 40;
    private const uint AttributesSection = 0x70000003;
    private const uint SoftFloat = 0x200;
    private const int FileScope = 1;
    private const int ArchitectureTag = 6;
    private const int CompatibilityTag = 32;

    /// <summary>The machine that a program is for.</summary>
    /// <param name="program">A little-endian ELF program for ARM of 32 bits.</param>
    /// <returns>Its name in the words of <c>uname -m</c>; <c>armv7l</c> if the program does not tell.</returns>
    public static string MachineOf(ReadOnlySpan<byte> program)
    {
        if (program.Length < HeaderLength)
            return Seventh;
        return Architecture(Attributes(program)) switch
        {
            >= 14 and < 64 => "armv8l",
            10 or 13 => Seventh,
            6 or 7 or 8 or 9 or 11 or 12 => Sixth,
            >= 0 and < 6 => Fifth,
            _ => (BinaryPrimitives.ReadUInt32LittleEndian(program[36..]) & SoftFloat) != 0 ? Fifth : Seventh,
        };
    }

    // The section with the attributes; empty if there is none.
    private static ReadOnlySpan<byte> Attributes(ReadOnlySpan<byte> program)
    {
        long table = BinaryPrimitives.ReadUInt32LittleEndian(program[32..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(program[46..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(program[48..]);
        if (table == 0 || size < SectionLength)
            return default;
        for (int i = 0; i < count; i++)
        {
            long at = table + ((long)i * size);
            if (at + SectionLength > program.Length)
                return default;
            ReadOnlySpan<byte> section = program[(int)at..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(section[4..]) != AttributesSection)
                continue;
            long start = BinaryPrimitives.ReadUInt32LittleEndian(section[16..]);
            long length = BinaryPrimitives.ReadUInt32LittleEndian(section[20..]);
            return start + length <= program.Length ? program.Slice((int)start, (int)length) : default;
        }

        return default;
    }

    // Tag_CPU_arch of the file as a whole; negative if it is not there.
    private static int Architecture(ReadOnlySpan<byte> attributes)
    {
        // 'A', then for each vendor a length, its name and blocks of attributes.
        ReadOnlySpan<byte> rest = attributes.Length > 0 && attributes[0] == (byte)'A' ? attributes[1..] : default;
        while (TryTake(ref rest, 0, out ReadOnlySpan<byte> vendor))
        {
            int name = vendor.IndexOf((byte)0);
            if (name < 0 || !vendor[..name].SequenceEqual("aeabi"u8))
                continue;
            ReadOnlySpan<byte> blocks = vendor[(name + 1)..];
            while (blocks.Length > 0)
            {
                int scope = blocks[0];
                if (!TryTake(ref blocks, 1, out ReadOnlySpan<byte> block))
                    break;
                if (scope == FileScope)
                    return Read(block);
            }
        }

        return -1;
    }

    // A part whose length counts itself and what stands before it.
    private static bool TryTake(ref ReadOnlySpan<byte> rest, int before, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (rest.Length < before + 4)
            return false;
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest[before..]);
        if (length < before + 4 || length > rest.Length)
            return false;
        part = rest[(before + 4)..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    private static int Read(ReadOnlySpan<byte> block)
    {
        while (TryNumber(ref block, out uint tag))
        {
            bool isText = tag is 4 or 5 || (tag > CompatibilityTag && tag % 2 == 1);
            uint number = 0;
            if (!isText && !TryNumber(ref block, out number))
                return -1;
            if (tag == ArchitectureTag)
                return number < 64 ? (int)number : -1;
            if (!isText && tag != CompatibilityTag)
                continue;
            int end = block.IndexOf((byte)0);
            if (end < 0)
                return -1;
            block = block[(end + 1)..];
        }

        return -1;
    }

    // ULEB128.
    private static bool TryNumber(ref ReadOnlySpan<byte> block, out uint number)
    {
        number = 0;
        for (int i = 0; i < block.Length && i < 5; i++)
        {
            number |= (uint)(block[i] & 0x7F) << (7 * i);
            if ((block[i] & 0x80) != 0)
                continue;
            block = block[(i + 1)..];
            return true;
        }

        return false;
    }
}
