namespace ContainerTrust.Engine.Trust;

/// <summary>Which scopes are asked for.</summary>
public sealed record TrustQuery
{
    /// <summary>Everything.</summary>
    public static TrustQuery All { get; } = new();

    /// <summary>
    /// Scopes, with the wildcards <c>*</c> and <c>?</c>, letters compared without case; a text equal to a scope always matches it. Null
    /// for all scopes and the default.
    /// </summary>
    public IReadOnlyList<string>? Registries { get; init; }

    /// <summary>Only transports that match (and not the policy's default), with the wildcards of scopes. Null for all.</summary>
    public string? Transport { get; init; }

    /// <summary>Only the policy's default.</summary>
    public bool DefaultOnly { get; init; }

    /// <summary>Whether key files are read and <see cref="ImageTrust.Keys"/> is filled.</summary>
    public bool IncludeKeys { get; init; } = true;

    /// <summary>Whether the policy's default is asked for.</summary>
    internal bool WantsDefault => DefaultOnly || (Registries is null && Transport is null);

    /// <summary>Whether a scope is asked for.</summary>
    internal bool Wants(string transport, string scope)
    {
        if (DefaultOnly || (Transport is not null && !ScopePattern.IsMatch(Transport, transport)))
            return false;
        if (Registries is null)
            return true;
        foreach (string pattern in Registries)
        {
            if (ScopePattern.IsMatch(pattern, scope))
                return true;
        }

        return false;
    }
}
