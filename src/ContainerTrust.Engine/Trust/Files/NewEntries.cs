using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;

namespace ContainerTrust.Engine.Trust.Files;

/// <summary>Entries in memory, by the rules of what is set on hosts: what no host could be set to is refused here.</summary>
public static class NewEntries
{
    private static readonly TrustLocations s_locations =
        new(TrustLocations.SystemPolicyPath, TrustLocations.SystemRegistriesDirectory, PolicyExists: true, IsUserPolicy: false);

    /// <summary>Makes entries.</summary>
    /// <param name="request">
    /// Scopes or the default, and what is demanded. Paths of files to be stored are those of this machine; others are not read.
    /// </param>
    /// <param name="messages">Where words for the user go.</param>
    /// <param name="refused">Takes the fault of one scope, and the others get their turn. Null: the first fault is thrown.</param>
    /// <returns>The entries, of no host.</returns>
    /// <exception cref="TrustException">
    /// See <see cref="SetRequest.RequirePossible"/>, <see cref="RequirementFactory.Build"/>, <see cref="ScopeRules.Require"/>; nothing is
    /// said to be demanded (<c>MissingType</c>); a store is not possible (<c>NoSignatureStore</c>, <c>LookasideInvalidStore</c>).
    /// </exception>
    public static IReadOnlyList<ImageTrust> Make(SetRequest request, TrustMessages messages, Action<TrustException>? refused = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(messages);
        request.RequirePossible();
        TrustRequirement[] requirements = Build(request, messages);
        StoredKeys keys = new();
        List<ImageTrust> entries = [];
        foreach (TrustChange change in request.OfScopes(_ => requirements, refused))
        {
            try
            {
                RequirePossible(change with { Requirements = requirements, RequiresKeys = false });
                if (!change.IsDefault && ScopeRules.Doubt(change.Transport, change.Registry) is { } doubt)
                    messages.Warning(doubt);
                entries.Add(ToTrust(change, requirements, keys));
            }
            catch (TrustException e) when (refused is not null)
            {
                refused(e);
            }
        }

        return entries;
    }

    private static TrustRequirement[] Build(SetRequest request, TrustMessages messages)
    {
        TrustRequirement[] requirements = [.. new RequirementFactory(LocalHost.Instance).Build(request.Options)];

        // Files that are named are those of hosts; what is stored was read here.
        if (!request.Options.InlineKey)
            return requirements;
        KeyFiles files = new(new KeyMaterialFiles(LocalHost.Instance));
        IReadOnlyList<TrustException> faults = KeyCheck.Faults(files, requirements, DateTimeOffset.UtcNow, messages);
        if (faults.Count > 0 && !request.Force)
            throw faults[0];
        foreach (TrustException fault in faults)
            messages.Warning(fault.Message);
        return requirements;
    }

    // A host in memory refuses what every host would.
    private static void RequirePossible(TrustChange change)
    {
        DocumentHost host = new("", [new MachineConfigFile
        {
            Path = TrustLocations.SystemPolicyPath,
            Content = """{"default":[{"type":"insecureAcceptAnything"}]}"""u8.ToArray(),
        }]);
        new TrustStore(host, s_locations, TrustMessages.None).Prepare([change]);
    }

    private static ImageTrust ToTrust(TrustChange change, TrustRequirement[] requirements, StoredKeys keys) => new()
    {
        ComputerName = "",
        Transport = change.IsDefault ? FileEntry.DefaultTransport : change.Transport,
        Registry = change.IsDefault ? FileEntry.DefaultScope : change.Registry,
        IsDefault = change.IsDefault,
        Requirements = requirements,
        Keys = keys.Of(requirements),
        SignatureStore = change.Section?.SignatureStore,
        SignatureStoreStaging = change.Section?.SignatureStoreStaging,
        UseSigstoreAttachments = change.Section?.UseSigstoreAttachments,
        Section = change.Section,
        StoresRead = change.Section ?? new LookasideSection(),
    };
}
