using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>
/// Revocations that stand elsewhere than with their key, or are by another key: what is said of them, and how much is tried. A verification
/// costs 41 here: one for the hash, and twenty times the two that a key on P-256 costs.
/// </summary>
public sealed class RevocationJudgeTests
{
    private const uint Created = TestPackets.Created;
    private const string UserId = "signer <s@example.com>";
    private const int One = 41;
    private static readonly TestSigner A = TestSigner.EcdsaP256();
    private static readonly TestSigner B = TestSigner.EcdsaP256();
    private static readonly TestSigner Third = TestSigner.EcdsaP256();
    private static readonly byte[] Sign = TestPackets.Flags(3);
    private static readonly byte[] OfA = A.Sign(SignatureType.KeyRevocation, A.Hashed, Created + 50);
    private static readonly byte[] OfB = B.Sign(SignatureType.KeyRevocation, B.Hashed, Created + 50);
    private static readonly byte[] Bogus = Third.Sign(SignatureType.KeyRevocation, A.Hashed, Created + 50);

    [Fact]
    public void A_revocation_that_stands_alone_says_what_it_revokes()
    {
        var found = Judge(OpenPgpRules.Current, OfB, [.. A.Certificate(), .. B.Certificate()]);
        Assert.Equal([B.Fingerprint], found.Revoked);
        Assert.Equal(new JudgedStatement("file 0", B.Fingerprint, SignatureType.KeyRevocation, Created + 50, "the primary key",
            StatementOutcome.Revokes, ""), Assert.Single(found.Loose));
        Assert.Empty(found.Warnings);

        const string Reason = "the key that it names did not make it, or is not in the files";
        byte[] fingerprint = TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [4, .. Convert.FromHexString(Third.Fingerprint)]);
        foreach (var (statement, name) in new[]
        {
            (Bogus, Third.Packet.KeyId.ToString("X16")), (Unnamed(Bogus), "unnamed"),
            (TestSigner.WithUnhashed(Bogus, _ => fingerprint), Third.Fingerprint),
        })
        {
            found = Judge(OpenPgpRules.Current, statement, A.Certificate());
            Assert.Empty(found.Revoked);
            Assert.Equal((name, "", StatementOutcome.ByAnother, Reason),
                (found.Loose[0].Key, found.Loose[0].About, found.Loose[0].Outcome, found.Loose[0].Reason));
            Assert.Equal([$"file 0: a revocation by a key that is not in the file ({name}) is ignored."], found.Warnings);
            found = Judge(OpenPgpRules.Current, [.. A.Certificate(), .. statement]);
            Assert.Empty(found.Loose);
            Assert.Equal([$"file 0: a revocation of key {A.Fingerprint} by another key ({name}) is ignored; if " +
                "it is genuine, remove the key."], found.Warnings);
        }
    }

    [Fact]
    public void A_designated_revocation_names_the_revoker_and_warns_of_nothing()
    {
        byte[] certificate = [.. A.KeyPacket(), .. Designate(B.Fingerprint), .. A.Certificate()[A.KeyPacket().Length..]];
        byte[] byB = B.Sign(SignatureType.KeyRevocation, A.Hashed, Created + 50);
        var found = Judge(OpenPgpRules.Current, [.. certificate, .. byB], B.Certificate());
        Assert.Equal([A.Fingerprint], found.Revoked);
        Assert.Empty(found.Warnings);
        var statement = Assert.Single(found.Certificates[0].Statements, static s => s.Type == SignatureType.KeyRevocation);
        Assert.Equal((StatementOutcome.Revokes, "the primary key", $"by the designated revoker {B.Fingerprint}"),
            (statement.Outcome, statement.About, statement.Reason));
        Assert.Empty(Judge(OpenPgpRules.Current, [.. A.Certificate(), .. byB], B.Certificate()).Revoked);
    }

    [Fact]
    public void A_revoker_that_is_too_short_to_sign_is_asked()
    {
        var weak = TestSigner.Rsa(bits: 768);
        byte[] certificate = [.. A.KeyPacket(), .. Designate(weak.Fingerprint, 1), .. A.Certificate()[A.KeyPacket().Length..]];
        byte[] byWeak = weak.Sign(SignatureType.KeyRevocation, A.Hashed, Created + 50);
        Assert.Equal([A.Fingerprint], Judge(OpenPgpRules.Current, [.. certificate, .. byWeak], weak.Certificate()).Revoked);
        var found = Judge(OpenPgpRules.Current, [.. certificate, .. Bogus], weak.Certificate());
        Assert.Empty(found.Revoked);
        Assert.Null(found.Certificates[0].Primary.MissingRevoker);
        Assert.Equal(weak.Fingerprint, Judge(OpenPgpRules.Current, [.. certificate, .. Bogus]).Certificates[0].Primary.MissingRevoker);
    }

    [Fact]
    public void A_missing_revoker_of_version_6_is_known_by_the_start_of_its_fingerprint()
    {
        var newer = TestSigner.Ed25519Key(version: 6);
        byte[] certificate = [.. A.KeyPacket(), .. Designate(newer.Fingerprint, 27), .. A.Certificate()[A.KeyPacket().Length..]];
        foreach (var (id, isMissing) in new[] { (newer.Packet.KeyId, true), (newer.Packet.KeyId + 1, false) })
        {
            byte[] labelled = TestSigner
                .WithUnhashed(Bogus, _ => TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(id)));
            Assert.Equal(isMissing ? newer.Fingerprint : null,
                Judge(OpenPgpRules.Current, labelled, certificate).Certificates[0].Primary.MissingRevoker);
        }

        byte[] ofVersion4 = [.. A.KeyPacket(), .. Designate(Third.Fingerprint), .. A.Certificate()[A.KeyPacket().Length..]];
        Assert.Equal(Third.Fingerprint, Judge(OpenPgpRules.Current, Bogus, ofVersion4).Certificates[0].Primary.MissingRevoker);
        Assert.Null(Judge(OpenPgpRules.Current, B.Sign(SignatureType.KeyRevocation, A.Hashed, Created + 50),
            ofVersion4).Certificates[0].Primary.MissingRevoker);
    }

    [Fact]
    public void Attempts_for_one_key_are_bounded_and_beyond_that_it_counts_as_revoked()
    {
        byte[] toA = TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(A.Packet.KeyId));
        byte[] Named(uint after) => TestSigner.WithUnhashed(Third.Sign(SignatureType.KeyRevocation, A.Hashed, Created + after), _ => toA);
        foreach (int limit in new[] { 0, 1, 2, 5 })
        {
            var rules = OpenPgpRules.Current with { MaxForeignRevocations = limit };
            byte[] several = [.. Enumerable.Range(1, limit).SelectMany(i => Named((uint)i))];
            Assert.Empty(Judge(rules, [.. several, .. A.Certificate()]).Revoked);
            Assert.Equal([A.Fingerprint], Judge(rules, [.. several, .. Named(99), .. A.Certificate()]).Revoked);
            Assert.Equal([A.Fingerprint], Judge(rules, [.. several, .. A.Certificate(), .. B.Certificate()], Named(99)).Revoked);
        }
    }

    [Fact]
    public void Keys_that_are_not_named_are_tried_as_far_as_the_work_goes()
    {
        byte[] both = [.. A.Certificate(), .. B.Certificate()], unnamed = Unnamed(OfB);
        Revokes(false, true, 0, unnamed, both);
        Revokes(false, true, One - 1, unnamed, both);
        Revokes(true, true, One, unnamed, both);
        Revokes(true, false, 2 * One, unnamed, both);

        // B is tried first, and then nothing more.
        byte[] turned = [.. B.Certificate(), .. A.Certificate()];
        Revokes(true, true, 0, unnamed, turned);
        Revokes(true, true, One - 1, unnamed, turned);
        Revokes(true, false, One, unnamed, turned);
    }

    [Fact]
    public void The_key_that_is_named_is_tried_first_and_costs_no_work()
    {
        Revokes(true, false, 0, OfB, [.. A.Certificate(), .. B.Certificate()]);
        Revokes(true, true, 0, [.. Unnamed(Bogus), .. OfB], [.. A.Certificate(), .. B.Certificate()]);

        // Not so the next revocation without a name.
        byte[] bogus = Unnamed(Third.Sign(SignatureType.KeyRevocation, B.Hashed, Created + 51));
        Revokes(false, true, One - 1, [.. bogus, .. Unnamed(OfB)], B.Certificate());
        Revokes(true, true, One, [.. bogus, .. Unnamed(OfB)], B.Certificate());
        Revokes(true, false, 2 * One, [.. bogus, .. Unnamed(OfB)], B.Certificate());
    }

    [Fact]
    public void After_half_of_the_work_the_start_of_the_hash_must_fit()
    {
        byte[] bogus = Unnamed(Third.Sign(SignatureType.KeyRevocation, B.Hashed, Created + 51)), changed = ChangedStart(Unnamed(OfB));
        Revokes(true, false, 1000, [.. bogus, .. changed], B.Certificate());

        // The second is tried at 42, and is above the half from 41 down.
        Revokes(true, false, 2 * (One + 1), [.. bogus, .. changed], B.Certificate());
        Revokes(false, false, 2 * One, [.. bogus, .. changed], B.Certificate());
        Revokes(true, false, 2 * One, [.. bogus, .. Unnamed(OfB)], B.Certificate());
    }

    [Fact]
    public void A_revocation_with_its_neighbour_is_not_tried_with_it_again()
    {
        var found = Judge(OpenPgpRules.Current with { MaxLooseRevocationWork = 0 }, [.. A.Certificate(), .. Bogus]);
        Assert.Single(found.Warnings);
        found = Judge(OpenPgpRules.Current, [.. A.Certificate(), .. B.Certificate(), .. OfA]);
        Assert.Equal([A.Fingerprint], found.Revoked);
        Assert.Empty(found.Warnings);
    }

    [Fact]
    public void What_cannot_be_checked_says_why()
    {
        byte[] start = A.Certificate();
        byte[] id = TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(A.Packet.KeyId));
        byte[] unknownHash = TestPackets.Packet(PacketTag.Signature,
            [4, 0x1F, 19, 77, 0, 0, 0, (byte)id.Length, .. id, 1, 2, 0, 1, 1, 0, 1, 1]);
        var statement = Judge(OpenPgpRules.Current, [.. start, .. unknownHash]).Certificates[0].Statements[^1];
        Assert.Equal(StatementOutcome.Uncheckable, statement.Outcome);
        Assert.Matches("^its hash algorithm \\(.+\\) is unknown$", statement.Reason);
        byte[] otherVersion = TestPackets.Packet(PacketTag.Signature, A.InVersion(6)
            .SignBody(SignatureType.DirectKey, A.Hashed, Created + 9, unhashed: [id], hasIssuer: false));
        statement = Judge(OpenPgpRules.Current, [.. start, .. otherVersion]).Certificates[0].Statements[^1];
        Assert.Equal((StatementOutcome.Uncheckable, "its version or salt does not fit"), (statement.Outcome, statement.Reason));
        byte[] byOther = [4, 0x1F, 19, 77, 0, 0, 0, (byte)id.Length,
            .. TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(B.Packet.KeyId)), 1, 2, 0, 1, 1, 0, 1, 1];
        statement = Judge(OpenPgpRules.Current,
            [.. start, .. TestPackets.Packet(PacketTag.Signature, byOther)]).Certificates[0].Statements[^1];
        Assert.Equal(StatementOutcome.ByAnother, statement.Outcome);
    }

    [Fact]
    public void Certifications_that_name_another_key_are_tried_where_they_stand_alone()
    {
        byte[] toB = TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(B.Packet.KeyId));
        byte[] start = [.. A.Certificate(), .. TestPackets.UserId("B"), .. A.Certify("B", Created, Sign)];
        foreach (int type in new[] { 0x10, 0x11, 0x12, 0x13 })
        {
            byte[] certification = TestSigner.WithUnhashed(A.Certify((SignatureType)type, UserId, Created + 9, Sign), _ => toB);
            Assert.Equal(StatementOutcome.ByAnother, Outcome([.. start, .. certification]));
            Assert.Equal(StatementOutcome.Doubtful, Outcome([.. A.Certificate(), .. certification]));
            Assert.Equal(StatementOutcome.ByAnother, Outcome([.. A.Certificate(), .. ChangedStart(certification)]));
        }

        byte[] revocation = TestSigner.WithUnhashed(A.Certify(SignatureType.CertificationRevocation, UserId, Created + 9), _ => toB);
        Assert.Equal(StatementOutcome.Doubtful, Outcome([.. start, .. revocation]));
        Assert.Equal(StatementOutcome.Doubtful, Outcome([.. start, .. ChangedStart(revocation)]));

        static StatementOutcome Outcome(byte[] file) =>
            Judge(OpenPgpRules.Current, file).Certificates[0].Statements.Single(static s => s.Created == Created + 9).Outcome;
    }

    [Fact]
    public void The_work_for_one_certificate_is_bounded()
    {
        const string TooLong = "its signatures take too long to verify";
        Assert.Null(Judge(OpenPgpRules.Current with { MaxWork = One }, A.Certificate()).Certificates[0].Refusal);
        Assert.Equal(TooLong, Judge(OpenPgpRules.Current with { MaxWork = One - 1 }, A.Certificate()).Certificates[0].Refusal);
        byte[] two = [.. A.Certificate(), .. A.Certify(UserId, Created + 9, Sign)];
        Assert.Null(Judge(OpenPgpRules.Current with { MaxWork = 2 * One }, two).Certificates[0].Refusal);
        Assert.Equal(TooLong, Judge(OpenPgpRules.Current with { MaxWork = (2 * One) - 1 }, two).Certificates[0].Refusal);
    }

    private static void Revokes(bool expected, bool isTooMuch, int limit, byte[] loose, byte[] file)
    {
        var found = Judge(OpenPgpRules.Current with { MaxLooseRevocationWork = limit }, loose, file);
        Assert.Equal(expected, found.Revoked.Length == 1);
        Assert.Equal(isTooMuch, found.Warnings.Any(static w => w.StartsWith("There are too many revocations", StringComparison.Ordinal)));
    }

    private static (List<JudgedCertificate> Certificates, List<JudgedStatement> Loose, string[] Revoked,
        IReadOnlyList<string> Warnings) Judge(OpenPgpRules rules, params byte[][] files)
    {
        var parser = new KeyFileParser(rules);
        for (int i = 0; i < files.Length; i++)
            parser.Read($"file {i}", TestPackets.Armor(files[i]));
        var judge = new CertificateJudge(rules);
        var certificates = parser.Certificates.ConvertAll(judge.Judge);
        var loose = new RevocationJudge(rules, certificates, parser.Warnings).Apply(parser.LooseRevocations);
        return (certificates, loose,
            [.. certificates.Where(static c => c.Primary.IsRevoked).Select(static c => c.Primary.Packet.Fingerprint)],
            parser.Warnings.Take());
    }

    private static byte[] Designate(string fingerprint, byte algorithm = 19) => A.Sign(SignatureType.DirectKey, A.Hashed, Created + 1,
        TestPackets.Subpacket(SubpacketType.RevocationKey, [0x80, algorithm, .. Convert.FromHexString(fingerprint)]));

    private static byte[] Unnamed(byte[] packet) => TestSigner.WithUnhashed(packet, static _ => []);

    private static byte[] ChangedStart(byte[] packet)
    {
        int length = 0;
        TestSigner.WithNumbers(packet, m =>
        {
            length = m.Length;
            return m;
        });
        byte[] changed = [.. packet];
        changed[^(length + 1)] ^= 1;
        return changed;
    }
}
