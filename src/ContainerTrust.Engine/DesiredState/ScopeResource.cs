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
        TrustStore store = ResourceStore.Open(wanted.Root, messages);
        ScopeState before = Find(store, wanted);
        return operation switch
        {
            DscOperation.Get => before.ToLine(),
            DscOperation.Test => Test(store, wanted, before),
            DscOperation.WhatIf => Change(store, wanted, before, isReal: false),
            DscOperation.Delete => Delete(store, wanted, before),
            _ => Change(store, wanted, before, isReal: true),
        };
    }

    private string Test(TrustStore store, ScopeState wanted, ScopeState before)
    {
        List<string> differences = wanted.DifferencesFrom(before);

        // Where the entry is to be made and nothing is said of its requirements, a set would be refused.
        if (differences.Count == 0 && Changes(wanted, before) is [TrustChange change])
        {
            // What a set would still do, and what it would be refused for, is not yet as it is to be.
            if (change.Requirements is { } requirements && !ResourceStore.HasKeys(store, requirements, messages))
                differences.Add("requirements");
            else if (store.Preview([change]) is { Files.Count: > 0 } planned)
                differences.Add(planned.AttachmentsSwitchedOn.Count > 0 ? "useSigstoreAttachments" : "requirements");
        }

        return before.ToLine(differences.Count == 0) + StateText.Names(differences);
    }

    private string Change(TrustStore store, ScopeState wanted, ScopeState before, bool isReal)
    {
        IReadOnlyList<TrustChange> changes = Changes(wanted, before);
        if (changes is [{ Requirements: { } requirements }])
            store.CheckKeys(requirements);
        ScopeState after = before;
        if (changes.Count > 0 && isReal)
        {
            store.Apply(changes, new TrustEditOptions(), cancellationToken);
            after = Find(ResourceStore.Open(wanted.Root, TrustMessages.None), wanted);
        }
        else if (changes.Count > 0)
        {
            PreparedChanges prepared = store.Prepare(changes, cancellationToken: cancellationToken);
            foreach (string warning in prepared.Result.Warnings)
                messages.Warning(warning);
            after = Find(store.After(prepared), wanted);
        }

        return after.ToLine() + StateText.Names(Changed(before, after));
    }

    private string Delete(TrustStore store, ScopeState wanted, ScopeState before)
    {
        if (Changes(wanted with { Exists = false }, before) is { Count: > 0 } changes)
            store.Apply(changes, new TrustEditOptions(), cancellationToken);
        return "";
    }

    private string Export(ScopeState filter)
    {
        if (!filter.IsFilter)
            throw StateInput.Refused("An export is narrowed by root, default, transport and scope. Leave out the other properties.");
        TrustStore store = ResourceStore.Open(filter.Root, messages);
        IReadOnlyList<ImageTrust> entries = ResourceStore.Entries(
            store,
            new TrustQuery
            {
                DefaultOnly = filter.IsDefault,
                Transport = filter.Transport,
                Registries = filter.Scope is { } scope ? [scope] : null,
            },
            out bool hasPolicy);
        if (!hasPolicy)
            messages.Warning($"There is no policy at {store.Locations.PolicyPath}, so there is nothing to export.");
        foreach (ImageTrust entry in entries.Where(static e => StateText.HasSecret(e.Section)))
            messages.Warning($"The signature store of '{entry.Registry}' has a user name, a password or a query in its URL, which is left "
                + "out here. Add it before you set what is exported.");
        return string.Concat(entries.Select(e => ToState(e, filter.Root).ToLine()));
    }

    private static IReadOnlyList<TrustChange> Changes(ScopeState wanted, ScopeState before)
    {
        if (!wanted.Exists && wanted.IsDefault)
            throw StateInput.Refused("The policy's default cannot be removed. Specify requirements for it, such as reject.");
        if (!wanted.Exists)
            return before.Exists ? [wanted.ToChange()] : [];
        if (wanted.Requirements is null && !before.Exists)
            throw StateInput.Refused($"There is no entry for {wanted} yet. Specify requirements.");
        return wanted.Requirements is null && wanted.Section.IsEmpty ? [] : [wanted.ToChange()];
    }

    private static List<string> Changed(ScopeState before, ScopeState after)
    {
        // What was there and is gone is a change, too.
        return [.. after.DifferencesFrom(before).Union(before.DifferencesFrom(after))];
    }

    private static ScopeState Find(TrustStore store, ScopeState wanted)
    {
        ImageTrust? found = ResourceStore.Entries(store, TrustQuery.All, out _).FirstOrDefault(e => e.IsDefault == wanted.IsDefault
            && (wanted.IsDefault || (e.Transport == wanted.TransportOrDocker && e.Registry == wanted.Scope)));
        return found is not null ? ToState(found, wanted.Root) : new ScopeState
        {
            Root = wanted.Root,
            IsDefault = wanted.IsDefault,
            Transport = wanted.Transport,
            Scope = wanted.Scope,
            Exists = false,
        };
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
