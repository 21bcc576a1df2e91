using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Whom a signature names as its maker: by key id, by fingerprint, by both, or by neither.</summary>
public sealed class StatementLabelTests
{
    private static readonly TestSigner Four = TestSigner.EcdsaP256();
    private static readonly TestSigner Six = TestSigner.Ed25519Key(version: 6);
    private static readonly TestSigner Other = TestSigner.EcdsaP256();

    [Fact]
    public void Version_4_is_named_by_its_key_id()
    {
        Labels(Four, StatementLabel.None);
        Labels(Four, StatementLabel.Own, Id(Four));
        Labels(Four, StatementLabel.Other, Id(Other));
        Labels(Four, StatementLabel.None, Print(Four));
        Labels(Four, StatementLabel.Other, Print(Other));
        Labels(Four, StatementLabel.Other, Print(Six));
        Labels(Four, StatementLabel.Own, Id(Four), Print(Other));
        Labels(Four, StatementLabel.None, Id(Other), Print(Four));
        Labels(Four, StatementLabel.Other, Id(Other), Print(Other));
    }

    [Fact]
    public void Version_6_is_named_by_its_fingerprint()
    {
        Labels(Six, StatementLabel.None);
        Labels(Six, StatementLabel.None, Id(Six));
        Labels(Six, StatementLabel.None, Id(Other));
        Labels(Six, StatementLabel.Own, Print(Six));
        Labels(Six, StatementLabel.Own, Id(Other), Print(Six));
        Labels(Six, StatementLabel.Other, Print(Other));
        Labels(Six, StatementLabel.Other, Id(Six), Print(Other));
        Labels(Six, StatementLabel.Other, Print(TestSigner.Ed25519Key(version: 6)));
    }

    [Fact]
    public void A_key_id_is_the_end_of_a_fingerprint_and_for_version_6_its_start()
    {
        Ids(null);
        Ids(Other.Packet.KeyId, Id(Other));
        Ids(Four.Packet.KeyId, Print(Four));
        Ids(Six.Packet.KeyId, Print(Six));
        Ids(Other.Packet.KeyId, Id(Other), Print(Four));
        Assert.Equal(Convert.ToUInt64(Four.Fingerprint[24..], 16), Four.Packet.KeyId);
        Assert.Equal(Convert.ToUInt64(Six.Fingerprint[..16], 16), Six.Packet.KeyId);

        static void Ids(ulong? expected, params byte[][] unhashed)
        {
            SignaturePacket.Parse(Body(Four, unhashed), out var signature);
            Assert.Equal(expected, StatementLabels.KeyId(signature));
        }
    }

    private static void Labels(TestSigner key, StatementLabel expected, params byte[][] unhashed)
    {
        SignaturePacket.Parse(Body(key, unhashed), out var signature);
        Assert.Equal(expected, StatementLabels.Of(signature, key.Packet));
    }

    private static byte[] Body(TestSigner key, byte[][] unhashed) =>
        key.SignBody(SignatureType.DirectKey, key.Hashed, TestPackets.Created, unhashed: unhashed, hasIssuer: false);

    private static byte[] Id(TestSigner key) => TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(key.Packet.KeyId));

    private static byte[] Print(TestSigner key) =>
        TestPackets.Subpacket(SubpacketType.IssuerFingerprint, [key.Version, .. Convert.FromHexString(key.Fingerprint)]);
}
