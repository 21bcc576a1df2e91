namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>Changes octets, as damage does and as somebody does who looks for a way in. Seeded: the same seed makes the same.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[] s_telling = [0, 1, 2, 3, 4, 8, 0x10, 0x13, 0x18, 0x20, 0x7F, 0x80, 0x90, 0xA3, 0xC2, 0xC4, 0xC8, 0xCB,
        0xE0, 0xFE, 0xFF];

    public Random Random { get; } = new(seed);

    /// <summary>A copy with one to three changes.</summary>
    /// <param name="original">What to change.</param>
    /// <param name="donor">Where foreign octets come from.</param>
    public byte[] Mutate(byte[] original, byte[] donor)
    {
        List<byte> bytes = [.. original];
        for (int changes = Random.Next(10) switch { < 7 => 1, < 9 => 2, _ => 3 }; changes > 0; changes--)
            Change(bytes, donor);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] donor)
    {
        if (bytes.Count == 0)
        {
            bytes.Add((byte)Random.Next(256));
            return;
        }

        // What decides stands at the beginning more often than at the end.
        int at = Random.Next(3) == 0 ? Random.Next(Math.Min(64, bytes.Count)) : Random.Next(bytes.Count);
        int length = Math.Min(bytes.Count - at, 1 + Random.Next(Random.Next(4) == 0 ? 64 : 4));
        switch (Random.Next(11))
        {
            case 0 or 1 or 2:
                bytes[at] ^= (byte)(1 << Random.Next(8));
                break;
            case 3:
                bytes[at] = s_telling[Random.Next(s_telling.Length)];
                break;
            case 4:
                bytes[at] += (byte)(Random.Next(2) == 0 ? 1 : 255);
                break;
            case 5:
                bytes.RemoveRange(at, length);
                break;
            case 6:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 7:
                bytes.InsertRange(at, Enumerable.Range(0, length).Select(_ => (byte)Random.Next(256)));
                break;
            case 8:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 9:
                int from = Random.Next(donor.Length);
                bytes.InsertRange(Random.Next(3) == 0 ? bytes.Count : at,
                    donor.AsSpan(from, Math.Min(donor.Length - from, 1 + Random.Next(300))).ToArray());
                break;
            default:
                int to = Random.Next(bytes.Count);
                (bytes[at], bytes[to]) = (bytes[to], bytes[at]);
                break;
        }
    }
}
