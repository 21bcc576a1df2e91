using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Tests.Compliance;

/// <summary>Keys and certificates in every state that an audit tells apart.</summary>
internal static class AuditKeys
{
    private const string UserId = "Signer <signer@example.com>";
    private static readonly uint s_made = (uint)new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private static readonly TestSigner s_signer = TestSigner.EcdsaP256(s_made);
    private static readonly TestSigner s_other = TestSigner.EcdsaP256(s_made);

    public static byte[] Good { get; } = Make(s_signer);

    public static byte[] Other { get; } = Make(s_other);

    public static string GoodFingerprint => s_signer.Fingerprint;

    /// <summary>A key, and after it one of version 6, at which GnuPG stops.</summary>
    public static byte[] BeforeVersion6 { get; } = [.. Good, .. OfVersion6(TestSigner.Ed25519Key(s_made, version: 6))];

    /// <summary>A key of version 6 alone.</summary>
    public static byte[] Version6 { get; } = OfVersion6(TestSigner.Ed25519Key(s_made, version: 6));

    /// <summary>A key that has ended, of another owner than <see cref="Good"/>.</summary>
    public static byte[] OtherEnded { get; } =
        Make(s_other, TestPackets.Flags(3), TestPackets.Subpacket(SubpacketType.KeyExpirationTime, [0, 0, 0, 9]));

    public static byte[] Revoked { get; } = [.. s_signer.KeyPacket(),
        .. s_signer.Sign(SignatureType.KeyRevocation, s_signer.Hashed, s_made + 10), .. Make(s_signer)[s_signer.KeyPacket().Length..]];

    public static byte[] NotForSigning { get; } = Make(s_signer, TestPackets.Flags(1));

    public static byte[] ShortRsa { get; } = Make(TestSigner.Rsa(s_made, 1024));

    public static byte[] Sha1Only { get; } = MakeSha1(TestSigner.Rsa(s_made));

    public static string Cosign { get; } = Pem(static () => ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static string WeakPem { get; } = Pem(static () => RSA.Create(1024));

    public static string RsaPem { get; } = Pem(static () => RSA.Create(2048));

    public static string PrivatePem { get; } = PrivateOf();

    /// <summary>A key that ends at a moment.</summary>
    public static byte[] EndingAt(DateTimeOffset end)
    {
        byte[] seconds = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(seconds, (uint)(end.ToUnixTimeSeconds() - s_made));
        return Make(s_signer, TestPackets.Flags(3), TestPackets.Subpacket(SubpacketType.KeyExpirationTime, seconds));
    }

    public static string CertificateUntil(DateTimeOffset end, bool isCA = true, int rsaBits = 0) =>
        TestCertificates.Make("CN=Test CA", new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), end, isCA, rsaBits);

    private static byte[] OfVersion6(TestSigner six) =>
        [.. six.KeyPacket(), .. six.Sign(SignatureType.DirectKey, six.Hashed, s_made + 1, TestPackets.Flags(3))];

    private static byte[] Make(TestSigner signer, params byte[][] hashed) =>
        [.. signer.KeyPacket(), .. TestPackets.UserId(UserId),
            .. signer.Certify(UserId, s_made, hashed.Length == 0 ? [TestPackets.Flags(3)] : hashed)];

    private static byte[] MakeSha1(TestSigner signer)
    {
        byte[] data = [.. signer.Hashed, .. SignatureDigest.HashedUserId(4, Encoding.UTF8.GetBytes(UserId))];
        return [.. signer.KeyPacket(), .. TestPackets.UserId(UserId),
            .. TestPackets.Packet(PacketTag.Signature, signer.SignBody(SignatureType.PositiveCertification, data, s_made, hash: 2))];
    }

    private static string Pem(Func<AsymmetricAlgorithm> make)
    {
        using AsymmetricAlgorithm key = make();
        return key.ExportSubjectPublicKeyInfoPem() + "\n";
    }

    private static string PrivateOf()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfoPem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }
}
