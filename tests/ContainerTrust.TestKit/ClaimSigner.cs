using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.TestKit;

/// <summary>An RSA key with one user id that signs what images are signed with, plainly: claims, messages and lines of text.</summary>
internal sealed class ClaimSigner
{
    /// <summary>When the key was made, in seconds since 1970.</summary>
    public const uint KeyCreated = 1_600_000_000;

    /// <summary>When it signs, in seconds since 1970.</summary>
    public const uint SignatureCreated = 1_700_000_000;

    private readonly TestSigner _signer = TestSigner.Rsa(KeyCreated);

    /// <summary>Makes a key.</summary>
    /// <param name="userId">Whose it is.</param>
    public ClaimSigner(string userId = "Signer <signer@example.com>") => PublicKey = _signer.Certificate(userId);

    /// <summary>The key file, binary.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The key's fingerprint, upper-case hex.</summary>
    public string Fingerprint => _signer.Fingerprint;

    /// <summary>What a simple-signing signature says.</summary>
    /// <param name="reference">The image's reference.</param>
    /// <param name="digest">The digest of its manifest.</param>
    public static string Claim(string reference, string digest) =>
        $$$"""{"critical":{"identity":{"docker-reference":"{{{reference}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},"type":""" +
        """
        "atomic container signature"},"optional":{"creator":"test 1.0","timestamp":1700000001}}
        """;

    /// <summary>A signed message of the old style: the signature, then literal data.</summary>
    public byte[] SignMessage(byte[] content) =>
        [.. _signer.Sign(SignatureType.Binary, content, SignatureCreated), .. TestSigner.Literal(content)];

    /// <summary>The same of a text.</summary>
    public byte[] SignMessage(string content) => SignMessage(Encoding.UTF8.GetBytes(content));

    /// <summary>A message with a claim.</summary>
    public byte[] SignClaim(string reference, string digest) => SignMessage(Claim(reference, digest));

    /// <summary>The same with a one-pass packet, as <c>gpg --sign</c> writes it.</summary>
    public byte[] SignOnePassClaim(string reference, string digest)
    {
        byte[] content = Encoding.UTF8.GetBytes(Claim(reference, digest));
        return
        [
            .. TestPackets.Packet(PacketTag.OnePassSignature, [3, 0, 8, 1, .. Convert.FromHexString(Fingerprint[^16..]), 1]),
            .. TestSigner.Literal(content),
            .. _signer.Sign(SignatureType.Binary, content, SignatureCreated),
        ];
    }

    /// <summary>A line of text in the cleartext signature framework.</summary>
    public byte[] ClearSign(string line) =>
    [
        .. Encoding.ASCII.GetBytes($"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{line}\n"),
        .. TestPackets.Armor(_signer.Sign(SignatureType.Text, Encoding.ASCII.GetBytes(line), SignatureCreated), label: "SIGNATURE"),
    ];
}
