using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>The files that a resource works on.</summary>
internal static class ResourceStore
{
    /// <summary>Finds them.</summary>
    /// <param name="root">A directory that is another host's root. Null for this host.</param>
    /// <param name="messages">Where words for the user go.</param>
    public static TrustStore Open(string? root, TrustMessages messages)
    {
        TrustStore store = TrustStore.Open(new TrustStoreOptions { RootDirectory = root }, messages);
        if (NotTheSystems(store.Locations) is { } warning)
            messages.Warning(warning);
        return store;
    }

    /// <summary>What is to be known of a policy that is not the system's.</summary>
    /// <param name="locations">The files.</param>
    /// <returns>A sentence, or null.</returns>
    public static string? NotTheSystems(TrustLocations locations)
    {
        string path = Printable.Of(locations.PolicyPath, Printable.NameLength);
        return locations.IsFromVariable
            ? $"The policy here is {path}, which CONTAINERS_POLICY_JSON names. Unset the variable for the system's own."
            : locations.IsUserPolicy
                ? $"The policy here is {path}, which is this user's own. Run dsc with sudo for the system's."
                : null;
    }

    /// <summary>
    /// What is to be known of a policy that was made from the distribution's default, which may have scopes that accept every image.
    /// </summary>
    /// <param name="hadPolicy">Whether there was one before.</param>
    /// <param name="after">What the host trusts then.</param>
    /// <param name="isWanted">Whether an entry was spoken of.</param>
    /// <returns>A sentence, or null.</returns>
    public static string? Brought(bool hadPolicy, IReadOnlyList<ImageTrust> after, Func<ImageTrust, bool> isWanted)
    {
        if (hadPolicy)
            return null;
        string[] accepting = [.. after.Where(e => !e.IsDefault && e.Type == TrustType.Accept && !isWanted(e))
            .Select(static e => TrustChange.From(e).ToString())];
        return accepting.Length == 0 ? null
            : $"The policy is new, and has from the distribution's default what accepts every image of {string.Join(", ", accepting)}. "
                + "Remove that or set it too.";
    }

    /// <summary>What a policy has beside its default if it is made now: the scopes of the distribution's.</summary>
    /// <param name="store">The files of a host without a policy.</param>
    public static IReadOnlyList<ImageTrust> OfNewPolicy(TrustStore store)
    {
        if (store.Locations.IsFromVariable)
            return [];
        PreparedChanges made = store.Prepare([new TrustChange
        {
            Transport = "all", Registry = "default", IsDefault = true, Requirements = [new RejectRequirement()],
        }]);
        return [.. Entries(store.After(made), TrustQuery.All, out _).Where(static e => !e.IsDefault)];
    }

    /// <summary>What a host trusts. Nothing where it has no policy: a state to be left, and no reason to end.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="query">Which entries.</param>
    /// <param name="hasPolicy">Whether there is a policy.</param>
    public static IReadOnlyList<ImageTrust> Entries(TrustStore store, TrustQuery query, out bool hasPolicy)
    {
        try
        {
            IReadOnlyList<ImageTrust> entries = [.. store.Read(query with { IncludeKeys = false })];
            hasPolicy = true;
            return entries;
        }
        catch (TrustException e) when (e.ErrorId == "PolicyNotFound")
        {
            hasPolicy = false;
            return [];
        }
    }

    /// <summary>Whether key files are as a change asks them to be. What is wrong is said.</summary>
    /// <param name="store">The host's files.</param>
    /// <param name="requirements">What is demanded.</param>
    /// <param name="messages">Where words for the user go.</param>
    public static bool HasKeys(TrustStore store, IReadOnlyList<TrustRequirement> requirements, TrustMessages messages)
    {
        try
        {
            store.CheckKeys(requirements);
            return true;
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            messages.Warning(e.Message);
            return false;
        }
    }
}
