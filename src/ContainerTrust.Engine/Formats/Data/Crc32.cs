namespace ContainerTrust.Engine.Formats.Data;

/// <summary>The checksum of gzip (RFC 1952, section 8).</summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    private static readonly uint[] Table =
        [.. Enumerable.Range(0, 256)
        .Select(static i => Enumerable.Range(0, 8)
        .Aggregate((uint)i, static (value, _) => (value & 1) == 0 ? value >> 1 : Polynomial ^ (value >> 1)))];

    public static uint Of(ReadOnlySpan<byte> content)
    {
        uint value = uint.MaxValue;
        foreach (byte b in content)
            value = Table[(byte)(value ^ b)] ^ (value >> 8);
        return ~value;
    }
}
