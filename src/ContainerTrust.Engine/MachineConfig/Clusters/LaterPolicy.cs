using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// A merged policy of another pool that a pool takes as well, and later: up to 4.14 that of the workers, by its name. It is as good as the
/// pool's own only where it has the same entries.
/// </summary>
/// <param name="Name">The MachineConfig that has it.</param>
/// <param name="Scopes">The scopes that were merged into it; the default's transport is null.</param>
/// <param name="Policy">Its policy.</param>
internal sealed record LaterPolicy(string Name, IReadOnlyList<(string? Transport, string Scope)> Scopes, PolicyDocument Policy)
{
    /// <summary>Refuses entries that are not those of the later one.</summary>
    /// <param name="name">The MachineConfig that is to be made.</param>
    /// <param name="role">Its pool.</param>
    /// <param name="changes">Its entries.</param>
    /// <exception cref="TrustException">They are others (<c>OtherPolicyWins</c>).</exception>
    public void RequireSame(string name, string role, IReadOnlyList<TrustChange> changes)
    {
        bool isSame = changes.Count == Scopes.Count && changes.All(c =>
            Scopes.Contains(c.IsDefault ? (null, "") : (c.Transport, c.Registry))
            && (c.IsDefault ? Policy.Default : Policy.FindTransport(c.Transport)?.Find(c.Registry)) is { } there
            && RequirementWriter.MeansSame(there, c.Requirements!));
        if (!isSame)
            throw Wins(Name, name, role, $", or make it for both pools at once, with {TrustOption.Role}");
    }

    /// <summary>The refusal of what would have no effect.</summary>
    /// <param name="later">The MachineConfig that is merged later.</param>
    /// <param name="name">The one that is to be made.</param>
    /// <param name="role">Its pool.</param>
    /// <param name="otherwise">What else can be done.</param>
    public static TrustException Wins(string later, string name, string role, string otherwise)
    {
        string shown = Printable.Of(later, Printable.NameLength);
        return new TrustException(
            "OtherPolicyWins",
            TrustErrorKind.InvalidArgument,
            $"{shown} has a policy.json, too, and is merged after '{name}', so that this one would have no effect on the pool {role}. " +
            $"Specify a name that sorts after it{otherwise}.")
        {
            Target = later,
        };
    }
}
