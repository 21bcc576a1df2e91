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
    private static readonly TestSigner Brainpool = TestSigner.BrainpoolP256();
    private static readonly TestSigner Short = TestSigner.Rsa(bits: 1024);
    private static readonly TestSigner Rsa = TestSigner.Rsa();

    // The verdicts of podman 5.6, 5.7, 6.0 and 6.1 with GnuPG, with Sequoia, and with Go's OpenPGP.
    [Theory]
    [InlineData("plain", "yyyy", "yyyy", "yyyy")]
    [InlineData("subkey", "nyyy", "yyyy", "nyyy")]
    [InlineData("version 3", "yyyy", "nnnn", "yyyn")]
    [InlineData("version 3 by ECDSA", "yyyy", "nnnn", "nnnn")]
    [InlineData("old style", "yyyy", "yyyy", "nnnn")]
    [InlineData("brainpool", "yyyy", "nnnn", "nnnn")]
    [InlineData("SHA3 key", "nnnn", "nnnn", "nnnn")]
    [InlineData("SHA3 back-signature", "nnnn", "nnnn", "nnnn")]
    [InlineData("subkey of algorithm 27", "nnnn", "yyyy", "nnnn")]
    [InlineData("critical part", "yyyy", "yyyy", "nnnn")]
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

    [Theory]
    [InlineData("plain", true)]
    [InlineData("armored", false)]
    [InlineData("EdDSA", false)]
    public void Where_the_library_is_not_known_both_must_accept(string what, bool isGood)
    {
        (byte[] message, byte[] keys) = Case(what);
        OpenPgpConsumer both = new OpenPgpConsumer("CRI-O 1.34", OpenPgpLibrary.GnuPg, 36, 36) with
        {
            Other = new("CRI-O 1.34", OpenPgpLibrary.Go, 36, 36),
        };
        OpenPgpVerification result = Verify(both, message, keys);
        Assert.True(isGood == result.IsGood, result.Reason);
        Assert.Equal("CRI-O 1.34 built with gpgme (GnuPG) or Go's OpenPGP", both.Name);
    }

    [Fact]
    public void Go_reads_no_RSA_exponent_of_more_than_three_octets()
    {
        byte[] modulus = new byte[256];
        modulus.AsSpan().Fill(0xC1);
        PublicKeyPacket Key(params byte[] exponent) => TestPackets.Read(TestPackets.Packet(
            PacketTag.PublicKey,
            [4, .. TestPackets.BigEndian(Created), 1, .. TestPackets.Integer(modulus), .. TestPackets.Integer(exponent)]));
        Assert.Equal(3, Key(1, 0, 1).ExponentLength);
        Assert.Equal(4, Key(1, 0, 0, 1).ExponentLength);
        foreach (bool isNewer in new[] { false, true })
        {
            Assert.True(GoPackets.IsReadable(Key(1, 0, 1), isNewer));
            Assert.False(GoPackets.IsReadable(Key(1, 0, 0, 1), isNewer));
            Assert.False(GoPackets.IsReadable((PublicKeyPacket?)null, isNewer));
        }
    }

    // RHEL 9 (GnuPG), Fedora 45 (Sequoia), another host.
    [Theory]
    [InlineData("plain", "yyy")]
    [InlineData("version 6", "nyy")]
    [InlineData("SHA3", "nyy")]
    [InlineData("algorithm 27", "nyy")]
    public void Without_a_release_what_the_host_is_known_not_to_take_is_refused(string what, string verdicts)
    {
        (byte[] message, byte[] keys) = Case(what);
        OpenPgpLibrary?[] hosts = [OpenPgpLibrary.GnuPg, OpenPgpLibrary.Sequoia, null];
        Assert.Equal(verdicts, string.Concat(hosts.Select(h => OpenPgpKeyring
            .Import([new KeyringSource("key", keys)], null, KeyFileReading.All, new HostOpenPgp(() => h)).Verify(message, Now).IsGood
                ? 'y' : 'n')));
    }

    [Fact]
    public void A_host_that_cannot_be_asked_takes_nothing_that_matters()
    {
        (byte[] message, byte[] keys) = Case("version 6");
        HostOpenPgp host = new(static () => throw new TrustException("X", TrustErrorKind.ConnectionFailed, "It went away."));
        OpenPgpVerification result =
            OpenPgpKeyring.Import([new KeyringSource("key", keys)], null, KeyFileReading.All, host).Verify(message, Now);
        Assert.Equal("What this host verifies with is not known: It went away.", result.Reason);
        Assert.False(result.IsGood);
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
            [.. Signer.Certificate(), .. Signer.Bind(Sub, Created + 6)]),
        "version 3" => (Version3(Rsa), Rsa.Certificate()),
        "version 3 by ECDSA" => (Version3(Signer), Signer.Certificate()),
        "old style" => ([.. Rsa.Sign(SignatureType.Binary, Content, Created + 20), .. TestSigner.Literal(Content)], Rsa.Certificate()),
        "brainpool" => (Brainpool.Message(Content), Brainpool.Certificate()),
        "SHA3 key" => (Rsa.Message(Content), WithHash(Rsa, HashAlgorithms.Sha3With256)),
        "SHA3 back-signature" => (Sub.Message(Content, Created + 20), [.. Signer.Certificate(), .. WithSha3BackSignature()]),
        "subkey of algorithm 27" => (
            Edwards.Message(Content, Created + 20), [.. Signer.Certificate(), .. Signer.Bind(Edwards, Created + 6)]),
        "critical part" => (
            Rsa.Message(Content, hashed: [TestPackets.Subpacket((SubpacketType)(0x80 | 4), [1])]), Rsa.Certificate()),
        "version 6" => (Six.Message(Content), Direct(Six)),
        "armored" => (TestPackets.Armor(Signer.Message(Content), label: "MESSAGE"), Signer.Certificate()),
        "SHA3" => (Rsa.Message(Content, hash: HashAlgorithms.Sha3With256), Rsa.Certificate()),
        "algorithm 27" => (Edwards.Message(Content), Edwards.Certificate()),
        "EdDSA" => (Legacy.Message(Content), Legacy.Certificate()),
        "RSA 1024" => (Short.Message(Content), Short.Certificate()),
        "SHA-1 key" => (Rsa.Message(Content), WithHash(Rsa, HashAlgorithms.Sha1)),
        _ => (Signer.Message(Content), Signer.Certificate()),
    };

    private static byte[] Direct(TestSigner six) =>
        [.. six.KeyPacket(), .. six.Sign(SignatureType.DirectKey, six.Hashed, Created + 1, TestPackets.Flags(3))];

    private static byte[] WithSha3BackSignature()
    {
        byte[] data = [.. Signer.Hashed, .. Sub.Hashed];
        byte[] back = Sub.SignBody(SignatureType.PrimaryKeyBinding, data, Created + 6, HashAlgorithms.Sha3With256);
        byte[] binding = Signer.SignBody(
            SignatureType.SubkeyBinding, data, Created + 6, hashed: [TestSigner.LongSubpacket(SubpacketType.EmbeddedSignature, back)]);
        return [.. Sub.KeyPacket(PacketTag.PublicSubkey), .. TestPackets.Packet(PacketTag.Signature, binding)];
    }

    private static byte[] Version3(TestSigner signer)
    {
        byte[] body = signer.SignVersion3(SignatureType.Binary, Content, Created + 20);
        return [.. signer.OnePass(body), .. TestSigner.Literal(Content), .. TestPackets.Packet(PacketTag.Signature, body)];
    }

    private static byte[] WithHash(TestSigner signer, byte hash)
    {
        byte[] data = [.. signer.Hashed, .. SignatureDigest.HashedUserId(4, "s"u8.ToArray(), false)];
        return
        [
            .. signer.KeyPacket(), .. TestPackets.UserId("s"),
            .. TestPackets.Packet(
                PacketTag.Signature, signer.SignBody(SignatureType.PositiveCertification, data, Created + 1, hash)),
        ];
    }
}
