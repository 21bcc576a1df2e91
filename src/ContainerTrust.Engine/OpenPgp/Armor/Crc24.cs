using System.Buffers.Binary;

namespace ContainerTrust.Engine.OpenPgp.Armor;

/// <summary>The checksum of ASCII armor (RFC 4880 section 6.1). It finds accidents, not attacks.</summary>
internal static class Crc24
{
    // The register holds the 24 bits at its upper end, so that four octets can be taken in at once.
    private const uint Initial = 0xB704CE00;
    private const uint Polynomial = 0x864CFB00;

    // Table n*256+i: what octet i does to the register when n further octets follow it.
    private static readonly uint[] Tables = MakeTables();

    /// <summary>Computes the checksum.</summary>
    /// <param name="data">Binary data.</param>
    /// <returns>24 bits.</returns>
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<uint> tables = Tables;
        uint crc = Initial;
        for (; data.Length >= 4; data = data[4..])
        {
            crc ^= BinaryPrimitives.ReadUInt32BigEndian(data);
            crc = tables[(int)(768 + (crc >> 24))] ^ tables[(int)(512 + ((crc >> 16) & 0xFF))] ^ tables[(int)(256 +
                ((crc >> 8) & 0xFF))] ^ tables[(int)(crc & 0xFF)];
        }

        foreach (byte octet in data)
            crc = (crc << 8) ^ tables[(int)((crc >> 24) ^ octet)];
        return crc >> 8;
    }

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[4 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint value = i << 24;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 0x80000000) != 0 ? (value << 1) ^ Polynomial : value << 1;
            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint shorter = tables[i - 256];
            tables[i] = (shorter << 8) ^ tables[shorter >> 24];
        }

        return tables;
    }
}
