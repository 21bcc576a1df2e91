using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>What an administrator should know of a judged certificate.</summary>
internal static class CertificateWarnings
{
    /// <summary>What to do about a key that GnuPG loses.</summary>
    public const string OwnFile =
        "Export the key to a file of its own and name that file in the policy; leave the vendor's file as it is.";

    /// <summary>Why a certificate or its signing subkeys are not used.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>Sentences.</returns>
    public static IEnumerable<string> Of(JudgedCertificate certificate)
    {
        string fingerprint = certificate.Primary.Packet.Fingerprint;
        if (certificate.Refusal is { } refusal)
        {
            yield return $"key {fingerprint} is skipped: {refusal}.";
            yield break;
        }

        foreach (var subkey in certificate.Subkeys)
        {
            if (subkey.Refusal is { } reason && subkey.Packet.IsSigningAlgorithm)
                yield return $"subkey {subkey.Packet.Fingerprint} of key {fingerprint} {reason}.";
        }
    }

    /// <summary>The same, and what else is odd: for whoever shows a key or writes it into a policy.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <returns>Sentences.</returns>
    public static IEnumerable<string> InFull(JudgedCertificate certificate)
    {
        string fingerprint = certificate.Primary.Packet.Fingerprint;
        foreach (string warning in Of(certificate))
            yield return warning;
        if (certificate.LossByGnuPg is { } loss)
            yield return $"key {fingerprint} is not seen by podman and skopeo built with gpgme: {loss}. "
                + OwnFile;
        foreach (var subkey in certificate.Subkeys)
        {
            string name = $"subkey {subkey.Packet.Fingerprint} of key {fingerprint}";
            if (subkey.Refusal is not null && !subkey.Packet.IsSigningAlgorithm && certificate.Refusal is null)
                yield return $"{name} {subkey.Refusal}.";
            else if (subkey.Refusal is null
                && !subkey.HasUnreadableStatement && KeyValidity.MaySubkeySign(subkey) && !KeyValidity.HasAgreed(subkey))
                yield return $"{name} has no valid back-signature: it cannot sign.";
        }

        foreach (var statement in certificate.Statements)
        {
            if (statement.Outcome is StatementOutcome.Doubtful or StatementOutcome.Unreadable)
                yield return Describe(statement);
        }
    }

    private static string Describe(JudgedStatement statement) => statement.Outcome == StatementOutcome.Unreadable
        ? $"a self-signature (type 0x{(int)statement.Type:x2}) of key {statement.Key} on {statement.About} cannot be read in full: " +
            "the key or subkey is not used."
        : $"a self-signature (type 0x{(int)statement.Type:x2}) of key {statement.Key} on {statement.About} counts only for what it takes " +
            $"away, because {statement.Reason}.";
}
