using System.Net;
using System.Text;

namespace ContainerTrust.Engine.Sigstore.X509;

/// <summary>
/// Whether a certificate is for a host, by Go's <c>VerifyHostname</c>: by its alternative names only, never the subject's common name;
/// <c>*</c> stands for the whole leftmost label; case does not count.
/// </summary>
internal static class HostNameMatch
{
    /// <summary>Looks for a host among a certificate's names.</summary>
    /// <param name="names">The names.</param>
    /// <param name="hostName">A DNS name, or an IP address (also in brackets).</param>
    /// <returns>Whether one of the names matches.</returns>
    public static bool IsFor(CertificateNames names, string hostName)
    {
        if (TryReadAddress(hostName, out byte[] address))
            return names.IpAddresses.Exists(ip => Canonical(ip).SequenceEqual(Canonical(address)));
        bool isHost = IsValid(hostName, isPattern: false);
        return names.DnsNames.Exists(pattern => isHost && IsValid(pattern, isPattern: true) ? Matches(pattern, hostName)
            : IsSame(pattern, hostName));
    }

    /// <summary>Reads a host that is an IP address, perhaps in brackets.</summary>
    /// <param name="hostName">A host.</param>
    /// <param name="address">4 or 16 octets.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryReadAddress(string hostName, out byte[] address)
    {
        address = [];
        string text = hostName.Length >= 3 && hostName[0] == '[' && hostName[^1] == ']' ? hostName[1..^1] : hostName;

        // .NET takes "1" and "0x7f.1" for addresses too.
        bool isWritten = text.Contains(':') ? !text.Contains('%') && !text.Contains('[') : IsDottedDecimal(text);
        if (!isWritten || !IPAddress.TryParse(text, out IPAddress? ip))
            return false;
        address = ip.GetAddressBytes();
        return true;
    }

    private static bool IsDottedDecimal(string text)
    {
        string[] parts = text.Split('.');
        return parts.Length == 4
            && Array.TrueForAll(parts, static p => p.Length is > 0 and <= 3 && p.All(char.IsAsciiDigit) && (p.Length == 1 || p[0] != '0')
                && int.Parse(p, System.Globalization.CultureInfo.InvariantCulture) <= 255);
    }

    // An IPv4 address can be written as an IPv6 one.
    private static ReadOnlySpan<byte> Canonical(byte[] address) =>
        address.Length == 16 && address.AsSpan(0, 12).SequenceEqual((ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF])
            ? address.AsSpan(12) : address;

    private static bool IsValid(string name, bool isPattern)
    {
        if (!isPattern && name.EndsWith('.'))
            name = name[..^1];
        if (name.Length == 0 || name == "*")
            return false;
        string[] labels = name.Split('.');
        for (int i = 0; i < labels.Length; i++)
        {
            string label = labels[i];
            if (label.Length == 0)
                return false;
            if (isPattern && i == 0 && label == "*")
                continue;
            for (int j = 0; j < label.Length; j++)
            {
                char c = label[j];
                if (!(char.IsAsciiLetterOrDigit(c) || (c == '-' && j != 0) || c == '_'))
                    return false;
            }
        }

        return true;
    }

    private static bool Matches(string pattern, string hostName)
    {
        if (hostName.EndsWith('.'))
            hostName = hostName[..^1];
        string[] patternLabels = pattern.Split('.');
        string[] labels = hostName.Split('.');
        if (patternLabels.Length != labels.Length)
            return false;
        for (int i = 0; i < labels.Length; i++)
        {
            if (i == 0 && patternLabels[0] == "*")
                continue;
            if (!Ascii.EqualsIgnoreCase(patternLabels[i], labels[i]))
                return false;
        }

        return true;
    }

    // Names that are no host names. Those of certificates are ASCII.
    private static bool IsSame(string pattern, string hostName) =>
        pattern is not ("" or ".") && hostName is not ("" or ".") && Ascii.EqualsIgnoreCase(pattern, hostName);
}
