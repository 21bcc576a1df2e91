using System.Text;
using System.Text.Json.Nodes;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance.Proof;

/// <summary>
/// A host that a random number made up: nested scopes, every kind of requirement and identity, stores, attachments, mirrors.
/// </summary>
internal sealed class FixWorld
{
    private const string Digest = "@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    private const string RedHatKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";

    private static readonly string[] s_scopes =
    [
        "a.example.com", "a.example.com/team", "a.example.com/team/app", "a.example.com/team/app:v1",
        "b.example.com:5000", "b.example.com:5000/team",
        "m.example.net", "m.example.net/copy", "m.example.net/team", "*.example.com", "registry.redhat.io", "registry.redhat.io/team", "",
        "busybox", "https://a.example.com/team", "A.example.com/Team", "docker.io",
    ];

    private static readonly string[] s_hosts =
        ["a.example.com", "b.example.com:5000", "m.example.net", "registry.redhat.io", "o.example.org", "docker.io"];
    private static readonly string[] s_paths = ["/x", "/team/x", "/team/app", "/team/app/y", "/copy/team/app", "/library/busybox"];
    private static readonly string[] s_ends = [":v1", ":v2", Digest];
    private static readonly string[] s_stores =
        ["https://s1.example.com/s", "file:///s2", "https://registry.redhat.io/containers/sigstore"];
    private static readonly string[] s_pgp = ["/k/one.asc", "/k/two.asc", RedHatKey];
    private static readonly string[] s_pem = ["/k/one.pub", "/k/two.pub"];

    private readonly int _seed;
    private readonly Random _random;
    private readonly bool _hasLocal;
    private readonly Dictionary<string, byte[]> _files = new(StringComparer.Ordinal);
    private readonly List<(string Prefix, string Location)> _mirrors = [];

    public FixWorld(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        foreach ((string path, byte[] key) in Keys.Where(_ => _random.Next(30) > 0))
            _files[path] = key;
        Write("/etc/containers/policy.json", Policy());
        if (_random.Next(5) > 0)
            Write("/etc/containers/registries.d/a.yaml", Registries());
        if (_random.Next(3) > 0)
            Write("/etc/containers/registries.conf", Conf());
        _hasLocal = _random.Next(12) == 0;
        if (_hasLocal)
            Write("/var/lib/containers/sigstore/x/signature-1", "");

        // In image mode, without a baseline (see below): what bootc needs beside the rest would be a scope that the baseline does not have.
        if (seed % 8 == 6)
            Write("/usr/lib/bootc/install/00-example.toml", "");
    }

    public static IReadOnlyDictionary<string, byte[]> Keys { get; } = new Dictionary<string, byte[]>
    {
        ["/k/one.asc"] = AuditKeys.Good,
        ["/k/two.asc"] = AuditKeys.Other,
        [RedHatKey] = [.. AuditKeys.Good, .. AuditKeys.Other],
        ["/k/one.pub"] = Encoding.UTF8.GetBytes(AuditKeys.Cosign),
        ["/k/copy.asc"] = AuditKeys.Good,
        ["/k/copy.pub"] = Encoding.UTF8.GetBytes(AuditKeys.Cosign),
        ["/k/two.pub"] = Encoding.UTF8.GetBytes(AuditKeys.RsaPem),
    };

    public IReadOnlyDictionary<string, byte[]> Files => _files;

    public DocumentHost Host() => new("made", _files.Select(static f => new MachineConfigFile { Path = f.Key, Content = f.Value }));

    /// <summary>
    /// What another host has, made of this one so that it differs in every way. Null for every second world, which has no baseline.
    /// </summary>
    public TrustBaseline? Baseline()
    {
        if (_seed % 2 == 0)
            return null;
        const string PolicyPath = "/etc/containers/policy.json", Section = "/etc/containers/registries.d/a.yaml";
        FixWorld other = new(_seed + 10_000_000);
        Dictionary<string, byte[]> files = new(_files, StringComparer.Ordinal);
        foreach ((string path, byte[] key) in Keys)
            files[path] = key;
        string policy = Encoding.UTF8.GetString(_files[PolicyPath]);
        switch (_seed / 2 % 4)
        {
            case 0:
                policy = Encoding.UTF8.GetString(other._files[PolicyPath]);
                break;
            case 1:
                policy = policy.Replace("/k/one.", "/k/copy.", StringComparison.Ordinal);
                break;
            case 2 when other._files.TryGetValue(Section, out byte[]? stores):
                files[Section] = stores;
                break;
            default:
                policy = Changed(policy, Encoding.UTF8.GetString(other._files[PolicyPath]));
                break;
        }

        files[PolicyPath] = Encoding.UTF8.GetBytes(policy);
        DocumentHost host = new("baseline", files.Select(static f => new MachineConfigFile { Path = f.Key, Content = f.Value }));
        return TrustBaseline.Of(Store(host).Read(TrustQuery.All));
    }

    /// <summary>The same host with files that others may write, that belong to others, or that users cannot read.</summary>
    public MemoryHost Owned()
    {
        Random random = new(_seed);
        MemoryHost host = new();
        foreach ((string path, byte[] content) in _files)
        {
            uint mode = random.Next(6) switch { 0 => 0x1B4, 1 => 0x1B6, 2 => 0x180, _ => 0x1A4 };
            host.With(path, content, mode, random.Next(5) == 0 ? 1000u : 0);
        }

        return host;
    }

    // One scope is another's, one is gone, and one has come.
    private static string Changed(string policy, string other)
    {
        JsonNode here = JsonNode.Parse(policy)!;
        JsonObject docker = here["transports"]!["docker"]!.AsObject();
        KeyValuePair<string, JsonNode?>[] scopes = [.. JsonNode.Parse(other)!["transports"]!["docker"]!.AsObject()];
        string[] names = [.. docker.Select(static s => s.Key)];
        docker[names[0]] = scopes[0].Value!.DeepClone();
        if (names.Length > 1)
            docker.Remove(names[^1]);
        docker[scopes[^1].Key] = scopes[^1].Value!.DeepClone();
        return here.ToJsonString();
    }

    public static TrustStore Store(ITrustHost host) => new(
        host, TrustLocations.Find(host, null, null, currentUser: false), TrustMessages.None);

    public static PlainJudge Judge(ITrustHost host) => new(
        PolicyReader.Read(host.TryReadFile("/etc/containers/policy.json", int.MaxValue)!.Content.Span, "policy.json"),
        LookasideConfiguration.Load(host, "/etc/containers/registries.d"),
        Keys.Keys.Where(host.Exists).ToHashSet(StringComparer.Ordinal));

    /// <summary>Images, each with the names that it is fetched by.</summary>
    public IEnumerable<(string Image, string Place)> Images()
    {
        foreach (string host in s_hosts)
        {
            foreach (string path in s_paths)
            {
                string image = host + path + s_ends[_random.Next(s_ends.Length)];
                yield return (image, image);
                string? best =
                    _mirrors.Select(static m => m.Prefix).Where(p => image.StartsWith(p + "/", StringComparison.Ordinal))
                        .MaxBy(static p => p.Length);
                foreach ((_, string location) in _mirrors.Where(m => m.Prefix == best))
                    yield return (image, location + image[best!.Length..]);
            }
        }
    }

    /// <summary>Signatures that have a chance of being accepted before or after.</summary>
    public List<MadeSignature> Signatures(PlainJudge before, PlainJudge after, string image, string place)
    {
        List<MadeSignature> made = [];
        foreach (TrustRequirement requirement in before.Governing(image).Concat(after.Governing(image)))
        {
            if (_random.Next(10) == 0)
                continue;
            bool isSigstore = requirement is SigstoreSignedRequirement;
            string[] keys = isSigstore ? s_pem : s_pgp;
            SignedIdentity? identity =
                (requirement as SignedByRequirement)?.SignedIdentity ?? (requirement as SigstoreSignedRequirement)?.SignedIdentity;
            string end = image[PlainJudge.NameOf(image).Length..];
            string claim = _random.Next(5) switch
            {
                0 => PlainJudge.NameOf(image),
                1 => PlainJudge.NameOf(image) + ":v2",
                _ => identity switch
                {
                    ExactReferenceIdentity i => i.DockerReference,
                    ExactRepositoryIdentity i => i.DockerRepository + end,
                    RemapIdentity i when image.StartsWith(i.Prefix + "/", StringComparison.Ordinal) =>
                        i.SignedPrefix + image[i.Prefix.Length..],
                    _ => image,
                },
            };
            string[] places =
            [
                .. new[] { before.Places(place, isSigstore), after.Places(place, isSigstore), before.Places(image, isSigstore) }
                    .SelectMany(static p => p).Where(p => _hasLocal || !p.StartsWith("local:", StringComparison.Ordinal)),
                "nowhere",
            ];
            made.Add(new MadeSignature(isSigstore, keys[_random.Next(keys.Length)], claim, places[_random.Next(places.Length)]));
        }

        return made;
    }

    private T Of<T>(params T[] choices) => choices[_random.Next(choices.Length)];

    private void Write(string path, string text) => _files[path] = Encoding.UTF8.GetBytes(text);

    private string Policy()
    {
        HashSet<string> names = [];
        int count = _random.Next(1, 5);
        while (names.Count < count)
            names.Add(Of(s_scopes));
        string docker = string.Join(',', names.Select(n => $"\"{n}\":{Requirements()}"));
        string other = _random.Next(4) == 0 ? $",\"{Of("docker-daemon", "dir", "nowhere")}\":{{\"\":{Of(Accept, Reject)}}}" : "";
        string rest = _random.Next(5) == 0 ? Requirements() : Of(Accept, Reject);
        return $$"""{"default":{{rest}},"transports":{"docker":{ {{docker}} }{{other}} } }""";
    }

    private const string Accept = """[{"type":"insecureAcceptAnything"}]""";
    private const string Reject = """[{"type":"reject"}]""";

    private string Requirements() => _random.Next(10) switch
    {
        0 or 1 => Accept,
        2 => Reject,
        3 => """[{"type":"signedBy","keyType":"X509Certificates","keyPath":"/k/one.asc"}]""",
        4 => $"[{SignedBy()},{Sigstore()}]",
        5 => $"[{SignedBy()},{SignedBy()}]",
        6 or 7 => $"[{SignedBy()}]",
        _ => $"[{Sigstore()}]",
    };

    private string SignedBy() => $$"""{"type":"signedBy","keyType":"GPGKeys",{{Key(s_pgp)}}{{Identity()}}}""";

    private string Sigstore() => $$"""{"type":"sigstoreSigned",{{Key(s_pem)}}{{Identity()}}}""";

    private string Key(string[] keys) =>
        _random.Next(6) == 0 ? $"\"keyPaths\":[\"{keys[0]}\",\"{keys[1]}\"]" : $"\"keyPath\":\"{Of(keys)}\"";

    private string Identity() => _random.Next(8) switch
    {
        0 => ""","signedIdentity":{"type":"matchExact"}""",
        1 => ""","signedIdentity":{"type":"matchRepository"}""",
        2 => ""","signedIdentity":{"type":"exactReference","dockerReference":"s.example.org/team/app:v1"}""",
        3 => ""","signedIdentity":{"type":"exactRepository","dockerRepository":"s.example.org/team/app"}""",
        4 => ""","signedIdentity":{"type":"remapIdentity","prefix":"a.example.com","signedPrefix":"s.example.org"}""",
        5 => ""","signedIdentity":{"type":"remapIdentity","prefix":"m.example.net/copy","signedPrefix":"a.example.com"}""",
        _ => "",
    };

    private string Registries()
    {
        StringBuilder yaml = new();
        if (_random.Next(3) == 0)
            yaml.Append("default-docker:\n").Append(Section("  "));
        yaml.Append("docker:\n  none.example.com:\n    lookaside: https://none.example.com\n");
        HashSet<string> names = [];
        for (int i = _random.Next(4); i > 0; i--)
            names.Add(Of(s_scopes[..12]));
        foreach (string name in names)
            yaml.Append($"  \"{name}\":\n").Append(Section("    "));
        return yaml.ToString();
    }

    private string Section(string indent)
    {
        string store = _random.Next(3) > 0 ? $"{indent}lookaside: {Of(s_stores)}\n" : "";
        string attachments = _random.Next(2) == 0 || store.Length == 0 ? $"{indent}use-sigstore-attachments: {Of("true", "false")}\n" : "";
        return store + attachments;
    }

    private string Conf()
    {
        StringBuilder toml = new();
        string[] prefixes = ["a.example.com", "a.example.com/team", "b.example.com:5000", "registry.redhat.io"];
        foreach (string prefix in prefixes.Where(_ => _random.Next(2) == 0))
        {
            string location = Of("m.example.net", "m.example.net/copy", "m.example.net/team", "o.example.org");
            _mirrors.Add((prefix, location));
            toml.Append($"[[registry]]\nprefix = '{prefix}'\nlocation = '{prefix}'\n[[registry.mirror]]\nlocation = '{location}'\n");
        }

        return toml.ToString();
    }
}
