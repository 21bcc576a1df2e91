using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Looser;

namespace ContainerTrust.Engine.Compliance.Comparison;

/// <summary>
/// Requirements in which each key stands for itself, whatever file of whatever host it lies in: two hosts have the same path for different
/// keys, and the same key in different places.
/// </summary>
/// <param name="now">The moment for which keys are judged.</param>
internal sealed class KeyTokens(DateTimeOffset now)
{
    // Data inside a policy needs no host to be read.
    private readonly KeyContent _inline = new(new KeyMaterialFiles(LocalHost.Instance));

    /// <summary>The requirements of an entry with its keys in place of their files.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="unread">Files that are known by their names alone, see <see cref="Unread"/>.</param>
    public IReadOnlyList<TrustRequirement> Of(ImageTrust entry, IReadOnlySet<string> unread) =>
        [.. entry.Requirements.Select(r => Of(entry, r, unread))];

    /// <summary>Files that both entries name and that were not read for one of them: only their names can be compared.</summary>
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

    private string[] Tokens(ImageTrust entry, TrustRequirement requirement, KeyMaterialUse use, IReadOnlySet<string> unread) =>
    [
        .. requirement.GetKeyMaterials().Where(m => m.Use == use).SelectMany(m => Tokens(entry, m, unread)).Distinct()
            .Order(StringComparer.Ordinal),
    ];

    // What cannot be read is known by its file alone.
    private string[] Tokens(ImageTrust entry, KeyMaterial material, IReadOnlySet<string> unread)
    {
        string[] found = material.Path is null ? [.. _inline.Of(material)]
            : unread.Contains(material.Path) ? []
            : [.. (entry.Keys ?? []).Where(k => k.Path == material.Path).Select(Token)];
        return found.Length > 0 ? found : [material.Path is null ? "key inside the policy" : $"file {material.Path}"];
    }

    private string Token(TrustKey key) =>
        $"{key.Fingerprint}{(key.IsRevoked ? " (revoked)" : key.IsExpiredAt(now) ? " (expired)" : "")}";
}
