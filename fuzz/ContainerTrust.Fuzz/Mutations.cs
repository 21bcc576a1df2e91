namespace ContainerTrust.Fuzz;

/// <summary>Damages inputs without a fuzzer: blindly, but the same way each time.</summary>
/// <param name="seed">The same seed makes the same changes.</param>
internal sealed class Mutations(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A copy with one to four changes.</summary>
    /// <param name="original">What is damaged.</param>
    /// <param name="donor">Where a piece may come from.</param>
    /// <param name="words">Words of the format.</param>
    /// <returns>The copy.</returns>
    public byte[] Of(byte[] original, byte[] donor, IReadOnlyList<byte[]> words)
    {
        List<byte> bytes = [.. original];
        for (int changes = _random.Next(1, 5); changes > 0; changes--)
            Change(bytes, donor, words);
        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] donor, IReadOnlyList<byte[]> words)
    {
        const int Longest = 40;
        int at = _random.Next(bytes.Count + 1);
        int length = Math.Min(bytes.Count - at, _random.Next(1, Longest));
        switch (_random.Next(7))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                int from = _random.Next(donor.Length + 1);
                bytes.InsertRange(at, donor.AsSpan(from, Math.Min(donor.Length - from, _random.Next(Longest * Longest))).ToArray());
                break;
            case 5 when _random.Next(4) == 0:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                byte[] word = words[_random.Next(words.Count)];
                bytes.RemoveRange(at, _random.Next(2) == 0 ? 0 : Math.Min(word.Length, bytes.Count - at));
                bytes.InsertRange(at, word);
                break;
        }
    }
}
