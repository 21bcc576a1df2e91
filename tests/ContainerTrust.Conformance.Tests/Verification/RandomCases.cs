using static ContainerTrust.Conformance.Tests.Verification.OpenPgpWriter;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Keys and messages put together at random, properly signed: most differ from good ones in several things at once.</summary>
internal sealed class RandomCases(WriterKey primary, WriterKey subkey, WriterKey other, int seed)
{
    private const uint Made = WriterKey.DefaultCreated, Day = 86400;
    private static readonly uint[] s_times = [0, Made - Day, Made - 1, Made, Made + 1, Made + Day, Made + 30 * Day, Made + 60 * Day,
        2_500_000_000];
    private static readonly uint[] s_spans = [0, 1, Day, 40 * Day, 2_000_000_000, uint.MaxValue];
    private static readonly byte[] s_hashes = [8, 8, 8, 8, 8, 8, 9, 10, 2, 1];

    private readonly Random _random = new(seed);

    /// <summary>A message by the primary key or the subkey, sometimes by another.</summary>
    public byte[] Message(byte[] content)
    {
        WriterKey signer = Pick(primary, primary, primary, subkey, subkey, other);
        SignatureSpec spec = Document(signer);
        byte[] onePass = Packet(OnePassTag,
            OnePass(Rarely() ? other : signer, Rarely() ? spec with { Hash = 10 } : Rarely() ? spec with { Type = 1 } : spec,
            isLast: !Rarely()), Framing());
        byte[] literal = Packet(LiteralTag, Literal(content, Rarely() ? 't' : 'b'), Framing());
        byte[] signature = Packet(SignatureTag, Signature(signer, spec, Rarely() ? [.. content, 0] : content), Framing());
        List<byte[]> packets = _random.Next(4) == 0 ? [signature, literal] : [onePass, literal, signature];
        if (_random.Next(5) == 0)
            packets.Insert(_random.Next(packets.Count + 1), Extra(signature, literal, onePass));
        if (_random.Next(25) == 0)
            packets.RemoveAt(_random.Next(packets.Count));
        if (_random.Next(25) == 0 && packets.Count > 1)
            (packets[0], packets[^1]) = (packets[^1], packets[0]);
        byte[] message = [.. packets.SelectMany(static p => p)];
        for (int depth = _random.Next(6) switch { < 3 => 0, < 5 => 1, _ => 2 }; depth > 0; depth--)
            message = Compressed(Pick(1, 1, 2, 2, 0), message,
                Pick(PacketFraming.OldIndeterminate, PacketFraming.New, PacketFraming.NewPartial, PacketFraming.OldFourOctets));
        if (_random.Next(15) == 0)
            message = [.. message, .. Extra(signature, literal, onePass)];
        return message;
    }

    /// <summary>A certificate of the primary key, with or without the subkey.</summary>
    public byte[] Certificate()
    {
        List<byte[]> parts = [Packet(PublicKeyTag, primary.Body, Rarely() ? PacketFraming.Old : PacketFraming.New)];
        if (_random.Next(5) == 0)
            parts.Add(primary.KeySignature(0x1F, SelfStatements(), Time()));
        if (_random.Next(12) == 0)
            parts.Add((Rarely() ? other : primary)
                .KeySignature(0x20, _random.Next(2) == 0 ? Subpacket(29, [(byte)_random.Next(4)]) : [], Time()));
        for (int users = _random.Next(8) switch { < 5 => 1, < 7 => 2, _ => 0 }; users > 0; users--)
        {
            string userId = $"Writer {users} <writer@example.com>";
            for (int certifications = 1; certifications <= 1 + _random.Next(2); certifications++)
            {
                byte[] whole = (_random.Next(15) == 0 ? other : primary)
                    .UserId(userId, SelfStatements(), new SignatureSpec
                    { Type = Pick<byte>(0x10, 0x13, 0x13, 0x13), Created = Time(), Hash = Pick(s_hashes) });
                parts.Add(certifications == 1 ? whole : whole[Packet(UserIdTag, System.Text.Encoding.UTF8.GetBytes(userId)).Length..]);
            }

            if (_random.Next(12) == 0)
                parts.Add(primary.UserIdSignature(userId, 0x30, [], Time()));
        }

        if (_random.Next(4) != 0)
        {
            int count = 1 + (_random.Next(5) == 0 ? 1 : 0);
            for (int i = 0; i < count; i++)
            {
                byte[] whole = primary.Subkey(subkey, Pick<byte?>(2, 2, 2, 2, 0x22, 0x0C, null, 1), _random.Next(6) != 0,
                    _random.Next(3) == 0 ? Subpacket(9, UInt32(Pick(s_spans))) : [],
                    new SignatureSpec { Type = 0x18, Created = Time(), Hash = Pick(s_hashes) });
                parts.Add(i == 0 ? whole : whole[Packet(SubkeyTag, subkey.Body).Length..]);
            }

            if (_random.Next(10) == 0)
                parts.Add((Rarely() ? other : primary).SubkeySignature(subkey, 0x28, [], Time()));
        }

        if (_random.Next(20) == 0)
            parts.Insert(_random.Next(parts.Count),
                Packet(Pick(MarkerTag, MarkerTag, 60, 12, 30), Pick<byte[]>([1, 2, 3], "PGP"u8.ToArray())));
        return [.. parts.SelectMany(static p => p)];
    }

    private SignatureSpec Document(WriterKey signer)
    {
        SignatureSpec spec = new()
        {
            Version = _random.Next(6) == 0 ? 3 : 4,
            Type = Pick<byte>(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x10),
            Hash = Pick(s_hashes),
            Created = _random.Next(3) == 0 ? Time() : Made + 40 * Day,
            WrongDigestStart = (byte)(Rarely() ? 1 : 0),
        };
        List<byte[]> hashed = [];
        if (_random.Next(4) == 0)
            hashed.Add(Subpacket(3, UInt32(Pick(s_spans))));
        if (_random.Next(3) == 0)
            hashed.Add(Subpacket(33, [4, .. (_random.Next(6) == 0 ? other : signer).FingerprintBytes]));
        if (_random.Next(6) == 0)
            hashed.Add(Subpacket(Pick(16, 20, 26, 28, 34, 99, 100, 7), Pick<byte[]>([1], signer.KeyId, [0, 0, 0, 0, 0, 1, 0, 1, 65, 66]),
                isCritical: _random.Next(3) == 0));
        if (Rarely())
            hashed.Add(Subpacket(2, UInt32(Time())));
        byte[]? unhashed = _random.Next(8) switch
        {
            0 => [],
            1 => Subpacket(16, other.KeyId),
            2 => [.. Subpacket(16, signer.KeyId), .. Subpacket(Pick(3, 2, 33, 99), [1, 2, 3, 4], isCritical: _random.Next(3) == 0)],
            _ => null,
        };
        return spec with { MoreHashed = [.. hashed.SelectMany(static h => h)], Unhashed = unhashed };
    }

    private byte[] SelfStatements()
    {
        List<byte[]> statements = [];
        if (_random.Next(6) != 0)
            statements.Add(Subpacket(27, Pick<byte[]>([3], [3], [3], [3], [1], [2], [0x0C], [0], [])));
        if (_random.Next(3) == 0)
            statements.Add(Subpacket(9, UInt32(Pick(s_spans))));
        if (_random.Next(12) == 0)
            statements.Add(Subpacket(3, UInt32(Pick(s_spans))));
        if (_random.Next(5) == 0)
            statements.Add(Subpacket(25, [1]));
        if (_random.Next(20) == 0)
            statements.Add(Subpacket(Pick(99, 20, 100), [0, 0, 0, 0, 0, 0, 0, 0], isCritical: _random.Next(2) == 0));
        if (_random.Next(25) == 0)
            statements.Add(Subpacket(12, [0x80, 1, .. other.FingerprintBytes]));
        return [.. statements.SelectMany(static s => s)];
    }

    private byte[] Extra(byte[] signature, byte[] literal, byte[] onePass) => _random.Next(7) switch
    {
        0 => Packet(MarkerTag, "PGP"u8.ToArray()),
        1 => Packet(PaddingTag, [1, 2, 3]),
        2 => Packet(60, [1, 2, 3]),
        3 => signature,
        4 => literal,
        5 => onePass,
        _ => [(byte)_random.Next(256)],
    };

    private PacketFraming Framing() =>
        Pick(PacketFraming.New, PacketFraming.New, PacketFraming.New, PacketFraming.Old, PacketFraming.NewFiveOctets,
        PacketFraming.OldFourOctets, PacketFraming.NewPartial);

    private bool Rarely() => _random.Next(20) == 0;

    private uint Time() => Pick(s_times);

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
