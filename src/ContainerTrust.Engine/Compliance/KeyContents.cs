using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Compliance;

/// <summary>The keys on the host and those of the baseline, by fingerprint.</summary>
internal sealed class KeyContents(Audit audit)
{
    private const int Shown = 4;

    private readonly Dictionary<string, IReadOnlyList<string>?> _known = new(StringComparer.Ordinal);

    /// <summary>Whether two lists demand the same keys in the same way, wherever these are.</summary>
    public bool AreSame(IReadOnlyList<TrustRequirement> here, ImageTrust there) =>
        RequirementShape.OfKeys(here, r => Union(Sources(r), (path, isPem) => OnHost(path, isPem))) is { } shape
        && shape == RequirementShape.OfKeys(there.Requirements, r => Union(Sources(r), (path, _) => InBaseline(path, there)));

    /// <summary>Key files whose keys are known on both sides and are not the same.</summary>
    public IEnumerable<string> OtherKeys(IReadOnlyList<TrustRequirement> here, ImageTrust there)
    {
        foreach (((string? path, _), bool isPem) in here.SelectMany(static r => Sources(r).Select(s => ((s.Path, s.Data), s.IsPem)))
            .Distinct())
        {
            if (path is not null && InBaseline(path, there) is { } wanted && OnHost(path, isPem) is { } found
                && !wanted.SequenceEqual(found))
                yield return path;
        }
    }

    /// <summary>Files whose content the baseline does not say: certificates, the keys of logs, and keys that were not there where the
    /// baseline comes from.</summary>
    public static IReadOnlyList<string> NotCompared(IReadOnlyList<TrustRequirement> here, ImageTrust there) =>
        [.. PolicyFiles.Of(here).Where(path => InBaseline(path, there) is null)];

    /// <summary>The keys of a file on both sides, in words.</summary>
    public string Words(string path, ImageTrust there)
    {
        IReadOnlyList<string> here = _known.GetValueOrDefault($"pgp\0{path}") ?? _known.GetValueOrDefault($"pem\0{path}") ?? [];
        return $"{List(here)}; in the baseline {List(InBaseline(path, there) ?? [])}";
    }

    private static string List(IReadOnlyList<string> fingerprints) =>
        fingerprints.Count <= Shown ? string.Join(", ", fingerprints)
            : $"{string.Join(", ", fingerprints.Take(Shown))} and {fingerprints.Count - Shown} more";

    // Of certificates and logs a baseline knows no fingerprints.
    private static List<(string? Path, string? Data, bool IsPem)> Sources(TrustRequirement requirement) =>
    [
        .. requirement.GetKeyMaterials().Where(static m => m.Use is KeyMaterialUse.OpenPgp or KeyMaterialUse.NotImplemented
            or KeyMaterialUse.PublicKey)
            .Select(static m => (m.Path, m.Data, m.Use == KeyMaterialUse.PublicKey)),
    ];

    private List<string>? Union(List<(string? Path, string? Data, bool IsPem)> sources, Func<string, bool, IReadOnlyList<string>?> ofPath)
    {
        SortedSet<string> all = new(StringComparer.Ordinal);
        foreach ((string? path, string? data, bool isPem) in sources)
        {
            if ((path is null ? OfData(data!, isPem) : ofPath(path, isPem)) is not { } some)
                return null;
            all.UnionWith(some);
        }

        return [.. all];
    }

    private static string[]? InBaseline(string path, ImageTrust there)
    {
        string[] found = [.. (there.Keys ?? []).Where(k => k.Path == path).Select(static k => k.Fingerprint).Distinct()
            .Order(StringComparer.Ordinal)];
        return found.Length == 0 ? null : found;
    }

    private IReadOnlyList<string>? OnHost(string path, bool isPem)
    {
        string id = $"{(isPem ? "pem" : "pgp")}\0{path}";
        if (!_known.TryGetValue(id, out IReadOnlyList<string>? known))
            _known.Add(id, known = audit.Load(path).File is { } file ? Parse(file.Content.Span, isPem) : null);
        return known;
    }

    private IReadOnlyList<string>? OfData(string data, bool isPem)
    {
        string id = $"{(isPem ? "pem" : "pgp")}-data\0{data}";
        if (!_known.TryGetValue(id, out IReadOnlyList<string>? known))
            _known.Add(id, known = KeyData.Decode(data) is { } content ? Parse(content, isPem) : null);
        return known;
    }

    private static string[]? Parse(ReadOnlySpan<byte> content, bool isPem)
    {
        try
        {
            KeyReadResult read = isPem ? PemPublicKeyReader.Read(content, "the key") : OpenPgpKeyReader.Read(content, "the key");
            return [.. read.Keys.Select(static k => k.Fingerprint).Distinct().Order(StringComparer.Ordinal)];
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            // Another rule says what is wrong with it; here it is only not known.
            return null;
        }
    }
}
