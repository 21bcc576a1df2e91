using System.Text;
using ContainerTrust.Engine.Claims;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Sigstore;

namespace ContainerTrust.Engine.Tests.Sigstore;

public sealed class SigstorePayloadTests
{
    private const string Good = TestSignature.DefaultPayload;
    private const string Optional = """{"creator":"maker","timestamp":1700000000}""";

    [Fact]
    public void Everything_in_a_payload_is_read()
    {
        Assert.True(SigstorePayload.TryParse(Encoding.UTF8.GetBytes(Good), out SigstorePayload? payload, out string problem));
        Assert.Equal("", problem);
        Assert.Equal((TestSignature.Digest, "registry.example.com/a/b:1", "maker", DateTimeOffset.FromUnixTimeSeconds(1700000000)),
            (payload.ManifestDigest, payload.DockerReference, payload.Creator, payload.Timestamp));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData(" { } ")]
    [InlineData("""{"unknown":[{"a":1,"a":2},null,"x"],"creator":null,"timestamp":null}""")]
    [InlineData("""{"Creator":1}""")]
    public void Optional_can_say_nothing(string optional)
    {
        Assert.True(SigstorePayload.TryParse(Encoding.UTF8.GetBytes(Replace(Optional, optional)), out SigstorePayload? payload,
            out string problem), problem);
        Assert.Equal((null, null), (payload.Creator, payload.Timestamp));
    }

    [Theory]
    [InlineData("1700000000.0", 1700000000)]
    [InlineData("1.7e9", 1700000000)]
    [InlineData("-1", -1)]
    public void Timestamps_are_integers_in_any_notation(string timestamp, long seconds)
    {
        Assert.True(SigstorePayload.TryParse(Encoding.UTF8.GetBytes(Replace("1700000000", timestamp)),
            out SigstorePayload? payload, out _));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(seconds), payload.Timestamp);
    }

    [Theory]
    [InlineData("\"critical\":", "\"Critical\":")]
    [InlineData("\"optional\":", "\"other\":")]
    [InlineData(""","optional":{"creator":"maker","timestamp":1700000000}""", "")]
    [InlineData("""{"critical":""", """{"unexpected":1,"critical":""")]
    [InlineData("""{"critical":""", """{"optional":null,"critical":""")]
    [InlineData(Optional, "1")]
    [InlineData(Optional, "[]")]
    [InlineData("\"maker\"", "1")]
    [InlineData("1700000000", "0.5")]
    [InlineData("1700000000", "\"1\"")]
    [InlineData("1700000000", "1e400")]
    [InlineData("1700000000", "1e19")]
    [InlineData("1700000000", "1,\"x\":1e999")]
    [InlineData("1700000000", "1,\"creator\":\"x\"")]
    [InlineData("1700000000", "1,\"x\":1,\"x\":1")]
    [InlineData("\"type\":", "\"kind\":")]
    [InlineData("cosign container image signature", "atomic container signature")]
    [InlineData("cosign container image signature", "Cosign container image signature")]
    [InlineData("\"cosign container image signature\"", "null")]
    [InlineData("\"cosign container image signature\"", "1")]
    [InlineData(""","type":""", ""","extra":1,"type":""")]
    [InlineData(""","type":""", ""","type":"cosign container image signature","type":""")]
    [InlineData("\"image\":{", "\"image\":{\"extra\":1,")]
    [InlineData("\"image\":", "\"Image\":")]
    [InlineData("docker-manifest-digest", "docker-digest")]
    [InlineData("sha256:634a", "sha256:634A")]
    [InlineData("sha256:634a", "sha256:34a")]
    [InlineData("sha256:634a", "md5:634a")]
    [InlineData("\"sha256:634a8f35b5f16dcf4aaa0822adc0b1964bb786fca12f6831de8ddc45e5986a00\"", "1")]
    [InlineData("\"identity\":{", "\"identity\":{\"extra\":1,")]
    [InlineData("\"identity\":{", "\"identity\":{\"docker-reference\":\"a\",")]
    [InlineData("docker-reference", "docker-Reference")]
    [InlineData("\"registry.example.com/a/b:1\"", "1")]
    [InlineData("\"registry.example.com/a/b:1\"", "null")]
    [InlineData("registry.example.com", "\\ud800")]
    [InlineData("registry.example.com", "\u0001")]
    [InlineData("{\"critical\"", "x{\"critical\"")]
    [InlineData("1700000000}}", "1700000000}} {}")]
    [InlineData("1700000000}}", "1700000000}},")]
    [InlineData("1700000000}}", "1700000000}")]
    public void Anything_else_is_refused(string part, string instead)
    {
        Assert.False(SigstorePayload.TryParse(Encoding.UTF8.GetBytes(Replace(part, instead)), out SigstorePayload? payload,
            out string problem));
        Assert.Null(payload);
        Assert.NotEmpty(problem);

        // Signed or not.
        TestKey key = TestKey.Get("P-256");
        var verification = SigstoreTrust.FromPublicKeys([key.Source], null).Verify(TestSignature.By(key, Replace(part, instead)).Make());
        Assert.Equal((SigstoreProblem.MalformedPayload, null, null),
            (verification.Problem, verification.Payload, verification.KeyFingerprint));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("&")]
    public void What_is_no_payload_at_all_is_refused(string text) =>
        Assert.False(SigstorePayload.TryParse(Encoding.UTF8.GetBytes(text), out _, out _));

    [Fact]
    public void Text_that_is_no_UTF8_is_refused() =>
        Assert.False(SigstorePayload.TryParse([.. Encoding.UTF8.GetBytes(Good)[..^2], 0xFF, (byte)'}'], out _, out _));

    [Fact]
    public void Depth_is_bounded() =>
        Assert.False(SigstorePayload.TryParse(Encoding.UTF8.GetBytes(Replace("1700000000", "1,\"x\":" + new string('[', 200_000))),
            out _, out _));

    private static string Replace(string part, string instead)
    {
        string text = Good.Replace(part, instead, StringComparison.Ordinal);
        Assert.NotEqual(Good, text);
        return text;
    }
}
