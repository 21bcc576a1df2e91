using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>What nodes will lack for the policy that they are given, so that it refuses more than is meant.</summary>
internal static class NodeDoubts
{
    /// <summary>Looks at what nodes will have.</summary>
    /// <param name="changes">What is asked for, with the stores that belong to it.</param>
    /// <param name="files">The MachineConfig's files.</param>
    /// <param name="there">What is in registries.d on the nodes already, besides the files of their image.</param>
    /// <param name="defaults">What the nodes' image has.</param>
    /// <param name="withStores">Whether the signature stores are among them.</param>
    /// <returns>Sentences.</returns>
    /// <exception cref="TrustException">The files in registries.d contradict what the nodes' image has there.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<TrustChange> changes, IReadOnlyList<MachineConfigFile> files,
        IReadOnlyList<MachineConfigFile> there, RhcosDefaults defaults, bool withStores)
    {
        List<string> doubts = [];
        DocumentHost node = new("the nodes", files, [.. there, .. defaults.Files]);
        LookasideConfiguration lookaside = LookasideConfiguration.Load(node, TrustLocations.SystemRegistriesDirectory);
        foreach (TrustChange change in changes)
        {
            if (change.IsDefault || change.Transport == "docker")
                doubts.AddRange(OfStores(change, lookaside, withStores));
        }

        string[] missing = [.. PolicyFiles.Of(changes.SelectMany(static c => c.Requirements!))
            .Where(p => !node.Exists(p) && !defaults.KeyPaths.Contains(p))];
        foreach (string path in missing)
            doubts.Add($"The policy names {Printable.Of(path, Printable.NameLength)}, which is not part of Red Hat Enterprise Linux " +
                $"CoreOS {(defaults == RhcosDefaults.Rhel9 ? "" : $"of {defaults.Release} ")}and not in the MachineConfig. " +
                "If the nodes do not have it from elsewhere, they accept no image that needs it. " +
                $"Give the file with {TrustOption.KeyFile}.");
        doubts.AddRange(SigstoreDoubts.Of(changes, AdviceTarget.Here, static _ => true, static _ => []));
        foreach (TrustChange change in changes.Where(static c => !c.IsDefault))
        {
            if (ScopeRules.Doubt(change.Transport, change.Registry) is { } doubt)
                doubts.Add(doubt);
        }

        return doubts;
    }

    private static IEnumerable<string> OfStores(TrustChange change, LookasideConfiguration lookaside, bool withStores)
    {
        EffectiveLookaside? node = lookaside.ForScope("docker", change.IsDefault ? "" : change.Registry);
        if (change.Requirements!.Any(static r => r is SignedByRequirement))
        {
            string? wanted = change.InForce?.SignatureStore ?? change.Section?.SignatureStore;
            if (node?.SignatureStore is not { } store)
            {
                string advice = wanted is null
                    ? $"Give the entry one with {TrustOperation.Set} {TrustOption.SignatureStore}, and add " +
                        $"{TrustOption.IncludeRegistriesD}"
                    : withStores ? "Fix the entry" : $"Add {TrustOption.IncludeRegistriesD}";
                string entrys = wanted is null ? "" : $" ({StoreUrl.WithoutUser(wanted)} is the entry's)";
                yield return $"{change} asks for signatures, and the nodes have no signature store for it{entrys}, "
                    + "so they accept no image of it, "
                    + $"unless the registry itself hands out signatures. {advice}.";
            }
            else if (wanted is not null && wanted != store)
            {
                yield return $"{change} has the signature store {StoreUrl.WithoutUser(wanted)}, and the nodes read "
                    + $"{StoreUrl.WithoutUser(store)}. {(withStores ? "Fix the entry" : $"Add {TrustOption.IncludeRegistriesD}")}.";
            }
        }

        if (change.Requirements!.Any(static r => r is SigstoreSignedRequirement) && node?.UseSigstoreAttachments != true)
        {
            bool wanted = (change.InForce?.UseSigstoreAttachments ?? change.Section?.UseSigstoreAttachments) == true
                || change.SwitchOnAttachments;
            string advice = !withStores && wanted ? $"Add {TrustOption.IncludeRegistriesD}"
                : $"Switch it on for the entry with {TrustOperation.Set} {TrustOption.UseSigstoreAttachments}, and add " +
                $"{TrustOption.IncludeRegistriesD}";
            yield return $"{change} asks for sigstore signatures, and reading them from the registry (use-sigstore-attachments) is not " +
                $"switched on for it on the nodes, so they accept no image of it. {advice}.";
        }
    }
}
