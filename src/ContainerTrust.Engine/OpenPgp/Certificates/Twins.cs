using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Signatures that have the same numbers in different packets. To GnuPG they are one, and it keeps one of them, by an order that nobody
/// signed: if another is damaged, or for local use by a part that nobody signed, the good one gives nothing.
/// </summary>
internal static class Twins
{
    private const string Reason = "another signature has the same numbers and is not as good, and gpg keeps one of them";

    /// <summary>Doubts proven statements that have a twin which is not proven.</summary>
    /// <param name="finder">What was found out of a certificate's signatures; what is in doubt for other reasons is known.</param>
    public static void Doubt(StatementFinder finder)
    {
        HashSet<string> bad = new(StringComparer.Ordinal);
        foreach (var own in finder.Own.Where(static s => !s.IsProven))
            bad.Add(Numbers(own.Raw));
        foreach (var (raw, _, _) in finder.Others)
            bad.Add(Numbers(raw));

        if (bad.Count == 0)
            return;
        foreach (var own in finder.Own.Where(static s => s.IsProven))
            own.Doubt = bad.Contains(Numbers(own.Raw)) ? Reason : null;
    }

    // Hash algorithm and numbers without leading zeros, as GnuPG compares them.
    private static string Numbers(RawStatement statement)
    {
        SignaturePacket.Parse(statement.Body, out var signature);
        var text = new System.Text.StringBuilder().Append(signature.HashAlgorithm);
        var rest = signature.Material;
        if (signature.PublicKeyAlgorithm is PublicKeyAlgorithm.Ed25519 or PublicKeyAlgorithm.Ed448)
            return text.Append(' ').Append(Convert.ToHexString(rest)).ToString();
        bool isRsa = signature.PublicKeyAlgorithm is PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaSignOnly
            or PublicKeyAlgorithm.RsaEncryptOnly;
        for (int count = isRsa ? 1 : 2; count > 0 && rest.Length >= 2; count--)
        {
            int octets = Math.Min(((rest[0] << 8) + rest[1] + 7) / 8, rest.Length - 2);
            text.Append(' ').Append(Convert.ToHexString(rest.Slice(2, octets).TrimStart((byte)0)));
            rest = rest[(2 + octets)..];
        }

        return text.ToString();
    }
}
