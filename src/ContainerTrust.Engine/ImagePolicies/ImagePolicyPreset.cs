using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.ImagePolicies;

/// <summary>A vendor's trust in sigstore signatures, for scopes that a user names: entries to make policies of.</summary>
public sealed record ImagePolicyPreset
{
    /// <summary>The presets that policies of a cluster can express.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. TrustPresets.OfRedHat.Where(static n => TrustPresets.Get(n).All(static e => e.IsSigstore))];

    /// <summary>The preset, without case.</summary>
    public required string Name { get; init; }

    /// <summary>The scopes, namespaces or repositories of the preset's registries.</summary>
    public required IReadOnlyList<string> Scopes { get; init; }

    /// <summary>The vendor's key, an absolute path on this machine. Null: the file of the host that has the preset's name.</summary>
    public string? KeyPath { get; init; }

    /// <summary>The key of the vendor's Rekor log, in the same way.</summary>
    public string? RekorPublicKeyPath { get; init; }

    /// <summary>The preset's registries, for completion of <see cref="Scopes"/>.</summary>
    /// <param name="name">The preset.</param>
    /// <exception cref="TrustException">There is no such preset.</exception>
    public static IReadOnlyList<string> Registries(string name) => [.. TrustPresets.Get(name).Select(static e => e.Registry)];

    /// <summary>One entry for each scope, with the keys inside.</summary>
    /// <param name="host">The host whose keys are used where no others are given.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <exception cref="TrustException">
    /// There is no such preset (<c>PresetNotFound</c>), it requires GPG signatures (<c>PresetNotPossible</c>), a scope is not the vendor's
    /// (<c>ScopeNotOfPreset</c>), or a key is missing (<c>PresetKeyMissing</c>, <c>KeyFileNotFound</c>) or cannot be used.
    /// </exception>
    public IReadOnlyList<ImageTrust> Entries(ITrustHost host, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(messages);
        IReadOnlyList<TrustPresetEntry> registries = TrustPresets.Get(Name);
        TrustPresetEntry preset = Names.Contains(Name, StringComparer.OrdinalIgnoreCase) ? registries[0] : throw new TrustException(
            "PresetNotPossible",
            TrustErrorKind.InvalidArgument,
            $"The preset {Shown(Name)} " + (registries.All(static r => r.IsSigstore) ? "is for hosts. "
                : "requires GPG signatures, and clusters verify sigstore signatures by such policies. ") +
            $"Specify {TrustOption.Preset.With(Names[0])}.")
        {
            Target = Name,
        };
        foreach (string scope in Scopes)
            Require(scope, registries);
        ImageTrust entry = new() { ComputerName = host.ComputerName, Transport = "docker", Registry = Scopes[0], Requirements = [] };
        SigstoreSignedRequirement requirement = new()
        {
            KeyData = Key(host, entry, preset.KeyPaths[0], KeyPath, TrustOption.KeyPath, isRekor: false),
            RekorPublicKeyData =
                Key(host, entry, preset.RekorPublicKeyPath!, RekorPublicKeyPath, TrustOption.RekorPublicKeyPath, isRekor: true),
        };
        WarnOfOtherSigners(messages);
        return [.. Scopes.Select(s => entry with { Registry = s, Requirements = [requirement] })];
    }

    private string Key(ITrustHost host, ImageTrust entry, string path, string? given, TrustOption which, bool isRekor)
    {
        ITrustHost source = given is null ? host : LocalHost.Instance;
        if (source.Exists(given ?? path))
            return new PolicySources(source).PublicKey(entry, given ?? path, null, "", isRekor);
        throw given is not null
            ? new TrustException(
                "KeyFileNotFound",
                TrustErrorKind.NotFound,
                $"The key file {Shown(given)} does not exist. Specify a file of this machine with {which}.")
            {
                Target = given,
            }
            : new TrustException(
                "PresetKeyMissing",
                TrustErrorKind.NotFound,
                $"The preset {Names.First(n => n.Equals(Name, StringComparison.OrdinalIgnoreCase))} requires the key {path}, which does " +
                $"not exist on {Shown(host.ComputerName)}. Red Hat Enterprise Linux 10 has it: copy the file from there and specify it " +
                $"with {which}, or specify such a host's root directory with {TrustOption.Root}.")
            {
                Target = path,
            };
    }

    private static void Require(string scope, IReadOnlyList<TrustPresetEntry> registries)
    {
        if (registries.Any(r => scope == r.Registry || ImagePolicyScopes.IsInside(scope, r.Registry)))
            return;
        throw new TrustException(
            "ScopeNotOfPreset",
            TrustErrorKind.InvalidArgument,
            $"'{Shown(scope)}' does not belong to {string.Join(" or ", registries.Select(static r => r.Registry))}, which the preset is " +
            "for. Specify namespaces of these, for mirrors too: a policy for the source governs what is pulled from its mirrors.")
        {
            Target = scope,
        };
    }

    private void WarnOfOtherSigners(TrustMessages messages)
    {
        string[] scopes = [.. Scopes.Where(static s => !ImagePolicyScopes.IsOfTheSystem(s))];
        string[] catalogs = [.. TrustPresets.Get(TrustPresets.RedHatIsv).Select(static e => e.Registry)
            .Where(c => scopes.Any(s => s == c || ImagePolicyScopes.IsInside(c, s) || ImagePolicyScopes.IsInside(s, c)))];
        if (catalogs.Length > 0)
            messages.Warning("Red Hat signs the catalogs of certified, community and marketplace operators with another key than its " +
                $"other images, so nodes may refuse {string.Join(", ", catalogs)}. Verify these first with {TrustOperation.Verify}, or " +
                "specify other repositories of the namespace one by one.");
    }

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
