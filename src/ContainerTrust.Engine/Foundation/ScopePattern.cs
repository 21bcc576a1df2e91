namespace ContainerTrust.Engine.Foundation;

/// <summary>Wildcards over scopes: <c>*</c> for any text, <c>?</c> for one character.</summary>
public static class ScopePattern
{
    /// <summary>Whether a text holds a wildcard.</summary>
    /// <param name="pattern">A scope or pattern.</param>
    /// <returns>True if it contains <c>*</c> or <c>?</c>.</returns>
    public static bool HasWildcards(string pattern)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return pattern.AsSpan().ContainsAny('*', '?');
    }

    /// <summary>Whether a scope matches a pattern, without case.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>True if it matches.</returns>
    public static bool IsMatch(string pattern, string scope)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(scope);

        // The usual two-pointer walk: on a mismatch, let the last star take one character more. No backtracking beyond that, so at most
        // |pattern| * |scope| steps.
        int p = 0, s = 0, star = -1, mark = 0;
        while (s < scope.Length)
        {
            if (p < pattern.Length && pattern[p] != '*'
                && (pattern[p] == '?' || char.ToLowerInvariant(pattern[p]) == char.ToLowerInvariant(scope[s])))
            {
                p++;
                s++;
            }
            else if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = s;
            }
            else if (star >= 0)
            {
                p = star + 1;
                s = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }
}
