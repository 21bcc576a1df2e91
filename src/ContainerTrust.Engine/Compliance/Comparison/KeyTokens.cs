using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Compliance.Comparison;

/// <summary>
/// Requirements in which each key stands for itself, whatever file of whatever host it lies in: two hosts have the same path for different
/// keys, and the same key in different places.
/// </summary>
/// <param name="now">The moment for which keys are judged.</param>
internal sealed class KeyTokens(DateTimeOffset now)
{
    // Data inside a policy needs no host to be read.
    private readonly KeyFiles _inline = new(new KeyMaterialFiles(LocalHost.Instance));

    /// <summary>The requirements of an entry with its keys in place of their files.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="unread">Files that are known by their names alone, see <see cref="Unread"/>.</param>
    public IReadOnlyList<TrustRequirement> Of(ImageTrust entry, IReadOnlySet<string> unread) =>
        [.. entry.Requirements.Select(r => Of(entry, r, unread))];

    /// <summary>
    /// Files that both entries name and whose keys are not known on both sides: only their names can be compared.
    /// </summary>
    public static IReadOnlySet<string> Unread(ImageTrust one, ImageTrust other)
    {
        HashSet<string> common = Paths(one);
        common.IntersectWith(Paths(other));
        common.RemoveWhere(p => HasRead(one, p) && HasRead(other, p));
        return common;
    }

    private static HashSet<string> Paths(ImageTrust entry) => new(
        entry.Requirements.SelectMany(static r => r.GetKeyMaterials())
            .Where(static m => m.Use is KeyMaterialUse.OpenPgp or KeyMaterialUse.PublicKey).Select(static m => m.Path).OfType<string>(),
        StringComparer.Ordinal);

    private static bool HasRead(ImageTrust entry, string path) => (entry.Keys ?? []).Any(k => k.Path == path);

    private TrustRequirement Of(ImageTrust entry, TrustRequirement requirement, IReadOnlySet<string> unread) => requirement switch
    {
        SignedByRequirement { KeyType: "GPGKeys" } signed => signed with
        {
            KeyPath = null,
            KeyData = null,
            KeyPaths = Tokens(entry, requirement, KeyMaterialUse.OpenPgp, unread),
        },
        SigstoreSignedRequirement { Fulcio: null, Pki: null } signed => signed with
        {
            KeyPath = null,
            KeyData = null,
            KeyDatas = null,
            KeyPaths = Tokens(entry, requirement, KeyMaterialUse.PublicKey, unread),
        },
        _ => requirement,
    };

    /// <summary>The keys of an entry in words, for people: fingerprints, and files that were not read.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="unread">Files that are known by their names alone.</param>
    public IEnumerable<string> Words(ImageTrust entry, IReadOnlySet<string> unread)
    {
        foreach (KeyMaterial material in entry.Requirements.SelectMany(static r => r.GetKeyMaterials()))
        {
            IReadOnlyList<TrustKey> keys = KeysOf(entry, material, unread);
            foreach (TrustKey key in keys)
                yield return $"{key.Fingerprint}{(key.IsRevoked ? " (revoked)" : key.IsExpiredAt(now) ? " (expired)" : "")}";
            if (keys.Count == 0)
                yield return material.Path is null ? $"data {Digest(material.Data)}" : $"file {material.Path}";
        }
    }

    private string[] Tokens(ImageTrust entry, TrustRequirement requirement, KeyMaterialUse use, IReadOnlySet<string> unread)
    {
        KeyMaterial[] materials = [.. requirement.GetKeyMaterials().Where(m => m.Use == use)];

        // The files of one requirement are judged together: a revocation in one of them counts for the key in another.
        HashSet<string> revoked = new(
            materials.SelectMany(m => KeysOf(entry, m, unread)).Where(static k => k.IsRevoked).Select(static k => k.Fingerprint),
            StringComparer.Ordinal);
        return
        [
            .. materials.SelectMany(m => KeysOf(entry, m, unread) is { Count: > 0 } keys ? keys.Select(k => Token(k, revoked))
                : [m.Path is null ? $"data {Digest(m.Data)}" : $"file {m.Path}"]).Distinct().Order(StringComparer.Ordinal),
        ];
    }

    // None where they cannot be read.
    private IReadOnlyList<TrustKey> KeysOf(ImageTrust entry, KeyMaterial material, IReadOnlySet<string> unread)
    {
        if (material.Use is not (KeyMaterialUse.OpenPgp or KeyMaterialUse.PublicKey)
            || (material.Path is { } path && unread.Contains(path)))
            return [];
        return material.Path is null ? [.. _inline.Of([material]).SelectMany(static s => s.Keys)]
            : [.. (entry.Keys ?? []).Where(k => k.Path == material.Path)];
    }

    // All that decides on signatures: a copy of a key from before one of its parts was revoked accepts more.
    private static string Token(TrustKey key, HashSet<string> revoked)
    {
        string parts = string.Join(',', key.Subkeys.Where(static s => s.CanSign)
            .Select(static s => $"{s.Fingerprint}/{s.IsRevoked}/{s.Created.UtcTicks}/{s.Expires?.UtcTicks}").Order(StringComparer.Ordinal));
        bool isRevoked = key.IsRevoked || revoked.Contains(key.Fingerprint);
        return $"{key.Fingerprint} {isRevoked} {key.CanPrimarySign} {key.Expires?.UtcTicks} {parts}";
    }

    private static string Digest(string? data) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data ?? "")))[..16];
}
