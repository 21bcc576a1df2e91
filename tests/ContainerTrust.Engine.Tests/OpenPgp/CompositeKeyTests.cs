using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.OpenPgp.Consumers;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.Tests.OpenPgp;

/// <summary>ML-DSA with EdDSA in one key: shown, and verified by both halves, with the samples of the draft.</summary>
public sealed class CompositeKeyTests
{
    private const string Note = "Its key is an ML-DSA key of the OpenPGP draft for post-quantum cryptography";
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Content = "Testing\n"u8.ToArray();

    [Theory]
    [InlineData(65, "A3E2E14B6A493FF930FB27321F125E9A6880338BE9FB7DA3AE065EA65793242F", "ML-DSA-65+Ed25519")]
    [InlineData(87, "0D7A8BE1410CD68EED4845AB487B4B4CFAECD8EBAD1A1166A84230499200EE20", "ML-DSA-87+Ed448")]
    public void The_samples_of_the_draft_are_shown_and_hold(int level, string fingerprint, string algorithm)
    {
        (byte[] file, byte[] signature) = Sample(level);
        TrustKey key = Assert.Single(OpenPgpKeyReader.Read(file, "key").Keys);
        Assert.Equal((fingerprint, algorithm, true), (key.Fingerprint, key.Algorithm, key.CanSign));
        OpenPgpVerification result = Verify(file, signature, Content);
        Assert.True(result.IsGood, result.Reason);
        Assert.Equal(fingerprint, result.Fingerprint);
        Assert.Equal(Content, result.Content.ToArray());
        Assert.Contains(Note, result.Note, StringComparison.Ordinal);
        Assert.Equal(OpenPgpProblem.BadSignature, Verify(file, signature, "Tasting\n"u8.ToArray()).Problem);
    }

    // Of a host only Sequoia takes it; keys of the caller's own are judged by no host.
    [Fact]
    public void A_host_that_is_not_known_to_have_Sequoia_does_not_take_it()
    {
        (byte[] file, byte[] signature) = Sample(65);
        OpenPgpVerification By(OpenPgpLibrary? library) => OpenPgpKeyring.Import(
            [new KeyringSource("key", file)], null, KeyFileReading.All, new HostOpenPgp(() => library))
            .Verify(Message(signature, Content), Now);
        Assert.True(By(OpenPgpLibrary.Sequoia).IsGood);
        Assert.False(By(OpenPgpLibrary.GnuPg).IsGood);
        OpenPgpVerification result = By(null);
        Assert.Equal(OpenPgpProblem.NotForConsumer, result.Problem);
        Assert.StartsWith("It is by an ML-DSA key, which only builds with a recent Sequoia take", result.Reason, StringComparison.Ordinal);
    }

    // Neither half stands for the other, and nothing may be cut off or added.
    [Theory]
    [InlineData(65, 64, 3309)]
    [InlineData(87, 114, 4627)]
    public void Both_halves_must_hold(int level, int eddsa, int mlDsa)
    {
        (byte[] file, byte[] signature) = Sample(level);
        int start = signature.Length - eddsa - mlDsa;
        int[] places = [start, start + eddsa - 1, start + (eddsa / 2), start + eddsa, start + eddsa + (mlDsa / 2), signature.Length - 1];
        foreach (int place in places)
        {
            byte[] changed = [.. signature];
            changed[place] ^= 1;
            Assert.Equal(OpenPgpProblem.BadSignature, Verify(file, changed, Content).Problem);
        }

        byte[] body = Body(signature);
        foreach (byte[] other in (byte[][])[body[..^1], [.. body, 0], body[..^mlDsa], [.. body[..^(eddsa + mlDsa)], .. body[^mlDsa..]]])
            Assert.False(Verify(file, TestPackets.Packet(PacketTag.Signature, other), Content).IsGood);
        byte[] zeros = [.. body];
        zeros.AsSpan(body.Length - mlDsa).Clear();
        Assert.Equal(OpenPgpProblem.BadSignature, Verify(file, TestPackets.Packet(PacketTag.Signature, zeros), Content).Problem);
    }

    [Fact]
    public void A_key_of_another_length_or_in_version_4_is_none()
    {
        byte[] body = Body(Sample(65).File);
        byte[] cut = [.. body[..6], .. TestPackets.BigEndian((uint)body.Length - 11), .. body[10..^1]];
        Assert.Equal(
            "MalformedOpenPgp",
            Assert.Throws<TrustFormatException>(() => OpenPgpKeyReader.Read(TestPackets.Packet(PacketTag.PublicKey, cut), "key")).ErrorId);
        byte[] four = [4, .. body[1..6], .. body[10..]];
        TrustFormatException e = Assert.Throws<TrustFormatException>(
            () => OpenPgpKeyReader.Read(TestPackets.Packet(PacketTag.PublicKey, four), "key"));
        Assert.Contains("with the unknown algorithm 30 (version 4)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_self_signature_that_does_not_hold_makes_no_key()
    {
        (byte[] file, byte[] signature) = Sample(65);
        byte[] changed = [.. file];
        changed[^1] ^= 1;
        Assert.False(Assert.Single(OpenPgpKeyReader.Read(changed, "key").Keys).CanSign);
        Assert.False(Verify(changed, signature, Content).IsGood);
    }

    [Fact]
    public void A_change_anywhere_is_no_other_yes()
    {
        (byte[] file, byte[] signature) = Sample(65);
        var random = new Random(65);
        OpenPgpKeyring keyring = Import(file);
        for (int i = 0; i < 120; i++)
        {
            byte[] message = Message(signature, Content);
            message[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
            OpenPgpVerification result = keyring.Verify(message, Now);

            // What is not signed: how the packets are written, the unhashed area and the literal packet's name.
            Assert.True(!result.IsGood || result.Content.Span.SequenceEqual(Content), result.Reason);
        }
    }

    private static OpenPgpKeyring Import(byte[] file) => OpenPgpKeyring.Import([new KeyringSource("key", file)]);

    private static OpenPgpVerification Verify(byte[] file, byte[] signature, byte[] content) =>
        Import(file).Verify(Message(signature, content), Now);

    private static byte[] Message(byte[] signature, byte[] content) => [.. signature, .. TestSigner.Literal(content)];

    private static byte[] Body(byte[] packets)
    {
        var reader = new PacketReader(packets, new PacketSource("sample", 0), 10);
        Assert.True(reader.TryRead(out var packet));
        return packet.Body.ToArray();
    }

    private static (byte[] File, byte[] Signature) Sample(int level) => level == 65
        ? (Convert.FromBase64String(MlDsa65Sample.Key), Convert.FromBase64String(MlDsa65Sample.Signature))
        : (Convert.FromBase64String(MlDsa87Sample.Key), Convert.FromBase64String(MlDsa87Sample.Signature));
}
