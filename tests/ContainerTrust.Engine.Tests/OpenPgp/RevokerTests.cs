using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Revocations by other keys, and those that stand with other keys: where nobody can tell whether one holds, it counts.</summary>
public sealed class RevokerTests
{
    private const uint Created = TestPackets.Created;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(Created + 1_000_000);
    private static readonly TestSigner Signer = TestSigner.EcdsaP256();
    private static readonly TestSigner Other = TestSigner.EcdsaP256();
    private static readonly TestSigner Third = TestSigner.EcdsaP256();
    private static readonly byte[] Message = Signer.Message("{}"u8.ToArray());
    private static readonly byte[] Rest = Signer.Certificate()[Signer.KeyPacket().Length..];

    [Fact]
    public void A_revoker_that_is_too_short_to_sign_still_revokes()
    {
        foreach (int bits in new[] { 512, 768, 1016 })
        {
            var weak = TestSigner.Rsa(bits: bits);
            byte[] revoked = [.. Signer.KeyPacket(), .. Designate(weak.Fingerprint, 1), .. weak.Sign(SignatureType.KeyRevocation,
                Signer.Hashed, Created + 50), .. Rest];
            Check(OpenPgpProblem.KeyRevoked, Message, revoked, weak.Certificate());
            Check(OpenPgpProblem.KeyRevoked, Message, [.. revoked, .. weak.Certificate()]);
            Check(OpenPgpProblem.None, Message, [.. Signer.KeyPacket(), .. Designate(weak.Fingerprint, 1), .. Rest], weak.Certificate());
        }
    }

    [Fact]
    public void A_revoker_whose_key_cannot_verify_counts_as_missing()
    {
        // RSA with an exponent of 65 bits and with an even modulus, a DSA key with an order that is not whole octets, and RSA for
        // encryption.
        byte[] modulus = TestPackets.Integer([0x80, .. new byte[254], 1]);
        byte[][] bodies =
        [
            [4, .. TestPackets.BigEndian(Created), 1, .. modulus, .. TestPackets.Integer([1, .. new byte[7], 1])],
            [4, .. TestPackets.BigEndian(Created), 1, .. TestPackets.Integer([0x80, .. new byte[254], 2]), .. TestPackets.Integer([1, 0,
                1])],
            [4, .. TestPackets.BigEndian(Created), 17, .. modulus, .. TestPackets.Integer([1, .. new byte[20]]),
                .. TestPackets.Integer([2]), .. TestPackets.Integer([3])],
            [4, .. TestPackets.BigEndian(Created), 2, .. modulus, .. TestPackets.Integer([1, 0, 1])],
        ];
        foreach (byte[] body in bodies)
        {
            byte[] packet = TestPackets.Packet(PacketTag.PublicKey, body);
            string fingerprint = TestPackets.Read(packet).Fingerprint;
            byte[] revocation = Relabel(Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50),
                TestPackets.Read(packet).KeyId);
            Check(OpenPgpProblem.KeyRevoked, Message, [.. Signer.KeyPacket(), .. Designate(fingerprint, body[5]), .. revocation, .. Rest],
                packet);
            Check(OpenPgpProblem.None, Message, [.. Signer.KeyPacket(), .. Designate(fingerprint, body[5]), .. Rest], packet);
        }
    }

    [Fact]
    public void Of_a_missing_revoker_any_revocation_counts_that_nobody_else_made()
    {
        byte[] key = [.. Signer.KeyPacket(), .. Designate(Other.Fingerprint, 19), .. Rest];
        byte[] revocation = Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50);
        foreach (byte[] one in new[] { revocation, TestSigner.WithUnhashed(revocation, static _ => []), Relabel(revocation, 1),
            Relabel(revocation, Signer.Packet.KeyId) })
        {
            Check(OpenPgpProblem.KeyRevoked, Message, [.. key, .. one]);
            Check(OpenPgpProblem.KeyRevoked, Message, [.. key, .. one], Other.Certificate());
        }

        // It names the revoker, and stands with no key.
        Check(OpenPgpProblem.KeyRevoked, Message, key, TestPackets.Armor(revocation));

        // A revocation of the next key, in the block before it.
        byte[] ofThird = Third.Sign(SignatureType.KeyRevocation, Third.Hashed, Created + 50);
        Check(OpenPgpProblem.None, Message, [.. key, .. ofThird, .. Third.Certificate()]);
        Check(OpenPgpProblem.KeyRevoked, Third.Message("{}"u8.ToArray()), [.. key, .. ofThird, .. Third.Certificate()]);
    }

    [Fact]
    public void A_revocation_that_stands_elsewhere_is_tried_with_every_key()
    {
        byte[] own = Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50);
        foreach (byte[] one in new[] { own, TestSigner.WithUnhashed(own, static _ => []), Relabel(own, 1), Relabel(own,
            Third.Packet.KeyId) })
        {
            Check(OpenPgpProblem.KeyRevoked, Message, [.. one, .. Signer.Certificate()]);
            if (!one.AsSpan().SequenceEqual(Relabel(own, Third.Packet.KeyId)))
                Check(OpenPgpProblem.KeyRevoked, Message, [.. Third.Certificate(), .. one], Signer.Certificate());
        }

        byte[] designated = Other.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50);
        byte[] key = [.. Signer.KeyPacket(), .. Designate(Other.Fingerprint, 19), .. Rest];
        Check(OpenPgpProblem.KeyRevoked, Message, [.. designated, .. key, .. Other.Certificate()]);
        Check(OpenPgpProblem.KeyRevoked, Message, [.. Third.Certificate(), .. designated, .. key], Other.Certificate());
        Check(OpenPgpProblem.None, Message, [.. designated, .. Signer.Certificate(), .. Other.Certificate()]);
    }

    [Fact]
    public void What_stands_with_no_key_is_reported()
    {
        byte[] loose = Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 9);
        var keyring = OpenPgpKeyring.Import([new KeyringSource("file", (byte[])[.. loose, .. Signer.Certificate()])]);
        Assert.Equal(["file", "file"], keyring.Statements.Select(static s => s.File));
        Assert.Contains("stands with no key", keyring.Details.First(), StringComparison.Ordinal);

        byte[] revocation = Signer.Sign(SignatureType.KeyRevocation, Signer.Hashed, Created + 50);
        keyring = OpenPgpKeyring.Import([new KeyringSource("file", (byte[])[.. Signer.Certificate(), .. Other.Certificate(),
            .. revocation])]);
        var reported = Assert.Single(keyring.Statements, static s => s.Type == SignatureType.KeyRevocation);
        Assert.Equal((StatementOutcome.Revokes, $"key {Signer.Fingerprint}"), (reported.Outcome, reported.About));
        Assert.Empty(keyring.Warnings);
    }

    [Fact]
    public void Too_many_revocations_revoke_and_are_called_that()
    {
        byte[] key = [.. Signer.KeyPacket(), .. Designate(Other.Fingerprint, 19), .. Rest];
        byte[] many = [.. Enumerable.Range(0, 101).SelectMany(i => Third.Sign(SignatureType.KeyRevocation, Signer.Hashed,
            Created + (uint)i))];
        var keyring = OpenPgpKeyring.Import([new KeyringSource("key", (byte[])[.. key, .. many, .. Other.Certificate()])]);
        Assert.Equal(OpenPgpProblem.KeyRevoked, keyring.Verify(Message, Now).Problem);
        Assert.Contains(keyring.Statements, static s => s.Reason == "too many revocations to check");
        Assert.DoesNotContain(keyring.Statements, static s => s.Reason.Contains("designated", StringComparison.Ordinal));
    }

    [Fact]
    public void Revocations_that_belong_nowhere_take_no_endless_time()
    {
        byte[] keys = [.. Enumerable.Range(0, 300).SelectMany(i => Third.MadeAt(Created + (uint)i).Certificate())];
        byte[] loose = [.. Enumerable.Range(0, 300).SelectMany(i => TestPackets.Signature(SignatureType.KeyRevocation, (ulong)i,
            Created + (uint)i))];
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var keyring = OpenPgpKeyring.Import([new KeyringSource("key", (byte[])[.. loose, .. keys, .. Signer.Certificate()])]);
        Assert.True(keyring.Verify(Message, Now).IsGood);
        Assert.True(watch.ElapsedMilliseconds < 20_000, $"{watch.ElapsedMilliseconds} ms");
    }

    private static byte[] Designate(string fingerprint, byte algorithm) => Signer.Sign(SignatureType.DirectKey, Signer.Hashed, Created + 1,
        TestPackets.Subpacket(SubpacketType.RevocationKey, [0x80, algorithm, .. Convert.FromHexString(fingerprint)]));

    private static byte[] Relabel(byte[] packet, ulong keyId) =>
        TestSigner.WithUnhashed(packet, _ => TestPackets.Subpacket(SubpacketType.IssuerKeyId, TestPackets.BigEndian(keyId)));

    private static void Check(OpenPgpProblem problem, byte[] message, params byte[][] files)
    {
        KeyringSource[] sources = [.. files.Select(static f => new KeyringSource("key", f))];
        var result = OpenPgpKeyring.Import(sources).Verify(message, Now);
        Assert.True(problem == result.Problem, $"{result.Problem}: {result.Reason}");
    }
}
