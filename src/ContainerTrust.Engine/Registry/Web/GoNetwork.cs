using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>A range of addresses in CIDR notation (RFC 4632), as Go's <c>net.ParseCIDR</c> reads it.</summary>
internal sealed class GoNetwork
{
    private const int MappedBits = 96;

    private readonly IPAddress _address;
    private readonly int _bits;

    private GoNetwork(IPAddress address, int bits)
    {
        _address = address;
        _bits = bits;
    }

    /// <summary>Reads a range.</summary>
    /// <param name="text"><c>ADDRESS/BITS</c>; bits of the address beyond those do not count.</param>
    /// <returns>The range. Null if it is none.</returns>
    public static GoNetwork? Parse(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || GoAddress.Parse(text[..slash]) is not { } address)
            return null;
        bool isWrittenAsIPv6 = text.AsSpan(0, slash).Contains(':');
        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int bits))
            return null;
        if (bits > (isWrittenAsIPv6 ? 128 : 32))
            return null;
        if (!isWrittenAsIPv6 || address.AddressFamily == AddressFamily.InterNetworkV6)
            return new GoNetwork(address, bits);

        // ::ffff:10.0.0.0/104 is 10.0.0.0/8; with fewer than 96 bits it is a range of IPv6.
        return bits >= MappedBits ? new GoNetwork(address, bits - MappedBits) : new GoNetwork(address.MapToIPv6(), bits);
    }

    /// <summary>Whether an address, as <see cref="GoAddress.Parse"/> gives it, is in the range.</summary>
    public bool Contains(IPAddress address)
    {
        byte[] network = _address.GetAddressBytes();
        byte[] candidate = address.GetAddressBytes();
        if (network.Length != candidate.Length)
            return false;
        int whole = _bits / 8;
        int mask = 0xFF00 >> (_bits % 8);
        return candidate.AsSpan(0, whole).SequenceEqual(network.AsSpan(0, whole)) &&
            (whole == network.Length || ((candidate[whole] ^ network[whole]) & mask & 0xFF) == 0);
    }
}
