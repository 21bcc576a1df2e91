namespace ContainerTrust.Testing;

/// <summary>
/// Which registries are reached by a proxy. A row has the registry, how it is reached by https and by http (<c>p</c>: by the proxy,
/// <c>-</c>: directly, <c>x</c>: not at all), and the variables; <c>PROXY</c> stands for the proxy's host and port. Without a variable for
/// a proxy in the row both are set. What is expected is what skopeo does: the conformance tests ask it. Addresses are multicast ones and
/// names end in .invalid, so that whoever goes directly gets nowhere.
/// </summary>
internal static class ProxyTable
{
    private static readonly string[] s_rows =
    [
        // Without exclusions
        "registry.example.invalid       pp",
        "registry.example.invalid:5000  pp",
        "example.invalid                pp",
        "224.77.0.1                     pp",
        "224.77.0.1:5000                pp",
        "localhost:9                    --",
        "127.0.0.1:9                    --",
        "127.0.0.9:9                    --",
        "127.255.255.254:9              --",
        "localhost.example.invalid      pp",

        // Domains
        "example.invalid                -- NO_PROXY=example.invalid",
        "registry.example.invalid       -- NO_PROXY=example.invalid",
        "a.b.c.example.invalid          -- NO_PROXY=example.invalid",
        "notexample.invalid             pp NO_PROXY=example.invalid",
        "example.invalid.other.invalid  pp NO_PROXY=example.invalid",
        "registry.example.invalid:5000  -- NO_PROXY=example.invalid",
        "example.invalid                pp NO_PROXY=.example.invalid",
        "registry.example.invalid       -- NO_PROXY=.example.invalid",
        "notexample.invalid             pp NO_PROXY=.example.invalid",
        "example.invalid                pp NO_PROXY=*.example.invalid",
        "registry.example.invalid       -- NO_PROXY=*.example.invalid",
        "a.b.example.invalid            -- NO_PROXY=*.example.invalid",
        "notexample.invalid             pp NO_PROXY=*.example.invalid",
        "registry.example.invalid       pp NO_PROXY=*example.invalid",
        "registry.example.invalid       pp NO_PROXY=registry.*",
        "registry.example.invalid       -- NO_PROXY=invalid",
        "registry.example.invalid       -- NO_PROXY=.invalid",
        "registry.example.invalid       -- NO_PROXY=EXAMPLE.Invalid",
        "registry.example.invalid       pp NO_PROXY=example.invalid.",
        "registry.example.invalid       pp NO_PROXY=registry",
        "registry.example.invalid       pp NO_PROXY=http://registry.example.invalid",
        "registry.example.invalid       pp NO_PROXY=registry.example.invalid/",
        "registry.example.invalid       pp NO_PROXY=..example.invalid",
        "registry.example.invalid       pp NO_PROXY=.",
        "xn--bcher-kva.invalid          -- NO_PROXY=bücher.invalid",
        "a.xn--bcher-kva.invalid        -- NO_PROXY=bücher.invalid",

        // Ports
        "registry.example.invalid:5000  -- NO_PROXY=registry.example.invalid:5000",
        "registry.example.invalid:5001  pp NO_PROXY=registry.example.invalid:5000",
        "registry.example.invalid       pp NO_PROXY=registry.example.invalid:5000",
        "registry.example.invalid       -p NO_PROXY=registry.example.invalid:443",
        "registry.example.invalid       p- NO_PROXY=registry.example.invalid:80",
        "registry.example.invalid:5000  -- NO_PROXY=example.invalid:5000",
        "registry.example.invalid:5000  -- NO_PROXY=.example.invalid:5000",
        "example.invalid:5000           pp NO_PROXY=.example.invalid:5000",
        "registry.example.invalid:5000  -- NO_PROXY=*.example.invalid:5000",
        "registry.example.invalid:5000  -- NO_PROXY=registry.example.invalid:",
        "registry.example.invalid:5000  pp NO_PROXY=registry.example.invalid:05000",
        "registry.example.invalid:5000  pp NO_PROXY=registry.example.invalid:http",
        "registry.example.invalid:5000  pp NO_PROXY=:5000",
        "registry.example.invalid:5000  pp NO_PROXY=*:5000",
        "registry.example.invalid:5000  -- NO_PROXY=[registry.example.invalid]:5000",

        // Everything, and lists
        "registry.example.invalid       -- NO_PROXY=*",
        "224.77.0.1:5000                -- NO_PROXY=*",
        "registry.example.invalid       -- NO_PROXY=other.invalid,*",
        "registry.example.invalid       -- NO_PROXY=other.invalid,·example.invalid·,more.invalid",
        "registry.example.invalid       -- NO_PROXY=,,example.invalid,",
        "registry.example.invalid       pp NO_PROXY=other.invalid·example.invalid",
        "registry.example.invalid       pp NO_PROXY=other.invalid;example.invalid",
        "registry.example.invalid       pp NO_PROXY=**",
        "registry.example.invalid       -- NO_PROXY=·*·",

        // Addresses
        "224.77.0.1                     -- NO_PROXY=224.77.0.1",
        "224.77.0.1:5000                -- NO_PROXY=224.77.0.1",
        "224.77.0.1:5000                -- NO_PROXY=224.77.0.1:5000",
        "224.77.0.1:5001                pp NO_PROXY=224.77.0.1:5000",
        "224.77.0.10                    pp NO_PROXY=224.77.0.1",
        "224.77.0.1                     -- NO_PROXY=[224.77.0.1]:",
        "224.77.0.1                     pp NO_PROXY=[224.77.0.1]",
        "224.77.0.1                     pp NO_PROXY=224.077.0.1",
        "224.77.0.1                     pp NO_PROXY=224.77.1",
        "224.77.0.1                     pp NO_PROXY=224.77.0.",
        "224.77.0.1                     pp NO_PROXY=224.77.0.*",
        "224.77.0.1                     -- NO_PROXY=.77.0.1",
        "224.77.0.1                     -- NO_PROXY=77.0.1",
        "224.77.0.1                     -- NO_PROXY=::ffff:224.77.0.1",
        "224.77.0.1:5000                -- NO_PROXY=[::ffff:e04d:1]:5000",
        "224.77.0.1                     pp NO_PROXY=::1",
        "registry.example.invalid       pp NO_PROXY=224.77.0.1",

        // Ranges
        "224.77.0.1                     -- NO_PROXY=224.77.0.0/16",
        "224.77.255.1                   -- NO_PROXY=224.77.0.0/16",
        "224.78.0.1                     pp NO_PROXY=224.77.0.0/16",
        "224.77.0.1:5000                -- NO_PROXY=224.77.0.0/16",
        "224.77.0.1                     -- NO_PROXY=224.77.9.9/16",
        "224.77.0.1                     -- NO_PROXY=0.0.0.0/0",
        "224.77.0.1                     -- NO_PROXY=224.77.0.1/32",
        "224.77.0.2                     pp NO_PROXY=224.77.0.1/32",
        "224.77.0.127                   -- NO_PROXY=224.77.0.0/25",
        "224.77.0.128                   pp NO_PROXY=224.77.0.0/25",
        "224.77.0.1                     pp NO_PROXY=224.77.0.0/33",
        "224.77.0.1                     pp NO_PROXY=224.77.0.0/",
        "224.77.0.1                     pp NO_PROXY=224.77.0.0/-1",
        "224.77.0.1                     pp NO_PROXY=224.77.0.0/16:5000",
        "224.77.0.1                     -- NO_PROXY=224.77.0.0/016",
        "224.77.0.1                     pp NO_PROXY=224.77/16",
        "224.77.0.1                     -- NO_PROXY=::ffff:224.77.0.0/112",
        "224.77.0.1                     pp NO_PROXY=::/0",
        "224.77.0.1                     pp NO_PROXY=224.77.0.0/255.255.0.0",
        "registry.example.invalid       pp NO_PROXY=0.0.0.0/0",

        // Which variable counts
        "registry.example.invalid       pp NO_PROXY=other.invalid no_proxy=example.invalid",
        "registry.example.invalid       -- NO_PROXY=example.invalid no_proxy=other.invalid",
        "registry.example.invalid       -- NO_PROXY= no_proxy=example.invalid",
        "registry.example.invalid       -- no_proxy=example.invalid",
        "registry.example.invalid       -p HTTP_PROXY=http://PROXY",
        "registry.example.invalid       -p http_proxy=http://PROXY",
        "registry.example.invalid       p- HTTPS_PROXY=http://PROXY",
        "registry.example.invalid       p- https_proxy=http://PROXY",
        "registry.example.invalid       p- HTTPS_PROXY= https_proxy=http://PROXY",
        "registry.example.invalid       -- ALL_PROXY=http://PROXY",
        "registry.example.invalid       -- all_proxy=http://PROXY",
        "registry.example.invalid       -p ALL_PROXY=http://PROXY HTTP_PROXY=http://PROXY",
        "registry.example.invalid       p- HTTPS_PROXY=http://PROXY https_proxy=http://127.0.0.1:9",
        "registry.example.invalid       px REQUEST_METHOD=GET",
        "registry.example.invalid       px REQUEST_METHOD=GET NO_PROXY=*.other.invalid",
        "registry.example.invalid       -x REQUEST_METHOD=GET NO_PROXY=example.invalid",
        "registry.example.invalid       p- REQUEST_METHOD=GET HTTPS_PROXY=http://PROXY",
        "registry.example.invalid       pp REQUEST_METHOD=",
        "registry.example.invalid       pp GATEWAY_INTERFACE=CGI/1.1",

        // How a proxy is named
        "registry.example.invalid       pp HTTP_PROXY=PROXY HTTPS_PROXY=PROXY",
        "registry.example.invalid       pp HTTP_PROXY=HTTP://PROXY HTTPS_PROXY=Http://PROXY/",
        "registry.example.invalid       pp HTTP_PROXY=http://PROXY/a?b#c HTTPS_PROXY=http://PROXY/a?b#c",
        "registry.example.invalid       pp HTTP_PROXY=http://user:word@PROXY HTTPS_PROXY=user:word@PROXY",
        "registry.example.invalid       px HTTP_PROXY=//PROXY HTTPS_PROXY=http://PROXY",
        "registry.example.invalid       xp HTTP_PROXY=http://PROXY HTTPS_PROXY=http://PROXY·x",
        "registry.example.invalid       xp HTTP_PROXY=http://PROXY HTTPS_PROXY=http://PROXY:x",
        "registry.example.invalid       -p HTTP_PROXY=http://PROXY HTTPS_PROXY=http://%zz@PROXY",
        "registry.example.invalid       xp HTTP_PROXY=http://PROXY HTTPS_PROXY=http://[::1",
        "registry.example.invalid       xp HTTP_PROXY=http://PROXY HTTPS_PROXY=ftp://PROXY",
        "registry.example.invalid       xp HTTP_PROXY=http://PROXY HTTPS_PROXY=http:PROXY",
    ];

    /// <summary>The rows.</summary>
    public static IReadOnlyList<ProxyCase> Cases { get; } = [.. s_rows.Select(Parse)];

    private static ProxyCase Parse(string row)
    {
        string[] words = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> variables = [];
        foreach (string word in words[2..])
        {
            string[] parts = word.Split('=', 2);
            variables.Add(parts[0], parts[1].Replace('·', ' '));
        }

        if (!variables.Keys.Any(static name => name is not ("NO_PROXY" or "no_proxy")
            && name.EndsWith("_PROXY", StringComparison.OrdinalIgnoreCase)))
        {
            variables.Add("HTTP_PROXY", "http://PROXY");
            variables.Add("HTTPS_PROXY", "http://PROXY");
        }

        return new ProxyCase(row, words[0], words[1][0], words[1][1], variables);
    }
}

/// <summary>A row of the table.</summary>
/// <param name="Row">As it is written.</param>
/// <param name="Registry"><c>host[:port]</c>.</param>
/// <param name="Https">How it is reached by https.</param>
/// <param name="Http">How it is reached by http.</param>
/// <param name="Variables">The environment.</param>
internal sealed record ProxyCase(string Row, string Registry, char Https, char Http, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>The value of a variable with a proxy's address in it. Null if it is not set.</summary>
    public string? Variable(string name, string proxy) =>
        Variables.GetValueOrDefault(name)?.Replace("PROXY", proxy, StringComparison.Ordinal);
}
