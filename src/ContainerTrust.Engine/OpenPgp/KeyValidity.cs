namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Whether a key may have made a good signature, as GnuPG judges it now, whatever the signature's date: the newest direct-key signature says before the
/// user ids what the key is for and when it ends; of user ids the one signed last that says anything; the newest binding says it of a subkey; and what ends
/// or revokes the primary key does so for its subkeys. Stricter than GnuPG: a key whose user ids are all revoked or ended, and that has no direct-key
/// signature, is not valid; nor is one that a designated revoker whose key is missing may have revoked.
/// </summary>
internal static class KeyValidity
{
    /// <summary>Judges a key.</summary>
    /// <param name="certificate">Its certificate.</param>
    /// <param name="key">The primary key, or one of the subkeys.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <param name="reason">What is wrong, a sentence. Empty if nothing is.</param>
    /// <returns>The problem; <see cref="OpenPgpProblem.None"/> if there is none.</returns>
    public static OpenPgpProblem Judge(KeyringCertificate certificate, KeyringKey key, long now, out string reason)
    {
        bool isSubkey = key != certificate.Primary;
        var problem = JudgePrimary(certificate, now, out byte? flags, out reason);
        if (problem != OpenPgpProblem.None)
            return problem;
        if (isSubkey)
        {
            problem = JudgeSubkey(key, now, out flags, out reason);
            if (problem != OpenPgpProblem.None)
                return problem;
        }

        if (key.Packet.IsSigningAlgorithm && KeyFlags.AllowSigning(flags))
            return OpenPgpProblem.None;
        reason = $"{Name(key, isSubkey)} is not meant for signing.";
        return OpenPgpProblem.KeyNotForSigning;
    }

    /// <summary>The user id that GnuPG prints for a key: of those called primary the one signed last, else the one signed last.</summary>
    /// <param name="certificate">A certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>The user id; null if the key has none.</returns>
    public static string? FindUserId(KeyringCertificate certificate, long now)
    {
        KeyringUserId? best = null;
        SelfStatement? bestStatement = null;
        foreach (var userId in certificate.UserIds)
        {
            if (FindNewest(userId.Statements) is not { IsRevocation: false } statement || statement.IsExpiredAt(now))
                continue;
            bool isBetter = bestStatement is null
                || (statement.IsPrimaryUserId != bestStatement.IsPrimaryUserId ? statement.IsPrimaryUserId : statement.Created > bestStatement.Created);
            if (!isBetter)
                continue;
            best = userId;
            bestStatement = statement;
        }

        return best?.Text ?? (certificate.UserIds.Count > 0 ? certificate.UserIds[0].Text : null);
    }

    private static OpenPgpProblem JudgePrimary(KeyringCertificate certificate, long now, out byte? flags, out string reason)
    {
        var primary = certificate.Primary;
        flags = null;
        reason = "";
        if (primary.IsRevoked)
        {
            reason = $"{Name(primary, false)} is revoked.";
            return OpenPgpProblem.KeyRevoked;
        }

        if (primary.MissingRevoker is { } revoker)
        {
            reason = $"{Name(primary, false)} may be revoked by its designated revoker {revoker}, whose key is not among the keys.";
            return OpenPgpProblem.KeyRevoked;
        }

        if (certificate.HasUnreadableStatement)
        {
            reason = $"{Name(primary, false)} has a self-signature that cannot be read in full.";
            return OpenPgpProblem.KeyNotValid;
        }

        if (primary.Packet.Created > now)
        {
            reason = $"{Name(primary, false)} is from the future; look at the clock.";
            return OpenPgpProblem.KeyNotValid;
        }

        var direct = FindNewestAt(primary.Statements, now);
        flags = direct?.KeyFlags;
        uint lifetime = direct?.KeyExpirationSeconds ?? 0;
        bool isValid = direct is not null;
        if (primary.Packet.Version == 4)
            AddUserIds(certificate, now, ref isValid, ref flags, ref lifetime);
        if (!isValid)
        {
            reason = $"{Name(primary, false)} has no self-signature that is valid now.";
            return OpenPgpProblem.KeyNotValid;
        }

        return JudgeLifetime(primary, isSubkey: false, lifetime, now, out reason);
    }

    // Flags and end may come from different user ids: from the newest that states them.
    private static void AddUserIds(KeyringCertificate certificate, long now, ref bool isValid, ref byte? flags, ref uint lifetime)
    {
        SelfStatement? flagged = null;
        SelfStatement? limited = null;
        foreach (var userId in certificate.UserIds)
        {
            if (FindNewest(userId.Statements) is not { IsRevocation: false } statement || statement.IsExpiredAt(now))
                continue;
            isValid = true;
            if (statement.KeyFlags is not null && (flagged is null || statement.Created > flagged.Created))
                flagged = statement;
            if (statement.KeyExpirationSeconds > 0 && (limited is null || statement.Created > limited.Created))
                limited = statement;
        }

        flags ??= flagged?.KeyFlags;
        if (lifetime == 0 && limited is not null)
            lifetime = limited.KeyExpirationSeconds;
    }

    private static OpenPgpProblem JudgeSubkey(KeyringKey subkey, long now, out byte? flags, out string reason)
    {
        flags = null;
        if (subkey.IsRevoked)
        {
            reason = $"{Name(subkey, true)} is revoked.";
            return OpenPgpProblem.KeyRevoked;
        }

        var binding = FindNewestAt(subkey.Statements, now);
        if (binding is null || subkey.HasUnreadableStatement)
        {
            reason = $"{Name(subkey, true)} has no binding signature that is valid now.";
            return OpenPgpProblem.KeyNotValid;
        }

        if (subkey.Packet.Created > now)
        {
            reason = $"{Name(subkey, true)} is from the future; look at the clock.";
            return OpenPgpProblem.KeyNotValid;
        }

        flags = binding.KeyFlags;
        var problem = JudgeLifetime(subkey, isSubkey: true, binding.KeyExpirationSeconds, now, out reason);
        if (problem != OpenPgpProblem.None || binding.HasBackSignature)
            return problem;
        reason = $"{Name(subkey, true)} has not agreed to be bound to its primary key: its back-signature is missing or wrong.";
        return KeyFlags.AllowSigning(flags) ? OpenPgpProblem.KeyNotValid : OpenPgpProblem.None;
    }

    private static OpenPgpProblem JudgeLifetime(KeyringKey key, bool isSubkey, uint lifetime, long now, out string reason)
    {
        reason = "";
        if (Lifetime.End(key.Packet.Created, lifetime) is not { } end || end > now)
            return OpenPgpProblem.None;
        reason = $"{Name(key, isSubkey)} expired {Lifetime.Describe(end)}.";
        return OpenPgpProblem.KeyExpired;
    }

    // Of the same second the later one in the file counts.
    private static SelfStatement? FindNewest(List<SelfStatement> statements)
    {
        SelfStatement? newest = null;
        for (int i = 0; i < statements.Count; i++)
        {
            if (newest is null || statements[i].Created >= newest.Created)
                newest = statements[i];
        }

        return newest;
    }

    private static SelfStatement? FindNewestAt(List<SelfStatement> statements, long now)
    {
        SelfStatement? newest = null;
        for (int i = 0; i < statements.Count; i++)
        {
            if ((newest is null || statements[i].Created >= newest.Created) && !statements[i].IsExpiredAt(now))
                newest = statements[i];
        }

        return newest;
    }

    private static string Name(KeyringKey key, bool isSubkey) => $"{(isSubkey ? "Subkey" : "Key")} {key.Packet.Fingerprint}";
}
