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
    [InlineData("\"baseUrl\":\"https://rekor.example.com\",", "", "baseUrl is missing")]
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

    private static void Read(string text) => SigstoreTrust.FromTrustedRoot(TestInstance.SourceOf(text), TestInstance.Issuer,
        TestInstance.Email);
}
