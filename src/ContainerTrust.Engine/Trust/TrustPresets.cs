using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Presets;

namespace ContainerTrust.Engine.Trust;

/// <summary>Trust settings that vendors publish, by name: the presets that are built in (<see cref="PresetCatalog"/>).</summary>
/// <remarks>
/// Red Hat's registries are trusted by GPG signatures in stores on RHEL up to 9, and by sigstore signatures in Red Hat's own log from
/// RHEL 10 on. Red Hat makes both. <c>RedHat</c> is the one that the host's own policy would have, <c>RedHatGpg</c> and
/// <c>RedHatSigstore</c> are one of them anywhere.
/// <c>RedHatIsv</c> is for the catalogs of certified, community and marketplace operators, which Red Hat signs with another key.
/// </remarks>
public static class TrustPresets
{
    private const string RedHat = "RedHat";
    internal const string RedHatGpg = "RedHatGpg";
    internal const string RedHatSigstore = "RedHatSigstore";
    internal const string RedHatIsv = "RedHatIsv";
    private const string Authenticated = "registry.redhat.io";

    /// <summary>The presets' names.</summary>
    public static IReadOnlyList<string> Names => PresetCatalog.BuiltIn.Names;

    /// <summary>The presets of Red Hat's registries, whose key files nodes of a cluster have.</summary>
    internal static IReadOnlyList<string> OfRedHat { get; } = [RedHat, RedHatGpg, RedHatSigstore, RedHatIsv];

    /// <summary>The files of a host that presets look at, and that requirements may name, for reading ahead.</summary>
    public static IReadOnlyList<string> Files => [.. Names.SelectMany(PresetCatalog.BuiltIn.Files).Distinct(StringComparer.Ordinal)];

    /// <summary>A preset's registries where no host is asked, as for a document: <c>RedHat</c> is the form of RHEL 8 and 9.</summary>
    /// <param name="name">The preset, without case.</param>
    /// <returns>One entry a registry.</returns>
    /// <exception cref="TrustException">There is no such preset (<c>PresetNotFound</c>).</exception>
    public static IReadOnlyList<TrustPresetEntry> Get(string name) => PresetCatalog.BuiltIn.Find(name).Default;

    /// <summary>What a user has to know before a preset replaces what a host requires now.</summary>
    /// <param name="entries">The preset.</param>
    /// <param name="store">The host's files.</param>
    /// <returns>A sentence for each registry that was trusted by sigstore signatures and would be by GPG ones.</returns>
    /// <exception cref="TrustException">The policy cannot be read, or is refused.</exception>
    internal static IEnumerable<string> Replaced(IReadOnlyList<TrustPresetEntry> entries, TrustStore store)
    {
        TrustPresetEntry[] byGpg = [.. entries.Where(static e => e is { Type: TrustType.SignedBy, Transport: "docker" })];
        if (byGpg.Length == 0 || !store.Host.Exists(store.Locations.PolicyPath))
            yield break;
        PolicyTransport? docker = store.ReadPolicy().FindTransport("docker");
        foreach (TrustPresetEntry entry in byGpg)
        {
            if (docker?.Find(entry.Registry) is { Count: > 0 } now && now.All(static r => r is SigstoreSignedRequirement))
            {
                string former = Get(RedHatSigstore).Any(e => e.Registry == entry.Registry
                    && RequirementWriter.MeansSame(now, e.Requirements))
                    ? $" {TrustOption.Preset.With(RedHatSigstore)} keeps the former." : "";
                yield return $"{entry.Registry} was trusted by sigstore signatures, and is by GPG signatures from now on.{former}";
            }
        }
    }

    /// <summary>What entries by Red Hat's release key refuse although Red Hat signs it.</summary>
    /// <param name="signedBy">The scopes that require GPG signatures.</param>
    /// <returns>A sentence. Null if nothing is left out.</returns>
    internal static string? LeftOut(IReadOnlyCollection<string> signedBy)
    {
        string[] catalogs = [.. Get(RedHatIsv).Select(static e => e.Registry)];
        if (!signedBy.Contains(Authenticated) || catalogs.All(signedBy.Contains))
            return null;
        return $"Red Hat signs the catalogs of certified, community and marketplace operators ({string.Join(", ", catalogs)}) "
            + "with another key, 55A34A82. They are refused without entries of their own; " +
                $"{TrustOption.Preset.With(RedHatIsv)} has them.";
    }

    /// <summary>Refuses the preset whose key not every release has, where it is missing.</summary>
    /// <param name="preset">The preset's name.</param>
    /// <param name="entries">Its entries.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="TrustException">The key is missing (<c>PresetKeyMissing</c>).</exception>
    internal static void RequireFetchedKey(string preset, IReadOnlyList<TrustPresetEntry> entries, ITrustHost host)
    {
        (PresetKey Key, string Path)? missing = KeysOf(entries).Where(k => k.Key.Obtain is not null && !host.Exists(k.Path))
            .Select(static k => ((PresetKey, string)?)k).FirstOrDefault();
        if (missing is not { } found)
            return;
        string none = found.Key.Paths.Count > 1 ? "none of which exists" : "which does not exist";
        throw new TrustException(
            "PresetKeyMissing",
            TrustErrorKind.NotFound,
            $"The preset {preset} requires {found.Key.Name ?? "a key"} as {string.Join(" or as ", found.Key.Paths)}, {none} on "
                + $"{Printable.Of(host.ComputerName, Printable.NameLength)}. {found.Key.Obtain}. You can also specify " +
                $"{TrustOption.KeyPath}.")
        {
            Target = found.Path,
        };
    }

    /// <summary>That a file which is to have the preset's key has another.</summary>
    /// <param name="entries">The preset.</param>
    /// <param name="keys">Reads the host's key files.</param>
    /// <returns>A sentence. Null if the key is in the file, or the file cannot be read, which is said elsewhere.</returns>
    /// <exception cref="TrustException">The connection to the host failed.</exception>
    internal static string? OtherKey(IReadOnlyList<TrustPresetEntry> entries, KeyFiles keys)
    {
        foreach ((PresetKey key, string path) in KeysOf(entries).Where(static k => k.Key.KeyId is not null).Distinct())
        {
            if (keys.Of([new KeyMaterial(KeyMaterialUse.OpenPgp, path, null)]) is [{ Problem: null, Keys: { Count: > 0 } found }]
                && !found.Any(k => k.KeyId?.EndsWith(key.KeyId!, StringComparison.OrdinalIgnoreCase) == true))
                return $"{path} does not have {key.Name ?? $"the key {key.KeyId}"}, but "
                    + $"{string.Join(", ", found.Select(static k => k.KeyId ?? k.Fingerprint))}. Check where the file is from.";
        }

        return null;
    }

    private static IEnumerable<(PresetKey Key, string Path)> KeysOf(IReadOnlyList<TrustPresetEntry> entries) =>
        entries.SelectMany(static e => e.Keys.Zip(e.KeyPaths));
}
