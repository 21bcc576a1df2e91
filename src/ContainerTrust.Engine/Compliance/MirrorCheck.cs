using ContainerTrust.Engine.Config.RegistriesConf;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts.Lookup;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Compliance;

/// <summary>
/// The mirrors and other locations of registries.conf. The policy is asked about an image's own name, wherever it is fetched; signatures
/// are looked for by what registries.d says of the place's name; and who names the place itself is judged by what the policy says of that.
/// </summary>
internal sealed class MirrorCheck : IComplianceCheck
{
    // No image's name is longer.
    private const int ReferenceLimit = 4096;

    public IReadOnlyList<string> Rules { get; } = [ComplianceRules.RegistriesConfInvalid, ComplianceRules.MirrorOutsidePolicy,
        ComplianceRules.MirrorWithoutSignatures];

    public void Run(Audit audit)
    {
        RegistriesConfiguration configuration;
        try
        {
            configuration = RegistriesConfiguration.Load(audit.Host, null, audit.Store.Locations.Release);
        }
        catch (TrustFormatException e)
        {
            audit.Add(ComplianceRules.RegistriesConfInvalid, $"{e.Message} {Releases(audit)} fetch no image until that is fixed.", e.Path);
            if (audit.IsExcluded(ComplianceRules.RegistriesConfInvalid))
                throw;
            audit.NotDone(ComplianceRules.MirrorOutsidePolicy, ComplianceRules.MirrorWithoutSignatures);
            return;
        }

        if (configuration.Registries.Count == 0)
            return;
        Dictionary<string, RegistryEntry> byPrefix = configuration.Registries.ToDictionary(static r => r.Prefix, StringComparer.Ordinal);
        HashSet<(string, string)> seen = [];
        foreach (RegistryEntry registry in configuration.Registries)
        {
            // What governs all of a prefix, and each scope below it.
            Look(audit, registry, registry.Prefix, audit.GoverningDocker(registry.Prefix), byPrefix, seen);
        }

        foreach (PolicyEntry entry in audit.Entries.Where(static e => e is { Transport: "docker", Scope.Length: > 0 and <= ReferenceLimit }
            && !e.Scope.StartsWith("*.", StringComparison.Ordinal)))
        {
            audit.Cancellation.ThrowIfCancellationRequested();
            if (Find(byPrefix, entry.Scope) is { } registry)
                Look(audit, registry, entry.Scope, entry, byPrefix, seen);
        }
    }

    // Where nothing says which release there is, it may be one that reads the file.
    private static string Releases(Audit audit)
    {
        ContainersRelease release = audit.Store.Locations.Release;
        if (release is { IsCertain: false, ReadsAllLevels: false })
        {
            try
            {
                _ = RegistriesConfiguration.Load(audit.Host, null, release with { PassesOverEmptyLists = true });
                return "podman 4.4, skopeo 1.11 and later";
            }
            catch (TrustFormatException)
            {
                // No release reads it.
            }
        }

        return "podman and skopeo";
    }

    private static RegistryEntry? Find(Dictionary<string, RegistryEntry> byPrefix, string name)
    {
        foreach (string prefix in LookasideChain.Of(name))
        {
            if (byPrefix.TryGetValue(prefix, out RegistryEntry? entry))
                return entry;
        }

        return null;
    }

    private static void Look(Audit audit, RegistryEntry registry, string scope, PolicyEntry source,
        Dictionary<string, RegistryEntry> byPrefix, HashSet<(string, string)> seen)
    {
        if (source.Type == TrustType.Accept)
            return;
        string rest = registry.Match(scope) is >= 0 and int length && !scope.StartsWith("*.", StringComparison.Ordinal)
            ? scope[length..] : "";
        IEnumerable<(RegistryLocation Place, bool IsMirror)> places = registry.Mirrors.Select(static m => (m, true));
        if (!registry.IsBlocked && registry.Endpoint.Location.Length > 0 && registry.Endpoint.Location != registry.Prefix)
            places = places.Append((registry.Endpoint, false));
        foreach ((RegistryLocation place, bool isMirror) in places)
        {
            string name = place.Location + rest;
            if (name == scope || name.Length > ReferenceLimit || Find(byPrefix, name) is { IsBlocked: true } || !seen.Add((scope, name)))
                continue;
            string what = isMirror ? "the mirror" : "the other location";
            string shown = Printable.Of(name, Printable.NameLength);
            string from = $"{registry.File} says that images of '{Printable.Of(scope, Printable.NameLength)}' come from {what} '{shown}'";
            PolicyEntry governing = audit.GoverningDocker(name);
            if (governing.Type == TrustType.Accept)
            {
                // By the mirror's name nothing needs to be fetched: the policy is asked about the image's own.
                Advice? fix = TransportScopes.Unreachable(name, out _) is null
                    ? audit.Fix.SetType(new PolicyEntry("docker", name, false, []), "reject") : null;
                audit.Add(
                    ComplianceRules.MirrorOutsidePolicy,
                    $"{from}. Pulls by that name are governed by {governing.Words}, which accepts any image, while {source.Words} "
                        + "does not. Mirroring needs no entry of that name.",
                    registry.File,
                    name);
                audit.Propose(
                    ComplianceRules.MirrorOutsidePolicy,
                    [fix],
                    Named(name),
                    "Decide whether images may be asked for by that name, and by whom they must be signed then.",
                    scope,
                    "Images that are asked for by that name itself are then refused.");
            }

            if (audit.Lookaside is not { } lookaside)
                continue;
            EffectiveLookaside? effective = lookaside.ForScope("docker", name);
            if (source.Requirements.Any(static r => r is SignedByRequirement) && effective?.SignatureStore is null
                && lookaside.ForScope("docker", scope)?.SignatureStore is { } store)
            {
                audit.Add(
                    ComplianceRules.MirrorWithoutSignatures,
                    $"{from}, and {lookaside.Directory} has no signature store for that name, so what comes from there is not accepted.",
                    registry.File,
                    name);
                audit.Propose(
                    ComplianceRules.MirrorWithoutSignatures,
                    [audit.Fix.SetStore(Named(name), store)],
                    Named(name),
                    Where(scope, name, store),
                    scope);
            }

            if (source.Requirements.Any(static r => r is SigstoreSignedRequirement) && effective?.UseSigstoreAttachments != true)
            {
                audit.Add(
                    ComplianceRules.MirrorWithoutSignatures,
                    $"{from}, and {lookaside.Directory} does not switch on reading sigstore signatures for that name, so what comes "
                        + "from there is not accepted.",
                    registry.File,
                    name);
                bool isOff = effective?.UseSigstoreAttachments == false;
                audit.Propose(
                    ComplianceRules.MirrorWithoutSignatures,
                    [isOff ? null : audit.Fix.SwitchAttachmentsOn(name)],
                    Named(name),
                    $"{(isOff ? "It is explicitly switched off: decide" : "Decide")} whether signatures are to be read there, and "
                        + $"switch it on with {TrustOption.UseSigstoreAttachments}.",
                    scope);
            }
        }
    }

    private static PolicyEntry Named(string name) => new("docker", name, false, []);

    // A store has signatures by the path that an image has in the place where it is fetched.
    private static string Where(string scope, string name, string store)
    {
        static string Path(string name) => name.IndexOf('/') is >= 0 and int slash ? name[slash..] : "";
        string shown = Printable.Of(StoreUrl.WithoutUser(store), Printable.NameLength);
        return Path(scope) == Path(name)
            ? "Find out which store has the signatures of what is there, and name it for "
                + $"'{Printable.Of(name, Printable.NameLength)}' with {TrustOption.SignatureStore}."
            : "Signatures are looked for by that place's own path: the store must have them below "
                + $"'{Printable.Of(Path(name) + "/", Printable.NameLength)}', "
                + $"and {shown} has them below '{Printable.Of(Path(scope) + "/", Printable.NameLength)}'. Put them there, and name "
                    + "that store for "
                + $"'{Printable.Of(name, Printable.NameLength)}' with {TrustOption.SignatureStore}.";
    }
}
