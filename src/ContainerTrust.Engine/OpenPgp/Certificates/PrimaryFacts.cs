using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// What the owner says of the primary key, in every way in which it may be settled which statement is the newest. A fact (flags, end)
/// comes from the newest direct-key signature, or, if that does not state it, from the newest certification that does, of all user ids
/// that are neither revoked nor ended. For version 6 the direct-key signature alone counts (RFC 9580 section 5.2.3.10).
/// </summary>
internal static class PrimaryFacts
{
    /// <summary>The direct-key signatures of which each may be the newest one that has not ended.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>The candidates.</returns>
    public static Newest DirectAt(JudgedCertificate certificate, long now) => certificate.Primary.Statements.Count == 0
        ? Newest.None
        : Newest.Of([.. certificate.Primary.Statements.Where(s => !s.HasEndedAt(now))]);

    /// <summary>The values that a fact may have.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <param name="fact">The fact; null where a statement does not state it.</param>
    /// <returns>Values; null where it may be that nothing states it. At least one, perhaps some twice.</returns>
    public static IEnumerable<uint?> Possible(JudgedCertificate certificate, long now, Func<OwnStatement, uint?> fact)
    {
        var direct = DirectAt(certificate, now);
        bool mayBeSilent = direct.MayBeNone;
        foreach (var statement in direct.Candidates)
        {
            if (fact(statement) is { } value)
                yield return value;
            else
                mayBeSilent = true;
        }

        if (!mayBeSilent)
            yield break;
        if (certificate.Primary.Packet.Version == 6)
        {
            yield return null;
            yield break;
        }

        foreach (uint? value in OfUserIds(certificate.UserIds, now, fact))
            yield return value;
    }

    // A candidate of one user id can be the one that counts if every other user id can have a newest statement that is not newer, or that
    // says nothing. Those of the user id whose oldest is the newest of all are none older than that.
    private static IEnumerable<uint?> OfUserIds(IReadOnlyList<JudgedUserId> userIds, long now, Func<OwnStatement, uint?> fact)
    {
        long highest = -1;
        foreach (var userId in userIds)
            highest = Math.Max(highest, Floor(userId.Newest, now, fact));
        if (highest < 0)
            yield return null;
        foreach (var statement in userIds.SelectMany(static u => u.Newest.Candidates))
        {
            if (Speaks(statement, now, fact) && statement.Created >= highest)
                yield return fact(statement);
        }
    }

    // The oldest time that what a user id says of a fact can have; -1 if it may be that it says nothing.
    private static long Floor(Newest newest, long now, Func<OwnStatement, uint?> fact)
    {
        if (newest.MayBeNone)
            return -1;
        long floor = long.MaxValue;
        foreach (var statement in newest.Candidates)
            floor = Math.Min(floor, Speaks(statement, now, fact) ? statement.Created : -1);
        return floor;
    }

    private static bool Speaks(OwnStatement statement, long now, Func<OwnStatement, uint?> fact) =>
        !statement.IsRevocation && !statement.HasEndedAt(now) && fact(statement) is not null;
}
