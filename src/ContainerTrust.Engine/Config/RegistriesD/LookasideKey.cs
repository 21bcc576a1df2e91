namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>The keys of containers-registries.d(5), and the older names that are still read.</summary>
internal static class LookasideKey
{
    public const string Docker = "docker";
    public const string DefaultDocker = "default-docker";
    public const string Lookaside = "lookaside";
    public const string LookasideStaging = "lookaside-staging";
    public const string Sigstore = "sigstore";
    public const string SigstoreStaging = "sigstore-staging";
    public const string UseSigstoreAttachments = "use-sigstore-attachments";

    /// <summary>The keys of a file's top level.</summary>
    public static readonly string[] Top = [Docker, DefaultDocker];

    /// <summary>The keys of a section, in the order in which new ones are written.</summary>
    public static readonly string[] Section = [Lookaside, Sigstore, LookasideStaging, SigstoreStaging, UseSigstoreAttachments];

    /// <summary>The known key that was probably meant; null if none is near.</summary>
    public static string? Nearest(string key, string[] known)
    {
        string? best = null;
        int bestDistance = 3;
        if (key.Length > 40)
            return null;
        foreach (string candidate in known)
        {
            int distance = Distance(key.ToLowerInvariant(), candidate);
            if (distance < bestDistance)
            {
                bestDistance = distance;
                best = candidate;
            }
        }

        return best;
    }

    // Levenshtein's distance, underscores counted as hyphens.
    private static int Distance(string a, string b)
    {
        Span<int> previous = stackalloc int[b.Length + 1];
        Span<int> current = stackalloc int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            previous[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            char c = a[i - 1] == '_' ? '-' : a[i - 1];
            for (int j = 1; j <= b.Length; j++)
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (c == b[j - 1] ? 0 : 1));
            current.CopyTo(previous);
        }

        return previous[b.Length];
    }
}
