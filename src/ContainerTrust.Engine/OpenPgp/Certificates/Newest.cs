namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// The statements of which each may be the newest one about something, depending on how what is in doubt is settled: the newest proven
/// one, those of the same second, because nobody signed their order, and doubtful ones that are newer. Whoever asks what the newest says
/// must ask all of them, and take the strictest.
/// </summary>
/// <param name="Candidates">The statements; empty if there is none.</param>
/// <param name="MayBeNone">Whether there may be none at all, because every candidate is in doubt.</param>
internal sealed record Newest(IReadOnlyList<OwnStatement> Candidates, bool MayBeNone)
{
    /// <summary>Nothing was said.</summary>
    public static Newest None { get; } = new([], MayBeNone: true);

    /// <summary>Finds the candidates.</summary>
    /// <param name="statements">
    /// All statements about one thing that may be the newest. Those that cannot be read in full are not asked: they disable the thing.
    /// </param>
    /// <returns>The candidates.</returns>
    public static Newest Of(IReadOnlyCollection<OwnStatement> statements)
    {
        if (statements.Count == 0)
            return None;
        List<OwnStatement> candidates = [];
        OwnStatement? proven = null;
        foreach (var statement in statements.Where(static s => !s.IsUnreadable).OrderByDescending(static s => s.Created))
        {
            if (proven is not null && statement.Created < proven.Created)
                break;
            candidates.Add(statement);
            proven ??= statement.IsProven ? statement : null;
        }

        return new Newest(candidates, proven is null);
    }

    /// <summary>Whether all readings agree: something is there, and every candidate is fit.</summary>
    /// <param name="isFit">The question.</param>
    /// <returns>True if so.</returns>
    public bool All(Func<OwnStatement, bool> isFit) => !MayBeNone && Candidates.All(isFit);
}
