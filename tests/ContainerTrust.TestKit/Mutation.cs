using System.Text;
using System.Text.RegularExpressions;

namespace ContainerTrust.TestKit;

/// <summary>
/// Changes input, as damage does and as someone does who looks for a way in; and holds a reader to what every reader must do with such
/// input. The same seed makes the same changes.
/// </summary>
/// <param name="random">What decides.</param>
internal sealed partial class Mutation(Random random)
{
    private const int Kinds = 16;
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(100);

    /// <summary>Makes changes by a seed.</summary>
    /// <param name="seed">The seed.</param>
    public Mutation(int seed)
        : this(new Random(seed))
    {
    }

    /// <summary>Octets that mean something in binary formats: small numbers, flags, tags and lengths of OpenPGP.</summary>
    public static IReadOnlyList<byte[]> Octets { get; } =
    [
        .. ((byte[])[0, 1, 2, 3, 4, 8, 0x10, 0x13, 0x18, 0x20, 0x7F, 0x80, 0x90, 0xA3, 0xC2, 0xC4, 0xC8, 0xCB, 0xE0, 0xFE, 0xFF])
            .Select(static b => (byte[])[b]),
    ];

    /// <summary>Characters that mean something in JSON, YAML, TOML and URLs, and octets that are no text.</summary>
    public static IReadOnlyList<byte[]> Marks { get; } =
        [.. "{}[]\":,\\\"'#=.\n\r\t -_0159eE+/*%&!|>?\0\u00ff"u8.ToArray().Select(static b => (byte[])[b])];

    /// <summary>What decides, also for what a test chooses beside the changes.</summary>
    public Random Random { get; } = random;

    /// <summary>A copy of something binary with one to four changes, mostly one.</summary>
    /// <param name="original">What is changed.</param>
    /// <param name="random">What decides.</param>
    public static byte[] Apply(byte[] original, Random random) => new Mutation(random).Of(original);

    /// <summary>
    /// Runs a reader on damaged text: it gives a result or a <see cref="TrustException"/>, soon, and without much memory.
    /// </summary>
    /// <param name="seeds">What is damaged, one after the other.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="seed">The same makes the same changes.</param>
    /// <param name="read">The reader.</param>
    /// <param name="maxBytes">The most that it may allocate.</param>
    /// <returns>How many were refused.</returns>
    public static int Run(IReadOnlyList<byte[]> seeds, int rounds, int seed, Action<byte[]> read, long maxBytes = 8_000_000)
    {
        Mutation mutation = new(seed);
        int refused = 0;
        for (int i = 0; i < rounds; i++)
        {
            byte[] content = mutation.Of(seeds[i % seeds.Count], words: Marks);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan started = ProcessorTime.Now;
            refused += Once(read, content);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated < maxBytes, $"{allocated} bytes for {Convert.ToBase64String(content)}");

            // The compiler or a garbage collection may have come between; a slow input is slow every time.
            TimeSpan elapsed = ProcessorTime.Since(started);
            for (int attempt = 0; attempt < 10 && elapsed > s_slow; attempt++)
            {
                started = ProcessorTime.Now;
                _ = Once(read, content);
                elapsed = ProcessorTime.Since(started);
            }

            Assert.True(elapsed < s_slow, $"slow: {Convert.ToBase64String(content)}");
        }

        return refused;
    }

    /// <summary>A copy with one to four changes, mostly one.</summary>
    /// <param name="original">What is changed.</param>
    /// <param name="donor">Where foreign pieces come from. Null: the original itself.</param>
    /// <param name="words">Words of the format. Null: <see cref="Octets"/>.</param>
    /// <returns>The copy.</returns>
    public byte[] Of(byte[] original, byte[]? donor = null, IReadOnlyList<byte[]>? words = null)
    {
        List<byte> bytes = [.. original];
        for (int changes = Random.Next(10) switch { < 6 => 1, < 8 => 2, 8 => 3, _ => 4 }; changes > 0; changes--)
            Change(bytes, donor ?? original, words ?? Octets);
        return [.. bytes];
    }

    /// <summary>A copy of a text with up to three changes of its words, lines and indentation.</summary>
    /// <param name="text">What is changed.</param>
    /// <param name="tokens">Words of the format.</param>
    /// <param name="random">What decides.</param>
    public static string OfLines(string text, IReadOnlyList<string> tokens, Random random)
    {
        StringBuilder changed = new(text);
        for (int i = random.Next(4); i > 0; i--)
        {
            int at = random.Next(changed.Length + 1);
            int some = Math.Min(changed.Length - at, random.Next(5));
            switch (random.Next(5))
            {
                case 0:
                    changed.Insert(at, tokens[random.Next(tokens.Count)]);
                    break;
                case 1:
                    changed.Remove(at, some);
                    break;
                case 2:
                    changed.Remove(at, some).Insert(at, tokens[random.Next(tokens.Count)]);
                    break;
                case 3:
                    List<string> lines = [.. changed.ToString().Split('\n')];
                    lines.Insert(random.Next(lines.Count + 1), lines[random.Next(lines.Count)]);
                    changed = new StringBuilder(string.Join('\n', lines));
                    break;
                default:
                    string[] indented = changed.ToString().Split('\n');
                    int line = random.Next(indented.Length);
                    indented[line] = random.Next(2) == 0 || indented[line].Length == 0 ? " " + indented[line] : indented[line][1..];
                    changed = new StringBuilder(string.Join('\n', indented));
                    break;
            }
        }

        return changed.ToString();
    }

    /// <summary>A copy of JSON in which one string is another one: it stays JSON, and is refused for what it says.</summary>
    /// <param name="json">What is changed.</param>
    /// <param name="words">Strings of the format, quoted.</param>
    /// <param name="random">What decides.</param>
    public static byte[] OfStrings(byte[] json, IReadOnlyList<string> words, Random random)
    {
        string text = Encoding.UTF8.GetString(json);
        MatchCollection strings = QuotedWord().Matches(text);
        if (strings.Count == 0)
            return json;
        Match old = strings[random.Next(strings.Count)];
        string replacement = random.Next(2) == 0 ? strings[random.Next(strings.Count)].Value : words[random.Next(words.Count)];
        return Encoding.UTF8.GetBytes(text[..old.Index] + replacement + text[(old.Index + old.Length)..]);
    }

    private static int Once(Action<byte[]> read, byte[] content)
    {
        try
        {
            read(content);
            return 0;
        }
        catch (TrustException e)
        {
            Assert.NotEmpty(e.ErrorId);
            return 1;
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            throw new InvalidOperationException($"{e.GetType().Name} for {Convert.ToBase64String(content)}", e);
        }
    }

    private void Change(List<byte> bytes, byte[] donor, IReadOnlyList<byte[]> words)
    {
        const int Beginning = 64, LongestForeign = 1600;

        // What decides stands at the beginning more often than at the end.
        int at = Random.Next(Random.Next(3) == 0 ? Math.Min(Beginning, bytes.Count) + 1 : bytes.Count + 1);
        int length = Math.Min(bytes.Count - at, 1 + Random.Next(Random.Next(4) == 0 ? 64 : 6));
        byte[] word = words[Random.Next(words.Count)];

        // At the very end nothing can be changed; something can be added.
        int kind = at < bytes.Count ? Random.Next(Kinds) : Kinds / 2 + Random.Next(Kinds / 2);
        switch (kind)
        {
            case 0 or 1 or 2:
                bytes[at] ^= (byte)(1 << Random.Next(8));
                break;
            case 3:
                bytes[at] = (byte)Random.Next(256);
                break;
            case 4:
                bytes[at] += (byte)(Random.Next(2) == 0 ? 1 : 255);
                break;
            case 5:
                bytes[at] = Random.Next(2) == 0 ? (byte)255 : (byte)0;
                break;
            case 6:
                bytes.RemoveRange(at, Math.Min(word.Length, bytes.Count - at));
                bytes.InsertRange(at, word);
                break;
            case 7:
                int to = Random.Next(bytes.Count);
                (bytes[at], bytes[to]) = (bytes[to], bytes[at]);
                break;
            case 8 or 9:
                bytes.InsertRange(at, word);
                break;
            case 10:
                bytes.InsertRange(at, Enumerable.Range(0, Math.Max(1, length)).Select(_ => (byte)Random.Next(256)).ToArray());
                break;
            case 11:
                bytes.RemoveRange(at, length);
                break;
            case 12:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 13:
                int start = Random.Next(bytes.Count + 1);
                bytes.InsertRange(at, bytes.GetRange(start, Math.Min(bytes.Count - start, 1 + Random.Next(60))));
                break;
            case 14:
                int from = Random.Next(donor.Length + 1);
                int most = Random.Next(8) == 0 ? LongestForeign : 300;
                bytes.InsertRange(Random.Next(3) == 0 ? bytes.Count : at,
                    donor.AsSpan(from, Math.Min(donor.Length - from, 1 + Random.Next(most))).ToArray());
                break;
            default:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
        }
    }

    [GeneratedRegex("\"[a-zA-Z-]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedWord();
}
