using ContainerTrust.Engine.Registry;

namespace ContainerTrust.Engine.Tests.Images.Registry;

public class ChallengeParserTests
{
    [Theory]
    [InlineData("Basic realm=\"r\"", "basic(realm=r)")]
    [InlineData("Bearer realm=\"https://a/t\",service=\"s\" , scope=\"repository:a/b:pull,push\"",
        "bearer(realm=https://a/t;scope=repository:a/b:pull,push;service=s)")]
    [InlineData("BEARER Realm=x, SERVICE = y", "bearer(realm=x;service=y)")]
    [InlineData("Basic realm=\"a \\\"quoted\\\\ one\", charset=UTF-8", "basic(charset=UTF-8;realm=a \"quoted\\ one)")]
    [InlineData("Negotiate, Basic realm=r", "negotiate() basic(realm=r)")]
    [InlineData("Negotiate YWJjZA==, Bearer realm=r,service=s, Basic realm=q", "negotiate() bearer(realm=r;service=s) basic(realm=q)")]
    [InlineData("Newauth realm=\"apps\", type=1, title=\"Login to \\\"apps\\\"\", Basic realm=\"simple\"",
        "newauth(realm=apps;title=Login to \"apps\";type=1) basic(realm=simple)")]
    [InlineData(", , Basic realm=r, ,", "basic(realm=r)")]
    [InlineData("Basic", "basic()")]
    [InlineData("Bearer realm=\"a\", realm=\"b\"", "bearer(realm=b)")]
    [InlineData("Bearer realm=\"\"", "bearer(realm=)")]
    [InlineData("", "")]
    [InlineData("=", "")]
    [InlineData("\"Basic\"", "")]
    [InlineData("Bearer realm=\"unclosed", "bearer() realm()")]
    [InlineData("Bearer realm=\"ends\\", "bearer() realm()")]
    [InlineData("Bearer realm=\"a\" junk, service=x", "bearer(realm=a)")]
    [InlineData("Bearer =x", "bearer()")]
    public void Reads(string line, string expected) => Assert.Equal(expected, Show(ChallengeParser.Parse([line])));

    [Fact]
    public void Several_lines_count_in_order() =>
        Assert.Equal("basic(realm=a) bearer(realm=b)", Show(ChallengeParser.Parse(["Basic realm=a", "???", "Bearer realm=b"])));

    [Fact]
    public void Any_text_is_read_quickly()
    {
        const string Alphabet = "aBr=,\"\\ \t;/é=,\"";
        var random = new Random(9110);
        TimeSpan start = ProcessorTime.Now;
        for (int i = 0; i < 20_000; i++)
            ChallengeParser.Parse([string.Concat(Enumerable.Range(0, random.Next(60))
                .Select(_ => Alphabet[random.Next(Alphabet.Length)]))]);
        foreach (string piece in (string[])["a ", "a=\"", "a,", "a=b,", "\"", "a=\"\\\",", " ,", "a a=b "])
            ChallengeParser.Parse([string.Concat(Enumerable.Repeat(piece, 64 * 1024 / piece.Length))]);
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            string value = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(' ', 127)));
            string quoted = "\"" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) +
                "\"";
            Challenge challenge = ChallengeParser.Parse([$"Bearer a=1, realm={quoted}, z=2, Basic"])[0];
            Assert.Equal(value, challenge.Parameters["realm"]);
            Assert.Equal("2", challenge["z"]);
        }
    }

    private static string Show(IEnumerable<Challenge> challenges) => string.Join(' ', challenges.Select(static c =>
        $"{c.Scheme}({string.Join(';', c.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"))})"));
}
