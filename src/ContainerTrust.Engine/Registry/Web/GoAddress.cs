using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// Addresses as Go's package net reads them: dotted IPv4 of four plain numbers and IPv6, without zones and older spellings.
/// </summary>
internal static class GoAddress
{
    /// <summary>Reads an address.</summary>
    /// <param name="text">An address without brackets.</param>
    /// <returns>The address, an IPv4 address in an IPv6 one as IPv4. Null if it is none.</returns>
    public static IPAddress? Parse(string text)
    {
        if (!text.Contains(':', StringComparison.Ordinal))
            return IsPlainIPv4(text) ? IPAddress.Parse(text) : null;
        if (text.AsSpan().ContainsAny("[]%/") || !IPAddress.TryParse(text, out IPAddress? address))
            return null;
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return null;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }

    /// <summary>Parts <c>host:port</c>, <c>[host]:port</c>; the port may be empty, and need not be a number.</summary>
    /// <param name="text">The text.</param>
    /// <returns>Host without brackets, and port. Null if there is no port, or a bracket or colon too many.</returns>
    public static (string Host, string Port)? SplitHostPort(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon < 0)
            return null;
        string host = text[..colon];
        string port = text[(colon + 1)..];
        if (host.StartsWith('['))
        {
            if (host.IndexOf(']', StringComparison.Ordinal) != host.Length - 1)
                return null;
            host = host[1..^1];
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            return null;
        }

        return host.AsSpan().ContainsAny('[', ']') || port.AsSpan().ContainsAny('[', ']') ? null : (host, port);
    }

    private static bool IsPlainIPv4(string text)
    {
        string[] parts = text.Split('.');
        return parts.Length == 4 && parts.All(static p => p.Length is >= 1 and <= 3 && p.All(char.IsAsciiDigit) &&
            (p.Length == 1 || p[0] != '0') && int.Parse(p, CultureInfo.InvariantCulture) <= 255);
    }
}
