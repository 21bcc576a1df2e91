namespace ContainerTrust.Engine.OpenPgp;

/// <summary>The checksum of ASCII armor (RFC 4880 section 6.1). It finds accidents, not attacks.</summary>
internal static class Crc24
{
    private const uint Initial = 0xB704CE;
    private const uint Polynomial = 0x864CFB;

    private static readonly uint[] Table = MakeTable();

    /// <summary>Computes the checksum.</summary>
    /// <param name="data">Binary data.</param>
    /// <returns>24 bits.</returns>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        uint[] table = Table;
        uint crc = Initial;
        foreach (byte octet in data)
            crc = (crc << 8) ^ table[(byte)((crc >> 16) ^ octet)];
        return crc & 0xFFFFFF;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i << 16;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 0x800000) != 0 ? (value << 1) ^ Polynomial : value << 1;
            table[i] = value & 0xFFFFFF;
        }

        return table;
    }
}
