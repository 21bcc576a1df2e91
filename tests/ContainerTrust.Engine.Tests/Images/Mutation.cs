namespace ContainerTrust.Engine.Tests.Images;

/// <summary>Damages input, and holds a reader to what every reader must do with damaged input.</summary>
internal static class Mutation
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Telling = "{}[]\":,\\\"'#=.\n\r\t -_0159eE+/*%&!|>?\0\u00ff"u8.ToArray();

    public static byte[] Of(byte[] seed, Random random)
    {
        List<byte> bytes = [.. seed];
        for (int count = random.Next(1, 5); count > 0; count--)
        {
            int at = random.Next(bytes.Count + 1);
            switch (random.Next(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = Telling[random.Next(Telling.Length)];
                    break;
                case 2:
                    bytes.Insert(at, Telling[random.Next(Telling.Length)]);
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 12)));
                    break;
                case 4:
                    int from = random.Next(bytes.Count + 1);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(bytes.Count - from, random.Next(1, 60))));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Runs a reader on damaged seeds: it gives a result or a <see cref="TrustException"/>, soon, and without much
    /// memory.</summary>
    /// <returns>How many were refused.</returns>
    public static int Run(IReadOnlyList<byte[]> seeds, int rounds, int seed, Action<byte[]> read, long maxBytes = 8_000_000)
    {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < rounds; i++)
        {
            byte[] content = Of(seeds[i % seeds.Count], random);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan started = ProcessorTime.Now;
            refused += Once(read, content);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            Assert.True(allocated < maxBytes, $"{allocated} bytes for {Convert.ToBase64String(content)}");

            // The compiler or a garbage collection may have come between; a slow input is slow every time.
            TimeSpan elapsed = ProcessorTime.Since(started);
            for (int attempt = 0; attempt < 10 && elapsed > Slow; attempt++)
            {
                started = ProcessorTime.Now;
                _ = Once(read, content);
                elapsed = ProcessorTime.Since(started);
            }

            Assert.True(elapsed < Slow, $"slow: {Convert.ToBase64String(content)}");
        }

        return refused;
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
}
