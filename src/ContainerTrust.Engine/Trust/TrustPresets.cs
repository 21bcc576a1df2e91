using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Defaults;

namespace ContainerTrust.Engine.Trust;

/// <summary>Trust settings that a vendor publishes, by name.</summary>
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
    private const string ReleaseKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";
    private const string BetaKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta";

    // RHEL 9.4 and later have it by this name; by the other one users saved it before.
    private const string ShippedIsvKey = "/etc/pki/rpm-gpg/ISV-Container-signing-key";
    private const string SavedIsvKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-isv";
    private const string IsvKeyId = "55A34A82";
    private const string SigstoreKey = "/etc/pki/sigstore/SIGSTORE-redhat-release3";
    private const string RekorKey = "/etc/pki/sigstore/REKOR-signing-key";

    private static readonly (string Registry, string Store)[] s_redHat =
    [
        ("registry.access.redhat.com", "https://access.redhat.com/webassets/docker/content/sigstore"),
        ("registry.redhat.io", "https://registry.redhat.io/containers/sigstore"),
    ];

    private static readonly string[] s_isv =
    [
        "registry.redhat.io/redhat/certified-operator-index",
        "registry.redhat.io/redhat/community-operator-index",
        "registry.redhat.io/redhat/redhat-marketplace-index",
    ];

    /// <summary>The presets' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [RedHat, RedHatGpg, RedHatSigstore, RedHatIsv];

    /// <summary>The files of a host that <see cref="For"/> looks at, and that requirements may name, for reading ahead.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [ReleaseKey, BetaKey, ShippedIsvKey, SavedIsvKey, SigstoreKey, RekorKey, .. OperatingSystemRelease.Files];

    /// <summary>A preset's registries where no host is asked, as for a document: <c>RedHat</c> is the form of RHEL 8 and 9.</summary>
    /// <param name="name">The preset, without case.</param>
    /// <returns>One entry a registry.</returns>
    /// <exception cref="TrustException">There is no such preset (<c>PresetNotFound</c>).</exception>
    public static IReadOnlyList<TrustPresetEntry> Get(string name) => Canonical(name) switch
    {
        RedHatSigstore => Sigstore(),
        RedHatIsv => Isv(ShippedIsvKey),
        _ => Gpg([ReleaseKey]),
    };

    /// <summary>A preset's registries for a host, in the form that its release has.</summary>
    /// <param name="name">The preset, without case.</param>
    /// <param name="host">The host.</param>
    /// <returns>One entry a registry.</returns>
    /// <exception cref="TrustException">There is no such preset (<c>PresetNotFound</c>), or the host's files cannot be read.</exception>
    public static IReadOnlyList<TrustPresetEntry> For(string name, ITrustHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        string preset = Canonical(name);
        if (preset == RedHatIsv)
            return Isv(!host.Exists(ShippedIsvKey) && host.Exists(SavedIsvKey) ? SavedIsvKey : ShippedIsvKey);
        OperatingSystemRelease release = OperatingSystemRelease.Read(host);
        bool isSigstore = preset == RedHatSigstore
            || (preset == RedHat && (release is { IsOfRedHat: true, Major: >= 10 } || (host.Exists(SigstoreKey) && host.Exists(RekorKey))));
        if (isSigstore)
            return Sigstore();

        // As the release's own policy: by either key, where podman knows such a list and the beta key is there.
        return Gpg(release.KnowsKeyPaths && host.Exists(BetaKey) ? [ReleaseKey, BetaKey] : [ReleaseKey]);
    }

    /// <summary>What a user has to know before a preset replaces what a host requires now.</summary>
    /// <param name="entries">The preset.</param>
    /// <param name="store">The host's files.</param>
    /// <returns>A sentence for each registry that was trusted by sigstore signatures and would be by GPG ones.</returns>
    /// <exception cref="TrustException">The policy cannot be read, or is refused.</exception>
    internal static IEnumerable<string> Replaced(IReadOnlyList<TrustPresetEntry> entries, TrustStore store)
    {
        if (entries.All(static e => e.IsSigstore) || !store.Host.Exists(store.Locations.PolicyPath))
            yield break;
        PolicyTransport? docker = store.ReadPolicy().FindTransport("docker");
        foreach (TrustPresetEntry entry in entries.Where(static e => !e.IsSigstore))
        {
            if (docker?.Find(entry.Registry) is { Count: > 0 } now && now.All(static r => r is SigstoreSignedRequirement))
            {
                string former = RequirementWriter.MeansSame(now, Sigstore()[0].Requirements)
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
        if (!signedBy.Contains(s_redHat[1].Registry) || s_isv.All(signedBy.Contains))
            return null;
        return $"Red Hat signs the catalogs of certified, community and marketplace operators ({string.Join(", ", s_isv)}) "
            + $"with another key, {IsvKeyId}. They are refused without entries of their own; " +
                $"{TrustOption.Preset.With(RedHatIsv)} has them.";
    }

    /// <summary>Refuses the preset whose key not every release has, where it is missing.</summary>
    /// <param name="entries">The preset.</param>
    /// <param name="host">The host.</param>
    /// <exception cref="TrustException">The key is missing (<c>PresetKeyMissing</c>).</exception>
    internal static void RequireFetchedKey(IReadOnlyList<TrustPresetEntry> entries, ITrustHost host)
    {
        if (IsvKeyOf(entries) is not { } path || host.Exists(path))
            return;
        throw new TrustException(
            "PresetKeyMissing",
            TrustErrorKind.NotFound,
            $"The preset {RedHatIsv} requires Red Hat's key {IsvKeyId} as {ShippedIsvKey}, which RHEL 9.4 and later have, or as "
                + $"{SavedIsvKey}. Neither exists. Save the key there from https://access.redhat.com/security/team/key, "
                + $"or specify {TrustOption.KeyPath}.")
        {
            Target = path,
        };
    }

    /// <summary>That a file which is to have Red Hat's key for catalogs has another.</summary>
    /// <param name="entries">The preset.</param>
    /// <param name="keys">Reads the host's key files.</param>
    /// <returns>A sentence. Null if the key is in the file, or the file cannot be read, which is said elsewhere.</returns>
    /// <exception cref="TrustException">The connection to the host failed.</exception>
    internal static string? OtherKey(IReadOnlyList<TrustPresetEntry> entries, KeyFiles keys)
    {
        if (IsvKeyOf(entries) is not { } path
            || keys.Of([new KeyMaterial(KeyMaterialUse.OpenPgp, path, null)]) is not [{ Problem: null, Keys: { Count: > 0 } found }]
            || found.Any(static k => k.KeyId?.EndsWith(IsvKeyId, StringComparison.OrdinalIgnoreCase) == true))
            return null;
        return $"{path} does not have Red Hat's key {IsvKeyId}, which signs these catalogs, but "
            + $"{string.Join(", ", found.Select(static k => k.KeyId ?? k.Fingerprint))}. Check where the file is from.";
    }

    private static string? IsvKeyOf(IReadOnlyList<TrustPresetEntry> entries) =>
        entries.SelectMany(static e => e.KeyPaths).FirstOrDefault(static p => p is ShippedIsvKey or SavedIsvKey);

    private static string Canonical(string name) => Names.FirstOrDefault(n => n.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new TrustException(
            "PresetNotFound",
            TrustErrorKind.InvalidArgument,
            $"There is no preset '{name}'; known are {string.Join(", ", Names)}.")
        {
            Target = name,
        };

    private static TrustPresetEntry[] Gpg(IReadOnlyList<string> keys) =>
        [.. s_redHat.Select(r => new TrustPresetEntry(r.Registry, keys) { SignatureStore = r.Store })];

    private static TrustPresetEntry[] Isv(string key) =>
        [.. s_isv.Select(r => new TrustPresetEntry(r, [key]) { SignatureStore = s_redHat[1].Store })];

    private static TrustPresetEntry[] Sigstore() =>
        [.. s_redHat.Select(static r => new TrustPresetEntry(r.Registry, [SigstoreKey]) { RekorPublicKeyPath = RekorKey })];
}
