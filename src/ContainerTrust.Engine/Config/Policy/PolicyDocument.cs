namespace ContainerTrust.Engine.Config.Policy;

/// <summary>A policy.json as it was read: the meaning, in the order of the file.</summary>
internal sealed class PolicyDocument
{
    private readonly Dictionary<string, PolicyTransport> _byName;

    internal PolicyDocument(IReadOnlyList<TrustRequirement> @default, bool hasTransports, IReadOnlyList<PolicyTransport> transports)
    {
        Default = @default;
        HasTransports = hasTransports;
        Transports = transports;
        _byName = transports.ToDictionary(static t => t.Name);
    }

    /// <summary>The requirements for everything that no scope governs. Never empty.</summary>
    public IReadOnlyList<TrustRequirement> Default { get; }

    /// <summary>The transports, in the order of the file.</summary>
    public IReadOnlyList<PolicyTransport> Transports { get; }

    /// <summary>Whether the file has a <c>transports</c> member at all.</summary>
    internal bool HasTransports { get; }

    /// <summary>A transport by name.</summary>
    /// <param name="name">The transport's name, such as <c>docker</c>.</param>
    /// <returns>The transport, or null if the policy does not have it.</returns>
    public PolicyTransport? FindTransport(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>One transport of a policy: its scopes, in the order of the file.</summary>
internal sealed class PolicyTransport
{
    private readonly Dictionary<string, IReadOnlyList<TrustRequirement>> _byScope;

    internal PolicyTransport(string name, List<PolicyScope> scopes, Dictionary<string, IReadOnlyList<TrustRequirement>> byScope)
    {
        Name = name;
        Scopes = scopes;
        _byScope = byScope;
    }

    /// <summary>The transport's name.</summary>
    public string Name { get; }

    /// <summary>The scopes, in the order of the file.</summary>
    public IReadOnlyList<PolicyScope> Scopes { get; }

    /// <summary>The requirements of a scope, exactly that scope.</summary>
    /// <param name="scope">The scope; empty for the transport's default.</param>
    /// <returns>The requirements, or null if the transport does not have the scope.</returns>
    public IReadOnlyList<TrustRequirement>? Find(string scope) => _byScope.GetValueOrDefault(scope);
}

/// <summary>One scope of a transport with its requirements.</summary>
/// <param name="Name">The scope; empty for the transport's default.</param>
/// <param name="Requirements">The requirements. Never empty; all must hold.</param>
internal sealed record PolicyScope(string Name, IReadOnlyList<TrustRequirement> Requirements);
