using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Tests.Trust;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>A host below a scratch root on which somebody is logged in, and whose environment a test sets.</summary>
internal sealed class LevelsHost : UserHost, IDisposable
{
    public const string Etc = "/etc/containers/registries.d";
    public const string Usr = "/usr/share/containers/registries.d";
    public const string Policy = "/etc/containers/policy.json";
    public const string VendorPolicy = "/usr/share/containers/policy.json";

    public LevelsHost(string? home = null, params (string Name, string Value)[] environment)
        : this(new ScratchRoot(), home)
    {
        foreach ((string name, string value) in environment)
            Environment.Add(name, value);
    }

    private LevelsHost(ScratchRoot root, string? home)
        : base(new RootDirectoryHost(root.Path), home, "levels") => Root = root;

    public ScratchRoot Root { get; }

    public List<string> Warnings { get; } = [];

    public List<string> Details { get; } = [];

    public TrustStore Open(string? version = null, bool currentUser = false, string? registries = null) => TrustStore.Open(
        this,
        new TrustStoreOptions { PodmanVersion = version, CurrentUser = currentUser, RegistriesDirectory = registries },
        new TrustMessages { Warning = Warnings.Add, Verbose = Details.Add });

    public void Write(string path, string content) => Root.Write(path, content);

    public void Write(string path, byte[] content)
    {
        Root.Write(path, "");
        File.WriteAllBytes(Root.Full(path), content);
    }

    /// <summary>A file of registries.d with a store, or with none, for each namespace.</summary>
    public void Stores(string path, params (string Namespace, string? Store)[] stores) => Write(
        path,
        stores.Length == 0 ? "" : "docker:\n" +
            string.Concat(stores.Select(static s =>
            $"  \"{s.Namespace}\":\n    {(s.Store is null ? "use-sigstore-attachments: true" : $"lookaside: {s.Store}")}\n")));

    public void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Root.Full(path))!);
        File.CreateSymbolicLink(Root.Full(path), target);
    }

    public bool IsLink(string path) => new FileInfo(Root.Full(path)).LinkTarget is not null;

    /// <summary>All files below a directory, with their contents; links with where they lead.</summary>
    public SortedDictionary<string, string> Tree(string directory)
    {
        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        string full = Root.Full(directory);
        foreach (string file in Directory.Exists(full) ? Directory.EnumerateFiles(full, "*", SearchOption.AllDirectories) : [])
            found[file[Root.Path.Length..]] = new FileInfo(file).LinkTarget ?? File.ReadAllText(file);
        return found;
    }

    public void Dispose() => Root.Dispose();
}
