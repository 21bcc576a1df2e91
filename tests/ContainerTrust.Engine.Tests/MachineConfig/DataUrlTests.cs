using System.IO.Compression;
using System.Text;
using ContainerTrust.Engine.Formats.Data;

namespace ContainerTrust.Engine.Tests.MachineConfig;

public sealed class DataUrlTests
{
    private const int Seed = 20260417;
    private const int Plenty = 16 * 1024 * 1024;

    public static TheoryData<string> ContentKinds => ["ascii", "json", "utf8", "binary", "random", "zeros", "unreserved"];

    [Fact]
    public void Short_text_is_percent_encoded_as_butane_does_it()
    {
        Assert.Equal(new DataUrlContent("data:,", ""), DataUrl.Encode([], allowCompression: true));
        Assert.Equal(new DataUrlContent("data:,a%20b%0A", ""), DataUrl.Encode("a b\n"u8, allowCompression: true));
        Assert.Equal(new DataUrlContent("data:,Az09-_.!~*'()%2F%3F%25", ""), DataUrl.Encode("Az09-_.!~*'()/?%"u8, allowCompression: false));
    }

    [Fact]
    public void Both_encodings_of_the_same_length_are_percent_encoded()
    {
        // One comma and three digits a byte against eight characters and four digits for three bytes.
        byte[] content = [.. "aaaaaaaaaaaaa"u8, 0xFF, 0xFF, 0xFF];
        Assert.StartsWith("data:,", DataUrl.Encode(content, allowCompression: false).Source, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ContentKinds))]
    public void The_shortest_form_is_chosen_and_decodes_to_the_same_bytes(string kind)
    {
        Random random = new(Seed);
        foreach (int length in new[] { 0, 1, 2, 3, 4, 10, 57, 100, 255, 256, 1000, 4096, 65_537, 1024 * 1024 })
        {
            byte[] content = Content(kind, length, random);
            foreach (bool compress in new[] { false, true })
            {
                DataUrlContent encoded = DataUrl.Encode(content, compress);
                Assert.Equal(content, DataUrl.Decode(encoded.Source, encoded.Compression, Plenty));
                Assert.True(compress || encoded.Compression.Length == 0);

                // The lengths that Butane compares, worked out another way.
                int escaped = "data:,".Length + content.Sum(static b => char.IsAsciiLetterOrDigit((char)b)
                    || "-_.!~*'()".Contains((char)b, StringComparison.Ordinal) ? 1 : 3);
                int base64 = "data:;base64,".Length + Convert.ToBase64String(content).Length;
                int plain = Math.Min(escaped, base64);
                if (encoded.Compression.Length == 0)
                {
                    Assert.Equal(plain, encoded.Source.Length);
                    Assert.Equal(base64 < escaped, encoded.Source.StartsWith("data:;base64,", StringComparison.Ordinal));
                }
                else
                {
                    Assert.Equal("gzip", encoded.Compression);
                    Assert.True(encoded.Source.Length + "gzip".Length < plain);
                }

                if (compress && kind == "zeros" && length >= 100)
                    Assert.Equal("gzip", encoded.Compression);
                if (kind == "random" && length >= 100)
                    Assert.Equal("", encoded.Compression);
            }
        }
    }

    [Theory]
    [InlineData("data:,", "")]
    [InlineData("data:,hello", "hello")]
    [InlineData("data:,a%20b%0a", "a b\n")]
    [InlineData("data:,a%0Ab%c3%A9", "a\nbé")]
    [InlineData("data:text/plain,x", "x")]
    [InlineData("data:text/plain;charset=utf-8,%7B%7D", "{}")]
    [InlineData("data:text/plain;charset=utf-8;base64,e30=", "{}")]
    [InlineData("data:;charset=utf-8;base64,e30K", "{}\n")]
    [InlineData("data:application/octet-stream;base64,AAEC", "\0\u0001\u0002")]
    [InlineData("data:text/plain;name=\"a,b;base64\",x", "x")]
    [InlineData("data:text/plain;name=\"a\\\"b,c\";base64,eA==", "x")]
    [InlineData("data:x-any/thing+json;a=b;c=d,1,2;3", "1,2;3")]
    [InlineData("DATA:;BASE64,eA==", "x")]
    [InlineData("data:;base64,eA\n==", "x")]
    [InlineData("data:;base64,eA%3D%3D", "x")]
    [InlineData("data:;base64,", "")]
    public void Urls_of_other_tools_are_read(string url, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(DataUrl.Decode(url, null, Plenty)));

    [Theory]
    [InlineData("")]
    [InlineData("http://example.com/policy.json")]
    [InlineData("https://example.com/policy.json")]
    [InlineData("dummy:,x")]
    [InlineData(" data:,x")]
    public void Other_sources_are_refused(string url) =>
        Assert.Equal("SourceNotSupported", Assert.Throws<TrustException>(() => DataUrl.Decode(url, null, Plenty)).ErrorId);

    [Theory]
    [InlineData("data:")]
    [InlineData("data:text/plain")]
    [InlineData("data:text,x")]
    [InlineData("data:text/,x")]
    [InlineData("data:/plain,x")]
    [InlineData("data:;,x")]
    [InlineData("data:;charset,x")]
    [InlineData("data:;charset=,x")]
    [InlineData("data:;=utf-8,x")]
    [InlineData("data:;base64;charset=utf-8,eA==")]
    [InlineData("data:;name=\"a,x")]
    [InlineData("data:;base64,eA=")]
    [InlineData("data:;base64,e A==")]
    [InlineData("data:;base64,eA==eA==")]
    [InlineData("data:;base64,-_-_")]
    [InlineData("data:;base64,é===")]
    [InlineData("data:,a b")]
    [InlineData("data:,{\"default\":[]}")]
    [InlineData("data:,é")]
    [InlineData("data:,%")]
    [InlineData("data:,%4")]
    [InlineData("data:,%4g")]
    [InlineData("data:,%%41")]
    public void Urls_that_are_not_valid_are_refused(string url) =>
        Assert.Equal("InvalidDataUrl", Assert.Throws<TrustException>(() => DataUrl.Decode(url, null, Plenty)).ErrorId);

    [Fact]
    public void No_source_is_an_empty_file() => Assert.Empty(DataUrl.Decode(null, "", Plenty));

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Compressed_content_is_read_whatever_form_the_url_has(CompressionLevel level)
    {
        byte[] content = Content("json", 5000, new Random(Seed));
        byte[] packed = Gzip(content, level);
        Assert.Equal(content, DataUrl.Decode("data:application/gzip;base64," + Convert.ToBase64String(packed), "gzip", Plenty));
        Assert.Equal(content, DataUrl.Decode("data:," + string.Concat(packed.Select(static b => $"%{b:x2}")), "gzip", Plenty));
    }

    [Fact]
    public void Damaged_compressed_content_is_refused()
    {
        byte[] packed = Gzip(Content("json", 2000, new Random(Seed)), CompressionLevel.Optimal);
        foreach (byte[] damaged in new byte[][] { [], [.. packed[..10]], [.. packed[..^1]], [.. packed[..^8]],
            [.. packed[..(packed.Length / 2)]], [.. packed, 0], [.. packed, .. "more"u8], [.. "no gzip at all, but long enough"u8] })
            Assert.Equal("InvalidGzip",
                Assert.Throws<TrustException>(() =>
                DataUrl.Decode("data:;base64," + Convert.ToBase64String(damaged), "gzip", Plenty)).ErrorId);
        Assert.Equal("CompressionNotSupported", Assert.Throws<TrustException>(() => DataUrl.Decode("data:,x", "xz", Plenty)).ErrorId);
    }

    [Fact]
    public void A_bomb_is_refused_before_it_fills_the_memory()
    {
        string bomb = "data:;base64," + Convert.ToBase64String(Gzip(new byte[64 * 1024 * 1024], CompressionLevel.SmallestSize));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("FileTooLarge", Assert.Throws<TrustException>(() => DataUrl.Decode(bomb, "gzip", 1024 * 1024)).ErrorId);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 32 * 1024 * 1024);
        Assert.Equal("FileTooLarge", Assert.Throws<TrustException>(() => DataUrl.Decode("data:,12345", null, 4)).ErrorId);
    }

    [Fact]
    public void Mutated_urls_end_in_content_or_in_a_clear_error()
    {
        Random random = new(Seed);
        string[] seeds =
        [
            "data:text/plain;charset=utf-8;base64,e30=", "data:,a%20b%0A", "data:;name=\"a\\\"b,c\";base64,eA==",
            "data:;base64," + Convert.ToBase64String(Gzip("{\"default\":[]}"u8.ToArray(), CompressionLevel.Optimal)),
        ];
        for (int i = 0; i < 20_000; i++)
        {
            char[] url = seeds[i % seeds.Length].ToCharArray();
            for (int n = random.Next(1, 4); n > 0; n--)
                url[random.Next(url.Length)] = (char)(random.Next(8) == 0 ? random.Next(0x10000) : random.Next(128));
            string text = new(url, 0, random.Next(4) == 0 ? random.Next(url.Length + 1) : url.Length);
            try
            {
                Assert.True(DataUrl.Decode(text, i % 3 == 0 ? "gzip" : "", 100_000).Length <= 100_000);
            }
            catch (TrustException e)
            {
                Assert.NotEmpty(e.ErrorId);
            }
        }
    }

    private static byte[] Gzip(byte[] content, CompressionLevel level)
    {
        using MemoryStream output = new();
        using (GZipStream gzip = new(output, level))
            gzip.Write(content);
        return output.ToArray();
    }

    private static byte[] Content(string kind, int length, Random random)
    {
        byte[] content = new byte[length];
        switch (kind)
        {
            case "random":
                random.NextBytes(content);
                break;
            case "binary":
                for (int i = 0; i < length; i++)
                    content[i] = (byte)(i * 7 % 256 & (random.Next(3) == 0 ? 0xFF : 0xF0));
                break;
            case "ascii":
                for (int i = 0; i < length; i++)
                    content[i] = (byte)random.Next(' ', '~' + 1);
                break;
            case "unreserved":
                for (int i = 0; i < length; i++)
                    content[i] = (byte)('a' + random.Next(26));
                break;
            case "utf8":
                byte[] text = Encoding.UTF8
                    .GetBytes(string.Concat(Enumerable.Range(0, (length / 2) + 2).Select(_ => (char)random.Next('à', 'ÿ'))));
                text.AsSpan(0, length).CopyTo(content);
                break;
            case "json":
                byte[] line = "{ \"type\": \"signedBy\", \"keyPath\": \"/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release\" },\n"u8.ToArray();
                for (int i = 0; i < length; i++)
                    content[i] = line[i % line.Length];
                break;
        }

        return content;
    }
}
