using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Keys;

/// <summary>Reads the keys that requirements name, each file once.</summary>
internal sealed class KeyFiles
{
    private readonly KeyMaterialFiles _files;

    // By format and source; a tuple as key would have to be compiled at every start.
    private readonly Dictionary<string, KeySource> _sources = [];
    private readonly Dictionary<string, IReadOnlyList<string>?> _listed = [];

    /// <summary>Keys of files and of policies.</summary>
    /// <param name="files">Reads the files.</param>
    public KeyFiles(KeyMaterialFiles files) => _files = files;

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

    /// <summary>The sources of a requirement list, in order, each once.</summary>
    public IReadOnlyList<KeySource> Of(IReadOnlyList<TrustRequirement> requirements) =>
        Of(requirements.SelectMany(static r => r.GetKeyMaterials())
            .Where(static m => m.Use is KeyMaterialUse.OpenPgp or KeyMaterialUse.PublicKey));

    /// <summary>
    /// The user ids of a list's OpenPGP keys, without a look at anything else in them (no fingerprint, so no cryptography has to be
    /// loaded).
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
            ids = _files.TryGet(new KeyMaterial(KeyMaterialUse.OpenPgp, path, null)) is { } content
                ? OpenPgpKeyReader.ListUserIdsAsGpg(content.Span) : null;
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
            foreach (KeyMaterial material in requirement.GetKeyMaterials())
            {
                if (_files.TryGet(material) is not { } content)
                    return null;
                contents.Add(new KeyringSource(KeyMaterialFiles.NameOf(material), content));
            }

            KeyReadResult result = OpenPgpKeyReader.Read(contents);
            return new KeySource(string.Join(", ", contents.Select(static c => c.Name)), result.Keys, [], null)
                { Problems = result.Problems };
        }
        catch (TrustException)
        {
            // Reading it by itself has said so already.
            return null;
        }
    }

    /// <summary>The sources of materials, in order, each once.</summary>
    /// <param name="materials">Keys, not certificates.</param>
    /// <returns>The sources; one that cannot be read has a problem.</returns>
    public IReadOnlyList<KeySource> Of(IEnumerable<KeyMaterial> materials) => [.. materials.Select(SourceOf).Distinct()];

    /// <summary>Refuses CA certificates that are missing or cannot do their work.</summary>
    /// <exception cref="TrustException">Names the file; see <see cref="CertificateCheck.Require"/>.</exception>
    public void RequireCertificates(KeyMaterial material, DateTimeOffset now, TrustMessages messages)
    {
        ReadOnlyMemory<byte> content = _files.TryGet(material) ?? throw Missing(material.Path!);
        CertificateCheck.Require(material.Path ?? "the certificates inside the policy", content.Span, material.Use, now, messages);
    }

    private KeySource SourceOf(KeyMaterial material)
    {
        bool isPem = material.Use != KeyMaterialUse.OpenPgp;
        string id = $"{(isPem ? "pem" : "pgp")}{(material.Path is null ? '\0' : ':')}{material.Path ?? material.Data}";
        if (_sources.TryGetValue(id, out KeySource? source))
            return source;
        string name = KeyMaterialFiles.NameOf(material);
        try
        {
            ReadOnlyMemory<byte> content = _files.TryGet(material) ?? throw Missing(name);
            source = Parse(name, content.Span, material.Path, isPem);
        }
        catch (TrustException e)
        {
            source = new KeySource(name, [], [], e);
        }

        _sources.Add(id, source);
        return source;
    }

    private static KeySource Parse(string name, ReadOnlySpan<byte> content, string? path, bool isPem)
    {
        KeyReadResult result = isPem ? PemPublicKeyReader.Read(content, name) : OpenPgpKeyReader.Read(content, name);
        IReadOnlyList<string> warnings = isPem && SecretKeys.AreIn(content)
            ? [.. result.Warnings, $"{name} holds a private key beside the public one; it must not be where policies " +
                "point everybody to. Take it out."]
            : result.Warnings;
        return new KeySource(name, path is null ? result.Keys : [.. result.Keys.Select(k => k with { Path = path })], warnings, null)
        {
            Problems = result.Problems,
            Details = result.Details,
        };
    }

    private static TrustException Missing(string path) =>
        new("KeyFileNotFound", TrustErrorKind.NotFound,
            $"The key file {path} does not exist on the host. Copy it there, or give the right path.") { Target = path };
}
