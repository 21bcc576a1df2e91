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
        TrustStore store = ResourceStore.Open(wanted.Root, messages);
        PolicyState before = Find(store, wanted.Root, isTold: operation == DscOperation.Export);
        return operation switch
        {
            DscOperation.Get or DscOperation.Export => before.ToLine(),
            DscOperation.Test => Test(store, wanted, before),
            _ => Change(store, wanted, before, isReal: operation == DscOperation.Set),
        };
    }

    private string Test(TrustStore store, PolicyState wanted, PolicyState before)
    {
        IReadOnlyList<TrustRequirement> requirements = [.. wanted.Entries!.SelectMany(static e => e.Requirements)];

        // What a set would do, and what it would be refused for, is not yet as it is to be.
        bool isAsWanted = ResourceStore.HasKeys(store, requirements, messages)
            && store.Preview(Changes(store, wanted, before)).Files.Count == 0;
        return before.ToLine(isAsWanted) + StateText.Names(isAsWanted ? [] : ["entries"]);
    }

    private string Change(TrustStore store, PolicyState wanted, PolicyState before, bool isReal)
    {
        IReadOnlyList<TrustChange> changes = Changes(store, wanted, before);
        PolicyState after;
        if (isReal)
        {
            store.Apply(changes, new TrustEditOptions(), cancellationToken);
            after = Find(ResourceStore.Open(wanted.Root, TrustMessages.None), wanted.Root, isTold: false);
        }
        else
        {
            PreparedChanges prepared = store.Prepare(changes, cancellationToken: cancellationToken);
            foreach (string warning in prepared.Result.Warnings)
                messages.Warning(warning);
            after = Find(store.After(prepared), wanted.Root, isTold: false);
        }

        return after.ToLine() + StateText.Names(after.SaysSame(before) ? [] : ["entries"]);
    }

    private static IReadOnlyList<TrustChange> Changes(TrustStore store, PolicyState wanted, PolicyState before)
    {
        SetRequest request = new() { Entries = TrustFile.ToTrust(wanted.Entries!) };
        HashSet<(bool, string, string)> listed = [.. wanted.Entries!.Select(static e => e.Key)];
        return
        [
            .. request.ToChanges(store),
            .. before.Entries!.Where(e => wanted.Purge && !e.IsDefault && !listed.Contains(e.Key))
                .Select(static e => new TrustChange { Transport = e.Transport, Registry = e.Scope, Remove = true }),
        ];
    }

    private PolicyState Find(TrustStore store, string? root, bool isTold)
    {
        IReadOnlyList<ImageTrust> entries = ResourceStore.Entries(store, TrustQuery.All, out bool hasPolicy);
        if (!hasPolicy && isTold)
            messages.Warning($"There is no policy at {store.Locations.PolicyPath}, so there is nothing to export.");
        PolicyState state = new() { Root = root, Entries = FileEntries.Of(entries) };
        foreach (FileEntry entry in state.Entries.Where(e => isTold && StateText.HasSecret(e.Section)))
            messages.Warning($"The signature store of {entry} has a user name, a password or a query in its URL, which is left out here. "
                + "Add it before you set what is exported.");
        return state;
    }
}
