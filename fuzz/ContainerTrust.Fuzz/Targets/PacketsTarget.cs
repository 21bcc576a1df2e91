using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Messages;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>OpenPGP packets, each by itself: framing, keys, signatures and their subpackets, compressed data.</summary>
internal sealed class PacketsTarget : FuzzTarget
{
    private const int MaxPackets = 64;

    /// <inheritdoc/>
    public override string Name => "packets";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words =>
    [
        [0x99, 1, 0x0D], [0xC6, 0x33], [0x88, 0x75], [0xC2, 0xC0, 0x75], [0xFF, 0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0xE0],
        [0xFE], [0xA3, 1], [0xC8, 3], [0xC8, 2],
        [4, 0x13, 1, 8], [3, 5, 0], [6, 0, 27, 10], [0, 0], [0xFF, 0xFF], [5, 2, 0, 0, 0, 0], [9, 0x10], [0x16, 0x21, 4], [2, 0x1B, 3],
        [9, 0x2B, 6, 1, 4, 1, 0xDA, 0x47, 0x0F, 1],
        [8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7], "BZh91AY&SY"u8.ToArray(), [0x78, 0x9C],
    ];

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        IReadOnlyList<TestSigner> signers = OpenPgpSeeds.Signers;
        byte[] bzip2 = Convert.FromBase64String("QlpoOTFBWSZTWYYbeGAAAEDBhGBAOAAACgAIIAAxBkxAVKBid0ZlyQqxFCLz3xdyRThQkIYbeGA=");
        return new FuzzMaterial()
            .Add(signers.Select(static s => s.Certificate()))
            .Add(OpenPgpSeeds.Certificates(signers[1], signers[2]))
            .Add(signers.SelectMany(OpenPgpSeeds.Messages))
            .Add(TestPackets.Packet(PacketTag.CompressedData, [3, .. bzip2]))
            .Add([0xA3, 1, .. TestSigner.Compress(OpenPgpSeeds.Content)[3..]])
            .Add([0xCB, 0xE3, (byte)'b', 0, 0, 0, 0, 0, 1, 2, 1, 3])
            .Add(Corpus.Where(static path => path.EndsWith(".gpg", StringComparison.Ordinal)
                || path.Contains(".signature", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        foreach (string userId in OpenPgpKeyReader.ListUserIdsAsGpg(input))
            FuzzFinding.Unless(!userId.Any(static c => c < ' '), "A user id that is listed has a control character.");
        using (var buffers = new MessageBuffers())
        {
            try
            {
                SignedMessageReader.Read(input, buffers, out _, out string reason);
                FuzzFinding.Unless(reason is not null, "A message is refused without a reason.");
            }
            catch (TrustException e)
            {
                FuzzFinding.Unless(e.ErrorId.Length > 0, "A message is refused without an id.");
            }
        }

        ReadPackets(input);
    }

    private static void ReadPackets(byte[] input)
    {
        var source = new PacketSource("fuzz", 0);
        var reader = new PacketReader(input, source, MaxPackets);
        int end = 0;
        while (reader.TryRead(out Packet packet))
        {
            FuzzFinding.Unless(packet.Offset >= end && packet.Offset + packet.Body.Length < input.Length + 1, "Packets overlap.");
            end = packet.Offset + packet.Body.Length + 1;
            ReadOnlySpan<byte> body = packet.LengthKind == PacketLengthKind.Partial ? PartialBody.Join(packet.Body) : packet.Body;
            switch (packet.Tag)
            {
                case PacketTag.Signature:
                    ReadSignature(body);
                    break;
                case PacketTag.PublicKey or PacketTag.PublicSubkey:
                    ReadKey(packet, source);
                    break;
                case PacketTag.SecretKey or PacketTag.SecretSubkey:
                    ReadKey(SecretKeyPacket.PublicPart(packet), source);
                    break;
                case PacketTag.UserId:
                    FuzzFinding.Unless(!UserIdText.Decode(body).Any(char.IsControl), "A user id has a control character.");
                    break;
                default:
                    break;
            }
        }
    }

    private static void ReadSignature(ReadOnlySpan<byte> body)
    {
        SignaturePacket.Parse(body, out SignaturePacket signature);
        var hashed = new SubpacketReader(signature.HashedArea);
        int length = 0;
        while (hashed.TryRead(out _, out _, out ReadOnlySpan<byte> value))
            length += value.Length + 1;
        FuzzFinding.Unless(length <= body.Length, "Subpackets have more than their signature.");
    }

    private static void ReadKey(Packet packet, PacketSource source)
    {
        PublicKeyPacket.Read(packet, source, out PublicKeyPacket? key, out string? unusable);
        FuzzFinding.Unless((key is null) != (unusable is null), "A key is neither read nor refused, or both.");
        if (key is null)
            return;
        FuzzFinding.Unless(key.Fingerprint.Length == (key.Version == 6 ? 64 : 40), "A fingerprint has a wrong length.");
        VerificationKey? made = VerificationKey.Create(key, packet.Body, out string? problem);
        FuzzFinding.Unless((made is null) == (problem is not null), "A key can neither verify nor says why not, or both.");
    }
}
