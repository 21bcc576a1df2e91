using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.DesiredState;

/// <summary>The files that a resource works on.</summary>
internal static class ResourceStore
{
    /// <summary>Finds them.</summary>
    /// <param name="root">A directory that is another host's root. Null for this host.</param>
    /// <param name="messages">Where words for the user go.</param>
    public static TrustStore Open(string? root, TrustMessages messages) =>
        TrustStore.Open(new TrustStoreOptions { RootDirectory = root }, messages);

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
