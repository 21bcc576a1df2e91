using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp.Certificates;

/// <summary>Says of every signature of a certificate what became of it.</summary>
internal static class StatementReport
{
    /// <summary>Reports the signatures of a judged certificate.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="finder">What was found out of its signatures.</param>
    public static void Add(JudgedCertificate certificate, StatementFinder finder)
    {
        HashSet<OwnStatement> candidates = [.. certificate.UserIds.SelectMany(static u => u.Newest.Candidates),
            .. certificate.Subkeys.SelectMany(static s => s.Newest.Candidates)];
        candidates.UnionWith(Newest.Of(certificate.Primary.Statements).Candidates);
        foreach (var own in finder.Own)
        {
            var outcome = OutcomeOf(certificate, own, candidates.Contains(own));
            string fingerprint = certificate.Primary.Packet.Fingerprint;
            certificate.Report(own.Raw, new JudgedStatement(own.Raw.Blocks[0].File, fingerprint, own.Type, own.Created, Name(own.Component),
                outcome, own.Doubt ?? ""));
        }

        foreach (var (raw, outcome, reason) in finder.Others)
            certificate.Report(raw, Make(certificate.Raw, raw, outcome, reason));
    }

    /// <summary>Reports the signatures of a certificate that was not looked at.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="reason">Why it was not.</param>
    public static void AddUnlooked(JudgedCertificate certificate, string reason)
    {
        foreach (var statement in certificate.Raw.Statements)
            certificate.Report(
                statement,
                Make(certificate.Raw, statement, StatementOutcome.NotUsed, $"the key is not used, because {reason}"));
    }

    /// <summary>Names a component.</summary>
    /// <param name="component">The component.</param>
    /// <returns>A phrase.</returns>
    public static string Name(RawComponent component) => component.Kind switch
    {
        ComponentKind.PrimaryKey => "the primary key",
        ComponentKind.Subkey => component.Key is null ? "a subkey of an unknown kind" : $"subkey {component.Key.Fingerprint}",
        ComponentKind.UserAttribute => "a user attribute",
        _ => $"user id '{UserIdText.Decode(component.Body)}'",
    };

    private static JudgedStatement Make(RawCertificate raw, RawStatement statement, StatementOutcome outcome, string reason)
    {
        SignaturePacket.Parse(statement.Body, out var signature);
        return new JudgedStatement(statement.Blocks[0].File, raw.Key.Fingerprint, signature.Type, signature.Created, "", outcome, reason);
    }

    private static StatementOutcome OutcomeOf(JudgedCertificate certificate, OwnStatement own, bool isCandidate)
    {
        bool isOfNoUse = own.Component.Kind == ComponentKind.Subkey ? own.Component.Key is null
            : own.Component.Kind != ComponentKind.PrimaryKey && certificate.Primary.Packet.Version == 6;
        if (isOfNoUse)
            return StatementOutcome.NotUsed;
        if (own.Type is SignatureType.KeyRevocation or SignatureType.SubkeyRevocation)
            return StatementOutcome.Revokes;
        if (own.IsUnreadable)
            return StatementOutcome.Unreadable;
        if (!isCandidate)
            return StatementOutcome.Superseded;
        return !own.IsProven ? StatementOutcome.Doubtful : own.IsRevocation ? StatementOutcome.Revokes : StatementOutcome.Counts;
    }
}
