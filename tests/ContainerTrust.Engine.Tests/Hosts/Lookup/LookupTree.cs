using System.Globalization;
using System.Text.Json;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>
/// A host whose files lie on all levels, made from a seed: same names, links, empty files, directories that look like files, files that no
/// rule names. Each file says something that no other file says, so that a reading tells which files were read.
/// </summary>
internal sealed class LookupTree : IDisposable
{
    public const string Server = "r0.example:5000";

    private static readonly string[] s_names = ["00-a", "50-b", "b", "r0.example", "z", "Z"];
    private static readonly string[] s_levels = ["/etc/containers", "/usr/share/containers"];
    private readonly Random _random;
    private int _written;

    public LookupTree(int seed)
    {
        _random = new Random(seed);
        IsRoot = _random.Next(3) == 0;
        Home = IsRoot ? "/root" : "/home/u";
        Host = new LevelsHost(Home, ("_CONTAINERS_ROOTLESS_UID", IsRoot ? "0" : "1000"));
        Directory.CreateDirectory(Host.Root.Full(Home));
        string user = $"{Home}/.config/containers";
        if (_random.Next(4) == 0)
        {
            Host.Environment["XDG_CONFIG_HOME"] = $"{Home}/xdg";
            user = $"{Home}/xdg/containers";
            DropIns($"{Home}/.config/containers/registries.d", ".yaml", Stores, 1);
        }

        string[] levels = [user, .. s_levels];
        AddRegistriesD(levels);
        AddPolicies(levels);
        AddRegistriesConf(levels);
        AddCertificates(levels);
    }

    public LevelsHost Host { get; }

    public bool IsRoot { get; }

    public string Home { get; }

    /// <summary>What another program has to know to read the same host; the paths of variables are the host's.</summary>
    public string Describe(int seed) => JsonSerializer.Serialize(new
    {
        Seed = seed,
        Root = Host.Root.Path,
        Home,
        Environment = Host.Environment.ToDictionary(static e => e.Key, static e => e.Value),
    });

    public void Dispose() => Host.Dispose();

    private static string[] Special(string level, string name, string extension) =>
        [$"{level}/{name}.rootful{extension}.d", $"{level}/{name}.rootless{extension}.d", $"{level}/{name}.rootless{extension}.d/1000"];

    private bool OneIn(int n) => _random.Next(n) == 0;

    private string Number() => (++_written).ToString(CultureInfo.InvariantCulture);

    private void AddRegistriesD(string[] levels)
    {
        foreach (string level in levels)
        {
            if (!OneIn(4))
                DropIns($"{level}/registries.d", ".yaml", Stores, 3);
            foreach (string directory in Special(level, "registries", ""))
            {
                if (OneIn(3))
                    DropIns(directory, ".yaml", Stores, 2);
            }
        }
    }

    private void AddRegistriesConf(string[] levels)
    {
        foreach (string level in levels)
        {
            if (OneIn(2))
                Main($"{level}/registries.conf", Registries);
            if (OneIn(2))
                DropIns($"{level}/registries.conf.d", ".conf", Registries, 3);
            foreach (string directory in Special(level, "registries", ".conf"))
            {
                if (OneIn(4))
                    DropIns(directory, ".conf", Registries, 2);
            }
        }

        Variable("CONTAINERS_REGISTRIES_CONF", "/var/named.conf", Registries);
        Variable("CONTAINERS_REGISTRIES_CONF_OVERRIDE", "/var/last.conf", Registries);
    }

    private void AddPolicies(string[] levels)
    {
        foreach (string level in levels)
        {
            if (level == s_levels[1] ? !OneIn(3) : OneIn(3))
                Main($"{level}/policy.json", Policy);
        }

        Variable("CONTAINERS_POLICY_JSON", "/var/named.json", Policy);
    }

    private void AddCertificates(string[] levels)
    {
        foreach (string level in levels)
        {
            foreach (string directory in (string[])[$"{level}/certs.d", .. Special(level, "certs", "")])
            {
                if (OneIn(5))
                    Host.Write($"{directory}/{Server}/ca.crt", "");
            }
        }

        if (OneIn(3))
            Host.Write($"/etc/docker/certs.d/{Server}/ca.crt", "");
    }

    private void Variable(string name, string path, Func<string> content)
    {
        if (!OneIn(8))
            return;
        Host.Environment[name] = path;
        if (!OneIn(4))
            Host.Write(path, content());
    }

    private void Main(string path, Func<string> content)
    {
        switch (_random.Next(12))
        {
            case 0:
                Host.Write(path, "");
                break;
            case 1:
                Host.Link(path, "nowhere");
                break;
            case 2:
                Host.Write($"{path}.real", content());
                Host.Link(path, $"{Path.GetFileName(path)}.real");
                break;
            default:
                Host.Write(path, content());
                break;
        }
    }

    private void DropIns(string directory, string extension, Func<string> content, int most)
    {
        Directory.CreateDirectory(Host.Root.Full(directory));
        foreach (int i in Enumerable.Range(0, _random.Next(most + 1)))
        {
            string path = $"{directory}/{s_names[_random.Next(s_names.Length)]}{extension}";
            if (!Path.Exists(Host.Root.Full(path)) && !Host.IsLink(path))
                DropIn(path, directory, extension, content);
        }

        if (OneIn(6))
            Host.Write($"{directory}/unread{(extension == ".yaml" ? ".yml" : ".toml")}", content());
    }

    private void DropIn(string path, string directory, string extension, Func<string> content)
    {
        switch (_random.Next(24))
        {
            case 0 or 1:
                Host.Write(path, "");
                break;
            case 2 or 3:
                Host.Link(path, "/dev/null");
                break;
            case 4:
                Host.Link(path, "nowhere");
                break;
            case 5 or 6:
                Host.Write($"{directory}/real", content());
                Host.Link(path, "real");
                break;
            case 7:
                Host.Write($"{path}/inner{extension}", content());
                break;
            case 8 when OneIn(3):
                Directory.CreateDirectory(Host.Root.Full($"{directory}/sub"));
                Host.Link(path, "sub");
                break;
            default:
                Host.Write(path, content());
                break;
        }
    }

    private string Stores()
    {
        if (OneIn(12))
            return $"default-docker:\n  lookaside: https://s{Number()}.example/\n";
        // Few names from many: most trees are read, some have a name twice.
        string name = $"r{_random.Next(3)}.example/n{_random.Next(12)}";
        string setting = _random.Next(4) switch
        {
            0 => "use-sigstore-attachments: true",
            1 => $"sigstore: https://s{Number()}.example/",
            _ => $"lookaside: https://s{Number()}.example/",
        };
        return $"docker:\n  {name}:\n    {setting}\n";
    }

    private string Policy() =>
        "{\"default\":[{\"type\":\"reject\"}],\"transports\":{\"docker\":{\"s" + Number() + ".example\":[{\"type\":\"reject\"}]}}}";

    private string Registries()
    {
        string search = OneIn(4) ? $"unqualified-search-registries = [\"s{Number()}.example\"]\n" : "";
        if (OneIn(40))
            return $"[registries.search]\nregistries = [\"s{Number()}.example\"]\n";
        string what = _random.Next(4) switch
        {
            0 => "location = \"r.example\"\nblocked = true",
            1 => $"location = \"s{Number()}.example\"",
            _ => $"location = \"r.example\"\n[[registry.mirror]]\nlocation = \"s{Number()}.example/m\"",
        };
        return $"{search}[[registry]]\nprefix = \"r{_random.Next(4)}.example\"\n{what}\n";
    }
}
