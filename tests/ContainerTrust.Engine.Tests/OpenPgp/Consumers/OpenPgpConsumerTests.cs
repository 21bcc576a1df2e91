using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp.Consumers;

/// <summary>What each library and release refuses of signatures that are good here.</summary>
public sealed class OpenPgpConsumerTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly byte[] Content = "{}"u8.ToArray();
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);
    private static readonly TestSigner Edwards = TestSigner.Ed25519Key();
    private static readonly TestSigner Legacy = TestSigner.Ed25519Key(isLegacy: true);
    private static readonly TestSigner Six = TestSigner.Ed25519Key(version: 6);
    private static readonly TestSigner Short = TestSigner.Rsa(bits: 1024);
    private static readonly TestSigner Rsa = TestSigner.Rsa();

    // The verdicts of podman 5.6, 5.7, 6.0 and 6.1 with GnuPG, with Sequoia, and with Go's OpenPGP.
    [Theory]
    [InlineData("plain", "yyyy", "yyyy", "yyyy")]
    [InlineData("subkey", "nyyy", "yyyy", "nyyy")]
    [InlineData("version 3", "yyyy", "nnnn", "yyyn")]
    [InlineData("version 6", "nnnn", "yyyy", "nnnn")]
    [InlineData("armored", "yyyy", "yyyy", "nnnn")]
    [InlineData("SHA3", "nnnn", "nnnn", "nnnn")]
    [InlineData("algorithm 27", "nnnn", "yyyy", "nnnn")]
    [InlineData("EdDSA", "yyyy", "yyyy", "nnny")]
    [InlineData("RSA 1024", "yyyy", "nnnn", "yyyy")]
    [InlineData("SHA-1 key", "yyyy", "nnnn", "yyyy")]
    public void Each_has_its_own_verdict(string what, string gnuPg, string sequoia, string go)
    {
        (byte[] message, byte[] keys) = Case(what);
        Assert.True(OpenPgpKeyring.Import([new KeyringSource("key", keys)]).Verify(message, Now).IsGood);
        Assert.Equal(gnuPg, Verdicts(OpenPgpLibrary.GnuPg, message, keys));
        Assert.Equal(sequoia, Verdicts(OpenPgpLibrary.Sequoia, message, keys));
        Assert.Equal(go, Verdicts(OpenPgpLibrary.Go, message, keys));
    }

    [Fact]
    public void The_reason_names_the_release_and_shows_nothing_of_the_claim()
    {
        (byte[] message, byte[] keys) = Case("subkey");
        OpenPgpVerification result = Verify(new("podman 5.6", OpenPgpLibrary.GnuPg, 36, 36), message, keys);
        Assert.Equal(OpenPgpProblem.NotForConsumer, result.Problem);
        Assert.Equal(
            "podman 5.6 built with gpgme (GnuPG) refuses this signature: it was made by a subkey, which containers/image before 5.37 does "
                + "not take for its primary key.", result.Reason);
        Assert.True(result.Content.IsEmpty);
        Assert.Null(result.Fingerprint);
    }

    [Fact]
    public void Where_the_release_is_not_told_exactly_the_strictest_counts()
    {
        (byte[] bySubkey, byte[] keys) = Case("subkey");
        Assert.False(Verify(new("podman 5", OpenPgpLibrary.GnuPg, 30, 39), bySubkey, keys).IsGood);
        (byte[] version3, keys) = Case("version 3");
        Assert.False(Verify(new("podman 6", OpenPgpLibrary.Go, 40, 41), version3, keys).IsGood);
    }

    [Fact]
    public void What_is_bad_stays_bad_for_all()
    {
        (byte[] message, byte[] keys) = Case("plain");
        var random = new Random(37);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = [.. message];
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            bool isGood = OpenPgpKeyring.Import([new KeyringSource("key", keys)]).Verify(changed, Now).IsGood;
            foreach (OpenPgpLibrary library in Enum.GetValues<OpenPgpLibrary>())
                Assert.True(isGood || !Verify(new("podman 6.1", library, 41, 41), changed, keys).IsGood);
        }
    }

    private static string Verdicts(OpenPgpLibrary library, byte[] message, byte[] keys) => string.Concat(
        new[] { 36, 38, 40, 41 }.Select(i => Verify(new("podman", library, i, i), message, keys).IsGood ? 'y' : 'n'));

    private static OpenPgpVerification Verify(OpenPgpConsumer consumer, byte[] message, byte[] keys) =>
        OpenPgpKeyring.Import([new KeyringSource("key", keys)], consumer, consumer.Reading).Verify(message, Now);

    private static (byte[] Message, byte[] Keys) Case(string what) => what switch
    {
        "subkey" => (
            Sub.Message(Content, Created + 20),
            [.. Signer.Certificate(), .. Sub.KeyPacket(PacketTag.PublicSubkey), .. Signer.Bind(Sub, Created + 6)]),
        "version 3" => (
            [
                .. TestPackets.Packet(PacketTag.Signature, Signer.SignVersion3(SignatureType.Binary, Content, Created + 20)),
                .. TestSigner.Literal(Content),
            ],
            Signer.Certificate()),
        "version 6" => (Six.Message(Content), Direct(Six)),
        "armored" => (TestPackets.Armor(Signer.Message(Content), label: "MESSAGE"), Signer.Certificate()),
        "SHA3" => (Rsa.Message(Content, hash: HashAlgorithms.Sha3With256), Rsa.Certificate()),
        "algorithm 27" => (Edwards.Message(Content), Edwards.Certificate()),
        "EdDSA" => (Legacy.Message(Content), Legacy.Certificate()),
        "RSA 1024" => (Short.Message(Content), Short.Certificate()),
        "SHA-1 key" => (Rsa.Message(Content), Sha1(Rsa)),
        _ => (Signer.Message(Content), Signer.Certificate()),
    };

    private static byte[] Direct(TestSigner six) =>
        [.. six.KeyPacket(), .. six.Sign(SignatureType.DirectKey, six.Hashed, Created + 1, TestPackets.Flags(3))];

    private static byte[] Sha1(TestSigner signer)
    {
        byte[] data = [.. signer.Hashed, .. SignatureDigest.HashedUserId(4, "s"u8.ToArray(), false)];
        return
        [
            .. signer.KeyPacket(), .. TestPackets.UserId("s"),
            .. TestPackets.Packet(
                PacketTag.Signature, signer.SignBody(SignatureType.PositiveCertification, data, Created + 1, HashAlgorithms.Sha1)),
        ];
    }
}
