using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust;

/// <content>Entries as objects.</content>
public sealed partial class TrustStore
{
    /// <summary>An entry with the keys that its requirements name.</summary>
    /// <param name="entry">An entry that was read without them.</param>
    internal ImageTrust WithKeys(ImageTrust entry) => entry with
    {
        Keys = _told.Of(entry.Requirements, ExpectsMissingKeys)
            .NamedBy(Host, ScopeName.Of(entry.Transport, entry.Registry, entry.IsDefault)),
    };

    private ImageTrust ToObject(string transport, string scope, bool isDefault, IReadOnlyList<TrustRequirement> requirements,
        LookasideConfiguration lookaside, bool includeKeys)
    {
        bool hasLookaside = isDefault || transport == "docker";
        EffectiveLookaside? effective = hasLookaside ? lookaside.ForScope("docker", scope) : null;
        LookasideEntry? own = isDefault ? lookaside.Default : transport == "docker" && scope.Length > 0
            ? lookaside.Sections.GetValueOrDefault(scope) : null;
        return new ImageTrust
        {
            ComputerName = Host.ComputerName,
            Transport = isDefault ? "all" : transport,
            Registry = isDefault ? "default" : scope,
            IsDefault = isDefault,
            Requirements = requirements,
            Keys = includeKeys ? _told.Of(requirements, ExpectsMissingKeys).NamedBy(Host, ScopeName.Of(transport, scope, isDefault)) : [],
            SignatureStore = effective?.SignatureStore,
            SignatureStoreStaging = effective?.SignatureStoreStaging,
            UseSigstoreAttachments = effective?.UseSigstoreAttachments,
            Section = own is null || own.Section.IsEmpty ? null : own.Section,
            PolicyPath = Locations.PolicyPath,
            PolicyLevel = PolicyLevel.Level,
            PolicyHides = PolicyLevel.Hides,
            RegistriesPath = own?.Path,
            Origin = Origin,
            StoresRead = new LookasideSection
            {
                SignatureStore = effective?.SignatureStore,
                SignatureStoreStaging = effective?.SignatureStoreStaging,
                UseSigstoreAttachments = effective?.UseSigstoreAttachments,
            },
        }.WithStoreFile(Locations, lookaside, effective);
    }

    private IEnumerable<ImageTrust> Objects(PolicyDocument policy, LookasideConfiguration lookaside, TrustQuery query,
        CancellationToken cancellationToken)
    {
        if (query.WantsDefault)
            yield return ToObject("", "", isDefault: true, policy.Default, lookaside, query.IncludeKeys);
        foreach (PolicyTransport transport in policy.Transports)
        {
            foreach (PolicyScope scope in transport.Scopes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (query.Wants(transport.Name, scope.Name))
                    yield return ToObject(transport.Name, scope.Name, isDefault: false, scope.Requirements, lookaside, query.IncludeKeys);
            }
        }
    }

    // "podman image trust show" of podman 6 still looks at one directory.
    internal LookasideConfiguration ReadLookasideAsPodmanShows()
    {
        if (!Locations.ReadsAllRegistries)
            return ReadLookaside();
        string? user = Host.HomeDirectory is { } home ? $"{home.TrimEnd('/')}/.config/containers/registries.d" : null;
        return LookasideConfiguration.Load(Host, user is not null && Host.Exists(user) ? user : TrustLocations.SystemRegistriesDirectory);
    }
}
