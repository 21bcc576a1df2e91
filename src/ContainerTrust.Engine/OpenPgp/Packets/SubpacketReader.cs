using System.Buffers.Binary;

namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>Splits a signature's subpacket area (RFC 9580 section 5.2.3.7) without copying.</summary>
internal ref struct SubpacketReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Creates a reader.</summary>
    /// <param name="area">The hashed or the unhashed area.</param>
    public SubpacketReader(ReadOnlySpan<byte> area) => _rest = area;

    /// <summary>Whether the area has been read whole; false after <see cref="TryRead"/> said false means that it is malformed.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads the next subpacket.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="isCritical">Whether a reader that does not know the type must not use the signature.</param>
    /// <param name="value">Its content.</param>
    /// <returns>False at the end, or where the area is malformed.</returns>
    public bool TryRead(out SubpacketType type, out bool isCritical, out ReadOnlySpan<byte> value)
    {
        type = default;
        isCritical = false;
        value = default;
        if (_rest.IsEmpty)
            return false;
        byte first = _rest[0];
        int header = first < 192 ? 1 : first < 255 ? 2 : 5;
        if (_rest.Length < header)
            return false;
        uint length = header switch
        {
            1 => first,
            2 => ((first - 192u) << 8) + _rest[1] + 192u,
            _ => BinaryPrimitives.ReadUInt32BigEndian(_rest[1..]),
        };
        if (length == 0 || length > (uint)(_rest.Length - header))
            return false;
        byte octet = _rest[header];
        type = (SubpacketType)(octet & 0x7F);
        isCritical = (octet & 0x80) != 0;
        value = _rest.Slice(header + 1, (int)length - 1);
        _rest = _rest[(header + (int)length)..];
        return true;
    }
}
