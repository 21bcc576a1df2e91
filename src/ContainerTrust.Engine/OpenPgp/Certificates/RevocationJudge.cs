using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Judges what certificates say of each other: revocations of a key that stand elsewhere than with it, and revocations by a designated revoker
/// (RFC 9580 section 5.2.3.23). The latter count even if the revoker is revoked itself, as for GnuPG, and whether its own certificate is good or not.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="certificates">All certificates of the files, those that are not used too.</param>
/// <param name="warnings">Takes what is not applied.</param>
internal sealed class RevocationJudge(OpenPgpRules rules, IReadOnlyList<JudgedCertificate> certificates, WarningList warnings)
{
    private readonly ILookup<ulong, JudgedCertificate> _byKeyId = certificates.ToLookup(static c => c.Primary.Packet.KeyId);

    // Any key can be a revoker; a subkey's, too.
    private readonly ILookup<ulong, JudgedKey> _keys = certificates.SelectMany(static c => c.Subkeys.Prepend(c.Primary)).ToLookup(static k => k.Packet.KeyId);

    private readonly Dictionary<JudgedCertificate, int> _attempts = [];

    /// <summary>Applies revocations that stand elsewhere than with the key that they name.</summary>
    /// <param name="revocations">The revocations.</param>
    /// <returns>What became of those that stand with no key at all.</returns>
    public List<JudgedStatement> ApplyLoose(IReadOnlyList<LooseRevocation> revocations)
    {
        List<JudgedStatement> alone = [];
        foreach (var revocation in revocations)
        {
            SignaturePacket.Parse(revocation.Body, out var signature);
            string issuer = StatementLabels.KeyId(signature)?.ToString("X16", CultureInfo.InvariantCulture) ?? "unnamed";
            string named = signature.IssuerFingerprint.IsEmpty ? issuer : Hex.Format(signature.IssuerFingerprint);
            var revoked = Apply(signature);
            if (revocation.Neighbour is null)
            {
                alone.Add(new JudgedStatement(revocation.File, revoked ?? named, signature.Type, signature.Created, revoked is null ? "" : "the primary key",
                    revoked is null ? StatementOutcome.ByAnother : StatementOutcome.Revokes, revoked is null ? "the key that it names did not make it, or is not in the files" : ""));
            }

            if (revoked is not null || (revocation.Neighbour is not null && IsApplied(revocation)))
                continue;
            warnings.Add(revocation.Neighbour is { } fingerprint
                ? $"{revocation.File}: a revocation of key {fingerprint} by another key ({named}) is ignored; if it is genuine, remove the key."
                : $"{revocation.File}: a revocation by a key that is not in the file ({named}) is ignored.");
        }

        return alone;
    }

    /// <summary>Applies revocations by designated revokers.</summary>
    public void ApplyDesignated()
    {
        foreach (var certificate in certificates)
        {
            if (certificate.Revokers.Count == 0)
                continue;
            for (int i = 0; i < certificate.Statements.Count; i++)
            {
                var statement = certificate.Statements[i];
                if (statement is { Type: SignatureType.KeyRevocation, Outcome: StatementOutcome.ByAnother or StatementOutcome.NotMade })
                    certificate.Statements[i] = ApplyDesignated(certificate, statement, i);
            }
        }
    }

    private JudgedStatement ApplyDesignated(JudgedCertificate certificate, JudgedStatement statement, int index)
    {
        SignaturePacket.Parse(certificate.Bodies[index], out var signature);
        foreach (string revoker in certificate.Revokers)
        {
            ulong keyId = KeyIdOf(revoker);
            bool isThere = false;
            foreach (var key in _keys[keyId].Where(k => k.Packet.Fingerprint == revoker))
            {
                isThere = true;
                if (!IsRevocation(certificate, signature, key))
                    continue;
                certificate.Primary.IsRevoked = true;
                return statement with { Outcome = StatementOutcome.Revokes, About = "the primary key", Reason = $"by the designated revoker {revoker}" };
            }

            // The label is not signed, so a revocation without one may be anybody's.
            if (!isThere && (StatementLabels.KeyId(signature) is not { } named || named == keyId))
                certificate.Primary.MissingRevoker = revoker;
        }

        return statement;
    }

    private string? Apply(in SignaturePacket signature)
    {
        if (StatementLabels.KeyId(signature) is not { } issuer)
            return null;
        foreach (var certificate in _byKeyId[issuer])
        {
            if (!IsRevocation(certificate, signature, certificate.Primary))
                continue;
            certificate.Primary.IsRevoked = true;
            return certificate.Primary.Packet.Fingerprint;
        }

        return null;
    }

    private bool IsApplied(LooseRevocation revocation)
    {
        foreach (var certificate in certificates)
        {
            if (certificate.Primary.Packet.Fingerprint != revocation.Neighbour)
                continue;
            int index = certificate.Bodies.FindIndex(b => b.AsSpan().SequenceEqual(revocation.Body));
            return index >= 0 && certificate.Statements[index].Outcome == StatementOutcome.Revokes;
        }

        return false;
    }

    // So many that do not hold are made to keep somebody from finding the one that does.
    private bool IsRevocation(JudgedCertificate certificate, in SignaturePacket signature, JudgedKey key)
    {
        int attempt = _attempts[certificate] = _attempts.GetValueOrDefault(certificate) + 1;
        if (attempt > rules.MaxForeignRevocations)
            return true;
        if (key.Key is null || !rules.CanCheck(signature))
            return false;
        Span<byte> digest = stackalloc byte[HashAlgorithms.MaxLength];
        int length = SignatureDigest.Compute(signature, certificate.Raw.Primary.HashedFor(signature.Version), [], digest);
        return SignatureVerifier.IsStatementOf(signature, key.Packet, key.Key, digest[..length], out _);
    }

    private static ulong KeyIdOf(string fingerprint) =>
        ulong.Parse(fingerprint.Length == 40 ? fingerprint.AsSpan(24) : fingerprint.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
