using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Keys;
using ContainerTrust.Engine.Trust.Looser;

namespace ContainerTrust.Engine.Trust;

/// <summary>What a planned policy.json changes, scope by scope.</summary>
/// <param name="Scopes">What is required before and after, of each scope where that differs.</param>
/// <param name="Looser">The warning about what is accepted with fewer or weaker checks. Null if nothing is.</param>
internal sealed record ResetEffect(IReadOnlyList<TrustScopeChange> Scopes, string? Looser)
{
    private static readonly ResetEffect s_none = new([], null);

    // Without a policy, and with one that is not valid, every image is refused.
    private static readonly PolicyDocument s_refusal = PolicyReader.Read("""{"default":[{"type":"reject"}]}"""u8, "no policy");

    /// <summary>Finds it.</summary>
    /// <param name="host">The host as it is.</param>
    /// <param name="planned">The policy.json that is written or deleted. Null if it stays.</param>
    /// <param name="keys">The host's key files.</param>
    /// <returns>The effect; none where a deleted file leaves no policy.</returns>
    /// <exception cref="TrustException">A file cannot be read.</exception>
    public static ResetEffect Of(ITrustHost host, PlannedFile? planned, KeyMaterialFiles keys)
    {
        if (planned is null || (planned.Content ?? Next(host, planned.Path)) is not { } content
            || TryRead(content, planned.Path) is not { } after)
            return s_none;
        if ((planned.Expected?.Content ?? Next(host, planned.Path)) is { } old && TryRead(old, planned.Path) is { } before)
        {
            return new(
                [.. ScopeComparison.Find(before, after).Select(static p =>
                    new TrustScopeChange(p.Name, RequirementText.OfList(p.Before), RequirementText.OfList(p.After)))],
                LooserScopes.Describe(LooserScopes.Find(before, after, new KeyContent(keys))));
        }

        // What is not a policy was refused by podman, and so was every image.
        string nothing = planned.Expected is null ? "every image refused without a policy"
            : "every image refused, as the file is not valid";
        return new(
            [
                new TrustScopeChange("the default", nothing, RequirementText.OfList(after.Default)),
                .. after.Transports.SelectMany(t => t.Scopes.Select(s => new ScopePair(t.Name, s.Name, [], s.Requirements)))
                    .Select(p => new TrustScopeChange(p.Name, nothing, RequirementText.OfList(p.After))),
            ],
            null);
    }

    /// <summary>The policies that are in force before and after, also where a file is made or deleted.</summary>
    /// <param name="host">The host as it is.</param>
    /// <param name="locations">Where its files are.</param>
    /// <param name="planned">The policy.json that is written or deleted.</param>
    /// <returns>What is refused whole counts as a policy that rejects everything.</returns>
    /// <exception cref="TrustException">A file cannot be read.</exception>
    public static (PolicyDocument Before, PolicyDocument After) InForce(ITrustHost host, TrustLocations locations, PlannedFile planned)
    {
        bool readsVendors = locations.Release is not { ReadsAllLevels: false, IsCertain: true };
        PolicyDocument Of(ReadOnlyMemory<byte>? own) =>
            (own ?? (locations.IsNamed ? null : Next(host, planned.Path, readsVendors))) is { } content
                ? TryRead(content, planned.Path) ?? s_refusal : s_refusal;
        return (Of(planned.Expected?.Content), Of(planned.Content));
    }

    // What is in force where a file is deleted: a user's own gives way to the system's, that one to the distribution's.
    private static ReadOnlyMemory<byte>? Next(ITrustHost host, string path, bool readsVendors = true) =>
        (path == TrustLocations.SystemPolicyPath ? null
            : host.TryReadFile(TrustLocations.SystemPolicyPath, PolicyReader.MaxBytes)?.Content)
        ?? (readsVendors ? host.TryReadFile(TrustLocations.VendorPolicyPath, PolicyReader.MaxBytes)?.Content : null);

    private static PolicyDocument? TryRead(ReadOnlyMemory<byte> content, string path)
    {
        try
        {
            return PolicyReader.Read(content.Span, path);
        }
        catch (TrustException)
        {
            return null;
        }
    }
}
