using System.Globalization;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Judges what certificates say of each other: revocations of a key that stand elsewhere than with it, and revocations by a designated
/// revoker (RFC 9580 section 5.2.3.23). The latter count even if the revoker is revoked itself, as for GnuPG, and whether its own
/// certificate is good or not.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="certificates">All certificates of the files, those that are not used too.</param>
/// <param name="warnings">Takes what is not applied.</param>
internal sealed class RevocationJudge(OpenPgpRules rules, IReadOnlyList<JudgedCertificate> certificates, WarningList warnings)
{
    private const string TooMany = "too many revocations to check";

    private readonly ILookup<string, RevokerKey> _keys = RevokerKey.Of(certificates);
    private readonly Dictionary<JudgedCertificate, int> _attempts = [];

    // Of every loose revocation that was tried, by its octets: the key that it revokes, or null.
    private readonly Dictionary<string, string?> _revoked = new(StringComparer.Ordinal);

    // Where loose revocations stand: neighbour and octets give the statement in the neighbour's report.
    private readonly Dictionary<(string Key, string Octets), (JudgedCertificate Certificate, int Index)> _places = [];

    // Whom the revocations name that nobody here has made. Null for nobody.
    private readonly HashSet<ulong?> _unknown = [];
    private int _work;
    private int _nearWork;

    private enum Outcome
    {
        No,
        Yes,

        // So many were tried that they may be made to keep somebody from finding the one that holds.
        TooMany,
    }

    /// <summary>Applies all revocations that are not the owner's and with the owner's key.</summary>
    /// <param name="loose">Revocations that stand elsewhere than with the key that they name.</param>
    /// <returns>What became of those that stand with no key at all.</returns>
    public List<JudgedStatement> Apply(IReadOnlyList<LooseRevocation> loose)
    {
        foreach (var certificate in certificates)
        {
            for (int i = 0; certificate.Revokers.Count > 0 && i < certificate.Statements.Count; i++)
            {
                if (IsOpen(certificate.Statements[i]))
                    certificate.Statements[i] = ApplyDesignated(certificate, i);
            }
        }

        FindPlaces(loose);
        List<JudgedStatement> alone = [];
        foreach (var revocation in loose)
            ApplyLoose(revocation, alone);
        foreach (var certificate in certificates)
            DoubtWithoutRevoker(certificate);
        if (_work > rules.MaxLooseRevocationWork)
            warnings.Add("There are too many revocations that stand with another key than their own to try each with every key; " +
                "remove those that are of no use.");
        return alone;
    }

    private static bool IsOpen(JudgedStatement statement) => statement is
    {
        Type: SignatureType.KeyRevocation,
        Outcome: StatementOutcome.ByAnother or StatementOutcome.NotMade or StatementOutcome.Uncheckable,
    };

    private void FindPlaces(IReadOnlyList<LooseRevocation> loose)
    {
        HashSet<string?> neighbours = [.. loose.Select(static l => l.Neighbour)];
        foreach (var certificate in certificates.Where(c => neighbours.Contains(c.Primary.Packet.Fingerprint)))
        {
            for (int i = 0; i < certificate.Statements.Count; i++)
            {
                if (certificate.Statements[i].Type == SignatureType.KeyRevocation)
                    _places.TryAdd((certificate.Primary.Packet.Fingerprint, Convert.ToHexString(certificate.Bodies[i])), (certificate, i));
            }
        }
    }

    private JudgedStatement ApplyDesignated(JudgedCertificate certificate, int index)
    {
        var statement = certificate.Statements[index];
        SignaturePacket.Parse(certificate.Bodies[index], out var signature);
        foreach (var key in certificate.Revokers.SelectMany(r => _keys[r]))
        {
            var outcome = Try(certificate, signature, key, isNear: true);
            if (outcome == Outcome.No)
                continue;
            certificate.Primary.IsRevoked = true;
            string reason = outcome == Outcome.TooMany ? TooMany : $"by the designated revoker {key.Packet.Fingerprint}";
            return statement with { Outcome = StatementOutcome.Revokes, About = "the primary key", Reason = reason };
        }

        return statement;
    }

    private void ApplyLoose(LooseRevocation revocation, List<JudgedStatement> alone)
    {
        SignaturePacket.Parse(revocation.Body, out var signature);
        string issuer = StatementLabels.KeyId(signature)?.ToString("X16", CultureInfo.InvariantCulture) ?? "unnamed";
        string named = signature.IssuerFingerprint.IsEmpty ? issuer : Hex.Format(signature.IssuerFingerprint);
        string octets = Convert.ToHexString(revocation.Body);
        if (!_revoked.TryGetValue(octets, out string? revoked))
            _revoked.Add(octets, revoked = FindRevoked(revocation, signature));
        if (revocation.Neighbour is null)
        {
            var (about, outcome, reason) = revoked is null
                ? ("", StatementOutcome.ByAnother, "the key that it names did not make it, or is not in the files")
                : ("the primary key", StatementOutcome.Revokes, "");
            alone.Add(new JudgedStatement(revocation.File, revoked ?? named, signature.Type, signature.Created, about, outcome, reason));
        }

        bool isApplied = revocation.Neighbour is { } neighbour ? ReportToNeighbour(neighbour, octets, revoked) : revoked is not null;
        if (isApplied)
            return;
        _unknown.Add(StatementLabels.KeyId(signature));
        warnings.Add(revocation.Neighbour is { } fingerprint
            ? $"{revocation.File}: a revocation of key {fingerprint} by another key ({named}) is ignored; if it is genuine, remove the key."
            : $"{revocation.File}: a revocation by a key that is not in the file ({named}) is ignored.");
    }

    // The label is not signed, so all keys are tried, the one that it names first. GnuPG tries that one alone.
    private string? FindRevoked(LooseRevocation revocation, in SignaturePacket signature)
    {
        ulong? issuer = StatementLabels.KeyId(signature);
        string? revoked = null;
        for (int round = 0; round < 2; round++)
        {
            bool isNear = round == 0;
            if (!isNear && _work > rules.MaxLooseRevocationWork)
                break;
            foreach (var certificate in certificates)
            {
                string fingerprint = certificate.Primary.Packet.Fingerprint;
                if ((certificate.Primary.Packet.KeyId == issuer) != isNear || fingerprint == revocation.Neighbour)
                    continue;
                foreach (var key in certificate.Revokers.Prepend(fingerprint).SelectMany(f => _keys[f]))
                {
                    var outcome = Try(certificate, signature, key, isNear);
                    if (outcome == Outcome.No)
                        continue;
                    certificate.Primary.IsRevoked = true;
                    revoked = fingerprint;
                    if (outcome == Outcome.Yes)
                        return revoked;
                    break;
                }
            }
        }

        return revoked;
    }

    private bool ReportToNeighbour(string neighbour, string octets, string? revoked)
    {
        if (!_places.TryGetValue((neighbour, octets), out var place))
            return revoked is not null;
        var statement = place.Certificate.Statements[place.Index];
        if (revoked is not null && IsOpen(statement))
        {
            statement = statement with
            {
                Outcome = StatementOutcome.Revokes,
                About = $"key {revoked}",
                Reason = "it stands with another key",
            };
            place.Certificate.Statements[place.Index] = statement;
        }

        return revoked is not null || statement.Outcome == StatementOutcome.Revokes;
    }

    // A revocation that none of the keys here made may be a missing revoker's. Where it stands with the key it may be so whomever it
    // names; elsewhere, where GnuPG does not look for one, only if it names the revoker or nobody.
    private void DoubtWithoutRevoker(JudgedCertificate certificate)
    {
        foreach (string revoker in certificate.Revokers.Where(r => !_keys[r].Any(static k => k.Key is not null)))
        {
            if (certificate.Statements.Exists(IsOpen) || _unknown.Contains(null) || _unknown.Contains(KeyIdOf(revoker)))
                certificate.Primary.MissingRevoker = revoker;
        }
    }

    // Near is what stands with the key or names it, and all that GnuPG tries. Far are all other keys: there the first octets of the hash,
    // which nobody signs either, decide once half of the work is done, and nothing is tried once all of it is.
    private Outcome Try(JudgedCertificate certificate, in SignaturePacket signature, RevokerKey revoker, bool isNear)
    {
        if (isNear)
        {
            int attempt = _attempts[certificate] = _attempts.GetValueOrDefault(certificate) + 1;
            if (attempt > rules.MaxForeignRevocations || _nearWork > rules.MaxWorkInAll)
                return Outcome.TooMany;
        }
        else if (_work++ > rules.MaxLooseRevocationWork)
        {
            return Outcome.No;
        }

        if (revoker.Key is not { } key || !rules.CanCheck(signature))
            return Outcome.No;
        Span<byte> digest = stackalloc byte[HashAlgorithms.MaxLength];
        digest = digest[..SignatureDigest.Compute(signature, certificate.Raw.Primary.HashedFor(signature.Version), [], digest)];
        if (isNear)
        {
            _nearWork += rules.VerificationWork * key.Cost;
        }
        else
        {
            if (_work > rules.MaxLooseRevocationWork / 2 && !digest.StartsWith(signature.DigestPrefix))
                return Outcome.No;
            _work += rules.VerificationWork * key.Cost;
        }

        return SignatureVerifier.IsStatementOf(signature, revoker.Packet, key, digest, out _) ? Outcome.Yes : Outcome.No;
    }

    private static ulong KeyIdOf(string fingerprint) =>
        ulong.Parse(
            fingerprint.Length == 40 ? fingerprint.AsSpan(24) : fingerprint.AsSpan(0, 16),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture);
}
