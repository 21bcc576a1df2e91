using System.Globalization;

namespace ContainerTrust.Engine.Keys;

/// <summary>Whether the keys of a requirement list can do their work on the host, before the list is written.</summary>
internal static class KeyCheck
{
    // Go's crypto/rsa, which the reference uses, does not take shorter ones any more.
    private const int SmallestRsa = 1024;

    /// <summary>
    /// What is wrong with a list: key or CA files that are missing, unreadable, or have no key that could make a valid signature now.
    /// </summary>
    /// <returns>One error a source without a good key.</returns>
    public static IReadOnlyList<TrustException> Faults(KeyFiles files, IReadOnlyList<TrustRequirement> requirements, DateTimeOffset now,
        TrustMessages messages)
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

        // What one file says of a key counts for its copies in the others.
        foreach (SignedByRequirement together in requirements.OfType<SignedByRequirement>().Where(static r => r.KeyPaths is { Count: > 1 }))
        {
            if (faults.Count == 0 && files.TryReadTogether(together) is { } source)
                Attempt(() => RequireTogether(source, files.Of([together]), messages));
        }

        KeyMaterial[] materials = [.. requirements.SelectMany(static r => r.GetKeyMaterials()).Distinct()];
        foreach (KeyFiles.KeySource source in files.Of(materials.Where(static m => m.Use == KeyMaterialUse.Rekor)))
            Attempt(() => RequireRekor(source, now, messages));
        foreach (KeyMaterial material in materials.Where(static m => m.Use >= KeyMaterialUse.FulcioCA))
            Attempt(() => files.RequireCertificates(material, now, messages));

        return faults;
    }

    private static void Require(KeyFiles.KeySource source, DateTimeOffset now, TrustMessages messages)
    {
        if (source.Problem is not null)
            throw source.Problem;
        foreach (string warning in source.Warnings)
            messages.Warning(warning);
        foreach (string detail in source.Details)
            messages.Verbose(detail);
        List<string> reasons = [];
        foreach (TrustKey key in source.Keys)
        {
            if ((WhyUnusable(key, now) ?? Judged(source, key)) is { } reason)
                reasons.Add($"{key.Fingerprint} {reason}");
            else
                messages.Verbose($"Key {key} in {source.Name} can sign.");
        }

        if (reasons.Count == source.Keys.Count)
        {
            throw new TrustException(
                "NoSigningKey",
                TrustErrorKind.InvalidData,
                $"No key in {source.Name} can make a valid signature now, so no image would be accepted: {string.Join("; ", reasons)}. " +
                $"Get the current key, or use {TrustOption.Force}.")
            {
                Target = source.Name,
            };
        }

        foreach (string reason in reasons)
            messages.Warning($"In {source.Name}, key {reason}; the other keys are used.");
    }

    private static void RequireTogether(KeyFiles.KeySource together, IReadOnlyList<KeyFiles.KeySource> alone, TrustMessages messages)
    {
        if (together.Keys.All(k => together.Problems.ContainsKey(k.Fingerprint)))
        {
            throw new TrustException("NoSigningKey", TrustErrorKind.InvalidData,
                $"No key in {together.Name} can make a valid signature now if the files are taken together, as they are: " +
                    $"{string.Join(' ', together.Problems.Values)} Get the current key, or use {TrustOption.Force}.")
            {
                Target = together.Name,
            };
        }

        foreach ((string fingerprint, string problem) in together.Problems)
        {
            if (alone.Any(s => s.Keys.Any(k => k.Fingerprint == fingerprint) && !s.Problems.ContainsKey(fingerprint)))
                messages.Warning($"Of the keys in {together.Name}, one cannot be used, because of what another of the files says of it: " +
                    $"{problem} The other keys are used.");
        }
    }

    // The reference implementation refuses every image for a log's key of another kind.
    private static void RequireRekor(KeyFiles.KeySource source, DateTimeOffset now, TrustMessages messages)
    {
        Require(source, now, messages);
        if (source.Keys.FirstOrDefault(static k => k.Algorithm != "ECDSA") is { } key)
            throw new TrustException(
                "NotARekorKey",
                TrustErrorKind.InvalidData,
                $"The key in {source.Name} is of the algorithm {key.Algorithm}, " +
                "and podman and skopeo take only ECDSA keys for a Rekor log, so no image would be accepted. Get the log's key, " +
                $"or use {TrustOption.Force}.")
            {
                Target = source.Name,
            };
    }

    // What the judge of keys says, in its own words, of a key that the model's summary finds nothing wrong with.
    private static string? Judged(KeyFiles.KeySource source, TrustKey key) =>
        source.Problems.TryGetValue(key.Fingerprint, out string? problem) ? $"cannot be used: {problem}" : null;

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
