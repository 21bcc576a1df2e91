using System.Text;
using ContainerTrust.Engine.OpenPgp;
using ContainerTrust.Engine.Sigstore.X509;
using ContainerTrust.Engine.Tests.OpenPgp;

namespace ContainerTrust.Engine.Tests.Sigstore;

public sealed class PemPublicKeyReaderTests
{
    [Theory]
    [InlineData(TestPemKeys.P256, "ECDSA", 256, "nistp256", "29C78D51E0A25F8B228BF0A08E66B65162CD418814A1C37F02AA0F9A7862A48F")]
    [InlineData(TestPemKeys.P384, "ECDSA", 384, "nistp384", "9847307D63246F09D6374F149E147C272E2696E5D1C92133602BFF80FC7882DA")]
    [InlineData(TestPemKeys.P521, "ECDSA", 521, "nistp521", "54AB877CA0C0F6FDF43EEF8E39EEA4A5BE9E664272E69B7B081B29ADC2AC90D0")]
    [InlineData(TestPemKeys.Ed25519, "Ed25519", 255, "ed25519", "75A9424805D26E58FD226F4DD584AC08AC78364D0F9F2ACDDF16029BCFEEC769")]
    [InlineData(TestPemKeys.Rsa, "RSA", 2048, null, "9DAF4EA6B00E86BAFB6C1BC8BE302338D67735DA33EE247A13D4A1053CF58DF3")]
    [InlineData(TestPemKeys.RsaPkcs1, "RSA", 2048, null, "9DAF4EA6B00E86BAFB6C1BC8BE302338D67735DA33EE247A13D4A1053CF58DF3")]
    public void Keys_that_sigstore_uses_are_read(string pem, string algorithm, int size, string? curve, string fingerprint)
    {
        var result = Read(pem);
        Assert.Empty(result.Warnings);
        var key = Assert.Single(result.Keys);
        Assert.Equal((TrustKeyKind.PublicKey, fingerprint, algorithm, size, curve),
            (key.Kind, key.Fingerprint, key.Algorithm, key.Size, key.Curve));
        Assert.True(key.CanSign);
        Assert.Null(key.KeyId);
        Assert.Null(key.Created);
        Assert.Empty(key.UserIds);
    }

    [Theory]
    [InlineData(TestPemKeys.Secp256k1, "secp256k1")]
    [InlineData(TestPemKeys.BrainpoolP256r1, "brainpoolP256r1")]
    [InlineData(TestPemKeys.Ed448, "Ed448")]
    [InlineData(TestPemKeys.X25519, "X25519")]
    public void Keys_that_the_reference_refuses_are_refused_by_name(string pem, string algorithm)
    {
        var error = Assert.Throws<TrustFormatException>(() => Read(pem));
        Assert.Equal("NoUsableKey", error.ErrorId);
        Assert.Contains(algorithm, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "X.509 certificate")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "private key")]
    [InlineData("-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n", "private key")]
    [InlineData("-----BEGIN \e[2JODD-----\nAAAA\n-----END \e[2JODD-----\n", "\\u001b[2JODD")]
    [InlineData(TestKeys.Release, "OpenPGP")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "malformed")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n", "its last line (-----END …) is missing")]
    [InlineData("", "is empty")]
    [InlineData("<html>", "HTML")]
    [InlineData("../internal/testdata/rekor.pub", "no PEM public key")]
    public void What_is_no_public_key_is_named(string text, string description)
    {
        var error = Assert.Throws<TrustFormatException>(() => Read(text));
        Assert.Equal(("NoUsableKey", "key.pub"), (error.ErrorId, error.Target));
        Assert.Contains(description, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_first_block_counts()
    {
        var result = Read($"{TestPemKeys.P256}\n{TestPemKeys.P384}\n");
        Assert.Equal("nistp256", Assert.Single(result.Keys).Curve);
        Assert.Contains("only the first", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Contains("private key",
            Assert.Throws<TrustFormatException>(() =>
            Read($"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n{TestPemKeys.P256}\n")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text before\n", "\ntext after")]
    [InlineData("-----BEGIN DAMAGED-----\n****\n-----END DAMAGED-----\n", "")]
    [InlineData("-----BEGIN UNFINISHED\n", "\n")]
    [InlineData("x -----BEGIN NOT AT LINE START-----\n\n", "\r\n")]
    public void Text_and_damaged_blocks_around_the_key_are_passed_over(string before, string after) =>
        Assert.Equal("nistp256", Assert.Single(Read(before + TestPemKeys.P256 + after).Keys).Curve);

    [Theory]
    [InlineData("\r\n")]
    [InlineData("  \n")]
    public void Line_ends_do_not_matter(string end) =>
        Assert.Equal("nistp256", Assert.Single(Read(TestPemKeys.P256.ReplaceLineEndings(end)).Keys).Curve);

    [Fact]
    public void A_key_with_anything_appended_is_malformed()
    {
        byte[] der = Decode(TestPemKeys.P256);
        Assert.Throws<TrustFormatException>(() => Read(Encode([.. der, 0])));
        Assert.Throws<TrustFormatException>(() => Read(Encode(der[..^1])));
        der[26] = 0x02;
        Assert.Throws<TrustFormatException>(() => Read(Encode(der)));
    }

    [Fact]
    public void Damaged_keys_give_a_result_or_a_clear_error()
    {
        string[] seeds = [TestPemKeys.P256, TestPemKeys.P521, TestPemKeys.Ed25519, TestPemKeys.Rsa, TestPemKeys.RsaPkcs1];
        byte[][] ders = [.. seeds.Take(4).Select(Decode)];
        var random = new Random(7468);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] content;
            if (i % 2 == 0)
            {
                content = Encoding.ASCII.GetBytes(seeds[i % seeds.Length]);
                content[random.Next(content.Length)] = (byte)random.Next(256);
                content = content[..random.Next(content.Length / 2, content.Length + 1)];
            }
            else
            {
                byte[] der = [.. ders[i % ders.Length]];
                der[random.Next(der.Length)] ^= (byte)(1 << random.Next(8));
                content = Encoding.ASCII.GetBytes(Encode(random.Next(4) == 0 ? der[..random.Next(der.Length)] : der));
            }

            try
            {
                Assert.Equal(64, Assert.Single(PemPublicKeyReader.Read(content, "key.pub").Keys).Fingerprint.Length);
            }
            catch (TrustException e)
            {
                refused++;
                Assert.Equal("NoUsableKey", e.ErrorId);
            }
        }

        Assert.InRange(refused, 5_000, 19_500);
    }

    [Fact]
    public void Many_beginnings_without_an_end_take_no_quadratic_time()
    {
        string text = string.Concat(Enumerable.Repeat("-----BEGIN X-----\n", 5_500));
        TimeSpan start = ProcessorTime.Now;
        Assert.Throws<TrustFormatException>(() => Read(text + "-----END Y-----\n"));
        ProcessorTime.AtMost(TimeSpan.FromMilliseconds(500), start);
        Assert.Throws<TrustFormatException>(() => Read(text + text));
    }

    [SkippableFact]
    public void Keys_of_the_reference_are_read()
    {
        Assert.Equal("nistp256", Assert
            .Single(PemPublicKeyReader.Read(Corpus.Read("containers-image/cosign.pub"), "cosign.pub").Keys).Curve);
        Assert.Equal(4096, Assert.Single(PemPublicKeyReader.Read(Corpus.Read("containers-image/some-rsa-key.pub"), "rsa.pub").Keys).Size);
    }

    private static KeyReadResult Read(string text) => PemPublicKeyReader.Read(Encoding.UTF8.GetBytes(text), "key.pub");

    private static byte[] Decode(string pem) => Convert.FromBase64String(string.Concat(pem.Split('\n')[1..^1]));

    private static string Encode(byte[] der) => $"-----BEGIN PUBLIC KEY-----\n{Convert.ToBase64String(der)}\n-----END PUBLIC KEY-----\n";
}
