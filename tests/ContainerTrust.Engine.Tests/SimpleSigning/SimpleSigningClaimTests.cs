using System.Text;
using ContainerTrust.Engine.Claims;
using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.SimpleSigning;

public class SimpleSigningClaimTests
{
    private const string Digest = "sha256:20bf21ed457b390829cdbeec8795a7bea1626991fda603e0d01b4e7f60427e55";
    private const string Good = $$$"""
        {"critical":{"identity":{"docker-reference":"example.com/app:v1"},"image":{"docker-manifest-digest":"{{{Digest}}}"},"type":"atomic container signature"},"optional":{"creator":"atomic 2.0","timestamp":1458239713}}
        """;

    [Fact]
    public void ReadsEveryMember()
    {
        SimpleSigningClaim claim = Accept(Good);
        Assert.Equal("example.com/app:v1", claim.DockerReference);
        Assert.Equal(Digest, claim.ManifestDigest);
        Assert.Equal("atomic 2.0", claim.Creator);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1458239713), claim.Timestamp);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"creator\":null,\"timestamp\":null}")]
    [InlineData("{\"other\":[1,{\"a\":{\"b\":[]}},null],\"more\":{\"x\":1}}")]
    public void TheOptionalPartMayBeEmptyOrHoldOthers(string optional)
    {
        SimpleSigningClaim claim =
            Accept(With("\"optional\":{\"creator\":\"atomic 2.0\",\"timestamp\":1458239713}", $"\"optional\":{optional}"));
        Assert.Null(claim.Creator);
        Assert.Null(claim.Timestamp);
    }

    [Theory]
    [InlineData("1e3", 1000)]
    [InlineData("1000.0", 1000)]
    [InlineData("-1", -1)]
    [InlineData("0", 0)]
    public void ATimestampIsAnyIntegralNumber(string text, long seconds) =>
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(seconds), Accept(With("1458239713", text)).Timestamp);

    [Fact]
    public void ATimestampBeyondTheCalendarIsNotShown() => Assert.Null(Accept(With("1458239713", "9007199254740992")).Timestamp);

    [Fact]
    public void WhiteSpaceAroundIsAllowed() => Accept("\n " + Good + " \r\n\t");

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"critical\"")]
    [InlineData("{}")]
    [InlineData("{\"critical\":{},\"optional\":{}}")]
    [InlineData("{\"critical\":null,\"optional\":{}}")]
    [InlineData("\uFEFF{}")]
    public void RefusesWhatIsNoClaim(string text) => Refuse(text);

    [Theory]
    [InlineData("\"optional\":{", "\"optional\":{},\"optional\":{")]
    [InlineData("\"critical\":{", "\"critical\":{},\"critical\":{")]
    [InlineData("\"critical\":{", "\"Critical\":{")]
    [InlineData("\"optional\":{", "\"other\":1,\"optional\":{")]
    [InlineData("\"optional\":{\"creator\":\"atomic 2.0\",\"timestamp\":1458239713}", "\"optional\":null")]
    [InlineData("\"optional\":{\"creator\":\"atomic 2.0\",\"timestamp\":1458239713}", "\"optional\":[]")]
    [InlineData("\"optional\":{\"creator\":\"atomic 2.0\",\"timestamp\":1458239713}", "\"x\":{}")]
    [InlineData("\"atomic container signature\"", "\"cosign container image signature\"")]
    [InlineData("\"atomic container signature\"", "\"Atomic container signature\"")]
    [InlineData("\"atomic container signature\"", "null")]
    [InlineData("\"atomic container signature\"", "1")]
    [InlineData("\"type\":\"atomic container signature\"", "\"type\":\"atomic container signature\",\"more\":1")]
    [InlineData("\"type\":\"atomic container signature\"",
        "\"type\":\"atomic container signature\",\"type\":\"atomic container signature\"")]
    [InlineData(",\"type\":\"atomic container signature\"", "")]
    [InlineData("{\"docker-reference\":\"example.com/app:v1\"}", "{\"docker-reference\":null}")]
    [InlineData("{\"docker-reference\":\"example.com/app:v1\"}", "{\"docker-reference\":1}")]
    [InlineData("{\"docker-reference\":\"example.com/app:v1\"}", "{}")]
    [InlineData("{\"docker-reference\":\"example.com/app:v1\"}", "[]")]
    [InlineData("{\"docker-reference\":\"example.com/app:v1\"}",
        "{\"docker-reference\":\"a\",\"docker-reference\":\"example.com/app:v1\"}")]
    [InlineData("{\"docker-reference\":\"example.com/app:v1\"}", "{\"docker-reference\":\"a\",\"other\":\"b\"}")]
    [InlineData("{\"docker-reference\":\"example.com/app:v1\"}", "{\"docker-reference\":\"a\",\"docker-\\u0072eference\":\"b\"}")]
    [InlineData("{\"docker-reference\":\"example.com/app:v1\"}", "{\"docker-reference\":\"\\ud800\"}")]
    [InlineData("sha256:", "sha1:")]
    [InlineData("sha256:20bf", "sha256:20BF")]
    [InlineData("sha256:20bf", "sha256:20b")]
    [InlineData("sha256:", "")]
    [InlineData("\"atomic 2.0\"", "1")]
    [InlineData("\"atomic 2.0\"", "[]")]
    [InlineData("1458239713", "\"1458239713\"")]
    [InlineData("1458239713", "1.5")]
    [InlineData("1458239713", "1e300")]
    [InlineData("1458239713", "9223372036854775808")]
    [InlineData("1458239713", "1e999")]
    [InlineData("1458239713", "true")]
    [InlineData("\"creator\":\"atomic 2.0\"", "\"x\":1,\"x\":2")]
    [InlineData("\"creator\":\"atomic 2.0\"", "\"x\":[1e999]")]
    [InlineData("\"creator\":\"atomic 2.0\"", "\"creator\":\"a\",\"creator\":\"a\"")]
    [InlineData("1458239713}", "1458239713,}")]
    [InlineData("1458239713}", "1458239713}/**/")]
    public void RefusesASurprise(string part, string replacement) => Refuse(With(part, replacement));

    [Theory]
    [InlineData("[]", "the claim is not an object")]
    [InlineData("{}", "critical is missing")]
    [InlineData("{\"x\":{}}", "the claim has a member that the format does not know")]
    [InlineData("{\"optional\":{}}", "critical is missing")]
    [InlineData("{\"critical\":[]}", "critical is not an object")]
    [InlineData("{\"critical\":{}}", "critical.type is missing")]
    [InlineData("{\"critical\":{\"x\":{}}}", "critical has a member that the format does not know")]
    [InlineData("{\"critical\":{\"type\":\"x\"}}", "critical.type is not \"atomic container signature\"")]
    [InlineData("{\"critical\":{\"type\":{}}}", "critical.type is not \"atomic container signature\"")]
    [InlineData("{\"critical\":{\"type\":\"atomic container signature\"}}", "critical.image is missing")]
    [InlineData("{\"critical\":{\"image\":[]}}", "critical.image is not an object")]
    [InlineData("{\"critical\":{\"image\":{}}}", "critical.image.docker-manifest-digest is missing")]
    [InlineData("{\"critical\":{\"image\":{\"x\":1}}}", "critical.image has a member that the format does not know")]
    [InlineData("{\"critical\":{\"image\":{\"docker-manifest-digest\":1}}}", "critical.image.docker-manifest-digest is not a string")]
    [InlineData("{\"critical\":{\"identity\":1}}", "critical.identity is not an object")]
    [InlineData("{\"critical\":{\"identity\":{}}}", "critical.identity.docker-reference is missing")]
    public void SaysWhatIsWrong(string text, string expected) => Assert.Equal(expected, Refuse(text));

    [Theory]
    [InlineData(",\"image\":{\"docker-manifest-digest\":\"" + Digest + "\"}", "", "critical.image is missing")]
    [InlineData("\"identity\":{\"docker-reference\":\"example.com/app:v1\"},", "", "critical.identity is missing")]
    [InlineData(",\"optional\":{\"creator\":\"atomic 2.0\",\"timestamp\":1458239713}", "", "optional is missing")]
    [InlineData("\"optional\":{\"creator\":\"atomic 2.0\",\"timestamp\":1458239713}", "\"optional\":[]", "optional is not an object")]
    [InlineData("\"optional\":{", "\"optional\":{},\"optional\":{", "optional appears twice")]
    [InlineData("\"timestamp\":1458239713", "\"timestamp\":1,\"timestamp\":1", "optional.timestamp appears twice")]
    [InlineData("1458239713", "\"1\"", "optional.timestamp is not a number")]
    [InlineData("1458239713", "1.5", "optional.timestamp is not an integer")]
    [InlineData("1458239713", "1e999", "optional.timestamp is not an integer")]
    [InlineData("1458239713", "-9223372036854777856", "optional.timestamp is not an integer")]
    [InlineData("\"atomic 2.0\"", "1", "optional.creator is not a string")]
    [InlineData("\"creator\":\"atomic 2.0\"", "\"x\":1,\"x\":2", "a member of optional appears twice")]
    [InlineData("\"creator\":\"atomic 2.0\"", "\"x\":{\"y\":[1,1e999]}", "a number in optional is out of range")]
    public void SaysWhatIsWrongInAnOtherwiseGoodClaim(string part, string replacement, string expected) =>
        Assert.Equal(expected, Refuse(With(part, replacement)));

    [Theory]
    [InlineData("-62135596800", -62135596800)]
    [InlineData("253402300799", 253402300799)]
    [InlineData("-62135596801", null)]
    [InlineData("253402300800", null)]
    [InlineData("-9223372036854775808", null)]
    public void ATimestampIsShownToTheEndOfTheCalendar(string text, long? seconds) =>
        Assert.Equal(seconds, Accept(With("1458239713", text)).Timestamp?.ToUnixTimeSeconds());

    [Fact]
    public void RefusesWhatFollows()
    {
        Refuse(Good + "{}");
        Refuse(Good + "x");
        Refuse(Good + "\0");
    }

    [Fact]
    public void RefusesInvalidUtf8()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Good);
        bytes[Good.IndexOf("atomic 2.0", StringComparison.Ordinal)] = 0xFF;
        Assert.False(SimpleSigningClaim.TryParse(bytes, out _, out string problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void DepthIsBounded()
    {
        string deep = new string('[', 20_000) + new string(']', 20_000);
        Refuse(With("\"atomic 2.0\"", "\"a\",\"x\":" + deep));
        string less = new string('[', 5_000) + new string(']', 5_000);
        Accept(With("\"atomic 2.0\"", "\"a\",\"x\":" + less));
    }

    [Fact]
    public void MutationsNeverThrowAndNeverLoseAMember()
    {
        Random random = new(20261122);
        byte[] good = Encoding.UTF8.GetBytes(Good);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] mutated = [.. good];
            for (int n = random.Next(1, 4); n > 0; n--)
                mutated[random.Next(mutated.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : good[random.Next(good.Length)];
            if (random.Next(8) == 0)
                mutated = mutated[..random.Next(mutated.Length)];
            if (SimpleSigningClaim.TryParse(mutated, out SimpleSigningClaim? claim, out string problem))
            {
                Assert.Matches("^sha(256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$", claim.ManifestDigest);
                Assert.NotNull(claim.DockerReference);
                Assert.Contains("atomic container signature", Encoding.UTF8.GetString(mutated), StringComparison.Ordinal);
            }
            else
            {
                Assert.NotEmpty(problem);
            }
        }
    }

    private static string With(string part, string replacement)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        return Good.Replace(part, replacement, StringComparison.Ordinal);
    }

    private static SimpleSigningClaim Accept(string text)
    {
        Assert.True(SimpleSigningClaim.TryParse(Encoding.UTF8.GetBytes(text), out SimpleSigningClaim? claim, out string problem), problem);
        Assert.Empty(problem);
        return claim!;
    }

    private static string Refuse(string text)
    {
        Assert.False(SimpleSigningClaim.TryParse(Encoding.UTF8.GetBytes(text), out SimpleSigningClaim? claim, out string problem));
        Assert.Null(claim);
        Assert.NotEmpty(problem);
        return problem;
    }
}
