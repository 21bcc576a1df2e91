using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

public sealed class OpenPgpKeyReaderTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Made = new(2024, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly TestSigner Sub = TestSigner.EcdsaP256(Created + 5);

    [Fact]
    public void A_signing_key_is_read_whole()
    {
        var result = Read(TestKeys.Release);
        Assert.Empty(result.Warnings);
        var key = Assert.Single(result.Keys);
        Assert.Equal(TrustKeyKind.OpenPgp, key.Kind);
        Assert.Equal("A20E983359DC8F28E8666CAF06EA4FDED91D81E6", key.Fingerprint);
        Assert.Equal("06EA4FDED91D81E6", key.KeyId);
        Assert.Equal(["Release Signer <release@example.com>"], key.UserIds);
        Assert.Equal(("EdDSA", 255, "ed25519"), (key.Algorithm, key.Size, key.Curve));
        Assert.Equal(Made, key.Created);
        Assert.Null(key.Expires);
        Assert.Null(key.Path);
        Assert.True(key.CanSign);
        Assert.False(key.IsRevoked);
        Assert.Empty(key.Subkeys);
    }

    [Fact]
    public void A_key_with_subkeys_an_end_and_several_user_ids_is_read_whole()
    {
        var result = Read(TestKeys.Root);
        Assert.Empty(result.Warnings);
        var key = Assert.Single(result.Keys);
        Assert.Equal("6AA29EC56B38993F283370E4848E98DD43C95EFB", key.Fingerprint);
        Assert.Equal(["Fleet Root <root@example.com>", "Jürgen Müßig <juergen@example.org>", "Old Address <old@example.net>"], key.UserIds);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1767236645), key.Expires);
        Assert.True(key.CanSign);
        Assert.Equal(
            [
                ("B73CD40F914171EDB430796092C148C06AA2B9A8", "EdDSA", 255, "ed25519", DateTimeOffset.FromUnixTimeSeconds(1735700645), true),
                ("3FC50D8D15064557B83717E9EFD0EB3CA3E8240B", "ECDH", 255, "cv25519", (DateTimeOffset?)null, false),
            ],
            key.Subkeys.Select(s => (s.Fingerprint, s.Algorithm, s.Size, s.Curve!, s.Expires, s.CanSign)));
    }

    [Fact]
    public void A_revoked_subkey_does_not_make_its_key_sign()
    {
        var key = Assert.Single(Read(TestKeys.Owner).Keys);
        var subkey = Assert.Single(key.Subkeys);
        Assert.True(subkey.IsRevoked);
        Assert.True(subkey.CanSign);
        Assert.False(key.CanSign);
        Assert.False(key.IsRevoked);
    }

    [Fact]
    public void A_revocation_is_seen_wherever_the_file_has_it()
    {
        Assert.True(Assert.Single(Read(TestKeys.Retired).Keys).IsRevoked);
        Assert.False(Assert.Single(Read(TestKeys.RetiredBefore).Keys).IsRevoked);
        foreach (string file in new[] { $"{TestKeys.RetiredBefore}\n{TestKeys.RetiredRevocation}",
            $"{TestKeys.RetiredRevocation}\n{TestKeys.RetiredBefore}", $"{TestKeys.RetiredBefore}\n{TestKeys.Retired}" })
        {
            var result = Read(file);
            Assert.True(Assert.Single(result.Keys).IsRevoked);
            Assert.Empty(result.Warnings);
        }
    }

    [Fact]
    public void A_revocation_by_another_key_is_named_and_not_applied()
    {
        var result = Read($"{TestKeys.Release}\n{TestKeys.RetiredRevocation}");
        Assert.False(Assert.Single(result.Keys).IsRevoked);
        Assert.Contains("D7DA2E8D85727569A4FB1C571BFABB02F268544F", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Rsa_is_read_from_armor_and_binary_alike()
    {
        var armored = Assert.Single(Read(TestKeys.Legacy).Keys);
        Assert.Equal(("290104E2BD0FA050D6FA223EDC33AE7A138DD128", "RSA", 2048), (armored.Fingerprint, armored.Algorithm, armored.Size));
        Assert.Null(armored.Curve);
        byte[] binary = Convert.FromBase64String(string.Concat(TestKeys.Legacy.Split('\n')[2..^2]));
        Assert.Equal(armored.ToString(), Assert.Single(OpenPgpKeyReader.Read(binary, "key").Keys).ToString());
    }

    [Fact]
    public void A_version_6_certificate_is_read()
    {
        var result = Read(TestKeys.Version6);
        Assert.Empty(result.Warnings);
        var key = Assert.Single(result.Keys);
        Assert.Equal("CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9", key.Fingerprint);
        Assert.Equal("CB186C4F0609A697", key.KeyId);
        Assert.Equal(("Ed25519", 255, "ed25519"), (key.Algorithm, key.Size, key.Curve));
        Assert.Equal(new DateTimeOffset(2022, 11, 30, 16, 8, 3, TimeSpan.Zero), key.Created);
        Assert.True(key.CanSign);
        var subkey = Assert.Single(key.Subkeys);
        Assert.Equal(("12C83F1E706F6308FE151A417743A1F033790E93E9978488D1DB378DA9930885", "X25519", false),
            (subkey.Fingerprint, subkey.Algorithm, subkey.CanSign));
    }

    [Fact]
    public void Several_blocks_are_read_in_their_order()
    {
        var result = Read($"{TestKeys.Legacy}\nThe new one:\n{TestKeys.Version6}\n\n{TestKeys.Release}\n");
        Assert.Equal(["290104E2BD0FA050D6FA223EDC33AE7A138DD128", "CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9",
            "A20E983359DC8F28E8666CAF06EA4FDED91D81E6"], result.Keys.Select(k => k.Fingerprint));
    }

    [Fact]
    public void A_damaged_block_refuses_the_whole_file()
    {
        string damaged = $"{TestKeys.Release}\n{TestKeys.Legacy}".Replace("mQENBGWT", "mQENBGWU", StringComparison.Ordinal);
        Assert.Equal("WrongArmorChecksum", Assert.Throws<TrustFormatException>(() => Read(damaged)).ErrorId);
    }

    [Fact]
    public void Private_keys_and_other_blocks_are_skipped_with_a_warning()
    {
        // A private key of a version that nobody knows.
        string file = $"{TestKeys.Release}\n-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxQEJ\n=tPau\n-----END PGP PRIVATE KEY BLOCK-----\n"
            + "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n";
        var result = Read(file);
        Assert.Single(result.Keys);
        Assert.Equal(3, result.Warnings.Count);
        Assert.StartsWith("key: the private key block at line 10 ", result.Warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("key: it contains a private key", result.Warnings[1], StringComparison.Ordinal);
        Assert.StartsWith("key: the armored block at line 15 ", result.Warnings[2], StringComparison.Ordinal);

        byte[] withSecret = [.. TestPackets.Packet(PacketTag.SecretKey, 9, 0, 0, 0, 1), .. Certificate(1)];
        Assert.Contains("private key", Assert.Single(OpenPgpKeyReader.Read(withSecret, "key").Warnings), StringComparison.Ordinal);

        // Where it ends is unknown, and gpg imports nothing of such a file either.
        byte[] damaged = [.. TestPackets.Packet(PacketTag.SecretKey, 4, 0, 0, 0, 1), .. Certificate(1)];
        Assert.Equal("MalformedOpenPgp", Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(damaged, "key")).ErrorId);
    }

    [Theory]
    [InlineData(new byte[] { 3, 0, 0, 0, 1, 0, 0, 1 }, "version 3")]
    [InlineData(new byte[] { 5, 0, 0, 0, 1, 27 }, "version 5")]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 99, 1, 2 }, "unknown algorithm 99 (version 4)")]
    [InlineData(new byte[] { 6, 0, 0, 0, 1, 32, 0, 0, 0, 2, 1, 2 }, "unknown algorithm 32 (version 6)")]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 19, 3, 0x2A, 0x03, 0x04, 0, 1, 1 }, "unknown curve 1.2.3.4")]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 22, 3, 0x2B, 0x65, 0x71, 0, 1, 1 }, "unknown curve 1.3.101.113")]
    public void Keys_and_subkeys_of_unknown_kinds_are_skipped_and_named(byte[] body, string kind)
    {
        byte[] primary = TestPackets.Packet(PacketTag.PublicKey, body);
        var result = OpenPgpKeyReader.Read([.. primary, .. TestPackets.UserId("unknown"), .. Certificate(1)], "key");
        Assert.Equal(["user 1"], Assert.Single(result.Keys).UserIds);
        Assert.Contains(kind, result.Warnings[0], StringComparison.Ordinal);
        Assert.Equal(body[0] == 6 ? 2 : 1, result.Warnings.Count);
        const string Advice = "name that file in the policy; leave the vendor's file as it is.";
        Assert.Equal(body[0] == 6, result.Warnings[^1].EndsWith(Advice, StringComparison.Ordinal));

        var error = Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(primary, "key"));
        Assert.Equal("NoUsableKey", error.ErrorId);
        Assert.Contains(kind, error.Message, StringComparison.Ordinal);

        byte[] subkey = [.. Certificate(1), .. TestPackets.Packet(PacketTag.PublicSubkey, body)];
        if (body[0] != 4)
        {
            // gpg 2.2 imports nothing of such a file.
            error = Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(subkey, "key"));
            Assert.Equal("MalformedOpenPgp", error.ErrorId);
            Assert.Contains($"version {body[0]}", error.Message, StringComparison.Ordinal);
            return;
        }

        result = OpenPgpKeyReader.Read(subkey, "key");
        Assert.Empty(Assert.Single(result.Keys).Subkeys);
        Assert.Contains(kind, Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains("a subkey", result.Warnings[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 18, 3, 0x2A, 0x03, 0x04, 0, 1, 1 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 19, 3, 0x2A, 0x03, 0x04, 0, 9, 1 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 22, 3, 0x2B, 0x65, 0x71 })]
    public void Keys_of_an_unknown_curve_whose_numbers_cannot_be_taken_apart_refuse_the_file(byte[] body)
    {
        foreach (var tag in new[] { PacketTag.PublicKey, PacketTag.PublicSubkey })
            Assert.Equal("MalformedOpenPgp",
                Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read([.. Certificate(1), .. TestPackets.Packet(tag, body)],
                "key")).ErrorId);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 4, 0, 0, 0 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 1, 0, 8 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 1, 0, 8, 0x80, 0, 9, 0, 1 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 1, 0, 8, 0x80, 0, 9, 1, 1, 0 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 1, 0xFF, 0xFF, 0x80 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 19, 0 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 19, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0, 3, 4 })]
    [InlineData(new byte[] { 4, 0, 0, 0, 1, 27, 1, 2, 3 })]
    [InlineData(new byte[] { 6, 0, 0, 0, 1, 27, 0, 0, 0, 33 })]
    public void A_malformed_key_refuses_the_file(byte[] body)
    {
        var error = Assert.Throws<TrustFormatException>(() =>
            OpenPgpKeyReader.Read([.. Certificate(1), .. TestPackets.Packet(PacketTag.PublicKey, body)], "key"));
        Assert.Equal("MalformedOpenPgp", error.ErrorId);
        Assert.Contains("packet at octet ", error.DocumentPath, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 3, 5, 0x20, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 4, 0x20, 1, 8, 0, 9, 1 })]
    [InlineData(new byte[] { 4, 0x20, 1, 8, 0, 0, 0, 0, 1, 2 })]
    [InlineData(new byte[] { 4, 0x20, 1, 8, 0, 0, 0, 0, 1, 2, 0, 9, 1 })]
    [InlineData(new byte[] { 4, 0x20, 19, 8, 0, 0, 0, 0, 1, 2, 0, 8, 1, 0 })]
    [InlineData(new byte[] { 6, 0x20, 27, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 9, 1 })]
    [InlineData(new byte[] { 4, 0x20, 1, 8, 0, 2, 1, 2, 0, 0, 1, 2, 0, 1, 1 })]
    [InlineData(new byte[] { 4, 0x28, 1, 8, 0, 2, 9, 2, 0, 0, 1, 2, 0, 1, 1 })]
    public void A_damaged_signature_refuses_the_file_because_it_may_have_been_a_revocation(byte[] body)
    {
        var error = Assert.Throws<TrustFormatException>(() =>
            OpenPgpKeyReader.Read([.. Certificate(1), .. TestPackets.Packet(PacketTag.Signature, body)], "key"));
        Assert.Equal("MalformedOpenPgp", error.ErrorId);
    }

    [Theory]
    [InlineData(new byte[] { 4, 0x10, 1, 8, 0, 2, 1, 2, 0, 0, 1, 2, 0, 1, 1 })]
    [InlineData(new byte[] { 4, 0x10, 1, 8, 0, 2, 0, 2, 0, 0, 1, 2, 0, 1, 1 })]
    [InlineData(new byte[] { 4, 0x10, 1, 8, 0, 2, 9, 2, 0, 0, 1, 2, 0, 1, 1 })]
    public void A_signature_with_an_odd_part_that_the_key_did_not_make_says_nothing(byte[] body)
    {
        var result = OpenPgpKeyReader.Read([.. Certificate(1), .. TestPackets.Packet(PacketTag.Signature, body)], "key");
        Assert.True(Assert.Single(result.Keys).CanSign);
        Assert.Empty(result.Warnings);
        Assert.Contains("was not made by the key", result.Details[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_signature_of_an_unknown_version_refuses_the_file_as_gpg_does()
    {
        var error = Assert.Throws<TrustFormatException>(() =>
            OpenPgpKeyReader.Read([.. Certificate(1), .. TestPackets.Packet(PacketTag.Signature, 5, 0x20, 1, 8)], "key"));
        Assert.Equal("MalformedOpenPgp", error.ErrorId);
    }

    [Fact]
    public void The_newest_self_certification_counts()
    {
        var read = ReadOne(Signer.KeyPacket(), TestPackets.UserId("u"),
            Signer.Certify("u", Created + 200, TestPackets.Flags(1), TestPackets.Lifetime(20)),
            Signer.Certify("u", Created + 100, TestPackets.Flags(3), TestPackets.Lifetime(10)));
        Assert.False(read.CanSign);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Created + 20), read.Expires);
    }

    [Fact]
    public void Of_user_ids_the_one_signed_last_that_says_anything_counts()
    {
        var read = ReadOne(Signer.KeyPacket(),
            TestPackets.UserId("a"), Signer.Certify(SignatureType.GenericCertification, "a", Created + 300, TestPackets.Flags(3)),
            TestPackets.UserId("b"), Signer.Certify(SignatureType.CasualCertification, "b", Created + 200, TestPackets.Flags(1),
                TestPackets.Lifetime(20)),
            TestPackets.UserId("c"), Signer.Certify("c", Created + 250, TestPackets.Lifetime(9)),
            Signer.Certify(SignatureType.CertificationRevocation, "c", Created + 260));
        Assert.True(read.CanSign);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Created + 20), read.Expires);
        Assert.Equal(["a", "b", "c"], read.UserIds);
    }

    [Fact]
    public void A_direct_key_signature_outranks_user_ids()
    {
        var read = ReadOne(Signer.KeyPacket(), Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 50, TestPackets.Flags(1),
            TestPackets.Lifetime(5)),
            TestPackets.UserId("u"), Signer.Certify("u", Created + 300, TestPackets.Flags(3), TestPackets.Lifetime(20)));
        Assert.False(read.CanSign);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Created + 5), read.Expires);
    }

    [Fact]
    public void Signatures_by_others_say_nothing()
    {
        var read = ReadOne(Signer.KeyPacket(),
            Other.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 50, TestPackets.Flags(1), TestPackets.Lifetime(5)),
            TestPackets.UserId("u"), Signer.Certify("u", Created + 300, TestPackets.Flags(3)),
            Other.Sign(SignatureType.PositiveCertification, [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, "u"u8.ToArray())],
                Created + 400, TestPackets.Flags(1), TestPackets.Lifetime(20)));
        Assert.True(read.CanSign);
        Assert.Null(read.Expires);
    }

    [Fact]
    public void Signatures_that_were_never_made_say_nothing()
    {
        byte[] key = TestPackets.Key();
        ulong id = TestPackets.KeyId(key);
        var result = OpenPgpKeyReader
            .Read([.. key, .. TestPackets.UserId("u"),
            .. TestPackets.Signature(SignatureType.PositiveCertification, id, Created + 1, TestPackets.Flags(3))], "key");
        Assert.False(Assert.Single(result.Keys).CanSign);
        byte[] made = [.. Signer.Certificate("u"),
            .. TestPackets.Signature(SignatureType.PositiveCertification, Signer.Packet.KeyId, Created + 9, TestPackets.Flags(1),
            TestPackets.Lifetime(5))];
        var read = Assert.Single(OpenPgpKeyReader.Read(made, "key").Keys);
        Assert.True(read.CanSign);
        Assert.Null(read.Expires);
    }

    [Fact]
    public void A_key_without_flags_may_do_what_its_algorithm_can()
    {
        Assert.True(ReadOne(Signer.Certificate("u", hashed: [])).CanSign);
        byte[] encryptOnly = TestPackets.Key(algorithm: 2);
        Assert.False(ReadOne(encryptOnly, TestPackets.UserId("u"),
            TestPackets.Signature(SignatureType.PositiveCertification, TestPackets.KeyId(encryptOnly), 1, TestPackets.Flags(3))).CanSign);
    }

    [Fact]
    public void An_ended_self_signature_says_nothing()
    {
        byte[] file = [.. Signer.KeyPacket(), .. TestPackets.UserId("u"),
            .. Signer.Certify("u", Created + 100, TestPackets.Subpacket(SubpacketType.SignatureExpirationTime, TestPackets.BigEndian(10u)),
                TestPackets.Lifetime(7))];
        var read = Assert.Single(OpenPgpKeyReader.Read(file, "key").Keys);
        Assert.Null(read.Expires);
        Assert.False(read.CanSign);
        Assert.NotNull(OpenPgpKeyReader.Read(file, "key", DateTimeOffset.FromUnixTimeSeconds(Created + 109)).Keys[0].Expires);
        Assert.Null(OpenPgpKeyReader.Read(file, "key", DateTimeOffset.FromUnixTimeSeconds(Created + 110)).Keys[0].Expires);
    }

    [Fact]
    public void A_self_signature_with_an_unknown_critical_part_takes_away_and_gives_nothing()
    {
        byte[] critical = TestPackets.Subpacket((SubpacketType)100, [1], isCritical: true);
        byte[] file = [.. Signer.Certificate("u"), .. Signer.Certify("u", Created + 200, TestPackets.Flags(1), critical)];
        var result = OpenPgpKeyReader.Read(file, "key");
        Assert.False(result.Keys[0].CanSign);
        Assert.Contains("critical", Assert.Single(result.Warnings), StringComparison.Ordinal);
        byte[] given = [.. Signer.Certificate("u", hashed: [TestPackets.Flags(1)]),
            .. Signer.Certify("u", Created + 200, TestPackets.Flags(3), critical)];
        Assert.False(OpenPgpKeyReader.Read(given, "key").Keys[0].CanSign);
    }

    [Fact]
    public void A_signing_subkey_needs_a_binding_and_a_back_signature()
    {
        byte[] start = Signer.Certificate("u", hashed: [TestPackets.Flags(1)]);
        byte[] data = [.. Signer.Hashed, .. Sub.Hashed];
        AssertSubkey([.. start, .. Sub.KeyPacket(PacketTag.PublicSubkey)], false, "no valid binding");
        AssertSubkey([.. start, .. Signer.Bind(Sub, Created + 100, hasBackSignature: false, hashed: TestPackets.Flags(2))], false,
            "back-signature");
        AssertSubkey([.. start, .. Signer.Bind(Sub, Created + 100, backSigner: Other, hashed: TestPackets.Flags(2))], false,
            "back-signature");
        AssertSubkey([.. start, .. Sub.KeyPacket(PacketTag.PublicSubkey),
            .. Other.Sign(SignatureType.SubkeyBinding, data, Created + 100, TestPackets.Flags(2))], false, "no valid binding");
        AssertSubkey([.. start, .. Signer.Bind(Sub, Created + 100, hashed: TestPackets.Flags(2))], true, null);
        AssertSubkey([.. start, .. Signer.Bind(Sub, Created + 100, hashed: TestPackets.Flags(2)),
            .. Signer.Sign(SignatureType.SubkeyBinding, data, Created + 200, TestPackets.Flags(0x0C))], false, null);

        static void AssertSubkey(byte[] file, bool canSign, string? warning)
        {
            var result = OpenPgpKeyReader.Read(file, "key");
            Assert.Equal(canSign, Assert.Single(result.Keys[0].Subkeys).CanSign);
            Assert.Equal(canSign, result.Keys[0].CanSign);
            if (warning is null)
                Assert.Empty(result.Warnings);
            else
                Assert.Contains(warning, Assert.Single(result.Warnings), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Expiry_and_flags_in_the_unhashed_area_are_not_believed()
    {
        byte[] body = Signer.SignBody(SignatureType.PositiveCertification,
            [.. Signer.Hashed, .. SignatureDigest.HashedUserId(4, "u"u8.ToArray())], Created,
            unhashed: [TestPackets.Flags(1), TestPackets.Lifetime(3)]);
        var read = ReadOne(Signer.KeyPacket(), TestPackets.UserId("u"), TestPackets.Packet(PacketTag.Signature, body));
        Assert.True(read.CanSign);
        Assert.Null(read.Expires);
    }

    [Fact]
    public void Copies_of_a_key_become_one_that_knows_everything()
    {
        var second = TestSigner.EcdsaP256(Created + 6);
        byte[] data = [.. Signer.Hashed, .. Sub.Hashed];
        byte[] file =
        [
            .. Signer.Certificate("a", Created + 100, [TestPackets.Flags(1)]),
            .. Signer.Bind(Sub, Created + 100, hashed: TestPackets.Flags(2)),
            .. Other.Certificate("other"),
            .. Signer.Certificate("b"), .. TestPackets.UserId("a"),
            .. Signer.Certify("a", Created + 200, TestPackets.Flags(1), TestPackets.Lifetime(4)),
            .. Sub.KeyPacket(PacketTag.PublicSubkey), .. Signer.Sign(SignatureType.SubkeyRevocation, data, Created + 300),
            .. Signer.Bind(second, Created + 100, hashed: TestPackets.Flags(2)),
        ];
        var keys = OpenPgpKeyReader.Read(file, "key").Keys;
        Assert.Equal(2, keys.Count);
        Assert.Equal(["a", "b"], keys[0].UserIds);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(Created + 4), keys[0].Expires);
        Assert.Equal([true, false], keys[0].Subkeys.Select(s => s.IsRevoked));
    }

    [Fact]
    public void Hostile_user_ids_cannot_reach_a_terminal_raw()
    {
        byte[] userIds = [.. TestPackets.UserId("\e]0;title\a\u009B2J\r\n\u202Egnp.exe"),
            .. TestPackets.Packet(PacketTag.UserId, (byte)'J', 0xFC, (byte)'r', 0x9B), .. TestPackets.UserId("DOMAIN\\user: x")];
        var read = ReadOne([.. TestPackets.Key(), .. userIds]);
        Assert.Equal(["\\u001b]0;title\\u0007\\u009b2J\\u000d\\u000a\\u202egnp.exe", "Jür\\u009b", "DOMAIN\\user: x"], read.UserIds);
    }

    [Fact]
    public void A_user_id_that_is_too_long_is_skipped()
    {
        string longest = new('y', 2038);
        byte[] file = [.. Signer.KeyPacket(), .. TestPackets.UserId(new string('x', 2049)), .. TestPackets.UserId(longest),
            .. Signer.Certify(longest, Created)];
        var result = OpenPgpKeyReader.Read(file, "key");
        Assert.Equal(2038, Assert.Single(Assert.Single(result.Keys).UserIds).Length);
        Assert.Single(result.Warnings);

        // gpg reads these and cannot write them, and then imports nothing.
        foreach (int length in new int[] { 2039, 2048 })
            Assert.Equal("MalformedOpenPgp",
                Assert.Throws<TrustFormatException>(() =>
                OpenPgpKeyReader.Read(Signer.Certificate(new string('y', length)), "key")).ErrorId);
    }

    [Fact]
    public void A_key_without_self_signature_is_named()
    {
        var result = OpenPgpKeyReader.Read([.. Signer.KeyPacket(), .. TestPackets.UserId("u")], "key");
        Assert.Contains("no user id with a valid self-signature", Assert.Single(result.Warnings), StringComparison.Ordinal);
        var key = Assert.Single(result.Keys);
        Assert.False(key.CanSign || key.CanPrimarySign);
        Assert.Equal(["u"], key.UserIds);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" \n", "is empty")]
    [InlineData("hello", "no OpenPGP public key")]
    [InlineData("<!DOCTYPE html><html>", "HTML")]
    [InlineData("{\"default\": []}", "JSON")]
    [InlineData("ssh-ed25519 AAAA user@host", "SSH")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "sigstore")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "X.509")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\n", "private key")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\n", "OpenPGP private key")]
    [InlineData("-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----\n", "message or signature")]
    [InlineData("12345678KBXf", "keybox")]
    [InlineData("\u00EF\u00BB\u00BF-----BEGIN", "byte order mark")]
    [InlineData("\u00ED\u00AB\u00EE\u00DB", "RPM")]
    [InlineData("\u0030\u0082", "DER")]
    public void What_is_no_key_is_named(string latin1, string description)
    {
        var error = Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(Encoding.Latin1.GetBytes(latin1), "/etc/pki/key"));
        Assert.Equal(("NoUsableKey", "/etc/pki/key", TrustErrorKind.InvalidData), (error.ErrorId, error.Target, error.Kind));
        Assert.StartsWith("/etc/pki/key: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(description, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_is_no_key()
    {
        var error = Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read([0x90, 3, 1, 2, 3], "key"));
        Assert.Contains("message", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Limits_are_named()
    {
        var size = Assert.Throws<TrustException>(() => OpenPgpKeyReader.Read(new byte[OpenPgpKeyReader.MaxLength + 1], "key"));
        Assert.Equal(("KeyFileTooLarge", TrustErrorKind.LimitsExceeded), (size.ErrorId, size.Kind));
        byte[] packets = new byte[200_002 * 2];
        for (int i = 0; i < packets.Length; i += 2)
            packets[i] = 0xCD;

        // GnuPG cuts a file of which so much has no line feed.
        packets[1] = 2;
        packets[3] = (byte)'\n';
        Assert.Equal("TooManyPackets", Assert.Throws<TrustException>(() => OpenPgpKeyReader.Read(packets, "key")).ErrorId);
    }

    [Fact]
    public void Warnings_are_bounded()
    {
        byte[] file = [.. Certificate(1), .. Enumerable.Repeat(TestPackets.Packet(PacketTag.SecretKey, 9), 1000).SelectMany(p => p)];
        var result = OpenPgpKeyReader.Read(file, "key");
        Assert.Equal(101, result.Warnings.Count);
        Assert.Contains("900 further", result.Warnings[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_keyring_of_a_thousand_keys_is_read_quickly()
    {
        byte[] keyring = [.. Enumerable.Range(0, 1000).SelectMany(i => Certificate(i))];
        Assert.Equal(1000, OpenPgpKeyReader.Read(keyring, "key").Keys.Count);
        byte[] armored = TestPackets.Armor(keyring);
        var best = TimeSpan.MaxValue;

        for (int i = 0; i < 5 && best > TimeSpan.FromSeconds(1); i++)
        {
            var time = ProcessorTime.Of(() => OpenPgpKeyReader.Read(armored, "key"));
            best = time < best ? time : best;
        }

        Assert.True(best < TimeSpan.FromSeconds(1), $"{best}");
    }

    [Fact]
    public void Many_copies_of_one_key_take_no_quadratic_time()
    {
        byte[] file = [.. Enumerable.Range(0, 10_000)
            .SelectMany(i => (byte[])[.. TestPackets.Packet(PacketTag.PublicKey, [4, 0, 0, 0, 1, 27, .. new byte[32]]),
            .. TestPackets.UserId($"u{i}\n")])];
        TimeSpan start = ProcessorTime.Now;
        Assert.Equal(10_000, Assert.Single(OpenPgpKeyReader.Read(file, "key").Keys).UserIds.Count);
        ProcessorTime.AtMost(TimeSpan.FromSeconds(2), start);
    }

    [Theory]
    [InlineData("Red Hat <security@redhat.com>", "security@redhat.com")]
    [InlineData("no brackets", "no brackets")]
    [InlineData("a > b <c", "c")]
    [InlineData("<a> <b>", "a")]
    [InlineData("only < here", "only < here")]
    [InlineData("<>", "")]
    [InlineData("", null)]
    public void The_mail_address_is_what_podman_shows(string userId, string? expected) =>
        Assert.Equal(expected, OpenPgpKeyReader.EmailOf(userId));

    private static byte[] Certificate(int number) => TestSigner.EcdsaP256(Created + (uint)number).Certificate($"user {number}");

    private static TrustKey ReadOne(params byte[][] packets) =>
        Assert.Single(OpenPgpKeyReader.Read([.. packets.SelectMany(p => p)], "key").Keys);

    private static KeyReadResult Read(string file) => OpenPgpKeyReader.Read(Encoding.UTF8.GetBytes(file + "\n"), "key");
}
