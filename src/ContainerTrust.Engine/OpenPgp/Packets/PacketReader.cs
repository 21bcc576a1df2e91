using System.Buffers.Binary;
using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>
/// Splits binary OpenPGP data into packets (RFC 9580 section 4.2; RFC 4880 section 4.2), without copying. A length is checked against the
/// data that is there before anything is done with it. Packets are not nested here: who reads a compressed packet bounds the depth.
/// </summary>
internal ref struct PacketReader
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly PacketSource _source;
    private readonly int _maxPackets;
    private int _position;
    private int _count;

    /// <summary>Creates a reader.</summary>
    /// <param name="data">Binary data.</param>
    /// <param name="source">Where it comes from.</param>
    /// <param name="maxPackets">More packets than this are refused.</param>
    public PacketReader(ReadOnlySpan<byte> data, PacketSource source, int maxPackets)
    {
        _data = data;
        _source = source;
        _maxPackets = maxPackets;
    }

    /// <summary>How many packets were read so far.</summary>
    public readonly int Count => _count;

    /// <summary>Reads the next packet.</summary>
    /// <param name="packet">The packet.</param>
    /// <returns>False at the end of the data.</returns>
    /// <exception cref="TrustFormatException">The data is not a packet, or ends inside one.</exception>
    /// <exception cref="TrustException">Too many packets (<see cref="TrustErrorKind.LimitsExceeded"/>).</exception>
    public bool TryRead(out Packet packet)
    {
        packet = default;
        if (_position >= _data.Length)
            return false;
        int offset = _position;
        byte header = _data[offset];
        if ((header & 0x80) == 0)
            throw _source.Malformed(offset,
                string.Create(CultureInfo.InvariantCulture,
                $"an OpenPGP packet cannot begin with octet 0x{header:X2}; the file is damaged, get it again."));
        if (_count == _maxPackets)
            throw TooMany();

        bool isNewFormat = (header & 0x40) != 0;
        var tag = (PacketTag)(isNewFormat ? header & 0x3F : (header >> 2) & 0x0F);
        if (tag == 0)
            throw _source.Malformed(offset, "packet type 0 is reserved; the file is damaged, get it again.");
        _position = offset + 1;
        ReadOnlySpan<byte> body;
        var lengthKind = PacketLengthKind.Definite;
        if (isNewFormat)
        {
            int start = _position;
            uint length = ReadNewLength(offset, out bool isPartial);
            if (isPartial)
            {
                lengthKind = PacketLengthKind.Partial;
                SkipChunks(offset, length);
                body = _data[start.._position];
            }
            else
            {
                body = Take(offset, length);
            }
        }
        else
        {
            switch (header & 3)
            {
                case 0:
                    body = Take(offset, ReadOctet(offset));
                    break;
                case 1:
                    body = Take(offset, BinaryPrimitives.ReadUInt16BigEndian(Take(offset, 2)));
                    break;
                case 2:
                    body = Take(offset, BinaryPrimitives.ReadUInt32BigEndian(Take(offset, 4)));
                    break;
                default:
                    lengthKind = PacketLengthKind.Indeterminate;
                    body = _data[_position..];
                    _position = _data.Length;
                    break;
            }
        }

        if (lengthKind != PacketLengthKind.Definite && !AllowsOpenLength(tag))
            throw _source.Malformed(offset,
                string.Create(CultureInfo.InvariantCulture,
                $"packet type {(int)tag} cannot have a partial or indeterminate length; the file is damaged, get it again."));
        _count++;
        packet = new Packet { Tag = tag, Offset = offset, LengthKind = lengthKind, Body = body };
        return true;
    }

    private static bool AllowsOpenLength(PacketTag tag) =>
        tag is PacketTag.LiteralData or PacketTag.CompressedData or PacketTag.SymmetricallyEncryptedData or PacketTag.IntegrityProtectedData
            or PacketTag.AeadEncryptedData;

    private uint ReadNewLength(int offset, out bool isPartial)
    {
        isPartial = false;
        byte first = ReadOctet(offset);
        if (first < 192)
            return first;
        if (first < 224)
            return ((first - 192u) << 8) + ReadOctet(offset) + 192u;
        if (first == 255)
            return BinaryPrimitives.ReadUInt32BigEndian(Take(offset, 4));
        isPartial = true;
        return 1u << (first & 0x1F);
    }

    private void SkipChunks(int offset, uint length)
    {
        bool isPartial = true;
        while (true)
        {
            _ = Take(offset, length);
            if (!isPartial)
                return;
            length = ReadNewLength(offset, out isPartial);
        }
    }

    private byte ReadOctet(int offset) => Take(offset, 1)[0];

    private ReadOnlySpan<byte> Take(int offset, uint length)
    {
        if (length > (uint)(_data.Length - _position))
            throw _source.Malformed(offset, "the data ends inside this packet; the file is not complete, get it again.");
        var taken = _data.Slice(_position, (int)length);
        _position += (int)length;
        return taken;
    }

    private readonly TrustException TooMany() =>
        new(
            "TooManyPackets",
            TrustErrorKind.LimitsExceeded,
            $"{_source.Path} has too many OpenPGP packets; export only the keys that are needed.")
        {
            Target = _source.Path,
        };
}
