using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>
/// Whether there is a place to read the signatures from that a policy requires, for every scope and for every mirror of it.
/// </summary>
internal sealed class StoreCheck
{
    private readonly List<string> _missing = [];
    private readonly List<string> _problems = [];

    private readonly MakeAgain? _again;

    private StoreCheck(MakeAgain? again) => _again = again;

    /// <summary>Scopes and mirrors that have none.</summary>
    public IReadOnlyList<string> Missing => _missing;

    /// <summary>What is missing, in sentences.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Looks at every scope of a policy.</summary>
    /// <param name="host">The host with registries.d and registries.conf.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="again">Where the policy is from, and what makes it again. Null if that is not known.</param>
    /// <returns>What is missing.</returns>
    /// <exception cref="TrustException">registries.d is refused or cannot be read.</exception>
    public static StoreCheck Of(ITrustHost host, PolicyDocument policy, MakeAgain? again)
    {
        StoreCheck check = new(again);
        LookasideConfiguration lookaside = LookasideConfiguration.Load(host, TrustLocations.SystemRegistriesDirectory);
        Mirrors mirrors = Mirrors.Load(host, ContainersRelease.Unknown);
        check.Look("", "the policy's default", policy.Default, lookaside);
        foreach (PolicyScope scope in policy.FindTransport("docker")?.Scopes ?? [])
        {
            check.Look(
                scope.Name,
                scope.Name.Length == 0 ? "the default of transport docker" : Printable.Of(scope.Name, Printable.NameLength),
                scope.Requirements,
                lookaside);
            foreach (string mirror in mirrors.Of(scope.Name))
                check.Look(
                    mirror,
                    $"{Printable.Of(mirror, Printable.NameLength)}, a mirror of {Printable.Of(scope.Name, Printable.NameLength)},",
                    scope.Requirements,
                    lookaside);
        }

        return check;
    }

    private void Look(string scope, string words, IReadOnlyList<TrustRequirement> requirements, LookasideConfiguration lookaside)
    {
        bool needsStore = requirements.Any(static r => r is SignedByRequirement);
        bool needsAttachments = requirements.Any(static r => r is SigstoreSignedRequirement);
        if (!needsStore && !needsAttachments)
            return;
        EffectiveLookaside? effective = lookaside.ForScope("docker", scope);
        bool hasStore = !needsStore || !string.IsNullOrEmpty(effective?.SignatureStore);
        bool hasAttachments = !needsAttachments || effective?.UseSigstoreAttachments == true;
        if (hasStore && hasAttachments)
            return;
        _missing.Add(scope.Length == 0 ? "default" : scope);
        if (!hasStore)
            _problems.Add($"For {words} signatures are required (signedBy), but registries.d on the nodes names no signature store for " +
                $"it, so that every image of it is refused. {ShipStore(scope, requirements)}");
        if (!hasAttachments)
            _problems.Add($"For {words} signatures are required (sigstoreSigned), but registries.d on the nodes has no " +
                $"use-sigstore-attachments for it, so that every image of it is refused. {Ship("it", null)}");
    }

    // A policy does not have the stores of its scopes: those of a vendor are the preset's.
    private string ShipStore(string scope, IReadOnlyList<TrustRequirement> requirements)
    {
        string? preset = TrustPresets.OfRedHat.FirstOrDefault(n => TrustPresets.Get(n).Any(e => e.Registry == scope
            && e.SignatureStore is not null && RequirementWriter.MeansSame([.. e.Requirements], requirements)));
        return preset is not null ? Ship("one", preset)
            : $"Give {(scope.Length == 0 ? "the default" : "it")} one: {TrustOperation.Set} {TrustOption.SignatureStore} makes the file " +
                $"of registries.d that nodes need in {TrustLocations.SystemRegistriesDirectory}.";
    }

    private string Ship(string what, string? preset) => _again is null ? $"Ship {what} ({TrustOption.IncludeRegistriesD})."
        : $"Ship {what}: {_again.Command(_again.NeedsMerge, preset, withStores: true)}.";
}
