using System.Globalization;
using System.Net;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// What <c>NO_PROXY</c> excludes, as Go reads it (golang.org/x/net/http/httpproxy). Entries that make no sense there are passed over
/// here, too.
/// </summary>
internal sealed class ProxyExclusions
{
    private readonly List<GoNetwork> _networks = [];
    private readonly List<(IPAddress Address, string? Port)> _addresses = [];
    private readonly List<(string Suffix, bool IsHostToo, string? Port)> _domains = [];
    private readonly bool _everything;

    /// <summary>Reads a list.</summary>
    /// <param name="noProxy">Entries with commas between.</param>
    public ProxyExclusions(string noProxy)
    {
        foreach (string part in noProxy.Split(','))
        {
            string entry = part.Trim().ToLowerInvariant();
            if (entry == "*")
            {
                _everything = true;
                return;
            }

            if (entry.Length > 0)
                Add(entry);
        }
    }

    /// <summary>Whether a server is reached directly: this machine always, others if an entry covers them.</summary>
    /// <param name="host">A name, or an address without brackets.</param>
    /// <param name="port">The port.</param>
    /// <returns>Whether it is.</returns>
    public bool Cover(string host, int port)
    {
        if (host == "localhost")
            return true;

        // A zone says by which interface the address is reached, and is not part of a name.
        int zone = host.IndexOf('%', StringComparison.Ordinal);
        IPAddress? address = GoAddress.Parse(zone < 0 ? host : host[..zone]);
        if (_everything || (address is not null && IPAddress.IsLoopback(address)))
            return true;
        string portText = port.ToString(CultureInfo.InvariantCulture);
        if (address is not null &&
            (_networks.Any(n => n.Contains(address)) || _addresses.Any(a => a.Address.Equals(address) && IsPort(a.Port, portText))))
            return true;

        string name = host.ToLowerInvariant();
        return _domains.Any(d => IsPort(d.Port, portText) &&
            (name.EndsWith(d.Suffix, StringComparison.Ordinal) || (d.IsHostToo && name.AsSpan().SequenceEqual(d.Suffix.AsSpan(1)))));
    }

    private static bool IsPort(string? wanted, string port) => string.IsNullOrEmpty(wanted) || wanted == port;

    private void Add(string entry)
    {
        if (GoNetwork.Parse(entry) is { } network)
        {
            _networks.Add(network);
            return;
        }

        string host = entry;
        string? port = null;
        if (GoAddress.SplitHostPort(entry) is { } split)
            (host, port) = split;
        if (host.Length == 0)
            return;
        if (GoAddress.Parse(host) is { } address)
        {
            _addresses.Add((address, port));
            return;
        }

        if (host.StartsWith("*.", StringComparison.Ordinal))
            host = host[1..];
        bool isHostToo = host[0] != '.';
        _domains.Add(("." + Ascii(isHostToo ? host : host[1..]), isHostToo, port));
    }

    private static string Ascii(string name)
    {
        if (name.All(char.IsAscii))
            return name;
        try
        {
            return new IdnMapping().GetAscii(name);
        }
        catch (ArgumentException)
        {
            // No name that a host could have: it stays as it is written and covers nothing.
            return name;
        }
    }
}
