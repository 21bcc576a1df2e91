using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Whether two policies mean the same, whatever their bytes are.</summary>
internal static class PolicyComparison
{
    private const int Shown = 5;

    /// <summary>What is different.</summary>
    /// <param name="meant">The policy that is meant.</param>
    /// <param name="found">The policy that is there.</param>
    /// <returns>The scopes that differ, as words; null if the policies mean the same.</returns>
    public static string? Difference(PolicyDocument meant, PolicyDocument found)
    {
        List<string> differences = [];
        if (!RequirementWriter.MeansSame(meant.Default, found.Default))
            differences.Add("the default differs");
        Dictionary<(string, string), IReadOnlyList<TrustRequirement>> left = Scopes(meant);
        Dictionary<(string, string), IReadOnlyList<TrustRequirement>> right = Scopes(found);
        foreach (((string Transport, string Scope) place, IReadOnlyList<TrustRequirement> requirements) in left)
        {
            if (!right.TryGetValue(place, out IReadOnlyList<TrustRequirement>? other))
                differences.Add($"{Word(place)} is missing");
            else if (!RequirementWriter.MeansSame(requirements, other))
                differences.Add($"{Word(place)} differs");
        }

        foreach ((string Transport, string Scope) place in right.Keys)
        {
            if (!left.ContainsKey(place))
                differences.Add($"{Word(place)} is there besides");
        }

        return differences.Count == 0 ? null
            : differences.Count <= Shown ? string.Join(", ", differences)
            : $"{string.Join(", ", differences.Take(Shown))} and {differences.Count - Shown} more";
    }

    private static Dictionary<(string, string), IReadOnlyList<TrustRequirement>> Scopes(PolicyDocument policy) =>
        policy.Transports.SelectMany(static t => t.Scopes.Select(s => ((t.Name, s.Name), s.Requirements)))
            .ToDictionary(static s => s.Item1, static s => s.Requirements);

    private static string Word((string Transport, string Scope) place) =>
        Printable.Of(
            place.Transport == "docker" && place.Scope.Length > 0 ? place.Scope : $"{place.Transport}:{place.Scope}",
            Printable.NameLength);
}
