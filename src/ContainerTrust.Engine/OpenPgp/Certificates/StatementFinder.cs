using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Finds out which of the signatures that stand with a key are statements of its owner, and what each is about: the primary key verifies
/// it over exactly that. Neither the order of the packets nor the name of the maker is signed, so neither decides: as GnuPG's import
/// option <c>repair-keys</c> does, a statement that does not verify where it stands is tried against every other component of its kind.
/// </summary>
internal sealed class StatementFinder
{
    private readonly OpenPgpRules _rules;
    private readonly RawCertificate _raw;
    private readonly VerificationKey _key;

    /// <summary>Makes a finder.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="raw">The certificate.</param>
    /// <param name="key">Its primary key.</param>
    public StatementFinder(OpenPgpRules rules, RawCertificate raw, VerificationKey key)
    {
        _rules = rules;
        _raw = raw;
        _key = key;
    }

    /// <summary>The statements of the owner, in the order in which they came.</summary>
    public List<OwnStatement> Own { get; } = [];

    /// <summary>All other signatures, with the reason why they are not statements of the owner.</summary>
    public List<(RawStatement Raw, StatementOutcome Outcome, string Reason)> Others { get; } = [];

    /// <summary>What was spent, in the units of <see cref="OpenPgpRules.MaxWork"/>.</summary>
    public int Work { get; private set; }

    /// <summary>Tries all signatures.</summary>
    /// <returns>False if that takes more work than any honest certificate does.</returns>
    public bool TryFind()
    {
        foreach (var statement in _raw.Statements)
        {
            Find(statement);
            if (Work > _rules.MaxWork)
                return false;
        }

        return true;
    }

    private void Find(RawStatement statement)
    {
        var outcome = SignaturePacket.Parse(statement.Body, out var signature);
        if (KindsOf(signature.Type) is not { } kind)
        {
            Others.Add((statement, StatementOutcome.NotAStatement, ""));
            return;
        }

        var label = StatementLabels.Of(signature, _raw.Key);
        if (!_rules.CanCheck(signature) || (signature.Version == 6) != (_raw.Key.Version == 6))
        {
            string what = HashAlgorithms.Length(signature.HashAlgorithm) == 0
                ? $"its hash algorithm ({HashAlgorithms.Name(signature.HashAlgorithm)}) is unknown" : "its version or salt does not fit";
            Others.Add((statement, label == StatementLabel.Other ? StatementOutcome.ByAnother : StatementOutcome.Uncheckable, what));
            return;
        }

        string? doubt = null;
        var about = Search(statement, signature, kind, label, ref doubt);
        if (about is null)
            Others.Add((statement, label == StatementLabel.Other ? StatementOutcome.ByAnother : StatementOutcome.NotMade, ""));
        else
            Own.Add(Make(statement, signature, about, outcome, label, doubt));
    }

    private static ComponentKind? KindsOf(SignatureType type) => type switch
    {
        >= SignatureType.GenericCertification and <= SignatureType.PositiveCertification or SignatureType.CertificationRevocation =>
            ComponentKind.UserId,
        SignatureType.SubkeyBinding or SignatureType.SubkeyRevocation => ComponentKind.Subkey,
        SignatureType.DirectKey or SignatureType.KeyRevocation => ComponentKind.PrimaryKey,
        _ => null,
    };

    // Where it stands first; then where the first octets of its hash fit, and then all others. These octets are not signed either: they
    // save work where they are right, and hide nothing where they are wrong. Only a certification that names another key, as other people
    // make them by the thousand, is tried no further than where it stands and they fit. GnuPG does not try it at all.
    private RawComponent? Search(RawStatement statement, in SignaturePacket signature, ComponentKind kind, StatementLabel label,
        ref string? doubt)
    {
        Span<byte> digest = stackalloc byte[HashAlgorithms.MaxLength];
        bool isTriedInFull = label != StatementLabel.Other
            || signature.Type is not (>= SignatureType.GenericCertification and <= SignatureType.PositiveCertification);
        if (statement.Place is { } place && IsOf(kind, place.Kind)
            && Verifies(signature, place, digest, mustFit: !isTriedInFull, ref doubt))
            return place;
        for (int round = 0; isTriedInFull && round < 2; round++)
        {
            foreach (var component in Components(kind))
            {
                if (Work > _rules.MaxWork)
                    return null;
                if (component != statement.Place && Verifies(signature, component, digest, mustFit: round == 0, ref doubt))
                    return component;
            }
        }

        return null;
    }

    private bool Verifies(in SignaturePacket signature, RawComponent component, Span<byte> digest, bool mustFit, ref string? doubt)
    {
        byte[] second = component.Kind == ComponentKind.PrimaryKey ? [] : component.HashedFor(signature.Version);
        Work++;
        var computed = digest[..SignatureDigest.Compute(signature, _raw.Primary.HashedFor(signature.Version), second, digest)];
        if (mustFit && !computed.StartsWith(signature.DigestPrefix))
            return false;
        Work += _rules.VerificationWork * _key.Cost;
        return SignatureVerifier.IsStatementOf(signature, _raw.Key, _key, computed, out doubt);
    }

    private static bool IsOf(ComponentKind kind, ComponentKind other) =>
        kind == other || (kind == ComponentKind.UserId && other == ComponentKind.UserAttribute);

    private IEnumerable<RawComponent> Components(ComponentKind kind) => kind switch
    {
        ComponentKind.PrimaryKey => [_raw.Primary],
        ComponentKind.Subkey => _raw.Subkeys,
        _ => _raw.UserIds.Concat(_raw.Attributes),
    };

    private OwnStatement Make(RawStatement statement, in SignaturePacket signature, RawComponent about, SignatureParse outcome,
        StatementLabel label, string? doubt)
    {
        doubt ??= label switch
        {
            StatementLabel.None => "it does not name the key that made it",
            StatementLabel.Other => "it names another key than the one that made it",
            _ => signature.HasUnknownCritical ? "it has a critical part that this release does not know"
                : !_rules.IsTimely(signature.Created, _raw.Key.Created) ? "it is older than the key"
                : !signature.IsExportable ? "it is for local use"
                : null,
        };
        return new OwnStatement
        {
            Raw = statement,
            Component = about,
            Type = signature.Type,
            Created = signature.Created,
            ExpirationSeconds = signature.ExpirationSeconds,
            KeyFlags = signature.KeyFlags,
            KeyExpirationSeconds = signature.KeyExpirationSeconds,
            IsPrimaryUserId = signature.IsPrimaryUserId,
            IsLocal = !signature.IsExportable,
            HashAlgorithm = signature.HashAlgorithm,
            IsUnreadable = outcome != SignatureParse.Read || _rules.IsImpossible(signature.Created, signature.ExpirationSeconds),
            Revokers = signature.Type == SignatureType.DirectKey ? RevokersOf(signature) : [],
            Doubt = doubt,
        };
    }

    // Class, algorithm, fingerprint (RFC 9580 section 5.2.3.23).
    private static List<string> RevokersOf(in SignaturePacket signature)
    {
        List<string> revokers = [];
        var reader = new SubpacketReader(signature.HashedArea);
        while (reader.TryRead(out var type, out _, out var value))
        {
            if (type == SubpacketType.RevocationKey && value.Length is 22 or 34 && (value[0] & 0x80) != 0)
                revokers.Add(Hex.Format(value[2..]));
        }

        return revokers;
    }
}
