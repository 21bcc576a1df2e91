using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Trust;

/// <summary>Reads the keys that requirements name, each file once.</summary>
internal sealed class KeyFiles
{
    /// <summary>The largest key file that is read, in bytes.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    private const string InPolicy = "the key inside the policy";

    private readonly ITrustHost _host;
    // By format and source; a tuple as key would have to be compiled at every start.
    private readonly Dictionary<string, KeySource> _sources = [];
    private readonly Dictionary<string, IReadOnlyList<string>?> _listed = [];

    public KeyFiles(ITrustHost host) => _host = host;

    /// <summary>Where keys come from: a file on the host, or the policy itself.</summary>
    /// <param name="Name">The file, or words for key data inside the policy.</param>
    /// <param name="Keys">The usable keys.</param>
    /// <param name="Warnings">What was skipped, and why.</param>
    /// <param name="Problem">Why there are no keys at all. Null if there are.</param>
    internal sealed record KeySource(string Name, IReadOnlyList<TrustKey> Keys, IReadOnlyList<string> Warnings, TrustException? Problem)
    {
        /// <summary>Why a key can make no signature that counts now, by its fingerprint.</summary>
        public IReadOnlyDictionary<string, string> Problems { get; init; } = new Dictionary<string, string>();

        /// <summary>What became of every signature in the file.</summary>
        public IReadOnlyList<string> Details { get; init; } = [];
    }

    /// <summary>Where CA certificates come from: a file on the host, or the policy itself.</summary>
    /// <param name="Path">The file. Null for data.</param>
    /// <param name="Data">Base64. Null for a file.</param>
    /// <param name="Use">What they are for.</param>
    internal sealed record CertificateSource(string? Path, string? Data, CertificateUse Use);

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

    /// <summary>
    /// The user ids of a list's OpenPGP keys, without a look at anything else in them (no fingerprint, so no cryptography has to be loaded).
    /// </summary>
    /// <returns>Null where that look is not enough: other kinds of keys, a file that is missing or not quite in order.</returns>
    public IReadOnlyList<string>? TryListUserIds(IReadOnlyList<TrustRequirement> requirements)
    {
        List<string>? ids = null;
        foreach (TrustRequirement requirement in requirements)
        {
            switch (requirement)
            {
                case SignedByRequirement { KeyType: "GPGKeys", KeyPath: { } path } when requirements.Count == 1:
                    return ListUserIds(path);
                case SignedByRequirement { KeyType: "GPGKeys", KeyPath: { } path }:
                    if (ListUserIds(path) is not { } some)
                        return null;
                    (ids ??= []).AddRange(some);
                    break;
                case AcceptRequirement or RejectRequirement:
                    break;
                default:
                    return null;
            }
        }

        return ids ?? [];
    }

    private IReadOnlyList<string>? ListUserIds(string path)
    {
        if (_listed.TryGetValue(path, out IReadOnlyList<string>? ids))
            return ids;
        try
        {
            ids = _host.TryReadFile(path, MaxBytes) is { } file ? OpenPgpKeyReader.ListUserIdsAsGpg(file.Content.Span) : null;
        }
        catch (TrustException)
        {
            // The full reading says it better, and only once.
            ids = null;
        }

        // The listing spells out colons and control characters as gpg does; the full reading has them as they are.
        if (ids is not null && (ids.Count == 0 || ids.Any(static id => id.Contains('\\'))))
            ids = null;
        _listed.Add(path, ids);
        return ids;
    }

    /// <summary>The keys of all files of a requirement, judged together as they are when an image is verified.</summary>
    /// <returns>Null if a file cannot be read.</returns>
    public KeySource? TryReadTogether(SignedByRequirement requirement)
    {
        try
        {
            List<KeyringSource> contents = [];
            foreach (string path in requirement.KeyPaths ?? [])
            {
                if (_host.TryReadFile(path, MaxBytes) is not { } file)
                    return null;
                contents.Add(new KeyringSource(path, file.Content));
            }

            KeyReadResult result = OpenPgpKeyReader.Read(contents);
            return new KeySource(string.Join(", ", contents.Select(static c => c.Name)), result.Keys, [], null) { Problems = result.Problems };
        }
        catch (TrustException)
        {
            // Reading it by itself has said so already.
            return null;
        }
    }

    /// <summary>The sources of a requirement's Rekor keys.</summary>
    public IReadOnlyList<KeySource> RekorKeysOf(SigstoreSignedRequirement requirement)
    {
        List<KeySource> sources = [];
        Add(sources, requirement.RekorPublicKeyPath, requirement.RekorPublicKeyPaths, requirement.RekorPublicKeyData, requirement.RekorPublicKeyDatas, isPem: true);
        return sources;
    }

    /// <summary>The sources of a requirement's CA certificates.</summary>
    public static IReadOnlyList<CertificateSource> CertificatesOf(SigstoreSignedRequirement requirement)
    {
        List<CertificateSource> sources = [];
        void Add(string? path, string? data, CertificateUse use)
        {
            if (path is not null || data is not null)
                sources.Add(new CertificateSource(path, data, use));
        }

        Add(requirement.Fulcio?.CaPath, requirement.Fulcio?.CaData, CertificateUse.FulcioCA);
        Add(requirement.Pki?.CaRootsPath, requirement.Pki?.CaRootsData, CertificateUse.Roots);
        Add(requirement.Pki?.CaIntermediatesPath, requirement.Pki?.CaIntermediatesData, CertificateUse.Intermediates);
        return sources;
    }

    /// <summary>Refuses CA certificates that are missing or cannot do their work.</summary>
    /// <exception cref="TrustException">Names the file; see <see cref="CertificateCheck.Require"/>.</exception>
    public void RequireCertificates(CertificateSource source, DateTimeOffset now, TrustMessages messages)
    {
        ReadOnlySpan<byte> content = source.Path is { } path
            ? (_host.TryReadFile(path, MaxBytes) ?? throw Missing(path).Problem!).Content.Span
            : Decode(source.Data!);
        CertificateCheck.Require(source.Path ?? "the certificates inside the policy", content, source.Use, now, messages);
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
        string id = (isPem ? "pem\0" : "pgp\0") + data;
        if (_sources.TryGetValue(id, out KeySource? source))
            return source;
        try
        {
            source = Parse(InPolicy, Decode(data), null, isPem);
        }
        catch (TrustException e)
        {
            source = new KeySource(InPolicy, [], [], e);
        }

        _sources.Add(id, source);
        return source;
    }

    private static KeySource Parse(string name, ReadOnlySpan<byte> content, string? path, bool isPem)
    {
        KeyReadResult result = isPem ? PemPublicKeyReader.Read(content, name) : OpenPgpKeyReader.Read(content, name);
        IReadOnlyList<string> warnings = isPem && SecretKeys.AreIn(content)
            ? [.. result.Warnings, $"{name} holds a private key beside the public one; it must not be where policies point everybody to. Take it out."]
            : result.Warnings;
        return new KeySource(name, path is null ? result.Keys : [.. result.Keys.Select(k => k with { Path = path })], warnings, null)
        {
            Problems = result.Problems,
            Details = result.Details,
        };
    }

    // What was read from a policy is base64; an object made by hand can hold anything.
    internal static byte[] Decode(string data)
    {
        try
        {
            return Convert.FromBase64String(data);
        }
        catch (FormatException e)
        {
            throw new TrustException("InvalidKeyData", TrustErrorKind.InvalidArgument, "Key data must be the key file in base64.", e);
        }
    }

    private static KeySource Missing(string path) =>
        new(path, [], [], new TrustException("KeyFileNotFound", TrustErrorKind.NotFound, $"The key file {path} does not exist on the host. Copy it there, or give the right path.") { Target = path });
}
