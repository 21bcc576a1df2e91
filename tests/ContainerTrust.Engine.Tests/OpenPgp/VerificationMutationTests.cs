using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>Damaged messages and keys: a verdict or a clear error, in bounded time and memory; and never good with another content or
/// signer.</summary>
public sealed class VerificationMutationTests
{
    private const int Rounds = 20_000;
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(TestPackets.Created + 1_000_000);
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("""{"critical":{"type":"x"},"optional":{"creator":"c"}}""");

    [Fact]
    public void Damaged_messages_are_never_good_with_another_content()
    {
        var rsa = TestSigner.Rsa();
        var edwards = TestSigner.Ed25519Key(isLegacy: true);
        var ecdsa = TestSigner.EcdsaP256();
        var keyring = OpenPgpKeyring
            .Import([new KeyringSource("key", (byte[])[.. rsa.Certificate(), .. edwards.Certificate(), .. ecdsa.Certificate()])]);
        byte[] bzip2 = Convert.FromBase64String("QlpoOTFBWSZTWYYbeGAAAEDBhGBAOAAACgAIIAAxBkxAVKBid0ZlyQqxFCLz3xdyRThQkIYbeGA=");
        byte[][] seeds =
        [
            rsa.Message(Content), edwards.Message(Content), ecdsa.Message(Content), TestSigner.Compress(rsa.Message(Content)),
            TestSigner.Compress(edwards.Message(Content), 2),
            TestPackets.Armor(ecdsa.Message(Content), label: "MESSAGE"), TestPackets.Packet(PacketTag.CompressedData, [3, .. bzip2]),
            [.. TestPackets.Packet(PacketTag.Signature, rsa.SignVersion3(SignatureType.Binary, Content, TestPackets.Created + 9)),
                .. TestSigner.Literal(Content)],
        ];
        string[] signers = [rsa.Fingerprint, edwards.Fingerprint, ecdsa.Fingerprint];
        var random = new Random(2718);
        int good = 0;
        for (int i = 0; i < Rounds; i++)
        {
            byte[] message = Mutation.Apply(seeds[i % seeds.Length], random);
            var result = Bounded(() => keyring.Verify(message, Now), message);
            if (!result.IsGood)
            {
                Assert.True(result.Content.IsEmpty);
                continue;
            }

            good++;
            Assert.Equal(Content, result.Content.ToArray());
            Assert.Contains(result.Fingerprint, signers);
        }

        Assert.InRange(good, 1, Rounds / 4);
    }

    [Fact]
    public void Damaged_keys_never_make_another_signer_or_an_unusable_key_good()
    {
        var signer = TestSigner.EcdsaP256();
        var sub = TestSigner.EcdsaP256(TestPackets.Created + 5);
        byte[] expired = signer.Certificate(hashed: [TestPackets.Flags(1), TestPackets.Lifetime(1000)]);
        byte[] unbound = [.. signer.Certificate(),
            .. signer.Bind(sub, TestPackets.Created + 6, hasBackSignature: false, hashed: TestPackets.Flags(2))];
        byte[] encryption = [.. signer.Certificate(), .. signer.Bind(sub, TestPackets.Created + 6, hashed: TestPackets.Flags(0x0C))];
        byte[] message = signer.Message(Content);
        byte[] subMessage = sub.Message(Content, TestPackets.Created + 20);
        (byte[] Key, byte[] Message)[] seeds = [(expired, message), (unbound, subMessage), (encryption, subMessage)];
        var random = new Random(31415);
        for (int i = 0; i < Rounds; i++)
        {
            var (seed, signed) = seeds[i % seeds.Length];
            byte[] key = Mutation.Apply(seed, random);
            var result = Bounded(() => TryVerify(key, signed), key);
            Assert.False(result?.IsGood ?? false, $"{result?.Reason} {Convert.ToBase64String(key)}");
        }
    }

    private static OpenPgpVerification? TryVerify(byte[] key, byte[] message)
    {
        try
        {
            return OpenPgpKeyring.Import([new KeyringSource("key", key)]).Verify(message, Now);
        }
        catch (TrustException e)
        {
            Assert.StartsWith("key", e.Message, StringComparison.Ordinal);
            return null;
        }
    }

    private static T Bounded<T>(Func<T> action, byte[] input)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan started = ProcessorTime.Now;
        var result = action();
        var elapsed = ProcessorTime.Since(started);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Assert.True(allocated < 1_000_000 + (20L * input.Length), $"{allocated} bytes for {Convert.ToBase64String(input)}");

        // The compiler or a garbage collection may have come between; a slow input is slow every time.
        for (int i = 0; i < 5 && elapsed > TimeSpan.FromMilliseconds(100); i++)
        {
            started = ProcessorTime.Now;
            action();
            elapsed = ProcessorTime.Since(started);
        }

        Assert.True(elapsed <= TimeSpan.FromMilliseconds(100), $"{elapsed} for {Convert.ToBase64String(input)}");
        return result;
    }
}
