using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Judges the certificates of all files, and then what they say of each other: revocations elsewhere than with the key that they revoke.</summary>
internal static class KeyringImport
{
    /// <summary>More revocations that do not hold than this, and the key counts as revoked: verifying them all would take too long.</summary>
    private const int MaxAttempts = 100;

    /// <summary>Judges certificates.</summary>
    /// <param name="parser">What was read; takes warnings.</param>
    /// <returns>Those that can be used.</returns>
    public static List<KeyringCertificate> Judge(KeyringParser parser)
    {
        var judged = new List<(RawCertificate Raw, KeyringCertificate Certificate)>(parser.Certificates.Count);
        foreach (var raw in parser.Certificates)
        {
            var certificate = SelfSignatureJudge.Judge(raw, parser.Warn, out string? problem);
            if (certificate is null)
                parser.Warn(problem!);
            else
                judged.Add((raw, certificate));
        }

        var byKeyId = judged.ToLookup(j => j.Certificate.Primary.Packet.KeyId);
        var attempts = new Dictionary<KeyringCertificate, int>();
        foreach (var (issuer, signature) in parser.LooseRevocations)
        {
            foreach (var (raw, certificate) in byKeyId[issuer])
                ApplyLoose(raw, certificate, signature, attempts);
        }

        foreach (var (raw, certificate) in judged)
        {
            if (!certificate.Primary.IsRevoked && certificate.Revokers.Count > 0 && raw.OtherRevocations.Count > 0)
                ApplyDesignated(raw, certificate, byKeyId);
        }

        return judged.ConvertAll(j => j.Certificate);
    }

    private static void ApplyLoose(RawCertificate raw, KeyringCertificate certificate, byte[] signature, Dictionary<KeyringCertificate, int> attempts)
    {
        if (certificate.Primary.IsRevoked)
            return;
        int attempt = attempts[certificate] = attempts.GetValueOrDefault(certificate) + 1;
        byte[] hashed = SignatureDigest.HashedKey(raw.Primary.Packet.Version, raw.Primary.Body);
        certificate.Primary.IsRevoked = attempt > MaxAttempts || SelfSignatureJudge.Revokes([signature], certificate.Primary, hashed, []);
    }

    // A revocation by a designated revoker counts even if the revoker is revoked itself, as for GnuPG.
    private static void ApplyDesignated(RawCertificate raw, KeyringCertificate certificate, ILookup<ulong, (RawCertificate Raw, KeyringCertificate Certificate)> byKeyId)
    {
        byte[] hashed = SignatureDigest.HashedKey(raw.Primary.Packet.Version, raw.Primary.Body);
        foreach (byte[] body in raw.OtherRevocations)
        {
            SignaturePacket.Parse(body, out var signature);
            if (signature.IssuerKeyId is not { } issuer)
                continue;
            foreach (string revoker in certificate.Revokers)
            {
                if (KeyIdOf(revoker) != issuer)
                    continue;
                bool isThere = false;
                foreach (var (_, other) in byKeyId[issuer])
                {
                    isThere = true;
                    certificate.Primary.IsRevoked |= SelfSignatureJudge.Revokes([body], other.Primary, hashed, []);
                }

                if (!isThere)
                    certificate.Primary.MissingRevoker = revoker;
            }
        }
    }

    private static ulong KeyIdOf(string fingerprint) =>
        ulong.Parse(fingerprint.Length == 40 ? fingerprint.AsSpan(24) : fingerprint.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
