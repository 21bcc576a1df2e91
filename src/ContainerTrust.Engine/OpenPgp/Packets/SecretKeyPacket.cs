using System.Buffers.Binary;

namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>
/// A private key or private subkey packet (RFC 9580 section 5.5.3), of which only the public part is looked at: the private one is never
/// kept or shown.
/// </summary>
internal static class SecretKeyPacket
{
    /// <summary>The packet of the public key that a private key packet begins with.</summary>
    /// <param name="packet">A packet of type <see cref="PacketTag.SecretKey"/> or <see cref="PacketTag.SecretSubkey"/>.</param>
    /// <returns>
    /// The public part. Where that cannot be found because the version is unknown or the packet is damaged, the whole packet; where the
    /// algorithm is unknown, what precedes the numbers: <see cref="PublicKeyPacket.Read"/> gives no key then.
    /// </returns>
    public static Packet PublicPart(in Packet packet) => new()
    {
        Tag = packet.Tag == PacketTag.SecretKey ? PacketTag.PublicKey : PacketTag.PublicSubkey,
        Offset = packet.Offset,
        LengthKind = packet.LengthKind,
        Body = packet.Body[..PublicLength(packet.Body)],
    };

    private static int PublicLength(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body[0] is not (4 or 6))
            return body.Length;
        int start = body[0] == 4 ? 6 : 10;
        if (body.Length < start)
            return body.Length;
        if (body[0] == 6)
            return (int)Math.Min(body.Length, start + (long)BinaryPrimitives.ReadUInt32BigEndian(body[6..]));
        var reader = new KeyMaterialReader(body[start..]);
        bool isWhole = (PublicKeyAlgorithm)body[5] switch
        {
            PublicKeyAlgorithm.Rsa or PublicKeyAlgorithm.RsaEncryptOnly or PublicKeyAlgorithm.RsaSignOnly
                => TrySkipIntegers(ref reader, 2),
            PublicKeyAlgorithm.Elgamal => TrySkipIntegers(ref reader, 3),
            PublicKeyAlgorithm.Dsa => TrySkipIntegers(ref reader, 4),
            PublicKeyAlgorithm.Ecdsa or PublicKeyAlgorithm.EddsaLegacy => reader.TryReadCounted(out _) && TrySkipIntegers(ref reader, 1),
            PublicKeyAlgorithm.Ecdh => reader.TryReadCounted(out _) && TrySkipIntegers(ref reader, 1) && reader.TryReadCounted(out _),
            PublicKeyAlgorithm.X25519 or PublicKeyAlgorithm.Ed25519 => reader.TrySkip(32),
            PublicKeyAlgorithm.X448 => reader.TrySkip(56),
            PublicKeyAlgorithm.Ed448 => reader.TrySkip(57),
            _ => true,
        };
        return isWhole ? body.Length - reader.Remaining : body.Length;
    }

    private static bool TrySkipIntegers(scoped ref KeyMaterialReader reader, int count)
    {
        for (; count > 0; count--)
        {
            if (!reader.TryReadInteger(out _, out _))
                return false;
        }

        return true;
    }
}
