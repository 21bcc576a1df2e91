using static ContainerTrust.Conformance.Tests.Verification.OpenPgpWriter;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>
/// Certificates with statements of every type, at every place, several times, misplaced, changed in what nobody signs, of one second, in
/// several files, with a designated revoker, an attribute and subkeys of every kind. Somewhat more than half begin as good ones. Seeded.
/// </summary>
internal sealed class RandomCertificates(WriterKey[] pool, int seed)
{
    private static readonly byte[] s_certifications = [0x10, 0x11, 0x12, 0x13, 0x13, 0x13, 0x30];

    private readonly Random _random = new(seed);
    private CertificateParts _parts = null!;

    /// <summary>Makes the next one.</summary>
    /// <param name="number">Differs for every certificate of a run.</param>
    public CertificateCase Next(int number)
    {
        _parts = new CertificateParts(pool, number);
        int[] components = [0, .. Some([1], 97), .. Some([2], 40), .. Some([3], 25), .. Some([4], 80), .. Some([5], 25), .. Some([6], 25)];
        List<(int Place, byte[] Packet)> statements = [];
        if (_random.Next(100) < 65)
            AddGood(statements, components);
        for (int more = _random.Next(7); more > 0; more--)
            AddStatement(statements, components);
        int files = _random.Next(10) switch { < 6 => 1, < 9 => 2, _ => 3 };
        List<byte[]> contents = [];
        for (int i = 0; i < files; i++)
            contents.Add(File(components, statements, isWhole: files == 1 || _random.Next(3) == 0));
        if (_random.Next(8) == 0)
            contents.Insert(_random.Next(contents.Count + 1), _parts.Revoker.Certificate());
        return new CertificateCase($"random {number}", contents, [_parts.Message(0), _parts.Message(1), _parts.Message(2)]);
    }

    private void AddGood(List<(int Place, byte[] Packet)> statements, int[] components)
    {
        foreach (int component in components)
        {
            if (component is 1 || (component is 2 or 3 && _random.Next(2) == 0))
                statements.Add((component,
                    _parts.Statement(_parts.Primary, new SignatureSpec
                    { Type = 0x13, Created = _parts.Primary.Created, MoreHashed = Subpacket(27, [3]) }, component)));
            else if (component >= 4)
                statements.Add((component,
                    Binding(component, _parts.Primary.Created + 6, component == 6 ? Subpacket(27, [0x0C]) : Subpacket(27, [2]),
                    component != 6)));
        }
    }

    private byte[] Binding(int component, uint created, byte[] says, bool hasBackSignature)
    {
        bool isHashed = _random.Next(2) == 0;
        byte[] back = hasBackSignature ? _parts.BackSignature(component, created) : [];
        return _parts.Statement(_parts.Primary, new SignatureSpec
        {
            Type = 0x18,
            Created = created,
            MoreHashed = [.. says, .. isHashed ? back : []],
            Unhashed = [.. Subpacket(16, _parts.Primary.KeyId), .. isHashed ? [] : back],
        }, component);
    }

    private void AddStatement(List<(int Place, byte[] Packet)> statements, int[] components)
    {
        int component = Pick(components);
        byte type = component switch
        {
            0 => Pick<byte>(0x1F, 0x1F, 0x1F, 0x1F, 0x20, 0x19),
            <= 3 => Pick(s_certifications),
            _ => Pick<byte>(0x18, 0x18, 0x18, 0x18, 0x28, 0x19),
        };
        uint created = _parts.Primary.Created + (uint)Pick(0, 0, 6, 6, 9, 9, 9, 12, -5);
        WriterKey signer = _random.Next(14) switch { 0 => _parts.Revoker, 1 => _parts.Stranger, _ => _parts.Primary };
        byte[] says = [.. Says(component), .. type == 0x18 && component != 6
            && _random.Next(6) != 0 ? _parts.BackSignature(component, created) : []];
        byte[] label = _random.Next(14) switch
        {
            0 => [],
            1 => Subpacket(16, _parts.Primary.KeyId),
            2 => Subpacket(16, _parts.Stranger.KeyId),
            3 => Subpacket(33, [4, .. _parts.Primary.FingerprintBytes]),
            _ => Subpacket(16, signer.KeyId),
        };
        SignatureSpec spec = new()
        {
            Version = _random.Next(25) == 0 && type != 0x18 ? 3 : 4,
            Type = type,
            Created = created,
            Hash = Pick<byte>(8, 8, 8, 8, 8, 10, 9, 2, 1),
            MoreHashed = says,
            Unhashed = [.. label, .. Unhashed()],
            Numbers = Numbers(),
            Algorithm = _random.Next(40) == 0 ? Pick<byte>(1, 2, 3, 17, 19, 22) : null,
            WrongDigestStart = (byte)(_random.Next(30) == 0 ? 1 : 0),
        };
        byte[] packet = _parts.Statement(signer, spec, component);
        int copies = _random.Next(10) == 0 ? 2 : 1;
        for (int i = 0; i < copies; i++)
            statements.Add((_random.Next(6) == 0 ? Pick(components) : component, packet));
    }

    private byte[] Says(int component)
    {
        List<byte[]> says = [];
        if (_random.Next(6) != 0)
            says.Add(Subpacket(27, component == 6 ? [0x0C] : Pick<byte[]>([3], [3], [3], [2], [1], [0x0C], [0], [])));
        if (_random.Next(5) == 0)
            says.Add(Subpacket(9, UInt32(Pick<uint>(0, 1000, 86400, 2_000_000_000, uint.MaxValue))));
        if (_random.Next(10) == 0)
            says.Add(Subpacket(3, UInt32(Pick<uint>(0, 1000, 2_000_000_000))));
        if (_random.Next(12) == 0)
            says.Add(Subpacket(4, [(byte)_random.Next(2)]));
        if (_random.Next(12) == 0)
            says.Add(Subpacket(25, [(byte)_random.Next(2)]));
        if (_random.Next(12) == 0)
            says.Add(Subpacket(12, [0x80, _parts.Revoker.Algorithm, .. _parts.Revoker.FingerprintBytes]));
        if (_random.Next(16) == 0)
            says.Add(Subpacket(Pick(99, 20, 100, 29, 7), [0, 0, 0, 0, 0, 0, 0, 0], isCritical: _random.Next(2) == 0));
        return [.. says.SelectMany(static s => s)];
    }

    private byte[] Unhashed() => _random.Next(24) switch
    {
        0 => Subpacket(4, [0]),
        1 => Subpacket(26, new byte[Pick(50, 9_900, 10_050)]),
        2 => Subpacket(99, [1], isCritical: true),
        3 => Subpacket(27, [3]),
        4 => Subpacket(9, UInt32(0)),
        5 => [200, 100, 1],
        6 => [0],
        7 => Subpacket(16, _parts.Stranger.KeyId),
        _ => [],
    };

    private Func<byte[], byte[]>? Numbers() => _random.Next(20) switch
    {
        0 => static m => [.. m, 0],
        1 => static m => [.. m, 0, 8, 0xFF],
        2 => static m => [(byte)((((m[0] << 8) | m[1]) + 8) >> 8), (byte)(((m[0] << 8) | m[1]) + 8), 0, .. m[2..]],
        3 => static m => [.. m[..^1], (byte)(m[^1] ^ 1)],
        _ => null,
    };

    // A copy with some of the components and statements, each statement behind the component where it is to stand.
    private byte[] File(int[] components, List<(int Place, byte[] Packet)> statements, bool isWhole)
    {
        int[] order = [.. components.Where(c => c == 0 || isWhole || _random.Next(3) != 0)];
        if (_random.Next(12) == 0 && order.Length > 2)
            (order[^1], order[^2]) = (order[^2], order[^1]);
        List<byte[]> packets = [];
        (int Place, byte[] Packet)[] own = [.. statements.Where(_ => isWhole || _random.Next(4) != 0)];
        if (_random.Next(8) == 0)
            _random.Shuffle(own);
        foreach (int component in order)
        {
            packets.Add(_parts.Packet(component));
            packets.AddRange(own.Where(s => s.Place == component).Select(static s => s.Packet));
        }

        packets.AddRange(own.Where(s => !order.Contains(s.Place)).Select(static s => s.Packet));
        if (_random.Next(60) == 0)
            packets.Insert(0, packets[^1]);
        return [.. packets.SelectMany(static p => p)];
    }

    private int[] Some(int[] components, int percent) => _random.Next(100) < percent ? components : [];

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
