using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

/// <summary>What is not a trusted root, or not a usable one, is refused as a whole.</summary>
public sealed class TrustedRootTests
{
    private static readonly string s_good = new TestInstance { DemandsCertificateLog = true }.TrustedRoot();

    [Fact]
    public void A_root_is_read_with_members_that_are_not_known() =>
        Read(s_good.Replace("{\"mediaType\"", "{\"future\":{\"x\":[1]},\"mediaType\"", StringComparison.Ordinal));

    [Theory]
    [InlineData("trustedroot+json;version=0.1", "trustedroot+json;version=0.9", "media type")]
    [InlineData("\"tlogs\":[", "\"tlogs\":[],\"x\":[", "no log")]
    [InlineData("\"certificateAuthorities\":[", "\"certificateAuthorities\":[],\"x\":[", "no certificate authority")]
    [InlineData("\"tlogs\":[", "\"tlogs\":[],\"tlogs\":[", "twice")]
    [InlineData("\"validFor\":{\"start\"", "\"validFor\":{\"other\"", "validFor.start")]
    [InlineData("2023-03-01T12:00:00Z", "2023-03-01", "a time is not like")]
    [InlineData("2023-03-01T12:00:00Z", "2023-03-01T12:00:00", "a time is not like")]
    [InlineData("\"rawBytes\":\"", "\"rawBytes\":\"?", "not base64")]
    [InlineData("\"certificates\":[", "\"certificates\":[{\"rawBytes\":\"AAAA\"},", "a certificate of an authority")]
    [InlineData("\"certificates\":[", "\"certificates\":[],\"x\":[", "certificate chain is missing")]
    [InlineData("\"baseUrl\":\"https://rekor.example.com\"", "\"baseUrl\":\"rekor\"", "not a URL")]
    [InlineData("2023-03-01T12:00:00Z", "2023-03-01T12:00:00.1234567890Z", "a time is not like")]
    [InlineData("2023-03-01T12:00:00Z", "2023-03-01T12:00:00.1234567x9Z", "a time is not like")]
    [InlineData("2023-03-01T12:00:00Z", "2023-03-01T12:00:00.123456789+", "a time is not like")]
    [InlineData("\"ctlogs\":[{\"baseUrl\":\"https://ct.example.com\",\"hashAlgorithm\":\"SHA2_256\"",
        "\"ctlogs\":[{\"baseUrl\":\"https://ct.example.com\",\"hashAlgorithm\":\"SHA1\"", "logs of certificates")]
    [InlineData("{\"mediaType\"", "[{\"mediaType\"", "")]
    public void What_is_wrong_refuses_the_file(string old, string by, string problem)
    {
        Assert.Contains(old, s_good, StringComparison.Ordinal);
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => Read(s_good.Replace(old, by, StringComparison.Ordinal)));
        Assert.Equal("InvalidTrustedRoot", e.ErrorId);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.Contains("Specify a trusted_root.json", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".1Z")]
    [InlineData(".123Z")]
    [InlineData(".123456Z")]
    [InlineData(".1234567Z")]
    [InlineData(".12345678Z")]
    [InlineData(".123456789Z")]
    public void A_time_has_as_many_digits_as_its_writer_gives_it(string fraction) =>
        Read(s_good.Replace("2023-03-01T12:00:00Z", "2023-03-01T12:00:00" + fraction, StringComparison.Ordinal));

    [Fact]
    public void A_log_needs_no_URL() => Assert.Empty(
        Read(s_good.Replace("\"baseUrl\":\"https://rekor.example.com\",", "", StringComparison.Ordinal)
            .Replace("\"baseUrl\":\"https://ct.example.com\",", "", StringComparison.Ordinal)).Warnings);

    [Fact]
    public void A_time_stamp_authority_has_a_certificate_of_its_own()
    {
        TestInstance instance = new();
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => Read(instance.TrustedRoot(stamper: instance.StampRoot)));
        Assert.Equal("InvalidTrustedRoot", e.ErrorId);
        Assert.Contains("begins with a CA", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_passed_over_or_not_checked_is_said()
    {
        Assert.Empty(Read(s_good).Warnings);
        string warning = Assert.Single(Read(new TestInstance().TrustedRoot()).Warnings);
        Assert.Contains("no log of certificates (ctlogs)", warning, StringComparison.Ordinal);
        Assert.StartsWith("trusted_root.json: ", warning, StringComparison.Ordinal);
        warning = Assert.Single(Read(s_good.Replace("\"https://rekor.example.com\",\"hashAlgorithm\":\"SHA2_256\"",
            "\"https://rekor.example.com\",\"hashAlgorithm\":\"SHA3_256\"", StringComparison.Ordinal)).Warnings);
        Assert.Contains("The log https://rekor.example.com is passed over", warning, StringComparison.Ordinal);
        warning = Assert.Single(Read(s_good.Replace("\"ctlogs\":[", "\"ctlogs\":[" + TestInstance.Log("https://old.example.com",
            TestKey.Get("P-256"), [1], "{\"start\":\"2023-03-01T12:00:00Z\"}").Replace("SHA2_256", "SHA1", StringComparison.Ordinal) + ",",
            StringComparison.Ordinal)).Warnings);
        Assert.Contains("The log of certificates https://old.example.com is passed over", warning, StringComparison.Ordinal);
        warning = Assert.Single(Read(s_good.Replace("\"tlogs\":[", "\"tlogs\":[" + TestInstance.Log("https://short.example.com",
            TestKey.Get("P-256"), [1], "{\"start\":\"2023-03-01T12:00:00Z\"}") + ",", StringComparison.Ordinal)).Warnings);
        Assert.Contains("https://short.example.com", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_is_not_understood_is_passed_over_and_then_trusts_nothing()
    {
        TestInstance instance = new();
        string text = instance.TrustedRoot().Replace("\"hashAlgorithm\":\"SHA2_256\"", "\"hashAlgorithm\":\"SHA3_256\"",
            StringComparison.Ordinal);
        Assert.Contains("no log", Assert.Throws<TrustFormatException>(() => Read(text)).Message, StringComparison.Ordinal);
        Assert.Equal("InvalidIdentity", Assert.Throws<TrustException>(() =>
            SigstoreTrust.FromTrustedRoot(TestInstance.SourceOf(s_good), "", "a@b")).ErrorId);
    }

    [Fact]
    public void Limits_hold()
    {
        Assert.Contains("4 MiB", Assert.Throws<TrustFormatException>(() => Read(s_good + new string(' ', 4 * 1024 * 1024))).Message,
            StringComparison.Ordinal);
        string many = string.Concat(Enumerable.Repeat("{\"certChain\":{\"certificates\":[{\"rawBytes\":\"AAAA\"}]}},", 65));
        Assert.Throws<TrustFormatException>(() =>
            Read(s_good.Replace("\"timestampAuthorities\":[", "\"timestampAuthorities\":[" + many, StringComparison.Ordinal)));
    }

    private static SigstoreTrust Read(string text) => SigstoreTrust.FromTrustedRoot(TestInstance.SourceOf(text), TestInstance.Issuer,
        TestInstance.Email);
}
