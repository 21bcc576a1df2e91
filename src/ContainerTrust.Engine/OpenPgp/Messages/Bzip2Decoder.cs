using System.Buffers;

namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>
/// Decodes bzip2, checksums included. Memory grows with what is really there, not with the block size that the header names. Blocks of
/// the randomized kind, which nothing has written since 1999, are refused.
/// </summary>
internal static class Bzip2Decoder
{
    private const ulong BlockMagic = 0x314159265359;
    private const ulong EndMagic = 0x177245385090;
    private const int MaxTables = 6;
    private const int MaxSymbols = 258;
    private const int MaxCodeLength = 20;
    private const int GroupLength = 50;
    private const int MaxSelectors = 18002;

    /// <summary>More blocks than 4 MiB need.</summary>
    private const int MaxBlocks = 64;

    private static readonly uint[] CrcTable = MakeCrcTable();

    /// <summary>Decodes a stream; what follows it is ignored, as GnuPG does.</summary>
    /// <param name="data">Compressed data.</param>
    /// <param name="buffers">Memory and budget.</param>
    /// <param name="result">What comes out.</param>
    /// <returns>False if it is more than the budget.</returns>
    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    public static bool TryDecode(ReadOnlySpan<byte> data, MessageBuffers buffers, out ReadOnlySpan<byte> result)
    {
        result = default;
        var reader = new Bzip2BitReader(data);
        if (reader.Read(24) != 0x425A68)
            throw Damaged();
        uint level = reader.Read(8) - '0';
        if (level is 0 or > 9)
            throw Damaged();
        var output = new Output(buffers);
        uint combined = 0;
        for (int block = 0; block <= MaxBlocks; block++)
        {
            ulong magic = ((ulong)reader.Read(24) << 24) | reader.Read(24);
            uint checksum = reader.Read(32);
            if (magic == EndMagic)
            {
                if (checksum != combined)
                    throw Damaged();
                result = output.Finish();
                return true;
            }

            if (magic != BlockMagic)
                throw Damaged();
            if (!TryDecodeBlock(ref reader, (int)level * 100_000, ref output, out uint computed))
                return false;
            if (computed != checksum)
                throw Damaged();
            combined = ((combined << 1) | (combined >> 31)) ^ computed;
        }

        throw Damaged();
    }

    private static bool TryDecodeBlock(scoped ref Bzip2BitReader reader, int maxLength, scoped ref Output output, out uint checksum)
    {
        if (reader.Read(1) != 0)
            throw Damaged();
        int origin = (int)reader.Read(24);
        int[] block = ArrayPool<int>.Shared.Rent(4096);
        try
        {
            Span<int> counts = stackalloc int[256];
            counts.Clear();
            int length = ReadSymbols(ref reader, maxLength, ref block, counts);
            if (origin >= length)
                throw Damaged();
            return TryInvert(block.AsSpan(0, length), origin, counts, ref output, out checksum);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(block);
        }
    }

    // Huffman codes, runs and move-to-front: the last column of the sorted rotations.
    private static int ReadSymbols(scoped ref Bzip2BitReader reader, int maxLength, ref int[] block, scoped Span<int> counts)
    {
        Span<byte> recent = stackalloc byte[256];
        int used = ReadUsed(ref reader, recent);
        int symbols = used + 2;
        int tableCount = (int)reader.Read(3);
        int selectorCount = (int)reader.Read(15);
        if (tableCount is < 2 or > MaxTables || selectorCount == 0)
            throw Damaged();
        Span<byte> selectors = stackalloc byte[MaxSelectors];
        ReadSelectors(ref reader, selectorCount, tableCount, selectors);
        Span<ushort> order = stackalloc ushort[MaxTables * MaxSymbols];
        Span<int> codes = stackalloc int[MaxTables * 3 * (MaxCodeLength + 1)];
        Span<byte> lengths = stackalloc byte[MaxSymbols];
        for (int table = 0; table < tableCount; table++)
        {
            ReadLengths(ref reader, lengths[..symbols]);
            BuildTable(table, lengths[..symbols], order, codes);
        }

        int length = 0;
        int run = 0;
        int weight = 1;
        for (int index = 0; ; index++)
        {
            int group = index / GroupLength;
            if (group >= Math.Min(selectorCount, MaxSelectors))
                throw Damaged();
            int symbol = DecodeSymbol(selectors[group], ref reader, order, codes);
            if (symbol <= 1)
            {
                if (weight > maxLength)
                    throw Damaged();
                run += weight << symbol;
                weight <<= 1;
                continue;
            }

            if (run > 0)
            {
                Append(ref block, ref length, maxLength, recent[0], run, counts);
                run = 0;
                weight = 1;
            }

            if (symbol == symbols - 1)
                return length;
            byte value = recent[symbol - 1];
            recent[..(symbol - 1)].CopyTo(recent[1..]);
            recent[0] = value;
            Append(ref block, ref length, maxLength, value, 1, counts);
        }
    }

    private static void Append(ref int[] block, ref int length, int maxLength, byte value, int run, scoped Span<int> counts)
    {
        if (run > maxLength - length)
            throw Damaged();
        if (length + run > block.Length)
        {
            int[] larger = ArrayPool<int>.Shared.Rent(Math.Min(maxLength, Math.Max(length + run, 2 * block.Length)));
            block.AsSpan(0, length).CopyTo(larger);
            ArrayPool<int>.Shared.Return(block);
            block = larger;
        }

        block.AsSpan(length, run).Fill(value);
        length += run;
        counts[value] += run;
    }

    private static int ReadUsed(scoped ref Bzip2BitReader reader, scoped Span<byte> recent)
    {
        uint ranges = reader.Read(16);
        int used = 0;
        for (int range = 0; range < 16; range++)
        {
            if ((ranges & (0x8000u >> range)) == 0)
                continue;
            uint members = reader.Read(16);
            for (int member = 0; member < 16; member++)
            {
                if ((members & (0x8000u >> member)) != 0)
                    recent[used++] = (byte)((16 * range) + member);
            }
        }

        return used > 0 ? used : throw Damaged();
    }

    private static void ReadSelectors(scoped ref Bzip2BitReader reader, int count, int tableCount, scoped Span<byte> selectors)
    {
        Span<byte> recent = [0, 1, 2, 3, 4, 5];
        for (int i = 0; i < count; i++)
        {
            int index = 0;
            while (reader.Read(1) != 0)
            {
                if (++index >= tableCount)
                    throw Damaged();
            }

            byte table = recent[index];
            recent[..index].CopyTo(recent[1..]);
            recent[0] = table;

            // Some programs write more than can be used.
            if (i < selectors.Length)
                selectors[i] = table;
        }
    }

    private static void ReadLengths(scoped ref Bzip2BitReader reader, scoped Span<byte> lengths)
    {
        int current = (int)reader.Read(5);
        for (int i = 0; i < lengths.Length; i++)
        {
            while (true)
            {
                if (current is < 1 or > MaxCodeLength)
                    throw Damaged();
                if (reader.Read(1) == 0)
                    break;
                current += reader.Read(1) == 0 ? 1 : -1;
            }

            lengths[i] = (byte)current;
        }
    }

    // Canonical Huffman codes. For each table and code length: the first code, how many there are, and where their symbols begin.
    private static void BuildTable(int table, scoped ReadOnlySpan<byte> lengths, scoped Span<ushort> order, scoped Span<int> codes)
    {
        int next = 0;
        int code = 0;
        for (int length = 1; length <= MaxCodeLength; length++)
        {
            int first = next;
            for (int symbol = 0; symbol < lengths.Length; symbol++)
            {
                if (lengths[symbol] == length)
                    order[(table * MaxSymbols) + next++] = (ushort)symbol;
            }

            int at = TableIndex(table, length);
            codes[at] = code;
            codes[at + 1] = next - first;
            codes[at + 2] = first;
            code = (code + next - first) << 1;
        }
    }

    private static int DecodeSymbol(int table, scoped ref Bzip2BitReader reader, scoped ReadOnlySpan<ushort> order,
        scoped ReadOnlySpan<int> codes)
    {
        int code = 0;
        for (int length = 1; length <= MaxCodeLength; length++)
        {
            code = (code << 1) | (int)reader.Read(1);
            int at = TableIndex(table, length);
            int offset = code - codes[at];
            if (offset >= 0 && offset < codes[at + 1])
                return order[(table * MaxSymbols) + codes[at + 2] + offset];
        }

        throw Damaged();
    }

    private static int TableIndex(int table, int length) => ((table * (MaxCodeLength + 1)) + length) * 3;

    // From the last column to the text, and from its runs (four equal octets and a count) to the octets.
    private static bool TryInvert(scoped Span<int> block, int origin, scoped Span<int> counts, scoped ref Output output, out uint checksum)
    {
        int sum = 0;
        for (int i = 0; i < 256; i++)
        {
            int count = counts[i];
            counts[i] = sum;
            sum += count;
        }

        for (int i = 0; i < block.Length; i++)
            block[counts[block[i] & 0xFF]++] |= i << 8;
        uint crc = uint.MaxValue;
        checksum = 0;
        int position = block[origin] >> 8;
        int previous = -1;
        int repeats = 0;
        for (int i = 0; i < block.Length; i++)
        {
            int entry = block[position];
            position = entry >> 8;
            byte value = (byte)entry;
            int run = 1;
            if (repeats == 4)
            {
                run = value;
                value = (byte)previous;
                repeats = 0;
                previous = -1;
            }
            else if (value == previous)
            {
                repeats++;
            }
            else
            {
                previous = value;
                repeats = 1;
            }

            for (; run > 0; run--)
            {
                crc = (crc << 8) ^ CrcTable[(crc >> 24) ^ value];
                if (!output.TryAppend(value))
                    return false;
            }
        }

        checksum = ~crc;
        return true;
    }

    private static uint[] MakeCrcTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i << 24;
            for (int bit = 0; bit < 8; bit++)
                value = (value << 1) ^ ((value & 0x80000000) != 0 ? 0x04C11DB7u : 0);
            table[i] = value;
        }

        return table;
    }

    private static InvalidDataException Damaged() => new("The bzip2 data is damaged.");

    private ref struct Output(MessageBuffers buffers)
    {
        private byte[] _buffer = buffers.Begin(4096);
        private int _count;

        public bool TryAppend(byte value)
        {
            if (_count == buffers.Budget)
                return false;
            if (_count == _buffer.Length)
                _buffer = buffers.Grow(_count, Math.Min(2 * _count, OpenPgpKeyring.MaxMessageLength + 1));
            _buffer[_count++] = value;
            return true;
        }

        public readonly ReadOnlySpan<byte> Finish()
        {
            buffers.Budget -= _count;
            return _buffer.AsSpan(0, _count);
        }
    }
}
