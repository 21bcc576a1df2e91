using System.Buffers.Binary;
using System.Numerics;

namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>Reads the algorithm-specific fields of a public key. A method that fails says false and leaves the reader unusable.</summary>
internal ref struct KeyMaterialReader
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Creates a reader.</summary>
    /// <param name="material">The fields.</param>
    public KeyMaterialReader(ReadOnlySpan<byte> material) => _rest = material;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>How many octets are left.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Reads a multiprecision integer (RFC 9580 section 3.2).</summary>
    /// <param name="bits">Its length in bits, without leading zeros.</param>
    /// <param name="value">Its octets, most significant first.</param>
    /// <returns>False if it is cut off, too long, or its octets disagree with the stated length.</returns>
    public bool TryReadInteger(out int bits, out ReadOnlySpan<byte> value)
    {
        value = default;
        bits = 0;
        if (_rest.Length < 2)
            return false;
        bits = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        int octets = (bits + 7) / 8;
        if (bits == 0 || bits > OpenPgpRules.Current.MaxIntegerBits || octets > _rest.Length - 2)
            return false;
        value = _rest.Slice(2, octets);
        _rest = _rest[(2 + octets)..];
        return BitOperations.Log2(value[0]) == (bits - 1) % 8 && value[0] != 0;
    }

    /// <summary>
    /// Reads octets that a length octet precedes: a curve's object identifier, or the parameters of a key derivation function.
    /// </summary>
    /// <param name="value">The octets.</param>
    /// <returns>False if cut off or if the length is one of the reserved values 0 and 255.</returns>
    public bool TryReadCounted(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_rest.IsEmpty || _rest[0] is 0 or 255 || _rest[0] >= _rest.Length)
            return false;
        value = _rest.Slice(1, _rest[0]);
        _rest = _rest[(1 + _rest[0])..];
        return true;
    }

    /// <summary>Skips octets of a fixed number.</summary>
    /// <param name="count">How many.</param>
    /// <returns>False if there are fewer.</returns>
    public bool TrySkip(int count)
    {
        if (_rest.Length < count)
            return false;
        _rest = _rest[count..];
        return true;
    }
}
