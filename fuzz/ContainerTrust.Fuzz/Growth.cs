using System.Globalization;
using System.Text;

namespace ContainerTrust.Fuzz;

/// <summary>
/// Looks for inputs whose cost grows faster than their length: pieces of seeds, and words, are repeated, plainly or with a number in
/// each, up to sizes that a
/// fuzzer does not come to and production admits.
/// </summary>
/// <param name="target">The target, loaded.</param>
/// <param name="seeds">Its seeds.</param>
/// <param name="size">The size of the larger one of two inputs that are compared, in bytes.</param>
internal sealed class Growth(FuzzTarget target, IReadOnlyList<byte[]> seeds, int size)
{
    private const int LongestSeed = 20_000;
    private const int Factor = 4;
    private const int Attempts = 2;

    private readonly Random _random = new(size);
    private readonly byte[][] _words = [.. target.Words];
    private readonly byte[][] _seeds = [.. seeds.Where(static s => s.Length is > 0 and <= LongestSeed)];

    /// <summary>What is less is not looked at.</summary>
    public TimeSpan Least { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Tries.</summary>
    /// <param name="rounds">How many inputs.</param>
    /// <returns>What was found: of an input of four times the length that takes more than eight times as long, the piece and both
    /// times.</returns>
    public IEnumerable<string> Find(int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            byte[] seed = _seeds[round % _seeds.Length];
            int at = _random.Next(seed.Length);
            byte[] piece = round % 2 == 0 || _words.Length == 0
                ? seed.AsSpan(at, Math.Min(seed.Length - at, _random.Next(1, 200))).ToArray() : Words();
            int number = round % 4 < 2 ? _random.Next(piece.Length + 1) : -1;
            TimeSpan longer = Cost(Repeat(seed, at, piece, number, size));
            if (longer <= Least)
                continue;
            TimeSpan shorter = Cost(Repeat(seed, at, piece, number, size / Factor));
            if (longer > 2 * Factor * shorter)
            {
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"{target.Name}: {shorter.TotalSeconds:0.00} s and {longer.TotalSeconds:0.00} s for ")
                    + $"\"{Escaped(piece)}\" {(number < 0 ? "" : "with a number ")}in seed {round % _seeds.Length} at {at}";
            }
        }
    }

    private static byte[] Repeat(byte[] seed, int at, byte[] piece, int number, int size)
    {
        List<byte> input = [.. seed.AsSpan(0, at)];
        for (int i = 0; input.Count < size; i++)
        {
            input.AddRange(number < 0 ? piece : piece.AsSpan(0, number));
            if (number >= 0)
            {
                input.AddRange(Encoding.ASCII.GetBytes(i.ToString("x", CultureInfo.InvariantCulture)));
                input.AddRange(piece.AsSpan(number));
            }
        }

        input.AddRange(seed.AsSpan(at));
        return [.. input];
    }

    private byte[] Words() =>
    [
        .. _words[_random.Next(_words.Length)], .. _random.Next(3) == 0 ? "\n"u8 : [], .. _random.Next(2) == 0
        ? _words[_random.Next(_words.Length)] : [],
    ];

    // The least of several: the compiler may have come between.
    private TimeSpan Cost(byte[] input)
    {
        TimeSpan least = TimeSpan.MaxValue;
        for (int i = 0; i < Attempts && least > Least; i++)
        {
            TimeSpan cost = ProcessorTime.Of(() => Try(input));
            least = cost < least ? cost : least;
        }

        return least;
    }

    private void Try(byte[] input)
    {
        try
        {
            target.Run(input);
        }
        catch (TrustException e)
        {
            FuzzFinding.Unless(e.ErrorId.Length > 0, "An error says nothing.");
        }
    }

    private static string Escaped(byte[] piece) =>
        string.Concat(piece.Take(80).Select(static b => b is >= 0x20 and <= 0x7E ? ((char)b).ToString() : $"\\x{b:x2}"));
}
