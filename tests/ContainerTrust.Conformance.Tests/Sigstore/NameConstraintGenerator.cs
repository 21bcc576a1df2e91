namespace ContainerTrust.Conformance.Tests.Sigstore;

/// <summary>
/// Makes paths with names and name constraints that are close to each other: few labels, so that they often meet, and now and then what
/// is not a name, a wildcard, a family of addresses in the other's form, or an empty list. The same seed makes the same cases.
/// </summary>
internal sealed class NameConstraintGenerator(int seed)
{
    private static readonly string[] Hosts =
    [
        "example.com", "bar.example.com", "foo.example.com", "a.bar.example.com", "example.org", "a.org", "com",
        "EXAMPLE.com", "anexample.com", "x_y.example.com",
        "xn--e.example.com", "host",
    ];

    private static readonly string[] Wildcards = ["*.example.com", "*.bar.example.com", "*.org", "*.EXAMPLE.org", "*.a.b.example.com"];

    private static readonly string[] OddHosts =
    [
        "example.com.", ".example.com", "exa%20mple.com", "a..com", ".", "", "*", "b*.example.com", "foo.*.com", "%00",
        "example.com%00", "%E4.com", "*.", "..",
    ];

    private static readonly string[] Locals = ["u", "U", "v", "%22u%22", "%22a%20b%22", "*", "a.b", "u%5C@x"];
    private static readonly string[] OddLocals = ["", ".u", "u..v", "u%20v", "%22u", "u@x", "%C3%A4", "u.", "<u", "%22%0A%22"];
    private static readonly string[] Schemes = ["https://", "spiffe://", "https://user@", "//", "https://a:b@"];
    private static readonly string[] Tails = ["", "/", "/a", ":443", ":443/a?b#c", ":", "?a", "/%2525"];

    private static readonly string[] OddUris =
    [
        "urn:a", "https://192.0.2.1/", "https://[2001:db8::1]/", "/a", "a", "", ":a", "https://a:x/", "https://[::1/",
        "https://example.com/%25", "https://a%20b/",
        "https://%2541/", "mailto:u@example.com", "https:///a",
    ];

    private static readonly string[] Addresses =
    [
        "C0000201", "C0000281", "0A000001", "20010DB8000000000000000000000001", "00000000000000000000FFFFC0000201",
        "00000000000000000000000000000001",
    ];

    private static readonly string[] Ranges =
    [
        "C0000200FFFFFF00", "C0000280FFFFFF80", "C00002FFFFFFFF00", "0A000000FF000000", "0000000000000000", "C0000201FFFFFFFF",
        "20010DB8000000000000000000000000FFFFFFFF000000000000000000000000",
        "00000000000000000000FFFFC0000200FFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00",
        "0000000000000000000000000000000000000000000000000000000000000000",
    ];

    private static readonly string[] OddRanges = ["C0000200", "C0000200FFFF00FF", "", "C0000201FFFFFFFF00"];

    private readonly Random _random = new(seed);

    /// <summary>Makes the next case.</summary>
    public NameConstraintCase Next()
    {
        string rootConstraints = Chance(30) ? Constraints(1 + _random.Next(2)) : "";
        string constraints = Chance(90) || rootConstraints.Length == 0 ? Constraints(1 + _random.Next(3)) : "";
        string authorityNames = Chance(12) ? Name(15) : "";
        string asked = Asked(out string first);
        List<string> names = [first];
        for (int n = _random.Next(3); n > 0; n--)
            names.Insert(_random.Next(names.Count + 1), Name(20));
        return new NameConstraintCase(rootConstraints, constraints, authorityNames, string.Join(' ', names), asked);
    }

    private string Constraints(int count)
    {
        if (Chance(3))
            return Pick(["=", "+", "-", "+ -"]);
        return string.Join(' ', Enumerable.Range(0, count).Select(_ => Pick(["+", "-", "-"]) + Constraint(8)));
    }

    private string Constraint(int oddPercent)
    {
        bool isOdd = Chance(oddPercent);
        switch (_random.Next(9))
        {
            case 0 or 1 or 2:
                return "d:" + Domain(isOdd);
            case 3 or 4:
                return "e:" + Domain(isOdd);
            case 5:
                return "e:" + Mailbox(isOdd);
            case 6:
                return "u:" + (isOdd ? Pick(["192.0.2.1", "example.com.", "[2001:db8::1]", ""]) : Domain(false));
            case 7:
                return "i:" + Pick(isOdd ? OddRanges : Ranges);
            default:
                return Chance(20) ? "o:" : "d:" + Domain(isOdd);
        }
    }

    private string Domain(bool isOdd) => isOdd ? Pick(OddHosts) : Chance(8) ? "" : (Chance(20) ? "." : "") + Pick(Hosts);

    private string Mailbox(bool isOdd) => isOdd && Chance(50)
        ? $"{Pick(Locals)}@{Pick(OddHosts)}"
        : $"{Pick(isOdd ? OddLocals : Locals)}@{Pick(Hosts)}";

    private string Name(int oddPercent)
    {
        bool isOdd = Chance(oddPercent);
        return _random.Next(10) switch
        {
            <= 3 => "d:" + (isOdd ? Pick(OddHosts) : Chance(25) ? Pick(Wildcards) : Pick(Hosts)),
            <= 6 => "e:" + Mailbox(isOdd),
            7 => "u:" + (isOdd ? Pick(OddUris) : Pick(Schemes) + Pick(Hosts) + Pick(Tails)),
            8 => "i:" + Pick(Addresses),
            _ => Chance(20) ? "o:" : "d:" + Pick(Hosts),
        };
    }

    // What a policy asks for, and a name that does.
    private string Asked(out string name)
    {
        switch (_random.Next(10))
        {
            case <= 2:
                name = "e:" + Mailbox(Chance(8));
                return name;
            case <= 4:
                string wildcard = Pick(Wildcards);
                name = "d:" + wildcard;
                return "d:" + Pick(["bar", "foo", "BAR", "a"]) + wildcard[1..] + (Chance(10) ? "." : "");
            case 5:
                name = "i:" + Pick(["C0000201", "00000000000000000000FFFFC0000201"]);
                return "d:192.0.2.1";
            default:
                string host = Pick(Hosts);
                name = "d:" + host;
                return "d:" + host + (Chance(5) ? "." : "");
        }
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Pick(string[] values) => values[_random.Next(values.Length)];
}
