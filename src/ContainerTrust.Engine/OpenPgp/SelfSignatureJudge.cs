namespace ContainerTrust.Engine.OpenPgp;

/// <summary>
/// Verifies the self-signatures of a certificate, so that a forged expiry, flag, binding or revocation counts for nothing. The rules are GnuPG's
/// (<c>import.c</c>, <c>getkey.c</c>), but what takes something away counts in more cases: a revocation wherever it stands, with any odd or critical part and
/// of any date; and where the primary key really made a self-signature that cannot be read in full, or whose lifetime is impossible, the key or subkey is not
/// used at all.
/// </summary>
internal static class SelfSignatureJudge
{
    /// <summary>Verifies the self-signatures of a certificate.</summary>
    /// <param name="raw">The certificate as read.</param>
    /// <param name="problem">Why it is not imported, a sentence. Null if it is.</param>
    /// <param name="warn">Takes further warnings.</param>
    /// <returns>The certificate; null if gpg would not import it either.</returns>
    public static KeyringCertificate? Judge(RawCertificate raw, Action<string> warn, out string? problem)
    {
        var packet = raw.Primary.Packet;
        var key = VerificationKey.Create(packet, raw.Primary.Body, out string? unusable);
        if (key is null)
        {
            problem = $"key {packet.Fingerprint} is skipped: it {unusable}.";
            return null;
        }

        if (raw.HasMisplacedCertification)
        {
            problem = $"key {packet.Fingerprint} is skipped: it has a signature about a user id before any user id; gpg does not accept such a key.";
            return null;
        }

        if (raw.SignatureCount > RawCertificate.MaxSignatures)
        {
            problem = $"key {packet.Fingerprint} is skipped: it has more than 1,000 self-signatures.";
            return null;
        }

        var certificate = new KeyringCertificate(new KeyringKey(packet, key));
        byte[] hashed = SignatureDigest.HashedKey(packet.Version, raw.Primary.Body);
        certificate.Primary.IsRevoked = Revokes(raw.KeyRevocations, certificate.Primary, hashed, []);
        AddDirectKeySignatures(raw, certificate, hashed);
        foreach (var userId in raw.UserIds)
            AddUserId(userId, certificate, hashed);
        bool isValid = packet.Version == 6 ? certificate.Primary.Statements.Count > 0 || certificate.HasUnreadableStatement : certificate.UserIds.Count > 0;
        if (!isValid)
        {
            problem = packet.Version == 6
                ? $"key {packet.Fingerprint} is skipped: it has no valid direct-key signature."
                : $"key {packet.Fingerprint} is skipped: it has no user id with a valid self-signature; gpg does not accept such a key.";
            return null;
        }

        foreach (var subkey in raw.Subkeys)
            AddSubkey(subkey, raw, certificate, hashed, warn);
        problem = null;
        return certificate;
    }

    /// <summary>Whether any of some signatures is a key's revocation of something.</summary>
    /// <param name="signatures">Signature packets' bodies.</param>
    /// <param name="key">The key that should have made them.</param>
    /// <param name="first">What is revoked, as it is hashed.</param>
    /// <param name="second">The rest of it.</param>
    /// <returns>True if so.</returns>
    public static bool Revokes(IEnumerable<byte[]> signatures, KeyringKey key, byte[] first, byte[] second)
    {
        foreach (byte[] body in signatures)
        {
            SignaturePacket.Parse(body, out var signature);
            if (key.Key is not null && SignatureVerifier.IsMadeBy(signature, key.Packet, key.Key, first, second))
                return true;
        }

        return false;
    }

    private static void AddDirectKeySignatures(RawCertificate raw, KeyringCertificate certificate, byte[] hashed)
    {
        var primary = certificate.Primary;
        foreach (byte[] body in raw.Primary.Signatures)
        {
            var outcome = SignaturePacket.Parse(body, out var signature);
            if (!SignatureVerifier.IsMadeBy(signature, primary.Packet, primary.Key!, hashed, []) || !IsTimely(signature, primary.Packet))
                continue;
            AddRevokers(signature, certificate);
            if (outcome != SignatureParse.Read || Lifetime.IsImpossible(signature.Created, signature.ExpirationSeconds))
                certificate.HasUnreadableStatement = true;
            else if (Counts(signature))
                primary.Statements.Add(ToStatement(signature, hasBackSignature: false));
        }
    }

    private static void AddUserId(RawUserId userId, KeyringCertificate certificate, byte[] hashed)
    {
        var primary = certificate.Primary;
        var statements = new List<SelfStatement>();
        foreach (byte[] body in userId.Signatures)
        {
            var outcome = SignaturePacket.Parse(body, out var signature);
            byte[] signed = SignatureDigest.HashedUserId(signature.Version, userId.Octets);
            if (!SignatureVerifier.IsMadeBy(signature, primary.Packet, primary.Key!, hashed, signed) || !IsTimely(signature, primary.Packet))
                continue;
            if (outcome != SignatureParse.Read || Lifetime.IsImpossible(signature.Created, signature.ExpirationSeconds))
                certificate.HasUnreadableStatement = true;
            else if (Counts(signature))
                statements.Add(ToStatement(signature, hasBackSignature: false));
        }

        if (statements.Count > 0 || (certificate.HasUnreadableStatement && certificate.Primary.Packet.Version == 4))
            certificate.UserIds.Add(new KeyringUserId(UserIdText.Decode(userId.Octets), statements));
    }

    private static void AddSubkey(RawKey raw, RawCertificate rawCertificate, KeyringCertificate certificate, byte[] hashed, Action<string> warn)
    {
        if (!raw.Packet.IsSigningAlgorithm)
            return;
        var primary = certificate.Primary;
        var key = VerificationKey.Create(raw.Packet, raw.Body, out string? unusable);
        if (key is null)
        {
            warn($"subkey {raw.Packet.Fingerprint} of key {primary.Packet.Fingerprint} is skipped: it {unusable}.");
            return;
        }

        var subkey = new KeyringKey(raw.Packet, key);
        byte[] hashedSubkey = SignatureDigest.HashedKey(raw.Packet.Version, raw.Body);
        foreach (byte[] body in raw.Signatures)
        {
            var outcome = SignaturePacket.Parse(body, out var signature);
            if (!SignatureVerifier.IsMadeBy(signature, primary.Packet, primary.Key!, hashed, hashedSubkey) || !IsTimely(signature, primary.Packet))
                continue;
            if (outcome != SignatureParse.Read || Lifetime.IsImpossible(signature.Created, signature.ExpirationSeconds))
                subkey.HasUnreadableStatement = true;
            else if (Counts(signature))
                subkey.Statements.Add(ToStatement(signature, HasBackSignature(signature, subkey, hashed, hashedSubkey)));
        }

        if (subkey.Statements.Count == 0 && !subkey.HasUnreadableStatement)
        {
            warn($"subkey {raw.Packet.Fingerprint} of key {primary.Packet.Fingerprint} has no valid binding signature and is skipped.");
            return;
        }

        subkey.IsRevoked = Revokes(rawCertificate.SubkeyRevocations, primary, hashed, hashedSubkey);
        certificate.Subkeys.Add(subkey);
    }

    // GnuPG looks at the newest one alone, and at the unhashed area too: the back-signature protects itself.
    private static bool HasBackSignature(in SignaturePacket binding, KeyringKey subkey, byte[] hashed, byte[] hashedSubkey)
    {
        uint newest = 0;
        bool isGood = false;
        for (int i = 0; i < 2; i++)
        {
            var reader = new SubpacketReader(i == 0 ? binding.HashedArea : binding.UnhashedArea);
            while (reader.TryRead(out var type, out _, out var value))
            {
                if (type != SubpacketType.EmbeddedSignature)
                    continue;
                var outcome = SignaturePacket.Parse(value, out var signature);
                if (outcome is SignatureParse.Malformed or SignatureParse.UnknownVersion || signature.Type != SignatureType.PrimaryKeyBinding || signature.Created <= newest)
                    continue;
                newest = signature.Created;
                isGood = outcome == SignatureParse.Read && !signature.HasUnknownCritical && IsTimely(signature, subkey.Packet)
                    && SignatureVerifier.IsMadeBy(signature, subkey.Packet, subkey.Key!, hashed, hashedSubkey);
            }
        }

        return isGood;
    }

    private static void AddRevokers(in SignaturePacket signature, KeyringCertificate certificate)
    {
        var reader = new SubpacketReader(signature.HashedArea);
        while (reader.TryRead(out var type, out _, out var value))
        {
            // Class, algorithm, fingerprint (RFC 9580 section 5.2.3.23).
            if (type == SubpacketType.RevocationKey && value.Length is 22 or 34 && (value[0] & 0x80) != 0)
                certificate.Revokers.Add(Hex.Format(value[2..]));
        }
    }

    private static bool Counts(in SignaturePacket signature) =>
        signature.Type == SignatureType.CertificationRevocation || (!signature.HasUnknownCritical && signature.IsExportable);

    private static bool IsTimely(in SignaturePacket signature, PublicKeyPacket key) => signature.Created >= key.Created;

    private static SelfStatement ToStatement(in SignaturePacket signature, bool hasBackSignature) =>
        new(signature.Created, signature.ExpirationSeconds, signature.Type == SignatureType.CertificationRevocation, signature.KeyFlags, signature.KeyExpirationSeconds,
            signature.IsPrimaryUserId, hasBackSignature, signature.HashAlgorithm);
}
