using ContainerTrust.Engine.Config.RegistriesD;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Files;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>
/// <c>ContainerTrust/Policy</c>: the default and the scopes of a host together, in one write. Each entry is whole: stores that it does not
/// have are taken from its scope. Scopes that are not listed go only if <c>_purge</c> says so; the default stays.
/// </summary>
/// <param name="messages">Where words for the user go.</param>
/// <param name="cancellationToken">Ends the wait for other writers.</param>
internal sealed class PolicyResource(TrustMessages messages, CancellationToken cancellationToken)
{
    /// <summary>Does what DSC asks for.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="input">The input; may be empty for what changes nothing.</param>
    /// <returns>Lines.</returns>
    public string Run(DscOperation operation, ReadOnlySpan<byte> input)
    {
        if (operation == DscOperation.Delete)
            throw DscResource.NotSupported("Policy", operation, "Delete scopes with ContainerTrust/Scope.");
        bool onlyReads = operation is DscOperation.Get or DscOperation.Export;
        PolicyState wanted = onlyReads && input.IsEmpty ? new PolicyState() : StateInput.Read(input, PolicyState.Read);
        if (!onlyReads && wanted.Entries is null)
            throw StateInput.Refused("The property \"entries\" is missing. Give the entries that the host is to have.");
        if (operation == DscOperation.Export && (wanted.Entries is not null || wanted.Purge))
            throw StateInput.Refused("An export has every entry, and is narrowed by root alone. Leave out the other properties.");
        foreach (FileEntry entry in onlyReads ? [] : wanted.Entries!)
            StateText.RequireWhole(entry.Section, entry.ToString());
        TrustStore store = ResourceStore.Open(wanted.Root, messages);
        PolicyState before = Find(store, wanted.Root, out bool hasPolicy);
        if (operation == DscOperation.Export && !hasPolicy)
            messages.Warning($"There is no policy at {store.Locations.PolicyPath}, so there is nothing to export.");
        foreach (FileEntry entry in onlyReads ? before.Entries! : [])
            Warn(StateText.LeftOut(entry.Section, entry.ToString()));
        return operation switch
        {
            // What is exported is set, and what is read-only is not.
            DscOperation.Export => (before with { PolicyPath = null }).ToLine(),
            DscOperation.Get => before.ToLine(),
            DscOperation.Test => Test(store, wanted, before),
            _ => Change(store, wanted, before, hasPolicy, isReal: operation == DscOperation.Set),
        };
    }

    private string Test(TrustStore store, PolicyState wanted, PolicyState before)
    {
        IReadOnlyList<TrustRequirement> requirements = [.. wanted.Entries!.SelectMany(static e => e.Requirements)];

        // What a set would do, and what it would be refused for, is not yet as it is to be.
        bool isAsWanted = ResourceStore.HasKeys(store, requirements, messages);
        if (isAsWanted)
        {
            TrustEditResult planned = store.Preview(Changes(store, wanted, before));
            foreach (string warning in planned.Warnings)
                messages.Warning(warning);
            isAsWanted = planned.Files.Count == 0 && !before.Differing(wanted).Any();
            if (planned.Files.Count == 0)
                WarnOfDiffering(before, wanted);
        }

        return before.ToLine(isAsWanted) + StateText.Names(isAsWanted ? [] : ["entries"]);
    }

    private string Change(TrustStore store, PolicyState wanted, PolicyState before, bool hasPolicy, bool isReal)
    {
        IReadOnlyList<TrustChange> changes = Changes(store, wanted, before);
        foreach (FileEntry entry in wanted.Entries!)
            Warn(StateText.Lost(before.Entries!.FirstOrDefault(e => e.Key == entry.Key)?.Section, entry.Section, entry.ToString()));
        PolicyState after;
        if (isReal)
        {
            store.Apply(changes, new TrustEditOptions(), cancellationToken);
            after = Reopened(wanted);

            // Another program may have added a scope after it was found which ones go.
            if (wanted.Purge && after.Unlisted(wanted).Any())
            {
                store.Apply(Changes(store, wanted, after), new TrustEditOptions(), cancellationToken);
                after = Reopened(wanted);
                if (after.Unlisted(wanted).FirstOrDefault() is { } added)
                    throw new TrustException("FileChanged", TrustErrorKind.ResourceBusy,
                        $"The entries are set, but {store.Locations.PolicyPath} has {added} again: another program adds it. "
                        + "Stop that program, or list the scope.") { Target = store.Locations.PolicyPath };
            }
        }
        else
        {
            PreparedChanges prepared = store.Prepare(changes, cancellationToken: cancellationToken);
            foreach (string warning in prepared.Result.Warnings)
                messages.Warning(warning);
            after = Find(store.After(prepared), wanted.Root, out _);
        }

        WarnOfDiffering(after, wanted);
        WarnOfLostStores(before, after, wanted);
        HashSet<(bool, string, string)> listed = [.. wanted.Entries!.Select(static e => e.Key)];
        Warn(ResourceStore.Brought(hasPolicy, after.Trust, e => listed.Contains((false, e.Transport, e.Registry))));
        return after.ToLine() + StateText.Names(after.SaysSame(before) ? [] : ["entries"]);
    }

    private List<TrustChange> Changes(TrustStore store, PolicyState wanted, PolicyState before)
    {
        RequirePossible(wanted, before);
        SetRequest request = new() { Entries = TrustFile.ToTrust(wanted.Entries!) };
        bool hasDefaultStores = store.ReadLookaside().Default is { Section.IsEmpty: false };
        List<TrustChange> changes =
        [
            // A change without a section leaves default-docker as it is, and each entry here is whole.
            .. request.ToChanges(store).Select(c => c.IsDefault && c.Section is null && hasDefaultStores
                ? c with { Section = new LookasideSection(), ReplaceSection = true } : c),
        ];
        if (!wanted.Purge)
            return changes;

        // What is there then, and not now: the first entry of a host without a policy brings those of the distribution's default.
        PolicyState then = Find(store.After(store.Prepare(changes, cancellationToken: cancellationToken)), wanted.Root, out _);
        return
        [
            .. changes,
            .. then.Unlisted(wanted).Select(static e => new TrustChange { Transport = e.Transport, Registry = e.Scope, Remove = true }),
        ];
    }

    // An entry that governs nothing protects nothing. What is there already may stay.
    private void RequirePossible(PolicyState wanted, PolicyState before)
    {
        foreach (FileEntry entry in wanted.Entries!.Where(static e => !e.IsDefault))
        {
            try
            {
                ScopeRules.RequireStated(entry.Transport, entry.Scope);
            }
            catch (TrustException e) when (before.Entries!.Any(b => b.Key == entry.Key))
            {
                messages.Warning(e.Message);
            }
        }
    }

    private void WarnOfDiffering(PolicyState there, PolicyState wanted)
    {
        foreach (FileEntry entry in there.Differing(wanted))
            messages.Warning($"{entry} has signature stores that are not listed, from a section of registries.d that a set leaves: "
                + "one of another directory, or of a scope without an entry. Remove that section, or list the stores.");
    }

    private void WarnOfLostStores(PolicyState before, PolicyState after, PolicyState wanted)
    {
        foreach (FileEntry entry in after.Unlisted(wanted))
        {
            if (entry.Requirements.Any(static r => r is SignedByRequirement or SigstoreSignedRequirement)
                && before.TrustOf(entry)?.SignatureStore is { } store && after.TrustOf(entry)?.SignatureStore is null)
                messages.Warning($"{entry}, which is not listed, loses the signature store {StoreUrl.WithoutUser(store)} and still asks "
                    + "for signatures. List it with a store of its own.");
        }
    }

    private void Warn(string? warning)
    {
        if (warning is not null)
            messages.Warning(warning);
    }

    private static PolicyState Reopened(PolicyState wanted) =>
        Find(ResourceStore.Open(wanted.Root, TrustMessages.None), wanted.Root, out _);

    private static PolicyState Find(TrustStore store, string? root, out bool hasPolicy)
    {
        IReadOnlyList<ImageTrust> entries = ResourceStore.Entries(store, TrustQuery.All, out hasPolicy);
        return new PolicyState
        {
            Root = root, Entries = FileEntries.Of(entries), Trust = entries, PolicyPath = store.Locations.PolicyPath,
        };
    }
}
