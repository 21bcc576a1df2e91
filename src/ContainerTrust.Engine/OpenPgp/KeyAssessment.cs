using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>A key of a keyring as it is at a moment, by its verified self-signatures.</summary>
/// <param name="Fingerprint">The primary key's fingerprint, upper-case hex.</param>
/// <param name="UserId">The user id that GnuPG would print. Null if it has none.</param>
/// <param name="Problem">Why no part of it can make a signature that counts; <see cref="OpenPgpProblem.None"/> if one can.</param>
/// <param name="Reason">The same in a sentence. Empty if there is no problem.</param>
/// <param name="Ends">
/// When the last part of it that can sign will have ended, if that is within the time asked about. Null otherwise.
/// </param>
/// <param name="Weaknesses">What is weak about the parts that count, in clauses.</param>
internal sealed record KeyAssessment(string Fingerprint, string? UserId, OpenPgpProblem Problem, string Reason, DateTimeOffset? Ends,
    IReadOnlyList<string> Weaknesses)
{
    /// <summary>The weakness of a key that nothing but SHA-1 binds to its name.</summary>
    public const string SelfSignedBySha1 = "it is signed by itself with SHA-1 alone, of which collisions can be made";

    /// <summary>Looks at all keys of a keyring.</summary>
    /// <param name="keyring">The keyring.</param>
    /// <param name="now">The moment.</param>
    /// <param name="within">How far ahead an end is looked for.</param>
    /// <returns>One assessment a key.</returns>
    public static IReadOnlyList<KeyAssessment> Of(OpenPgpKeyring keyring, DateTimeOffset now, TimeSpan within) =>
        [.. keyring.Certificates.Select(c => Of(c, now.ToUnixTimeSeconds(), Seconds(within)))];

    /// <summary>Why no part of a certificate can make a signature that counts.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="now">Seconds since 1970 UTC.</param>
    /// <returns>A sentence; null if some part can.</returns>
    public static string? WhyUnusable(JudgedCertificate certificate, long now) =>
        FindProblem(certificate, now, out string reason) == OpenPgpProblem.None ? null : reason;

    private static long Seconds(TimeSpan within) => (long)Math.Ceiling(within.TotalSeconds);

    private static KeyAssessment Of(JudgedCertificate certificate, long now, long within)
    {
        OpenPgpProblem problem = FindProblem(certificate, now, out string reason);
        DateTimeOffset? ends = problem == OpenPgpProblem.None && CanSign(certificate, now) && !CanSign(certificate, now + within)
            ? FindEnd(certificate, now, now + within) : null;
        return new KeyAssessment(
            certificate.Primary.Packet.Fingerprint,
            KeyValidity.FindUserId(certificate, now),
            problem,
            reason,
            ends,
            [.. Weak(certificate, now)]);
    }

    private static IEnumerable<JudgedKey> KeysOf(JudgedCertificate certificate) =>
        certificate.Subkeys.Where(static s => s.Refusal is null && s.Key is not null).Prepend(certificate.Primary);

    private static bool CanSign(JudgedCertificate certificate, long time) =>
        KeysOf(certificate).Any(k => KeyValidity.Judge(certificate, k, time, out _) == OpenPgpProblem.None);

    // What is wrong with the primary key is wrong with all; else a subkey that was for signing says more than a primary key that never was.
    private static OpenPgpProblem FindProblem(JudgedCertificate certificate, long now, out string reason)
    {
        OpenPgpProblem problem = KeyValidity.Judge(certificate, certificate.Primary, now, out reason);
        foreach (JudgedKey subkey in problem == OpenPgpProblem.None ? [] : KeysOf(certificate).Skip(1))
        {
            OpenPgpProblem other = KeyValidity.Judge(certificate, subkey, now, out string otherReason);
            if (other != OpenPgpProblem.None && problem != OpenPgpProblem.KeyNotForSigning)
                continue;
            (problem, reason) = (other, otherReason);
            if (other == OpenPgpProblem.None)
                break;
        }

        return problem;
    }

    // The first second at which nothing can sign; what has ended once stays so.
    private static DateTimeOffset FindEnd(JudgedCertificate certificate, long from, long to)
    {
        while (to - from > 1)
        {
            long middle = from + ((to - from) / 2);
            if (CanSign(certificate, middle))
                from = middle;
            else
                to = middle;
        }

        return DateTimeOffset.FromUnixTimeSeconds(to);
    }

    private static IEnumerable<string> Weak(JudgedCertificate certificate, long now)
    {
        bool isUsed = false;
        foreach (JudgedKey key in KeysOf(certificate).Where(k => KeyValidity.Judge(certificate, k, now, out _) == OpenPgpProblem.None))
        {
            isUsed = true;
            if (WeakAlgorithm(key.Packet) is { } weakness)
                yield return weakness;
            if (key != certificate.Primary && IsSha1Only(key.Statements))
                yield return $"its subkey {key.Packet.Fingerprint} is bound to it by SHA-1 alone";
        }

        if (!isUsed)
            yield break;
        if (KeyValidity.Judge(certificate, certificate.Primary, now, out _) != OpenPgpProblem.None
            && WeakAlgorithm(certificate.Primary.Packet) is { } primary)
            yield return primary;
        if (IsSha1Only([.. certificate.Primary.Statements, .. certificate.UserIds.SelectMany(static u => u.Statements)]))
            yield return SelfSignedBySha1;
    }

    private static string? WeakAlgorithm(PublicKeyPacket packet) => packet.AlgorithmName switch
    {
        "RSA" when packet.Size < OpenPgpRules.Current.WeakFactoringBits => $"RSA with {packet.Size} bits is too short",
        "DSA" => $"DSA ({packet.Size} bits) is withdrawn",
        _ => null,
    };

    private static bool IsSha1Only(IEnumerable<OwnStatement> statements)
    {
        bool isAny = false;
        foreach (OwnStatement statement in statements.Where(static s => s is { IsRevocation: false, IsProven: true }))
        {
            if (!OpenPgpRules.Current.WeakHashes.Contains(statement.HashAlgorithm))
                return false;
            isAny = true;
        }

        return isAny;
    }
}
