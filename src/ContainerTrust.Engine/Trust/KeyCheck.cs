using System.Globalization;

namespace ContainerTrust.Engine.Trust;

/// <summary>Whether the keys of a requirement list can do their work on the host, before the list is written.</summary>
internal static class KeyCheck
{
    // Go's crypto/rsa, which the reference uses, does not take shorter ones any more.
    private const int SmallestRsa = 1024;

    /// <summary>What is wrong with a list: key or CA files that are missing, unreadable, or have no key that could make a valid signature now.</summary>
    /// <returns>One error a source without a good key.</returns>
    public static IReadOnlyList<TrustException> Faults(KeyFiles files, IReadOnlyList<TrustRequirement> requirements, DateTimeOffset now, TrustMessages messages)
    {
        List<TrustException> faults = [];
        void Attempt(Action check)
        {
            try
            {
                check();
            }
            catch (TrustException e)
            {
                faults.Add(e);
            }
        }

        foreach (KeyFiles.KeySource source in files.Of(requirements))
            Attempt(() => Require(source, now, messages));
        foreach (SigstoreSignedRequirement requirement in requirements.OfType<SigstoreSignedRequirement>())
        {
            foreach (KeyFiles.KeySource source in files.RekorKeysOf(requirement))
                Attempt(() => Require(source, now, messages));
            Attempt(() => files.RequireCertificates(requirement));
        }

        return faults;
    }

    private static void Require(KeyFiles.KeySource source, DateTimeOffset now, TrustMessages messages)
    {
        if (source.Problem is not null)
            throw source.Problem;
        foreach (string warning in source.Warnings)
            messages.Warning(warning);
        List<string> reasons = [];
        foreach (TrustKey key in source.Keys)
        {
            if (WhyUnusable(key, now) is { } reason)
                reasons.Add($"{key.Fingerprint} {reason}");
            else
                messages.Verbose($"Key {key} in {source.Name} can sign.");
        }

        if (reasons.Count == source.Keys.Count)
        {
            throw new TrustException("NoSigningKey", TrustErrorKind.InvalidData, $"No key in {source.Name} can make a valid signature now, so no image would be accepted: {string.Join("; ", reasons)}. Get the current key, or use -Force.")
            {
                Target = source.Name,
            };
        }

        foreach (string reason in reasons)
            messages.Warning($"In {source.Name}, key {reason}; the other keys are used.");
    }

    private static string? WhyUnusable(TrustKey key, DateTimeOffset now)
    {
        if (key is { Algorithm: "RSA", Size: > 0 and < SmallestRsa })
            return $"has only {key.Size} bits";
        if (key.CanSignAt(now))
            return null;
        if (key.IsRevoked)
            return "is revoked";
        if (key.IsExpiredAt(now))
            return $"expired on {Day(key.Expires)}";
        if (key.Created > now)
            return $"begins only on {Day(key.Created)}";
        return key.CanSign ? "has no signing key that is in force (they have expired, are revoked, or begin later)" : "is not for signing";
    }

    private static string Day(DateTimeOffset? time) => time?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
