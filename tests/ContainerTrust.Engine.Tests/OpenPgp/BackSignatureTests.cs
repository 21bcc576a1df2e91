using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>When a subkey has agreed to be bound: the newest signature of type 0x19 in its binding decides, and of one second all
/// do.</summary>
public sealed class BackSignatureTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly byte[] SubData = [.. Signer.Hashed, .. Sub.Hashed];
    private static readonly byte[] Message = Sub.Message("{}"u8.ToArray(), Created + 20);
    private static readonly byte[] Sign = TestPackets.Flags(2);
    private static readonly byte[] Good = Embed(Back(Created + 6));
    private static readonly byte[] Bad = Embed(Damaged(Back(Created + 6)));

    [Fact]
    public void It_must_be_there_and_be_the_subkeys_over_both_keys()
    {
        Agrees(true, [Good]);
        Agrees(false, []);
        Agrees(false, [Bad]);
        Agrees(false, [Embed(Signer.SignBody(SignatureType.PrimaryKeyBinding, SubData, Created + 6))]);
        Agrees(false, [Embed(Sub.SignBody(SignatureType.PrimaryKeyBinding, [.. Other.Hashed, .. Sub.Hashed], Created + 6))]);
        Agrees(false, [Embed(Sub.SignBody(SignatureType.PrimaryKeyBinding, [.. Signer.Hashed, .. Other.Hashed], Created + 6))]);
        Agrees(false, [Embed(Sub.SignBody(SignatureType.SubkeyBinding, SubData, Created + 6))]);
        Agrees(false, [TestSigner.LongSubpacket(SubpacketType.PolicyUri, Back(Created + 6))]);
    }

    [Fact]
    public void The_newest_counts()
    {
        byte[] newGood = Embed(Back(Created + 9)), newBad = Embed(Damaged(Back(Created + 9)));
        Agrees(false, [Good, newBad]);
        Agrees(false, [newBad, Good]);
        Agrees(true, [Bad, newGood]);
        Agrees(true, [newGood, Bad]);
    }

    [Fact]
    public void Of_one_second_all_must_be_good()
    {
        Agrees(false, [Good, Bad]);
        Agrees(false, [Bad, Good]);
        Agrees(true, [Good, Good]);
        Agrees(true, [Good, Embed(Back(Created + 6))]);
    }

    [Fact]
    public void It_may_stand_in_the_area_that_nobody_signs()
    {
        Agrees(true, [], [Good]);
        Agrees(true, [Good], [Good]);
        Agrees(false, [Good], [Bad]);
        Agrees(false, [Bad], [Good]);
        Agrees(false, [Good], [Embed(Damaged(Back(Created + 9)))]);
        Agrees(true, [Bad], [Embed(Back(Created + 9))]);
    }

    [Fact]
    public void What_is_not_one_is_passed_over()
    {
        byte[] document = Embed(Sub.SignBody(SignatureType.Binary, SubData, Created + 9));
        byte[] malformed = Embed([4, 0x19]), unknown = Embed([5, .. Back(Created + 9)[1..]]);
        foreach (byte[] other in new[] { document, malformed, unknown, Embed([]) })
        {
            Agrees(true, [Good, other]);
            Agrees(true, [other, Good]);
            Agrees(false, [other]);
        }
    }

    [Fact]
    public void One_that_must_not_be_relied_on_is_not_good()
    {
        byte[] critical = TestPackets.Subpacket((SubpacketType)100, [1], isCritical: true),
        part = TestPackets.Subpacket(SubpacketType.KeyExpirationTime, [1]);
        foreach (byte[] odd in new[] { critical, part })
        {
            byte[] embedded = Embed(Sub.SignBody(SignatureType.PrimaryKeyBinding, SubData, Created + 9, hashed: [odd]));
            Agrees(false, [embedded]);
            Agrees(false, [Good, embedded]);
        }

        Agrees(true, [Embed(Sub.SignBody(SignatureType.PrimaryKeyBinding, SubData, Created + 9,
            hashed: [TestPackets.Subpacket((SubpacketType)100, [1])]))]);
    }

    [Fact]
    public void It_is_not_older_than_the_subkey()
    {
        Agrees(false, [Embed(Back(Created + 4))]);
        Agrees(true, [Embed(Back(Created + 5))]);
    }

    private static byte[] Back(uint created) => Sub.SignBody(SignatureType.PrimaryKeyBinding, SubData, created);

    private static byte[] Damaged(byte[] body)
    {
        byte[] damaged = [.. body];
        damaged[^1] ^= 1;
        return damaged;
    }

    private static byte[] Embed(byte[] body) => TestSigner.LongSubpacket(SubpacketType.EmbeddedSignature, body);

    private static void Agrees(bool expected, byte[][] hashed, byte[][]? unhashed = null)
    {
        byte[] binding = TestPackets.Packet(PacketTag.Signature,
            Signer.SignBody(SignatureType.SubkeyBinding, SubData, Created + 6, hashed: [Sign, .. hashed], unhashed: unhashed));
        byte[] file = [.. Signer.Certificate(), .. Sub.KeyPacket(PacketTag.PublicSubkey), .. binding];
        var result = OpenPgpKeyring.Import([new KeyringSource("key", file)]).Verify(Message, Now);
        string reason = expected ? $"Good signature by key {Signer.Fingerprint}."
            : $"Subkey {Sub.Fingerprint} has not agreed to be bound to its primary key: its back-signature is missing or wrong.";
        Assert.Equal((expected ? OpenPgpProblem.None : OpenPgpProblem.KeyNotValid, reason), (result.Problem, result.Reason));
    }
}
