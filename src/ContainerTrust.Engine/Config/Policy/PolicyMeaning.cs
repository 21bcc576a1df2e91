namespace ContainerTrust.Engine.Config.Policy;

/// <summary>Whether two policies mean the same, however they are written.</summary>
internal static class PolicyMeaning
{
    /// <summary>Compares the default and every scope, in whatever order they stand.</summary>
    /// <param name="one">A policy.</param>
    /// <param name="other">Another one.</param>
    /// <returns>True if both have the same scopes with the same requirements.</returns>
    public static bool IsSame(PolicyDocument one, PolicyDocument other) =>
        RequirementWriter.MeansSame(one.Default, other.Default) && Contains(one, other) && Contains(other, one);

    private static bool Contains(PolicyDocument whole, PolicyDocument part) => part.Transports.All(t =>
        whole.FindTransport(t.Name) is { } same
            && t.Scopes.All(s => same.Find(s.Name) is { } requirements && RequirementWriter.MeansSame(requirements, s.Requirements)));
}
