using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>
/// <c>ContainerTrust/Scope</c>: one scope's entry, or the policy's default. What the input does not speak of stays as it is.
/// </summary>
/// <param name="messages">Where words for the user go.</param>
/// <param name="cancellationToken">Ends the wait for other writers.</param>
internal sealed class ScopeResource(TrustMessages messages, CancellationToken cancellationToken)
{
    /// <summary>Does what DSC asks for.</summary>
    /// <param name="operation">What to do.</param>
    /// <param name="input">The input; may be empty for an export.</param>
    /// <returns>Lines.</returns>
    public string Run(DscOperation operation, ReadOnlySpan<byte> input)
    {
        if (operation == DscOperation.Export)
            return Export(input.IsEmpty ? new ScopeState() : StateInput.Read(input, ScopeState.Read));
        ScopeState wanted = StateInput.Read(input, ScopeState.Read).RequireNamed();
        if (operation is DscOperation.Set or DscOperation.WhatIf or DscOperation.Test)
            StateText.RequireWhole(wanted.Section, wanted.ToString());
        TrustStore store = ResourceStore.Open(wanted.Root, messages);
        ScopeState before = Find(store, wanted, out bool hasPolicy, out _);
        if (!hasPolicy && operation is not (DscOperation.Get or DscOperation.Delete))
            WarnOfNewPolicy(store, wanted);
        return operation switch
        {
            DscOperation.Get => Get(before),
            DscOperation.Test => Test(store, wanted, before),
            DscOperation.WhatIf => Change(store, wanted, before, hasPolicy, isReal: false),
            DscOperation.Delete => Delete(store, wanted, before),
            _ => Change(store, wanted, before, hasPolicy, isReal: true),
        };
    }

    private string Get(ScopeState before)
    {
        Warn(StateText.LeftOut(before.Section, before.ToString()));
        return before.ToLine();
    }

    private string Test(TrustStore store, ScopeState wanted, ScopeState before)
    {
        List<string> differences = wanted.DifferencesFrom(before);

        // Where the entry is to be made and nothing is said of its requirements, a set would be refused.
        if (differences.Count == 0 && Changes(wanted, before) is [TrustChange change])
        {
            // What a set would still do, and what it would be refused for, is not yet as it is to be.
            if (change.Requirements is { } requirements && !ResourceStore.HasKeys(store, requirements, messages))
            {
                differences.Add("requirements");
            }
            else
            {
                TrustEditResult planned = store.Preview([change]);
                foreach (string warning in planned.Warnings)
                    messages.Warning(warning);
                if (planned.Files.Count > 0)
                    differences.Add(!wanted.Exists ? "_exist"
                        : planned.AttachmentsSwitchedOn.Count > 0 ? "useSigstoreAttachments" : "requirements");
            }
        }

        return before.ToLine(differences.Count == 0) + StateText.Names(differences);
    }

    private string Change(TrustStore store, ScopeState wanted, ScopeState before, bool hasPolicy, bool isReal)
    {
        IReadOnlyList<TrustChange> changes = Changes(wanted, before);
        if (changes is [{ Requirements: { } requirements }])
            store.CheckKeys(requirements);
        Warn(StateText.Lost(before.Section, wanted.Section, wanted.ToString()));
        ScopeState after = before;
        IReadOnlyList<ImageTrust> trust = [];
        int files = 0;
        if (changes.Count > 0 && isReal)
        {
            files = store.Apply(changes, new TrustEditOptions(), cancellationToken).Files.Count;
            after = Find(ResourceStore.Open(wanted.Root, TrustMessages.None), wanted, out _, out trust);
        }
        else if (changes.Count > 0)
        {
            PreparedChanges prepared = store.Prepare(changes, cancellationToken: cancellationToken);
            files = prepared.Result.Files.Count;
            foreach (string warning in prepared.Result.Warnings)
                messages.Warning(warning);
            after = Find(store.After(prepared), wanted, out _, out trust);
        }

        Warn(ResourceStore.Brought(hasPolicy, trust, wanted.IsMeant));
        List<string> names = Changed(before, after);

        // A section without an entry, which is gone then, is in no property.
        return after.ToLine() + StateText.Names(names.Count == 0 && files > 0 && !wanted.Exists ? ["_exist"] : names);
    }

    private string Delete(TrustStore store, ScopeState wanted, ScopeState before)
    {
        store.Apply(Changes(wanted with { Exists = false }, before), new TrustEditOptions(), cancellationToken);
        return "";
    }

    private string Export(ScopeState filter)
    {
        if (!filter.IsFilter)
            throw StateInput.Refused("An export is narrowed by root, default, transport and scope. Leave out the other properties.");
        TrustStore store = ResourceStore.Open(filter.Root, messages);
        IReadOnlyList<ImageTrust> all = ResourceStore.Entries(store, TrustQuery.All, out bool hasPolicy);
        if (!hasPolicy)
            messages.Warning($"There is no policy at {store.Locations.PolicyPath}, so there is nothing to export.");

        // Letter by letter: what is exported is set, and a star in a scope is a star.
        ImageTrust[] entries = [.. all.Where(e => (!filter.IsDefault || e.IsDefault)
            && (filter.Transport is null || (!e.IsDefault && e.Transport == filter.Transport))
            && (filter.Scope is null || (!e.IsDefault && e.Registry == filter.Scope)))];
        foreach (ImageTrust entry in entries)
            Warn(StateText.LeftOut(entry.Section, TrustChange.From(entry).ToString()));
        return string.Concat(entries.Select(e => ToState(e, filter.Root).ToLine()));
    }

    // Without a policy there is no entry; the distribution's default, which the first change begins with, may have it.
    private void WarnOfNewPolicy(TrustStore store, ScopeState wanted)
    {
        if (!wanted.Exists && !wanted.IsDefault && ResourceStore.OfNewPolicy(store).Any(wanted.IsMeant))
            messages.Warning($"There is no policy at {store.Locations.PolicyPath} yet, and one that is made begins with the distribution's "
                + $"entry for {wanted}. Let this instance depend on those that set entries (dependsOn), so that it is removed then.");
    }

    private void Warn(string? warning)
    {
        if (warning is not null)
            messages.Warning(warning);
    }

    private static IReadOnlyList<TrustChange> Changes(ScopeState wanted, ScopeState before)
    {
        if (!wanted.Exists && wanted.IsDefault)
            throw StateInput.Refused("The policy's default cannot be removed. Specify requirements for it, such as reject.");

        // A section of registries.d may be there without an entry.
        if (!wanted.Exists)
            return [wanted.ToChange()];
        if (wanted.Requirements is null && !before.Exists)
            throw StateInput.Refused($"There is no entry for {wanted} yet. Specify requirements.");
        if (wanted.Requirements is null && wanted.Section.IsEmpty)
            return [];

        // What is there already may be what could not be written today.
        if (!before.Exists)
            wanted.RequirePossible();
        return [wanted.ToChange()];
    }

    private static List<string> Changed(ScopeState before, ScopeState after)
    {
        // What was there and is gone is a change, too.
        return [.. after.DifferencesFrom(before).Union(before.DifferencesFrom(after))];
    }

    private static ScopeState Find(TrustStore store, ScopeState wanted, out bool hasPolicy, out IReadOnlyList<ImageTrust> all)
    {
        all = ResourceStore.Entries(store, TrustQuery.All, out hasPolicy);
        ImageTrust? found = all.FirstOrDefault(wanted.IsMeant);
        ScopeState state = found is not null ? ToState(found, wanted.Root) : new ScopeState
        {
            Root = wanted.Root,
            IsDefault = wanted.IsDefault,
            Transport = wanted.Transport,
            Scope = wanted.Scope,
            Exists = false,
        };
        return state with { PolicyPath = store.Locations.PolicyPath };
    }

    private static ScopeState ToState(ImageTrust entry, string? root) => new()
    {
        Root = root,
        IsDefault = entry.IsDefault,
        Transport = entry.IsDefault ? null : entry.Transport,
        Scope = entry.IsDefault ? null : entry.Registry,
        Requirements = entry.Requirements,
        Section = entry.Section ?? new LookasideSection(),
    };
}
