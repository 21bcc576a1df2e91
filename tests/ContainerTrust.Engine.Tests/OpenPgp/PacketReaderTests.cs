using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

public sealed class PacketReaderTests
{
    [Theory]
    [InlineData(new byte[] { 0xB4, 3, 1, 2, 3 })]
    [InlineData(new byte[] { 0xB5, 0, 3, 1, 2, 3 })]
    [InlineData(new byte[] { 0xB6, 0, 0, 0, 3, 1, 2, 3 })]
    [InlineData(new byte[] { 0xCD, 3, 1, 2, 3 })]
    [InlineData(new byte[] { 0xCD, 255, 0, 0, 0, 3, 1, 2, 3 })]
    public void A_body_of_three_octets_is_read_whatever_its_header(byte[] data)
    {
        var read = ReadAll(data);
        var (tag, kind, body) = Assert.Single(read);
        Assert.Equal((PacketTag.UserId, PacketLengthKind.Definite), (tag, kind));
        Assert.Equal([1, 2, 3], body);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(191)]
    [InlineData(192)]
    [InlineData(8383)]
    [InlineData(8384)]
    [InlineData(100_000)]
    public void New_lengths_are_read_at_their_edges(int length)
    {
        byte[] body = new byte[length];
        new Random(length).NextBytes(body);
        Assert.Equal(body, Assert.Single(ReadAll(TestPackets.Packet(PacketTag.UserId, body))).Body);
    }

    [Fact]
    public void Partial_lengths_of_data_packets_are_joined()
    {
        byte[] data = [0xCB, 0xE1, 1, 2, 0xE0, 3, 3, 4, 5, 6, 0xCD, 1, 9];
        var read = ReadAll(data);
        Assert.Equal(2, read.Count);
        Assert.Equal(PacketLengthKind.Partial, read[0].Kind);
        Assert.Equal([1, 2, 3, 4, 5, 6], PartialBody.Join(read[0].Body));
        Assert.Equal([9], read[1].Body);
    }

    [Fact]
    public void Random_chunks_are_joined_to_what_was_split()
    {
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] body = new byte[random.Next(5000)];
            random.NextBytes(body);
            var data = new List<byte> { 0xCB };
            int position = 0;
            while (random.Next(4) != 0)
            {
                int power = random.Next(10);
                if (body.Length - position < 1 << power)
                    break;
                data.Add((byte)(0xE0 | power));
                data.AddRange(body[position..(position + (1 << power))]);
                position += 1 << power;
            }

            data.AddRange(TestPackets.Packet(PacketTag.LiteralData, body[position..])[1..]);
            var read = Assert.Single(ReadAll([.. data]));
            Assert.Equal(body, read.Kind == PacketLengthKind.Partial ? PartialBody.Join(read.Body) : read.Body);
        }
    }

    [Fact]
    public void An_indeterminate_length_runs_to_the_end()
    {
        var (tag, kind, body) = Assert.Single(ReadAll([0xA3, 1, 2, 3]));
        Assert.Equal((PacketTag.CompressedData, PacketLengthKind.Indeterminate), (tag, kind));
        Assert.Equal([1, 2, 3], body);
    }

    [Theory]
    [InlineData(new byte[] { 0x10 }, "cannot begin with octet 0x10")]
    [InlineData(new byte[] { 0xC0, 0 }, "type 0")]
    [InlineData(new byte[] { 0xC6 }, "ends inside")]
    [InlineData(new byte[] { 0xC6, 192 }, "ends inside")]
    [InlineData(new byte[] { 0xC6, 255, 255, 255, 255, 255, 1 }, "ends inside")]
    [InlineData(new byte[] { 0xC6, 5, 1 }, "ends inside")]
    [InlineData(new byte[] { 0x99, 255, 255, 1 }, "ends inside")]
    [InlineData(new byte[] { 0x9B, 1 }, "indeterminate")]
    [InlineData(new byte[] { 0xC6, 0xE1, 1, 2, 0 }, "partial")]
    [InlineData(new byte[] { 0xCB, 0xFE, 1, 2, 0 }, "ends inside")]
    [InlineData(new byte[] { 0xCB, 0xE0, 1 }, "ends inside")]
    public void Bad_framing_names_the_octet(byte[] data, string problem)
    {
        byte[] later = [0xCD, 1, 0x41, .. data];
        var error = Assert.Throws<TrustFormatException>(() => ReadAll(later));
        Assert.Equal("MalformedOpenPgp", error.ErrorId);
        Assert.Equal("packet at octet 3", error.DocumentPath);
        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_packets_are_refused()
    {
        var error = Assert.Throws<TrustException>(() => ReadAll([0xCD, 0, 0xCD, 0, 0xCD, 0], 2));
        Assert.Equal(("TooManyPackets", TrustErrorKind.LimitsExceeded), (error.ErrorId, error.Kind));
        Assert.Equal(3, ReadAll([0xCD, 0, 0xCD, 0, 0xCD, 0], 3).Count);
    }

    private static List<(PacketTag Tag, PacketLengthKind Kind, byte[] Body)> ReadAll(byte[] data, int maxPackets = 100)
    {
        var packets = new List<(PacketTag, PacketLengthKind, byte[])>();
        var reader = new PacketReader(data, new PacketSource("test", 0), maxPackets);
        while (reader.TryRead(out var packet))
            packets.Add((packet.Tag, packet.LengthKind, packet.Body.ToArray()));
        return packets;
    }
}
