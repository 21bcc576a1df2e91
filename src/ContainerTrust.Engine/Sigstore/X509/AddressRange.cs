namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// A range of IP addresses, as name constraints state it (RFC 5280 section 4.2.1.10): an address and a mask of the same length.
/// </summary>
internal sealed class AddressRange
{
    private static readonly byte[] MappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    private readonly byte[] _address;
    private readonly int _prefixLength;

    private AddressRange(byte[] address, int prefixLength)
    {
        _address = address;
        _prefixLength = prefixLength;
    }

    /// <summary>Reads a range.</summary>
    /// <param name="value">8 or 32 octets.</param>
    /// <returns>The range. Null if the length is another, or the mask's ones are not all before its zeros.</returns>
    public static AddressRange? Read(ReadOnlySpan<byte> value)
    {
        if (value.Length is not (8 or 32))
            return null;
        ReadOnlySpan<byte> mask = value[(value.Length / 2)..];
        int ones = 0;
        while (ones < mask.Length * 8 && IsSet(mask, ones))
            ones++;
        for (int i = ones; i < mask.Length * 8; i++)
        {
            if (IsSet(mask, i))
                return null;
        }

        return new AddressRange(value[..mask.Length].ToArray(), ones);
    }

    /// <summary>Whether an address is permitted: it is of the range's own family, and in it.</summary>
    /// <param name="address">4 or 16 octets.</param>
    /// <returns>Whether it is. An IPv4 address written as an IPv6 one is permitted only by a range of such, as newer releases of Go have
    /// it.</returns>
    public bool Permits(ReadOnlySpan<byte> address) =>
        Contains(address) && (!IsMapped(address) || _prefixLength >= MappedPrefix.Length * 8);

    /// <summary>
    /// Whether an address is excluded: it is in the range, or the same address in its other form is (<c>::ffff:192.0.2.1</c>).
    /// </summary>
    /// <param name="address">4 or 16 octets.</param>
    /// <returns>Whether it is.</returns>
    public bool Excludes(ReadOnlySpan<byte> address) => Contains(address) || (OtherForm(address) is { } other && Contains(other));

    /// <summary>An IPv4 address as an IPv6 one, and the other way round.</summary>
    /// <param name="address">4 or 16 octets.</param>
    /// <returns>The other form. Null if there is none.</returns>
    public static byte[]? OtherForm(ReadOnlySpan<byte> address) =>
        address.Length == 4 ? [.. MappedPrefix, .. address] : IsMapped(address) ? address[MappedPrefix.Length..].ToArray() : null;

    private static bool IsMapped(ReadOnlySpan<byte> address) => address.Length == 16 && address.StartsWith(MappedPrefix);

    private static bool IsSet(ReadOnlySpan<byte> bits, int index) => (bits[index / 8] & (0x80 >> (index % 8))) != 0;

    private bool Contains(ReadOnlySpan<byte> address)
    {
        if (address.Length != _address.Length)
            return false;
        int whole = _prefixLength / 8;
        if (!address[..whole].SequenceEqual(_address.AsSpan(0, whole)))
            return false;
        int mask = 0xFF00 >> (_prefixLength % 8);
        return whole == address.Length || ((address[whole] ^ _address[whole]) & mask & 0xFF) == 0;
    }
}
