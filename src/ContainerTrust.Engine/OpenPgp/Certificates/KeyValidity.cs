using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Whether a key may have made a good signature, as GnuPG judges it now, whatever the signature's date: the newest direct-key signature
/// says before the user ids what the key is for and when it ends; of user ids (and user attributes) the one signed last that says
/// anything; the newest binding says it of a subkey; and what ends or revokes the primary key does so for its subkeys. Where it is in
/// doubt which statement is the newest, the key must be good by each. Stricter than GnuPG: a key whose user ids are all revoked or ended,
/// and that has no direct-key signature, is not valid; nor is one that a designated revoker whose key is missing may have revoked.
/// </summary>
internal static class KeyValidity
{
    private static OpenPgpRules Rules => OpenPgpRules.Current;

    /// <summary>Judges a key.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="key">The primary key, or one of the subkeys.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <param name="reason">What is wrong, a sentence. Empty if nothing is.</param>
    /// <returns>The problem; <see cref="OpenPgpProblem.None"/> if there is none.</returns>
    public static OpenPgpProblem Judge(JudgedCertificate certificate, JudgedKey key, long now, out string reason)
    {
        bool isSubkey = key != certificate.Primary;
        var problem = JudgePrimary(certificate, now, out reason);
        if (problem == OpenPgpProblem.None && isSubkey)
            problem = JudgeSubkey(key, now, out reason);
        if (problem != OpenPgpProblem.None)
            return problem;
        if (isSubkey ? MaySubkeySign(key) : MayPrimarySign(certificate, now))
            return OpenPgpProblem.None;
        reason = $"{Name(key, isSubkey)} is not meant for signing.";
        return OpenPgpProblem.KeyNotForSigning;
    }

    /// <summary>Whether a primary key may sign by its algorithm and its flags, in every reading.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>True if so.</returns>
    public static bool MayPrimarySign(JudgedCertificate certificate, long now) =>
        certificate.Primary.Packet.IsSigningAlgorithm && PrimaryFacts.Possible(certificate, now, static s => s.KeyFlags)
            .All(static f => Rules.AllowSigning((byte?)f));

    /// <summary>Whether a subkey may sign by its algorithm and its flags, in every reading.</summary>
    /// <param name="subkey">The subkey.</param>
    /// <returns>True if so.</returns>
    public static bool MaySubkeySign(JudgedKey subkey) =>
        subkey.Packet.IsSigningAlgorithm && subkey.Newest.All(static b => Rules.AllowSigning(b.KeyFlags));

    /// <summary>When a primary key ends, in the strictest reading.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>Seconds since 1970 UTC; null for never.</returns>
    public static long? PrimaryEnd(JudgedCertificate certificate, long now) =>
        Earliest(
            certificate.Primary.Packet,
            PrimaryFacts.Possible(certificate, now, static s => s.KeyExpirationSeconds == 0 ? null : s.KeyExpirationSeconds));

    /// <summary>When a subkey ends by its binding, in the strictest reading.</summary>
    /// <param name="subkey">The subkey.</param>
    /// <returns>Seconds since 1970 UTC; null for never.</returns>
    public static long? SubkeyEnd(JudgedKey subkey) => Earliest(
        subkey.Packet,
        subkey.Newest.Candidates.Select(static b => (uint?)b.KeyExpirationSeconds));

    /// <summary>Whether the owner stands for the primary key now, whether it is revoked or has ended or not.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>True if so, in every reading.</returns>
    public static bool IsPrimaryValid(JudgedCertificate certificate, long now) =>
        certificate.Refusal is null && !certificate.HasUnreadableStatement
        && (!PrimaryFacts.DirectAt(certificate, now).MayBeNone
            || (certificate.Primary.Packet.Version == 4
                && certificate.UserIds.Any(u => u.Newest.All(s => !s.IsRevocation && !s.HasEndedAt(now)))));

    /// <summary>Whether the owner stands for a subkey now, whether it is revoked or has ended or not.</summary>
    /// <param name="subkey">The subkey.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>True if so, in every reading.</returns>
    public static bool IsSubkeyValid(JudgedKey subkey, long now) =>
        !subkey.HasUnreadableStatement && subkey.Newest.All(b => !b.HasEndedAt(now) && !b.IsLocal);

    /// <summary>Whether a subkey that may sign has agreed to be bound, in every reading.</summary>
    /// <param name="subkey">The subkey.</param>
    /// <returns>True if so.</returns>
    public static bool HasAgreed(JudgedKey subkey) => subkey.Newest.All(static b => b.HasBackSignature);

    /// <summary>
    /// The user id that GnuPG prints for a key: of those called primary the one signed last, else the one signed last; of several of one
    /// second the longest, and of these the last in the order of their octets.
    /// </summary>
    /// <param name="certificate">A certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>Null if it has no user id.</returns>
    public static string? FindUserId(JudgedCertificate certificate, long now)
    {
        JudgedUserId? best = null;
        OwnStatement? bestStatement = null;
        foreach (var userId in certificate.UserIds)
        {
            if (userId.IsAttribute || !userId.Newest.All(s => !s.IsRevocation && !s.HasEndedAt(now)))
                continue;
            var statement = userId.Newest.Candidates[0];
            bool isBetter = bestStatement is null
                || (statement.IsPrimaryUserId != bestStatement.IsPrimaryUserId ? statement.IsPrimaryUserId
                    : statement.Created != bestStatement.Created ? statement.Created > bestStatement.Created
                    : Compare(userId.Component.Body, best!.Component.Body) > 0);
            if (!isBetter)
                continue;
            best = userId;
            bestStatement = statement;
        }

        return (best ?? certificate.UserIds.FirstOrDefault(static u => !u.IsAttribute && u.IsProven))?.Text;
    }

    private static int Compare(byte[] one, byte[] other) =>
        one.Length != other.Length ? one.Length - other.Length : one.AsSpan().SequenceCompareTo(other);

    private static OpenPgpProblem JudgePrimary(JudgedCertificate certificate, long now, out string reason)
    {
        var primary = certificate.Primary;
        reason = "";
        if (primary.IsRevoked)
        {
            reason = $"{Name(primary, false)} is revoked.";
            return OpenPgpProblem.KeyRevoked;
        }

        if (primary.MissingRevoker is { } revoker)
        {
            reason = $"{Name(primary, false)} may be revoked by its designated revoker {revoker}, whose key is not " +
                "among the keys that can be used.";
            return OpenPgpProblem.KeyRevoked;
        }

        reason = certificate.Refusal is { } refusal ? $"{Name(primary, false)} is not used: {refusal}."
            : certificate.HasUnreadableStatement ? $"{Name(primary, false)} has a self-signature that cannot be read in full."
            : primary.Packet.Created > now ? $"{Name(primary, false)} is from the future; look at the clock."
            : !IsPrimaryValid(certificate, now) ? $"{Name(primary, false)} has no self-signature that is valid now."
            : "";
        return reason.Length > 0 ? OpenPgpProblem.KeyNotValid
            : JudgeEnd(primary, isSubkey: false, PrimaryEnd(certificate, now), now, out reason);
    }

    private static OpenPgpProblem JudgeSubkey(JudgedKey subkey, long now, out string reason)
    {
        if (subkey.IsRevoked)
        {
            reason = $"{Name(subkey, true)} is revoked.";
            return OpenPgpProblem.KeyRevoked;
        }

        reason = subkey.Refusal is { } refusal ? $"{Name(subkey, true)} {refusal}."
            : !IsSubkeyValid(subkey, now) ? $"{Name(subkey, true)} has no binding signature that is valid now."
            : subkey.Packet.Created > now ? $"{Name(subkey, true)} is from the future; look at the clock."
            : "";
        if (reason.Length > 0)
            return OpenPgpProblem.KeyNotValid;
        var problem = JudgeEnd(subkey, isSubkey: true, SubkeyEnd(subkey), now, out reason);
        if (problem != OpenPgpProblem.None || !MaySubkeySign(subkey) || HasAgreed(subkey))
            return problem;
        reason = $"{Name(subkey, true)} has not agreed to be bound to its primary key: its back-signature is missing or wrong.";
        return OpenPgpProblem.KeyNotValid;
    }

    private static OpenPgpProblem JudgeEnd(JudgedKey key, bool isSubkey, long? end, long now, out string reason)
    {
        reason = "";
        if (end is not { } time || time > now)
            return OpenPgpProblem.None;
        reason = $"{Name(key, isSubkey)} expired {Lifetime.Describe(time)}.";
        return OpenPgpProblem.KeyExpired;
    }

    private static long? Earliest(PublicKeyPacket key, IEnumerable<uint?> lifetimes)
    {
        long? earliest = null;
        foreach (uint? lifetime in lifetimes)
        {
            if (Rules.End(key.Created, lifetime ?? 0) is { } end && (earliest is null || end < earliest))
                earliest = end;
        }

        return earliest;
    }

    private static string Name(JudgedKey key, bool isSubkey) => $"{(isSubkey ? "Subkey" : "Key")} {key.Packet.Fingerprint}";
}
