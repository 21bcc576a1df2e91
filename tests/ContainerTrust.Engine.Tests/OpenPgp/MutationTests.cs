using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Certificates;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Damaged files: a clear error or a result, in bounded time and memory, never anything else.</summary>
public sealed class MutationTests
{
    private const int Rounds = 24_000;

    [Fact]
    public void Damaged_files_give_a_result_or_a_clear_error()
    {
        byte[][] seeds = MakeSeeds();

        // The curves' tables are made once.
        foreach (byte[] seed in seeds)
            Assert.NotEmpty(OpenPgpKeyReader.Read(seed, "key").Keys);
        var random = new Random(9580);
        int refused = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] content = Mutation.Apply(seeds[i % seeds.Length], random);
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            TimeSpan started = ProcessorTime.Now;
            try
            {
                var result = OpenPgpKeyReader.Read(content, "key");
                Assert.NotEmpty(result.Keys);
                Assert.All(result.Keys, k => Assert.All(k.UserIds, u => Assert.DoesNotContain(u, c => char.IsControl(c))));
            }
            catch (TrustException e)
            {
                refused++;
                Assert.StartsWith("key", e.Message, StringComparison.Ordinal);
            }

            Assert.NotNull(OpenPgpKeyReader.ListUserIdsAsGpg(content));
            var elapsed = ProcessorTime.Since(started);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            // Bouncy Castle takes some 100 KB to verify one Ed25519 signature.
            Assert.True(allocated < 4_000_000 + (20L * content.Length), $"{allocated} bytes for {Convert.ToBase64String(content)}");

            // The compiler or a garbage collection may have come between once; a slow input is slow again.
            if (elapsed > TimeSpan.FromMilliseconds(50))
                Assert.True(Measure(content) < TimeSpan.FromMilliseconds(50), $"{elapsed} for {Convert.ToBase64String(content)}");
        }

        Assert.InRange(refused, Rounds / 10, Rounds - (Rounds / 10));
    }

    [Fact]
    public void Every_truncation_is_a_result_or_a_clear_error()
    {
        foreach (byte[] seed in MakeSeeds())
        {
            for (int length = 0; length < seed.Length; length++)
            {
                try
                {
                    Assert.NotEmpty(OpenPgpKeyReader.Read(seed.AsSpan(0, length), "key").Keys);
                }
                catch (TrustException e)
                {
                    Assert.NotEmpty(e.ErrorId);
                }
            }
        }
    }

    [Fact]
    public void Random_octets_after_a_plausible_start_are_survived()
    {
        var random = new Random(4880);
        for (int i = 0; i < 5000; i++)
        {
            byte[] content = new byte[random.Next(2, 400)];
            random.NextBytes(content);
            content[0] = (byte)(0x80 | random.Next(128));
            try
            {
                OpenPgpKeyReader.Read(content, "key");
            }
            catch (TrustException e)
            {
                Assert.NotEmpty(e.ErrorId);
            }

            Assert.NotNull(OpenPgpKeyReader.ListUserIdsAsGpg(content));
        }
    }

    private static TimeSpan Measure(byte[] content)
    {
        TimeSpan started = ProcessorTime.Now;
        try
        {
            OpenPgpKeyReader.Read(content, "key");
        }
        catch (TrustException)
        {
            return ProcessorTime.Since(started);
        }

        return ProcessorTime.Since(started);
    }

    private static byte[][] MakeSeeds()
    {
        byte[] key = TestPackets.Key();
        ulong id = TestPackets.KeyId(key);
        byte[] certificate =
        [
            .. key, .. TestPackets.Signature(SignatureType.DirectKey, id, 50, TestPackets.Lifetime(5)),
            .. TestPackets.UserId("user <u@example.com>"),
            .. TestPackets.Signature(SignatureType.PositiveCertification, id, 100, TestPackets.Flags(3)),
            .. TestPackets.Key(5, PacketTag.PublicSubkey),
            .. TestPackets.Signature(SignatureType.SubkeyBinding, id, 100, TestPackets.Flags(2), TestPackets.BackSignature()),
        ];
        string[] armored = [TestKeys.Root, TestKeys.Owner, $"{TestKeys.Legacy}\n\ntext\n{TestKeys.Retired}\n", TestKeys.Version6];
        return
        [
            .. armored.Select(Encoding.UTF8.GetBytes), .. armored.Select(Decode), certificate,
            TestPackets.Armor(Padded(Decode(TestKeys.Release)), hasChecksum: false),
            TestPackets.Armor(Decode(TestKeys.Version6), hasChecksum: false),
        ];
    }

    // GnuPG needs padding where there is no checksum; an empty trust packet has two octets.
    private static byte[] Padded(byte[] packets) => packets.Length % 3 == 0 ? [.. packets, 0xB0, 0] : packets;

    private static byte[] Decode(string armored)
    {
        var data = new List<byte>();
        var reader = new ArmorReader(Encoding.UTF8.GetBytes(armored), "seed");
        while (reader.TryReadNext(out var block))
            data.AddRange(block.Data);
        return [.. data];
    }
}
