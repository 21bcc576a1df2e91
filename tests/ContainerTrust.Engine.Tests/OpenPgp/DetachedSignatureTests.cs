using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Signatures that lie beside what they sign: one, of these very octets, and nothing else is one.</summary>
public sealed class DetachedSignatureTests
{
    private const string UserId = "Signer <signer@example.com>";

    private static readonly TestSigner s_signer = TestSigner.EcdsaP256();
    private static readonly byte[] s_content = Encoding.UTF8.GetBytes("entries: []\r\nline \n");
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(TestPackets.Created + 1000);

    private static readonly OpenPgpKeyring s_keyring = OpenPgpKeyring.Import([new KeyringSource("key",
        (byte[])[.. s_signer.KeyPacket(), .. TestPackets.UserId(UserId),
            .. s_signer.Certify(UserId, TestPackets.Created, TestPackets.Flags(3))])]);

    private static byte[] Sign(byte[]? content = null, SignatureType type = SignatureType.Binary) =>
        s_signer.Sign(type, content ?? s_content, TestPackets.Created + 10);

    private static OpenPgpVerification Verify(byte[] signature, byte[]? content = null) =>
        s_keyring.VerifyDetached(signature, content ?? s_content, s_now);

    private static string Armor(byte[] data, string kind = "SIGNATURE") =>
        $"-----BEGIN PGP {kind}-----\n\n{Convert.ToBase64String(data)}\n-----END PGP {kind}-----\n";

    [Fact]
    public void A_good_one_is_taken_binary_and_armored()
    {
        Assert.Equal(s_signer.Fingerprint, Verify(Sign()).Fingerprint);
        Assert.Equal(s_signer.Fingerprint, Verify(Encoding.ASCII.GetBytes(Armor(Sign()))).Fingerprint);
    }

    [Fact]
    public void Each_changed_octet_of_the_content_is_noticed()
    {
        byte[] signature = Sign();
        for (int i = 0; i < s_content.Length; i++)
        {
            byte[] changed = [.. s_content];
            changed[i] ^= 1;
            Assert.Equal(OpenPgpProblem.BadSignature, Verify(signature, changed).Problem);
        }

        Assert.False(Verify(signature, s_content[..^1]).IsGood);
        Assert.False(Verify(signature, [.. s_content, 0]).IsGood);
        Assert.False(Verify(signature, []).IsGood);
    }

    [Fact]
    public void What_is_not_one_signature_of_a_document_is_refused()
    {
        byte[] good = Sign();
        (OpenPgpProblem, byte[])[] cases =
        [
            (OpenPgpProblem.NotSignedMessage, []),
            (OpenPgpProblem.NotSignedMessage, "nothing"u8.ToArray()),
            (OpenPgpProblem.NotOneSignature, [.. good, .. good]),
            (OpenPgpProblem.NotOneSignature, [.. good, .. s_signer.KeyPacket()]),
            (OpenPgpProblem.NotSignedMessage, s_signer.KeyPacket()),
            (OpenPgpProblem.NotSignedMessage, [.. s_signer.KeyPacket(), .. good]),
            (OpenPgpProblem.NotSignedMessage, Sign(type: SignatureType.Text)),
            (OpenPgpProblem.NotSignedMessage, Sign(type: SignatureType.Standalone)),
            (OpenPgpProblem.NotSignedMessage, Sign(type: SignatureType.KeyRevocation)),
            (OpenPgpProblem.NotSignedMessage, Encoding.ASCII.GetBytes(Armor(good, "MESSAGE"))),
            (OpenPgpProblem.NotSignedMessage, Encoding.ASCII.GetBytes(Armor(good, "PUBLIC KEY BLOCK"))),
            (OpenPgpProblem.NotSignedMessage, Encoding.ASCII.GetBytes(Armor(good) + Armor(good))),
        ];
        foreach ((OpenPgpProblem problem, byte[] signature) in cases)
            Assert.Equal(problem, Verify(signature).Problem);
        for (int length = 0; length < good.Length; length++)
            Assert.False(Verify(good[..length]).IsGood);
    }

    [Fact]
    public void Another_key_and_a_time_before_the_key_are_refused()
    {
        TestSigner other = TestSigner.EcdsaP256(TestPackets.Created + 1);
        Assert.Equal(OpenPgpProblem.UnknownKey,
            Verify(other.Sign(SignatureType.Binary, s_content, TestPackets.Created + 10)).Problem);
        Assert.Equal(OpenPgpProblem.SignatureBeforeKey,
            Verify(s_signer.Sign(SignatureType.Binary, s_content, TestPackets.Created - 10)).Problem);
    }
}
