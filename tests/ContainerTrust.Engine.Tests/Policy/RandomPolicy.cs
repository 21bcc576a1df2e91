using System.Text;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.Policy;

/// <summary>Random requirements, policies and layouts, the same for the same seed.</summary>
internal sealed class RandomPolicy(int seed)
{
    private static readonly string[] Transports = ["docker", "docker-daemon", "dir", "oci", "atomic", "docker-archive",
        "containers-storage", "future", "x \"y\\z,{"];
    private static readonly string[] Data = ["", "YQ==", "YWJj", "LS0tLS1CRUdJTiBQR1AgUFVCTElDIEtFWSBCTE9DSy0tLS0tCg=="];
    private static readonly string[] Paths = ["/k", "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release", "relative", "/with \"quotes\" and \\",
        "/ü/\ud83d\ude00", "/a,b:{c}[d]", "/tab\there\n", "/<&'+`>"];

    public Random Random { get; } = new(seed);

    public string Transport() => Transports[Random.Next(Random.Next(2) == 0 ? 2 : Transports.Length)];

    /// <summary>A scope that its transport can have.</summary>
    public string Scope(string transport)
    {
        int number = Random.Next(12);
        return number == 0 ? "" : transport switch
        {
            "dir" or "oci" => $"/images/{number}",
            "docker-archive" => "",
            "containers-storage" => $"[/var/lib/{number}]a",
            "atomic" => $"r{number}.example.com/ns",
            _ => number switch
            {
                1 => "*.example.com",
                2 => "odd \" , : { } [ ] \\ / \u0001 \ud83d\ude00 é",
                _ => $"registry{number}.example.com/app",
            },
        };
    }

    public TrustRequirement[] Requirements() =>
        [.. Enumerable.Range(0, Random.Next(4) == 0 ? 1 + Random.Next(3) : 1).Select(_ => Requirement())];

    public TrustRequirement Requirement() => Random.Next(8) switch
    {
        0 or 1 => new RejectRequirement(),
        2 or 3 => new AcceptRequirement(),
        4 => new SignedBaseLayerRequirement { BaseLayerIdentity = Identity() },
        5 => SignedBy(),
        _ => SigstoreSigned(),
    };

    public SignedByRequirement SignedBy()
    {
        SignedByRequirement r = new()
        {
            KeyType = Pick("GPGKeys", "GPGKeys", "signedByGPGKeys", "X509Certificates", "signedByX509CAs"),
            SignedIdentity = Random.Next(2) == 0 ? Identity() : null,
        };
        return Random.Next(3) switch
        {
            0 => r with { KeyPath = Pick(Paths) },
            1 => r with { KeyPaths = Many(Paths, 0) },
            _ => r with { KeyData = Pick(Data) },
        };
    }

    public SigstoreSignedRequirement SigstoreSigned()
    {
        SigstoreSignedRequirement r = new() { SignedIdentity = Random.Next(2) == 0 ? Identity() : null };
        int source = Random.Next(6);
        r = source switch
        {
            0 => r with { KeyPath = Pick(Paths) },
            1 => r with { KeyPaths = Many(Paths, 1) },
            2 => r with { KeyData = Pick(Data) },
            3 => r with { KeyDatas = Many(Data, 1) },
            4 => r with { Fulcio = new FulcioIdentity
                { CaPath = "/ca", OidcIssuer = "https://issuer.example/?a=b&c", SubjectEmail = "a+b@example.com" } },
            _ => r with { Pki = new PkiIdentity
                { CaRootsData = Pick(Data), CaIntermediatesPath = Random.Next(2) == 0 ? "/i" : null, SubjectHostname = "host.example" } },
        };
        int rekor = source == 5 ? 0 : Random.Next(source == 4 ? 1 : 0, 5);
        return rekor switch
        {
            1 => r with { RekorPublicKeyPath = Pick(Paths) },
            2 => r with { RekorPublicKeyPaths = Many(Paths, 1) },
            3 => r with { RekorPublicKeyData = Pick(Data) },
            4 => r with { RekorPublicKeyDatas = Many(Data, 1) },
            _ => r,
        };
    }

    public SignedIdentity Identity() => Random.Next(6) switch
    {
        0 => new MatchExactIdentity(),
        1 => new MatchRepoDigestOrExactIdentity(),
        2 => new MatchRepositoryIdentity(),
        3 => new ExactReferenceIdentity { DockerReference = Pick("busybox:1", "example.com:5000/ns/app:v1") },
        4 => new ExactRepositoryIdentity { DockerRepository = Pick("busybox", "example.com/app") },
        _ => new RemapIdentity { Prefix = Pick("mirror:5000/vendor", "localhost"), SignedPrefix = "vendor.example.com" },
    };

    public T Pick<T>(params T[] values) => values[Random.Next(values.Length)];

    /// <summary>A policy's meaning: the default, and the transports with their scopes in order. No transports at all if null.</summary>
    public PolicyMeaning Policy()
    {
        List<(string, List<(string, TrustRequirement[])>)>? transports = Random.Next(6) == 0 ? null : [];
        for (int i = Random.Next(4); transports is not null && i > 0; i--)
        {
            string name = Transport();
            if (transports.Any(t => t.Item1 == name))
                continue;
            List<(string, TrustRequirement[])> scopes = [];
            for (int k = Random.Next(5); k > 0; k--)
            {
                string scope = Scope(name);
                if (scopes.All(s => s.Item1 != scope))
                    scopes.Add((scope, Requirements()));
            }

            transports.Add((name, scopes));
        }

        return new PolicyMeaning(Requirements(), transports, Random.Next(4) == 0);
    }

    /// <summary>The policy in one of the common layouts, or in one that nobody would choose.</summary>
    public byte[] Write(PolicyMeaning policy) => new PolicyWriter(this).Write(policy);

    private string[] Many(string[] values, int least) => [.. Enumerable.Range(0, least + Random.Next(3)).Select(_ => Pick(values))];
}

internal sealed record PolicyMeaning(TrustRequirement[] Default,
    List<(string Name, List<(string Name, TrustRequirement[] Requirements)> Scopes)>? Transports, bool DefaultLast);

/// <summary>Writes a policy in a layout of its own making, independent of the code that is tested but for the compact form of
/// requirements.</summary>
internal sealed class PolicyWriter
{
    private static readonly System.Text.Json.JsonSerializerOptions Indented = new()
        { WriteIndented = true, IndentSize = 1, NewLine = "\n" };

    private readonly RandomPolicy _random;
    private readonly string _step;
    private readonly string _newLine;
    private readonly string _colon;
    private readonly int _oddity;
    private readonly bool _inline;
    private readonly StringBuilder _text = new();

    public PolicyWriter(RandomPolicy random)
    {
        _random = random;
        int layout = random.Random.Next(10);
        _inline = layout < 2;
        _step = random.Pick("  ", "    ", "\t", "");
        _newLine = random.Pick("\n", "\n", "\r\n");
        _colon = layout == 0 ? ":" : random.Pick(": ", ": ", " : ", ":");

        // Above: chance in percent of white space that is unusual.
        _oddity = layout == 9 ? 30 : layout == 8 ? 5 : 0;
    }

    public byte[] Write(PolicyMeaning policy)
    {
        bool onOneLine = _inline;
        List<(string, Action<int>)> members = [("default", depth => Requirements(policy.Default, depth, onOneLine))];
        if (policy.Transports is { } transports)
        {
            (string, Action<int>) member = ("transports", depth => Object(
                [.. transports.Select(t => (t.Name, (Action<int>)(d =>
                {
                    bool scopesOnOneLine = onOneLine || _random.Random.Next(6) == 0;
                    Object([.. t.Scopes.Select(s =>
                        (s.Name, (Action<int>)(e => Requirements(s.Requirements, e, scopesOnOneLine || _random.Random.Next(6) == 0))))], d,
                        scopesOnOneLine);
                })))],
                depth,
                onOneLine));
            members.Insert(policy.DefaultLast ? 0 : 1, member);
        }

        Odd();
        Object(members, 0, onOneLine);
        Odd();
        if (_random.Random.Next(3) > 0)
            _text.Append(_newLine);
        return Encoding.UTF8.GetBytes(_text.ToString());
    }

    private void Object(List<(string Name, Action<int> Value)> members, int depth, bool onOneLine)
    {
        _text.Append('{');
        for (int i = 0; i < members.Count; i++)
        {
            Odd();
            Line(depth + 1, onOneLine, i > 0);
            _text.Append(System.Text.Json.JsonSerializer.Serialize(members[i].Name)).Append(_colon);
            Odd();
            members[i].Value(depth + 1);
            Odd();
            if (i < members.Count - 1)
                _text.Append(',');
        }

        if (members.Count > 0)
            Line(depth, onOneLine, false);
        else
            Odd();
        _text.Append('}');
    }

    private void Requirements(TrustRequirement[] requirements, int depth, bool onOneLine)
    {
        string compact = Encoding.UTF8.GetString(RequirementWriter.ToCompactJson(requirements));
        if (onOneLine)
        {
            _text.Append(compact);
            return;
        }

        using System.Text.Json.JsonDocument document = System.Text.Json.JsonDocument.Parse(compact);
        string indented = System.Text.Json.JsonSerializer.Serialize(document, Indented);
        string[] lines = indented.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            int level = line.Length - line.TrimStart(' ').Length;
            if (i > 0)
                _text.Append(_newLine).Insert(_text.Length, _step, depth + level);
            _text.Append(line.AsSpan(level));
        }
    }

    private void Line(int depth, bool onOneLine, bool afterComma)
    {
        if (!onOneLine)
            _text.Append(_newLine).Insert(_text.Length, _step, depth);
        else if (afterComma && _colon != ":")
            _text.Append(' ');
    }

    private void Odd()
    {
        if (_random.Random.Next(100) < _oddity)
            _text.Append(_random.Pick(" ", "\t", _newLine, "  " + _newLine + _newLine, " \r"));
    }
}
