using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Trust;

/// <summary>Reads the keys that requirements name, each file once.</summary>
internal sealed class KeyFiles
{
    /// <summary>The largest key file that is read, in bytes.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    private readonly ITrustHost _host;
    // By format and source; a tuple as key would have to be compiled at every start.
    private readonly Dictionary<string, KeySource> _sources = [];

    public KeyFiles(ITrustHost host) => _host = host;

    /// <summary>Where keys come from: a file on the host, or the policy itself.</summary>
    /// <param name="Name">The file, or words for key data inside the policy.</param>
    /// <param name="Keys">The usable keys.</param>
    /// <param name="Warnings">What was skipped, and why.</param>
    /// <param name="Problem">Why there are no keys at all. Null if there are.</param>
    internal sealed record KeySource(string Name, IReadOnlyList<TrustKey> Keys, IReadOnlyList<string> Warnings, TrustException? Problem);

    /// <summary>The sources of a requirement list, in order, each once.</summary>
    public IReadOnlyList<KeySource> Of(IReadOnlyList<TrustRequirement> requirements)
    {
        List<KeySource> sources = [];
        foreach (TrustRequirement requirement in requirements)
        {
            switch (requirement)
            {
                case SignedByRequirement { KeyType: "GPGKeys" } r:
                    Add(sources, r.KeyPath, r.KeyPaths, r.KeyData, null, isPem: false);
                    break;
                case SigstoreSignedRequirement r:
                    Add(sources, r.KeyPath, r.KeyPaths, r.KeyData, r.KeyDatas, isPem: true);
                    break;
            }
        }

        return sources;
    }

    private void Add(List<KeySource> sources, string? path, IReadOnlyList<string>? paths, string? data, IReadOnlyList<string>? datas, bool isPem)
    {
        if (path is not null)
            AddOnce(sources, FromFile(path, isPem));
        foreach (string p in paths ?? [])
            AddOnce(sources, FromFile(p, isPem));
        if (data is not null)
            AddOnce(sources, FromData(data, isPem));
        foreach (string d in datas ?? [])
            AddOnce(sources, FromData(d, isPem));
    }

    private static void AddOnce(List<KeySource> sources, KeySource source)
    {
        if (!sources.Contains(source))
            sources.Add(source);
    }

    private KeySource FromFile(string path, bool isPem)
    {
        string id = (isPem ? "pem:" : "pgp:") + path;
        if (_sources.TryGetValue(id, out KeySource? source))
            return source;
        try
        {
            HostFile? file = _host.TryReadFile(path, MaxBytes);
            source = file is null
                ? Missing(path)
                : Parse(path, file.Content.Span, path, isPem);
        }
        catch (TrustException e)
        {
            source = new KeySource(path, [], [], e);
        }

        _sources.Add(id, source);
        return source;
    }

    private KeySource FromData(string data, bool isPem)
    {
        const string Name = "the key inside the policy";
        string id = (isPem ? "pem\0" : "pgp\0") + data;
        if (_sources.TryGetValue(id, out KeySource? source))
            return source;
        try
        {
            source = Parse(Name, Convert.FromBase64String(data), null, isPem);
        }
        catch (TrustException e)
        {
            source = new KeySource(Name, [], [], e);
        }

        _sources.Add(id, source);
        return source;
    }

    private static KeySource Parse(string name, ReadOnlySpan<byte> content, string? path, bool isPem)
    {
        KeyReadResult result = isPem ? PemPublicKeyReader.Read(content, name) : OpenPgpKeyReader.Read(content, name);
        return new KeySource(name, path is null ? result.Keys : [.. result.Keys.Select(k => k with { Path = path })], result.Warnings, null);
    }

    private static KeySource Missing(string path) =>
        new(path, [], [], new TrustException("KeyFileNotFound", TrustErrorKind.NotFound, $"The key file {path} does not exist on the host. Copy it there, or give the right path.") { Target = path });
}
