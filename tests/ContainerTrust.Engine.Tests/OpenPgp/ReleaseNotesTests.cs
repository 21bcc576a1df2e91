using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>A good signature says which releases and builds refuse it; a bad one says nothing.</summary>
public sealed class ReleaseNotesTests
{
    private const uint Created = TestPackets.Created;
    private const string BySubkey = "It was made by a subkey, which podman 5.6 and older (containers/image before " +
        "5.37) refuse if built with gpgme.";
    private const string Version3 = "It is of version 3, which podman and skopeo of July 2026 and later refuse if built with " +
        "Go's OpenPGP (not with gpgme).";
    private const string Version6 = "It is of version 6, which GnuPG does not read: podman and skopeo built with gpgme, as " +
        "on RHEL and CentOS, refuse it.";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly byte[] Content = "{}"u8.ToArray();
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);

    [Fact]
    public void A_signature_that_all_take_has_no_note() => Assert.Null(Good(Signer.Message(Content)).Note);

    [Fact]
    public void A_subkeys_has_one() => Assert.Equal(BySubkey, Good(Sub.Message(Content, Created + 20)).Note);

    [Fact]
    public void One_of_version_3_has_one()
    {
        Assert.Equal(Version3, Good(OfVersion3(Signer)).Note);
        Assert.Equal($"{BySubkey} {Version3}", Good(OfVersion3(Sub)).Note);
    }

    [Fact]
    public void One_of_version_6_has_one() => Assert.Equal(Version6, Rfc9580ExampleTests.Verified().Note);

    [Fact]
    public void A_bad_one_has_none()
    {
        byte[] message = OfVersion3(Sub);
        message[^1] ^= 1;
        OpenPgpVerification result = Verify(message);
        Assert.Equal(OpenPgpProblem.BadSignature, result.Problem);
        Assert.Null(result.Note);
    }

    private static byte[] OfVersion3(TestSigner by) =>
        [.. TestPackets.Packet(PacketTag.Signature, by.SignVersion3(SignatureType.Binary, Content, Created + 20)),
            .. TestSigner.Literal(Content)];

    private static OpenPgpVerification Good(byte[] message)
    {
        OpenPgpVerification result = Verify(message);
        Assert.True(result.IsGood, result.Reason);
        return result;
    }

    private static OpenPgpVerification Verify(byte[] message)
    {
        byte[] data = [.. Signer.Hashed, .. Sub.Hashed];
        byte[] back = TestSigner.LongSubpacket(SubpacketType.EmbeddedSignature,
            Sub.SignBody(SignatureType.PrimaryKeyBinding, data, Created + 6));
        byte[] binding = TestPackets.Packet(PacketTag.Signature,
            Signer.SignBody(SignatureType.SubkeyBinding, data, Created + 6, hashed: [TestPackets.Flags(2), back]));
        byte[] file = [.. Signer.Certificate(), .. Sub.KeyPacket(PacketTag.PublicSubkey), .. binding];
        return OpenPgpKeyring.Import([new KeyringSource("key", file)]).Verify(message, Now);
    }
}
