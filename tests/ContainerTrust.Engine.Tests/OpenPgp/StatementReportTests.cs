using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>What is said of statements about things that are not used, and of those that take something back; and what is shown of such
/// keys.</summary>
public sealed class StatementReportTests
{
    private const uint Created = TestPackets.Created;
    private const long Now = Created + 1_000_000;
    private const string UserId = "signer <s@example.com>";
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Newer = TestSigner.Ed25519Key(version: 6);
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly TestSigner NewerSub = TestSigner.Ed25519Key(Created + 5, version: 6);
    private static readonly byte[] Certify = TestPackets.Flags(1);
    private static readonly byte[] Sign = TestPackets.Flags(3);

    [Fact]
    public void A_binding_of_a_subkey_of_an_unknown_kind_is_not_used()
    {
        byte[] body = [4, .. TestPackets.BigEndian(Created), 99, 1, 2, 3];
        byte[] data = [.. Signer.Hashed, .. SignatureDigest.HashedKey(4, body)], packet = TestPackets.Packet(PacketTag.PublicSubkey, body);
        foreach (var type in new[] { SignatureType.SubkeyBinding, SignatureType.SubkeyRevocation })
        {
            var certificate = Read([.. Signer.Certificate(), .. packet, .. Signer.Sign(type, data, Created + 9)]);
            Assert.Equal((StatementOutcome.NotUsed, "a subkey of an unknown kind"), Of(certificate.Statements[1]));
            Assert.Equal(StatementOutcome.Counts, certificate.Statements[0].Outcome);
        }

        var known = Read([.. Signer.Certificate(), .. Signer.Bind(Sub, Created + 6, hashed: Sign)]);
        Assert.Equal((StatementOutcome.Counts, $"subkey {Sub.Fingerprint}"), Of(known.Statements[1]));
    }

    [Fact]
    public void A_certification_of_a_user_id_of_version_6_is_not_used()
    {
        byte[] certified = Newer.Certify(UserId, Created + 9, Sign);
        var certificate = Read([.. Newer.Certificate(UserId), .. certified, .. Newer.Bind(NewerSub, Created + 6, hashed: Sign)]);
        Assert.Equal(
            [(StatementOutcome.Counts, "the primary key"), (StatementOutcome.NotUsed, $"user id '{UserId}'"),
                (StatementOutcome.Counts, $"subkey {NewerSub.Fingerprint}")],
            certificate.Statements.Select(Of));
        certificate = Read([.. Signer.Certificate(UserId)]);
        Assert.Equal((StatementOutcome.Counts, $"user id '{UserId}'"), Of(Assert.Single(certificate.Statements)));
    }

    [Fact]
    public void A_revocation_of_a_user_id_revokes_as_long_as_it_is_the_newest()
    {
        byte[] start = [.. Signer.Certificate(UserId), .. Signer.Certify(SignatureType.CertificationRevocation, UserId, Created + 9)];
        Assert.Equal([StatementOutcome.Superseded, StatementOutcome.Revokes], Read(start).Statements.Select(static s => s.Outcome));
        byte[] again = [.. start, .. Signer.Certify(UserId, Created + 10, Sign)];
        Assert.Equal([StatementOutcome.Superseded, StatementOutcome.Superseded, StatementOutcome.Counts],
            Read(again).Statements.Select(static s => s.Outcome));
    }

    [Fact]
    public void A_key_that_is_not_used_shows_no_end()
    {
        byte[] ends = Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 1, TestPackets.Lifetime(1000));
        var unused = Read([.. Signer.KeyPacket(), .. ends]);
        Assert.NotNull(unused.Refusal);
        Assert.Equal(Created + 1000, KeyValidity.PrimaryEnd(unused, Now));
        Assert.Null(TrustKeyView.Of(unused, Now).Expires);
        Assert.Equal(Created + 1000, TrustKeyView.Of(Read([.. Signer.Certificate(), .. ends]), Now).Expires!.Value.ToUnixTimeSeconds());
    }

    [Fact]
    public void A_subkey_below_a_key_that_is_not_valid_cannot_sign()
    {
        byte[] soonOver = TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(1000u));
        byte[] whole = [.. Signer.Certificate(UserId, hashed: [Certify]), .. Signer.Bind(Sub, Created + 6, hashed: Sign)];
        byte[] over = Signer.Certify(UserId, Created + 9, Certify, soonOver);
        Shows(true, whole, Now);
        Shows(true, [.. whole, .. over], Created + 1008);
        Shows(false, [.. whole, .. over], Created + 1009);
        Shows(false, [.. whole, .. Signer.Certify(SignatureType.CertificationRevocation, UserId, Created + 9)], Now);

        static void Shows(bool expected, byte[] file, long now)
        {
            var certificate = Read(file);
            var key = TrustKeyView.Of(certificate, now);
            Assert.Equal((expected, expected), (key.CanSign, Assert.Single(key.Subkeys).CanSign));
            Assert.Equal(expected, KeyValidity.Judge(certificate, certificate.Subkeys[0], now, out _) == OpenPgpProblem.None);
        }
    }

    private static (StatementOutcome Outcome, string About) Of(JudgedStatement statement) => (statement.Outcome, statement.About);

    private static JudgedCertificate Read(byte[] file) => Assert.Single(JudgedKeyFiles.Read("key", file).Certificates);
}
