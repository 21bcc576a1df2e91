using System.Buffers.Binary;

namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>Joins the chunks of a packet with partial lengths (RFC 9580 section 4.2.1.4).</summary>
internal static class PartialBody
{
    /// <summary>Copies the chunks together.</summary>
    /// <param name="body">
    /// The <see cref="Packet.Body"/> of a packet whose kind is <see cref="PacketLengthKind.Partial"/>, as <see cref="PacketReader"/>
    /// found it.
    /// </param>
    /// <returns>The octets without the length octets; never longer than <paramref name="body"/>.</returns>
    public static byte[] Join(ReadOnlySpan<byte> body)
    {
        byte[] joined = new byte[Walk(body, default)];
        Walk(body, joined);
        return joined;
    }

    // The reader has walked the same chunks before, so every length is known to fit.
    private static int Walk(ReadOnlySpan<byte> body, Span<byte> destination)
    {
        int total = 0;
        while (!body.IsEmpty)
        {
            byte first = body[0];
            (int headerLength, int length) = first switch
            {
                < 192 => (1, first),
                < 224 => (2, ((first - 192) << 8) + body[1] + 192),
                255 => (5, (int)BinaryPrimitives.ReadUInt32BigEndian(body[1..])),
                _ => (1, 1 << (first & 0x1F)),
            };
            var chunk = body.Slice(headerLength, length);
            if (!destination.IsEmpty)
                chunk.CopyTo(destination[total..]);
            total += length;
            body = body[(headerLength + length)..];
        }

        return total;
    }
}
