namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>The order in which sections are looked for, most specific first.</summary>
internal static class LookasideChain
{
    /// <summary>
    /// The names under <c>docker</c> that govern a scope or an expanded reference: itself, its repository, each parent namespace, the
    /// host with its port, then wildcards for the host without it.
    /// </summary>
    /// <param name="scope">
    /// A scope (<c>host[:port][/namespace…][:tag|@digest]</c> or <c>*.domain</c>); empty for what no name governs.
    /// </param>
    /// <param name="longest">
    /// Names longer than this cannot exist and are left out, so that an absurd scope costs no more than its length.
    /// </param>
    /// <returns>The names, none twice; <c>default-docker</c> is not among them.</returns>
    public static List<string> Of(string scope, int longest = int.MaxValue)
    {
        var chain = new List<string>();
        if (scope.Length == 0)
            return chain;
        if (scope.Length <= longest)
            chain.Add(scope);

        ReadOnlySpan<char> name = scope;
        int at = name.IndexOf('@');
        if (at >= 0)
            name = name[..at];
        int slash = name.LastIndexOf('/');
        int colon = name.LastIndexOf(':');
        if (slash >= 0 && colon > slash)
            name = name[..colon];

        while (true)
        {
            // Only the scope itself can come twice: as a repository, or as a wildcard below.
            if (name.Length > 0 && name.Length < scope.Length && name.Length <= longest)
                chain.Add(name.ToString());
            slash = name.LastIndexOf('/');
            if (slash < 0)
                break;
            name = name[..slash];
        }

        int port = name.IndexOf(':');
        if (port >= 0)
            name = name[..port];
        for (int dot = name.IndexOf('.'); dot >= 0; dot = name.IndexOf('.'))
        {
            name = name[(dot + 1)..];
            if (name.Length + 2 > longest
                || (scope.Length == name.Length + 2 && scope.StartsWith("*.", StringComparison.Ordinal)
                && scope.AsSpan(2).SequenceEqual(name)))
                continue;
            chain.Add(string.Concat("*.", name));
        }

        return chain;
    }
}
