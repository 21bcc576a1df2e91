using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>
/// Judges a certificate: the only place where it is decided what the owner of a key says of it. In this order:
/// <list type="number">
/// <item><description>What is a statement of the owner, and what is it about? (<see cref="StatementFinder"/>; order and labels prove
/// nothing.)</description></item>
/// <item><description>Which copies of the certificate would GnuPG import? What stands only in others gives nothing.</description></item>
/// <item><description>Which statement is the newest? (<see cref="Newest"/>; all that may be, where something is in doubt or of one
/// second.)</description></item>
/// <item><description>What does that give and take away? (<see cref="KeyValidity"/>, whenever it is asked.)</description></item>
/// </list>
/// What takes something away (a revocation, an end, a missing flag, the mark for local use) counts in doubt; what gives something counts
/// only when it is proven; and what is in doubt is judged both ways, as if it were there and as if it were not. Revocations by other keys
/// are <see cref="RevocationJudge"/>'s.
/// </summary>
/// <param name="rules">The rules.</param>
internal sealed class CertificateJudge(OpenPgpRules rules)
{
    private const string TooMany = "it is one of so many keys and signatures that it takes too long to verify them all";

    /// <summary>What was spent on all certificates, in the units of <see cref="OpenPgpRules.MaxWorkInAll"/>.</summary>
    public int Work { get; private set; }

    /// <summary>Judges a certificate by itself.</summary>
    /// <param name="raw">The certificate.</param>
    /// <returns>The judgement; where nothing is used the reason.</returns>
    public JudgedCertificate Judge(RawCertificate raw)
    {
        if (Work > rules.MaxWorkInAll)
            return Refuse(raw, null, TooMany);
        var key = Create(raw.Primary, out string? unusable);
        if (key is null)
            return Refuse(raw, null, $"it {unusable}");
        if (raw.OwnCount > rules.MaxStatements)
            return Refuse(raw, key, "it has more than 1,000 self-signatures");
        var finder = new StatementFinder(rules, raw, key);
        bool isWhole = finder.TryFind();
        Work += finder.Work;
        if (!isWhole)
            return Refuse(raw, key, "its signatures take too long to verify");

        Twins.Doubt(finder);
        var imported = ImportedBlocks(raw, finder.Own);
        DoubtWhatIsElsewhere(finder.Own, imported);
        var byComponent = finder.Own.ToLookup(static s => s.Component);
        var onPrimary = byComponent[raw.Primary].ToList();
        var directKey = onPrimary.FindAll(static s => s.Type == SignatureType.DirectKey);
        var userIds = new List<JudgedUserId>();
        foreach (var component in raw.UserIds.Concat(raw.Attributes))
        {
            var statements = byComponent[component].ToList();
            if (statements.Count > 0)
                userIds.Add(new JudgedUserId(component, Newest.Of(statements)) { Statements = statements });
        }

        JudgedKey[] subkeys = [.. raw.Subkeys.Where(static s => s.Key is not null)
            .Select(s => JudgeSubkey(raw.Primary, s, [.. byComponent[s]]))];
        if (Work > rules.MaxWorkInAll)
            return Refuse(raw, key, TooMany);
        var certificate = new JudgedCertificate
        {
            Raw = raw,
            Primary = new JudgedKey(raw.Key, key)
            {
                Statements = directKey,
                IsRevoked = onPrimary.Exists(static s => s.Type == SignatureType.KeyRevocation),
            },
            UserIds = userIds,
            Subkeys = subkeys,
            Refusal = imported.Count > 0 ? null : WhyNotImported(raw),
            Revokers = [.. directKey.SelectMany(static s => s.Revokers).Distinct()],
            HasUnreadableStatement = finder.Own.Exists(static s => s.IsUnreadable && s.Component.Kind != ComponentKind.Subkey
                && s.Type != SignatureType.KeyRevocation),
        };
        StatementReport.Add(certificate, finder);
        return certificate;
    }

    // GnuPG imports a copy of a certificate that has a user id for which the key has signed, in this copy. A version 6 key needs a
    // direct-key signature.
    private static HashSet<RawBlock> ImportedBlocks(RawCertificate raw, List<OwnStatement> own)
    {
        HashSet<RawBlock> imported = [];
        if (raw.Key.Version == 6)
        {
            if (own.Exists(static s => s.Type == SignatureType.DirectKey && (s.IsProven || s.IsUnreadable)
                && s.Raw.Blocks.Exists(static b => !b.HasPrivateKey && b.Loss is null)))
                imported.UnionWith(raw.Primary.Blocks.Where(static b => !b.HasPrivateKey && b.Loss is null));
            return imported;
        }

        foreach (var statement in own.Where(static s => s.Component.Kind is ComponentKind.UserId or ComponentKind.UserAttribute
            && (s.IsProven || s.IsUnreadable)))
            imported.UnionWith(statement.Raw.Blocks.Where(b => b.MayGive && statement.Component.Blocks.Contains(b)));
        return imported;
    }

    private static void DoubtWhatIsElsewhere(List<OwnStatement> own, HashSet<RawBlock> imported)
    {
        foreach (var statement in own.Where(static s => s.Doubt is null))
        {
            bool isImported = statement.Raw.Blocks.Exists(b => imported.Contains(b) && statement.Component.Blocks.Contains(b));
            statement.Doubt = isImported
                ? statement.Component.StandsBehindSubkey ? "its user id stands after a subkey" : null
                : statement.Raw.Blocks.TrueForAll(static b => b.HasPrivateKey) ? "it stands with a private key, which gives nothing here"
                : "it is in a copy of the key that gpg does not import";
        }
    }

    private static string WhyNotImported(RawCertificate raw) =>
        raw.Primary.Blocks.All(static b => b.Loss is not null) ? raw.Primary.Blocks.First().Loss!
        : raw.Primary.Blocks.All(static b => b.HasPrivateKey) ? "it stands with a private key, which must not be where policies are"
        : raw.Key.Version == 6 ? "it has no valid direct-key signature"
        : raw.Primary.Blocks.All(static b => b.HasMisplacedCertification)
            ? "it has a signature about a user id before any user id; gpg does not accept such a key"
        : "it has no user id with a valid self-signature; gpg does not accept such a key";

    private static JudgedCertificate Refuse(RawCertificate raw, VerificationKey? key, string reason)
    {
        var certificate = new JudgedCertificate { Raw = raw, Primary = new JudgedKey(raw.Key, key), Refusal = reason };
        StatementReport.AddUnlooked(certificate, reason);
        return certificate;
    }

    // Making a key costs about as much as verifying with it; what is no key after all has cost nothing.
    private VerificationKey? Create(RawComponent component, out string? unusable)
    {
        var key = VerificationKey.Create(component.Key!, component.Body, out unusable);
        Work += rules.VerificationWork * (key?.Cost ?? 0);
        return key;
    }

    private JudgedKey JudgeSubkey(RawComponent primary, RawComponent subkey, List<OwnStatement> statements)
    {
        var packet = subkey.Key!;
        string? unusable = null;
        var key = packet.IsSigningAlgorithm ? Create(subkey, out unusable) : null;
        var bindings = statements.FindAll(static s => s.Type == SignatureType.SubkeyBinding);
        var newest = Newest.Of(bindings);
        foreach (var binding in newest.Candidates)
        {
            SignaturePacket.Parse(binding.Raw.Body, out var signature);
            int attempts = 0;
            binding.HasBackSignature = key is not null && Work <= rules.MaxWorkInAll && BackSignature.IsIn(
                rules,
                signature,
                primary,
                subkey,
                key,
                out attempts);
            Work += attempts * rules.VerificationWork * (key?.Cost ?? 0);
        }

        bool isBound = bindings.Exists(static s => s.IsProven || s.IsUnreadable);
        return new JudgedKey(packet, key)
        {
            Statements = bindings,
            Newest = newest,
            IsRevoked = statements.Exists(static s => s.Type == SignatureType.SubkeyRevocation),
            HasUnreadableStatement = bindings.Exists(static s => s.IsUnreadable),
            Refusal = packet.IsSigningAlgorithm && key is null ? $"is skipped: it {unusable}" : isBound ? null
                : "has no valid binding signature and is skipped",
        };
    }
}
