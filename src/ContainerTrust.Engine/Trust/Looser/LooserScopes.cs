using ContainerTrust.Engine.Config.Policy;

namespace ContainerTrust.Engine.Trust.Looser;

/// <summary>A scope whose images a policy accepts with fewer or weaker checks than another does.</summary>
/// <param name="Pair">The scope, and what both policies require.</param>
/// <param name="Reasons">What is weaker, in words. Empty where nothing is checked any more, or nothing was accepted before.</param>
internal sealed record LooserScope(ScopePair Pair, IReadOnlyList<string> Reasons)
{
    /// <summary>Whether images are accepted without a check.</summary>
    public bool IsUnchecked => ImageTrust.Summarize(Pair.After) == TrustType.Accept;
}

/// <summary>Where one policy accepts more than another does.</summary>
/// <remarks>
/// What is compared is what the policies require; where signatures are looked for is not: a new signature store lets images be accepted,
/// as it is meant to. Other keys in place of the same number of keys, and another kind of signature, are a change and not a weaker check:
/// keys are replaced when they are renewed. See <see cref="WeakerChecks"/>.
/// </remarks>
internal static class LooserScopes
{
    private const int Shown = 5;

    /// <summary>The scopes of two policies whose images the new one accepts with fewer or weaker checks.</summary>
    /// <param name="before">The policy so far.</param>
    /// <param name="after">The new one.</param>
    /// <param name="keys">Tells keys by their content. Null to tell them by their files alone.</param>
    /// <returns>The scopes, the default first.</returns>
    public static IReadOnlyList<LooserScope> Find(PolicyDocument before, PolicyDocument after, KeyContent? keys = null)
    {
        WeakerChecks checks = new(keys);
        List<LooserScope> found = [];
        foreach (ScopePair pair in ScopeComparison.Find(before, after))
        {
            if (checks.Find(pair.Before, pair.After) is { } reasons)
                found.Add(new LooserScope(pair, reasons));
        }

        return found;
    }

    /// <summary>The warning about them.</summary>
    /// <param name="scopes">What <see cref="Find"/> found.</param>
    /// <returns>One sentence or two. Null if nothing is looser.</returns>
    public static string? Describe(IReadOnlyList<LooserScope> scopes) => Join(
        scopes,
        "Images are accepted without a check that were not before",
        "Images are accepted with fewer or weaker checks than before");

    /// <summary>The same of a policy that is in force beside the first.</summary>
    /// <param name="scopes">What <see cref="Find"/> found.</param>
    /// <returns>One sentence or two. Null if nothing is looser.</returns>
    public static string? DescribeOther(IReadOnlyList<LooserScope> scopes) => Join(
        scopes,
        "It accepts without a check what the other does not",
        "It accepts with fewer or weaker checks than the other");

    private static string? Join(IReadOnlyList<LooserScope> scopes, string withoutCheck, string weaker)
    {
        LooserScope[] free = [.. scopes.Where(static s => s.IsUnchecked)], others = [.. scopes.Where(static s => !s.IsUnchecked)];
        string[] sentences =
        [
            .. free.Length == 0 ? [] : new[] { $"{withoutCheck}: {List(free, static s => $"{s.Pair.Name} ({Was(s.Pair)})")}." },
            .. others.Length == 0 ? [] : new[] { $"{weaker}: {List(others, static s => $"{s.Pair.Name} ({Change(s)})")}." },
        ];
        return sentences.Length == 0 ? null : string.Join(' ', sentences);
    }

    private static string List(LooserScope[] scopes, Func<LooserScope, string> words)
    {
        string more = scopes.Length > Shown ? $" and {scopes.Length - Shown} more" : "";
        return string.Join(", ", scopes.Take(Shown).Select(words)) + more;
    }

    private static string Was(ScopePair pair) => $"{RequirementText.OfList(pair.Before)} -> accept";

    private static string Change(LooserScope scope) =>
        (scope.Reasons.Count == 0 ? "" : string.Join(", ", scope.Reasons) + ": ")
            + $"{RequirementText.OfList(scope.Pair.Before)} -> {RequirementText.OfList(scope.Pair.After)}";
}
