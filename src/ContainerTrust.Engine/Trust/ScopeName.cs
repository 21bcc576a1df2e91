using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust;

/// <summary>Scopes of all transports in one word, as findings, keys and tables name them.</summary>
internal static class ScopeName
{
    /// <summary>As <see cref="ImageTrustFinding.Scope"/> has it.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="scope">The scope within it; empty for its own default.</param>
    /// <param name="isDefault">Whether the policy's default is meant.</param>
    /// <returns><c>default</c>, a scope of transport <c>docker</c>, or <c>transport:scope</c>.</returns>
    public static string Of(string transport, string scope, bool isDefault) =>
        isDefault ? "default" : transport == "docker" && scope.Length > 0 ? scope : $"{transport}:{scope}";

    /// <summary>Says of keys who names them, for those who look at a key alone.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="host">The host.</param>
    /// <param name="scope">The scope, as <see cref="Of"/> gives it.</param>
    /// <returns>The keys, in the same order.</returns>
    public static IReadOnlyList<TrustKey> NamedBy(this IReadOnlyList<TrustKey> keys, ITrustHost host, string scope) =>
        keys.Count == 0 ? keys : [.. keys.Select(k => k with { ComputerName = host.ComputerName, Scope = scope })];
}
