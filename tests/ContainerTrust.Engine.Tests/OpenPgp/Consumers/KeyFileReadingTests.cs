using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp.Consumers;

/// <summary>
/// Which keys of a file GnuPG, Sequoia and Go's OpenPGP see: what GnuPG 2.2.40 says of the same files is compared in the conformance tests.
/// </summary>
public sealed class KeyFileReadingTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly TestSigner A = TestSigner.EcdsaP256();
    private static readonly TestSigner B = TestSigner.EcdsaP256();
    private static readonly TestSigner C = TestSigner.EcdsaP256();
    private static readonly TestSigner Six = TestSigner.Ed25519Key(version: 6);
    private static readonly TestSigner Legacy = TestSigner.Ed25519Key(Created + 5, isLegacy: true);
    private static readonly byte[] OfVersion6 =
        [.. Six.KeyPacket(), .. Six.Sign(SignatureType.DirectKey, Six.Hashed, Created + 1, TestPackets.Flags(3))];

    // The keys of a file in their order, and those that GnuPG has of it.
    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("6abc", "")]
    [InlineData("a6bc", "")]
    [InlineData("ab6c", "a")]
    [InlineData("abc6", "ab")]
    [InlineData("abc66", "ab")]
    [InlineData("a7bc", "")]
    public void GnuPG_loses_the_key_before_version_6_and_all_after_it(string file, string kept)
    {
        foreach (byte[] content in new[] { File(file), Armored(file) })
        {
            OpenPgpKeyring keyring = Import(KeyFileReading.GnuPg, content);
            foreach (char key in "abc")
            {
                OpenPgpVerification result = keyring.Verify(Signer(key).Message("{}"u8.ToArray()), Now);
                Assert.True(kept.Contains(key) == result.IsGood, $"{key} of {file}: {result.Reason}");
                if (!result.IsGood)
                    Assert.Contains("of version 6 in keys, at which GnuPG up to 2.4 stops", result.Reason, StringComparison.Ordinal);
                OpenPgpVerification ours = Import(KeyFileReading.All, content).Verify(Signer(key).Message("{}"u8.ToArray()), Now);
                Assert.True(ours.IsGood);
                Assert.Equal(result.IsGood, ours.Note is null);
            }
        }
    }

    [Fact]
    public void The_reason_names_the_file_and_the_key()
    {
        OpenPgpVerification result = Import(KeyFileReading.GnuPg, File("ab6c")).Verify(B.Message("{}"u8.ToArray()), Now);
        Assert.Equal(OpenPgpProblem.UnknownKey, result.Problem);
        Assert.Equal(
            $"Its signature names the key {B.Packet.KeyId:X16}, which is not among the keys: it is the last key before the key "
                + $"{Six.Fingerprint} of version 6 in keys, at which GnuPG up to 2.4 stops and loses the key that it reads.",
            result.Reason);
        Assert.Equal(
            "podman and skopeo built with gpgme refuse it, as GnuPG loses its key: it is after the key "
                + $"{Six.Fingerprint} of version 6 in keys, at which GnuPG up to 2.4 stops. Export the key to a file of its own and "
                + "name that file in the policy; leave the vendor's file as it is.",
            Import(KeyFileReading.All, File("ab6c")).Verify(C.Message("{}"u8.ToArray()), Now).Note);
    }

    [Fact]
    public void A_copy_in_another_file_keeps_a_key()
    {
        OpenPgpKeyring keyring = OpenPgpKeyring.Import(
            [new KeyringSource("one", File("a6")), new KeyringSource("two", File("a"))], null, KeyFileReading.GnuPg);
        Assert.True(keyring.Verify(A.Message("{}"u8.ToArray()), Now).IsGood);
        Assert.Empty(keyring.Losses);
    }

    [Fact]
    public void A_lost_copy_is_a_loss_even_where_another_is_kept()
    {
        KeyringSource[] sources = [new KeyringSource("one", File("a")), new KeyringSource("two", File("a6"))];
        Assert.True(OpenPgpKeyring.Import(sources).HasLosses);
        Assert.False(Import(KeyFileReading.All, File("ab")).HasLosses);
    }

    // The keys that x/crypto has of a file. ProtonMail's reader passes over what it cannot read.
    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("6abc", "abc")]
    [InlineData("a6bc", "bc")]
    [InlineData("abc6", "ab")]
    [InlineData("abc7", "ab")]
    [InlineData("aeb", "ab")]
    [InlineData("aub", "ab")]
    [InlineData("aob", "ab")]
    public void Go_loses_the_key_that_stands_with_what_it_cannot_read(string file, string kept)
    {
        OpenPgpKeyring older = Import(KeyFileReading.Go, File(file)), newer = Import(KeyFileReading.NewerGo, File(file));
        foreach (char key in file.Where(static k => k is not ('6' or '7')))
        {
            byte[] message = Signer(key).Message("{}"u8.ToArray());
            OpenPgpVerification result = older.Verify(message, Now);
            Assert.True(kept.Contains(key) == result.IsGood, $"{key} of {file}: {result.Reason}");
            Assert.True(newer.Verify(message, Now).IsGood, $"{key} of {file}");
            if (!result.IsGood)
                Assert.Contains("that Go's OpenPGP cannot read (in keys)", result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_a_lost_copy_takes_away_counts_all_the_same()
    {
        byte[] revoked = [.. A.KeyPacket(), .. A.Sign(SignatureType.KeyRevocation, A.Hashed, Created + 9), .. TestPackets.UserId("a"),
            .. A.Certify("a", Created + 1)];
        OpenPgpKeyring keyring = OpenPgpKeyring.Import(
            [new KeyringSource("one", File("a")), new KeyringSource("two", (byte[])[.. OfVersion6, .. revoked])],
            null,
            KeyFileReading.GnuPg);
        Assert.Equal(OpenPgpProblem.KeyRevoked, keyring.Verify(A.Message("{}"u8.ToArray()), Now).Problem);
    }

    [Fact]
    public void Go_sees_the_first_armored_block_alone()
    {
        OpenPgpKeyring keyring = Import(KeyFileReading.Go, Armored("ab"));
        Assert.True(keyring.Verify(A.Message("{}"u8.ToArray()), Now).IsGood);
        Assert.False(keyring.Verify(B.Message("{}"u8.ToArray()), Now).IsGood);
        Assert.True(Import(KeyFileReading.Go, File("ab")).Verify(B.Message("{}"u8.ToArray()), Now).IsGood);
        Assert.True(Import(KeyFileReading.Go, Armored("a6")).Verify(A.Message("{}"u8.ToArray()), Now).IsGood);
    }

    [Fact]
    public void Sequoia_refuses_a_file_whole_for_a_key_of_another_version()
    {
        byte[] old = TestPackets.Packet(PacketTag.PublicKey, 3, 0, 0, 0, 1, 0, 0, 1, 0, 8, 255, 0, 8, 3);
        byte[] file = [.. File("a"), .. old];
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => Import(KeyFileReading.Sequoia, file));
        Assert.Equal("NoUsableKey", e.ErrorId);
        Assert.Contains("Sequoia refuses the file whole: it has a key of version 3", e.Message, StringComparison.Ordinal);
        Assert.Equal(
            "podman built with Sequoia (Fedora 43 and later) refuses the key file keys whole, as it has a key of version 3.",
            Import(KeyFileReading.All, file).Verify(A.Message("{}"u8.ToArray()), Now).Note);
        Assert.True(Import(KeyFileReading.Sequoia, File("a6")).Verify(A.Message("{}"u8.ToArray()), Now).IsGood);
    }

    [Fact]
    public void Whatever_is_done_to_a_file_no_reading_takes_more_than_ours()
    {
        byte[] file = File("ab6c");
        var random = new Random(6);
        for (int i = 0; i < 400; i++)
        {
            byte[] changed = [.. file];
            int at = random.Next(changed.Length);
            changed = (i % 3) switch
            {
                0 => [.. changed[..at], (byte)random.Next(256), .. changed[(at + 1)..]],
                1 => changed[..at],
                _ => [.. changed[..at], .. changed[Math.Min(changed.Length, at + 1 + random.Next(9))..]],
            };
            HashSet<string> ours = [.. Fingerprints(KeyFileReading.All, changed)];
            foreach (KeyFileReading reading in Enum.GetValues<KeyFileReading>())
                Assert.Subset(ours, new HashSet<string>(Fingerprints(reading, changed)));
        }
    }

    private static IReadOnlyList<string> Fingerprints(KeyFileReading reading, byte[] content)
    {
        try
        {
            return Import(reading, content).PrimaryFingerprints;
        }
        catch (TrustException)
        {
            return [];
        }
    }

    private static OpenPgpKeyring Import(KeyFileReading reading, byte[] content) =>
        OpenPgpKeyring.Import([new KeyringSource("keys", content)], null, reading);

    private static TestSigner Signer(char key) => key switch
    {
        'a' => A,
        'b' => B,
        _ => C,
    };

    // e: with a subkey of EdDSA. u: with a subkey that has no binding. o: certified by a key of EdDSA.
    private static byte[] Key(char key) => key switch
    {
        '6' => OfVersion6,
        '7' => Six.KeyPacket(),
        'e' => [.. C.Certificate("e"), .. C.Bind(Legacy, Created + 6)],
        'u' => [.. C.Certificate("u"), .. B.KeyPacket(PacketTag.PublicSubkey)],
        'o' =>
        [
            .. C.Certificate("o"),
            .. Legacy.Sign(
                SignatureType.GenericCertification, [.. C.Hashed, .. SignatureDigest.HashedUserId(4, "o"u8.ToArray(), false)], Created + 7),
        ],
        _ => Signer(key).Certificate($"{key}"),
    };

    private static byte[] File(string keys) => [.. keys.SelectMany(Key)];

    private static byte[] Armored(string keys) => [.. keys.SelectMany(static k => TestPackets.Armor(Key(k)))];
}
