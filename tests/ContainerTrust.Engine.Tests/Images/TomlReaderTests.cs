using System.Text;
using ContainerTrust.Engine.Formats.Toml;

namespace ContainerTrust.Engine.Tests.Images;

/// <summary>TOML, as its specification has it.</summary>
public sealed class TomlReaderTests
{
    private static string Read(string text) => Show(TomlReader.Read("file", Encoding.UTF8.GetBytes(text)).Root);

    private static string Show(TomlValue value) => value switch
    {
        TomlString text => System.Text.Json.JsonSerializer.Serialize(text.Value),
        TomlInteger number => number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        TomlBoolean truth => truth.Value ? "true" : "false",
        TomlOther other => other.Text,
        TomlArray array => $"[{string.Join(',', array.Items.Select(Show))}]",
        TomlTable table => $"{{{string.Join(',', table.Members.Select(m => $"{m.Key}:{Show(m.Value)}"))}}}",
        _ => throw new InvalidOperationException(),
    };

    [Theory]
    [InlineData("", "{}")]
    [InlineData("# comment only", "{}")]
    [InlineData("\uFEFFa = 1", "{a:1}")]
    [InlineData("a=1\r\nb = 2 # c\n", "{a:1,b:2}")]
    [InlineData("\"a b\" = 1\n'c' = 2\n3 = 4\n\"\" = 5", "{a b:1,c:2,3:4,:5}")]
    [InlineData("a . b.\"c.d\" = 1\na.e = 2", "{a:{b:{c.d:1},e:2}}")]
    [InlineData("a = \"x\\t\\\"\\\\\\u00e4\\U0001F600\\e\\x41\"", "{a:\"x\\t\\u0022\\\\\\u00E4\\uD83D\\uDE00\\u001BA\"}")]
    [InlineData("a = 'x\\t\"'", "{a:\"x\\\\t\\u0022\"}")]
    [InlineData("a = \"\"\"\nx\ny\\\n   \n  z\"\" \"\"\"", "{a:\"x\\nyz\\u0022\\u0022 \"}")]
    [InlineData("a = \"\"\"\"\"x\"\"\"\"\"", "{a:\"\\u0022\\u0022x\\u0022\\u0022\"}")]
    [InlineData("a = '''\r\nx\\'y'''", "{a:\"x\\\\\\u0027y\"}")]
    [InlineData("a = ''''x'''''", "{a:\"\\u0027x\\u0027\\u0027\"}")]
    [InlineData("a = [1, 2,\n # c\n 3,\n]", "{a:[1,2,3]}")]
    [InlineData("a = [[], [\"x\", true]]", "{a:[[],[\"x\",true]]}")]
    [InlineData("a = {b = 1, c.d = {}, \"e\" = [1]}", "{a:{b:1,c:{d:{}},e:[1]}}")]
    [InlineData("a = {\n b = 1, # c\n}\n", "{a:{b:1}}")]
    [InlineData("a = +1\nb = -0\nc = 1_000\nd = 0xFF_f\ne = 0o17\nf = 0b101", "{a:1,b:0,c:1000,d:4095,e:15,f:5}")]
    [InlineData("a = 9223372036854775807\nb = -9223372036854775808\nc = 0x7fffffffffffffff",
        "{a:9223372036854775807,b:-9223372036854775808,c:9223372036854775807}")]
    [InlineData("a = 1.5\nb = -1e10\nc = 6.626e-34\nd = inf\ne = -nan\nf = 1_0.2_0", "{a:1.5,b:-1e10,c:6.626e-34,d:inf,e:-nan,f:1_0.2_0}")]
    [InlineData("a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00.5-07:00\nc = 1979-05-27\nd = 07:32:00.1",
        "{a:1979-05-27T07:32:00Z,b:1979-05-27 07:32:00.5-07:00,c:1979-05-27,d:07:32:00.1}")]
    [InlineData("[a]\nx = 1\n[a.b]\ny = 2\n[c . \"d e\"]", "{a:{x:1,b:{y:2}},c:{d e:{}}}")]
    [InlineData("[a.b]\nx = 1\n[a]\ny = 2", "{a:{b:{x:1},y:2}}")]
    [InlineData("[[a]]\nx = 1\n[[a.b]]\ny = 2\n[[a.b]]\n[[a]]\n[a.c]\nz = 3", "{a:[{x:1,b:[{y:2},{}]},{c:{z:3}}]}")]
    [InlineData("[a]\nb.c = 1\n[a.b.d]\ne = 2", "{a:{b:{c:1,d:{e:2}}}}")]
    public void Valid_documents_are_read(string text, string expected) => Assert.Equal(expected, Read(text));

    [Theory]
    [InlineData("a", 1, 2)]
    [InlineData("a =", 1, 4)]
    [InlineData("= 1", 1, 1)]
    [InlineData("a = 1 b = 2", 1, 7)]
    [InlineData("a = 1\na = 2", 2, 1)]
    [InlineData("a = 1\n\"a\" = 2", 2, 1)]
    [InlineData("ä = 1", 1, 1)]
    [InlineData("a = ä", 1, 5)]
    [InlineData("'ä' = x", 1, 8)]
    [InlineData("a = \"x", 1, 5)]
    [InlineData("a = \"x\ny\"", 1, 5)]
    [InlineData("a = 'x", 1, 5)]
    [InlineData("a = \"\"\"x\"\"", 1, 5)]
    [InlineData("a = '''x''", 1, 5)]
    [InlineData("a = \"\\q\"", 1, 6)]
    [InlineData("a = \"\\ud800\"", 1, 6)]
    [InlineData("a = \"\\U00110000\"", 1, 6)]
    [InlineData("a = \"\\u 123\"", 1, 6)]
    [InlineData("a = \"\u0001\"", 1, 6)]
    [InlineData("a = '\u007f'", 1, 6)]
    [InlineData("# \u0000", 1, 3)]
    [InlineData("a = 1 # \u0007", 1, 9)]
    [InlineData("a = \"\"\"x\ry\"\"\"", 1, 9)]
    [InlineData("a = 1\rb = 2", 1, 6)]
    [InlineData("a = tru", 1, 5)]
    [InlineData("a = True", 1, 5)]
    [InlineData("a = 01", 1, 5)]
    [InlineData("a = 1__0", 1, 5)]
    [InlineData("a = _1", 1, 5)]
    [InlineData("a = 1_", 1, 5)]
    [InlineData("a = +0x1", 1, 5)]
    [InlineData("a = 0xg", 1, 5)]
    [InlineData("a = 9223372036854775808", 1, 5)]
    [InlineData("a = 0x8000000000000000", 1, 5)]
    [InlineData("a = 1.", 1, 5)]
    [InlineData("a = .5", 1, 5)]
    [InlineData("a = 1.e5", 1, 5)]
    [InlineData("a = 1e", 1, 5)]
    [InlineData("a = 1979-13-01", 1, 5)]
    [InlineData("a = 1979-05-27T25:00:00", 1, 5)]
    [InlineData("a = 1979-05-27T07:32:00+1", 1, 5)]
    [InlineData("a = [1", 1, 7)]
    [InlineData("a = [1 2]", 1, 8)]
    [InlineData("a = [,]", 1, 6)]
    [InlineData("a = {b = 1", 1, 11)]
    [InlineData("a = {b = 1 c = 2}", 1, 12)]
    [InlineData("a = {b = 1, b = 2}", 1, 13)]
    [InlineData("a = {b = 1}\na.c = 2", 2, 1)]
    [InlineData("a = {b = 1}\n[a.c]", 2, 1)]
    [InlineData("a = {b.c = 1}\n[a.b]", 2, 1)]
    [InlineData("[a]\n[a]", 2, 1)]
    [InlineData("[a]\n[[a]]", 2, 1)]
    [InlineData("[[a]]\n[a]", 2, 1)]
    [InlineData("a = []\n[[a]]", 2, 1)]
    [InlineData("a = 1\n[a.b]", 2, 1)]
    [InlineData("a.b = 1\n[a]", 2, 1)]
    [InlineData("[a.b.c]\nz = 9\n[a]\nb.c.t = 1", 4, 1)]
    [InlineData("[a.b]\n[a]\nb.c = 1", 3, 1)]
    [InlineData("[a", 1, 3)]
    [InlineData("[]", 1, 2)]
    [InlineData("[a.]", 1, 4)]
    [InlineData("[a] x", 1, 5)]
    [InlineData("[[a] ]", 1, 5)]
    [InlineData("\"\"\"a\"\"\" = 1", 1, 1)]
    public void Invalid_documents_are_refused_with_their_place(string text, int line, int column)
    {
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => Read(text));
        Assert.Equal(("InvalidToml", line, column), (e.ErrorId, e.Line, e.Column));
        Assert.EndsWith(".", e.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Depth_and_size_are_bounded()
    {
        foreach (string text in (string[])["a = " + new string('[', 100_000), "a = " + string.Concat(Enumerable.Repeat("{a=", 100_000)),
            "[" + string.Join('.', Enumerable.Repeat("a", 100_000)) + "]", string.Join('.', Enumerable.Repeat("a", 100_000)) + " = 1"])
            Assert.Equal("InvalidToml", Assert.Throws<TrustFormatException>(() => Read(text)).ErrorId);
        Assert.Throws<TrustFormatException>(() => Read(new string('\n', TomlReader.MaxBytes + 1)));
        Assert.Equal("{}", Read(new string('\n', TomlReader.MaxBytes)));
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => TomlReader.Read("file", [.. "a = 1\nb = '"u8, 0xFF, .. "'"u8]));
        Assert.Equal((2, 6), (e.Line, e.Column));
    }

    [Fact]
    public void The_number_of_names_and_values_is_bounded()
    {
        // A name and its value, and an array that counts as one.
        string full = "a = [" + string.Join(',', Enumerable.Repeat("1", TomlReader.MaxParts - 2)) + "]";
        Assert.Equal(TomlReader.MaxParts - 2,
            ((TomlArray)TomlReader.Read("file", Encoding.UTF8.GetBytes(full)).Root.Members["a"]).Items.Count);
        TrustFormatException e = Assert.Throws<TrustFormatException>(() => Read(full.Replace("]", ",1]", StringComparison.Ordinal)));
        Assert.Equal("The file has more than 200000 names and values; split it.", e.Problem);
        foreach (string more in new[] { "\nb = 1", "\n[b]", "\n[[b]]", ",\n[]" })
            Assert.Equal(e.Problem, Assert
                .Throws<TrustFormatException>(() => Read(more[0] == ',' ? full.Replace("]", more + "]", StringComparison.Ordinal) : full +
                more)).Problem);
    }

    /// <summary>What each piece, as often as the largest file has room for it, takes in memory, in bytes in all.</summary>
    [Theory]
    [InlineData("a = [", "1,", "]")]
    [InlineData("a = [", "[],", "]")]
    [InlineData("a = [", "{},", "]")]
    [InlineData("a = [", "{a=1},", "]")]
    [InlineData("a = [", "'',", "]")]
    [InlineData("a = [", "'01234567',", "]")]
    [InlineData("a = [", "\"0123456\\n\",", "]")]
    [InlineData("a = '", "01234567", "'")]
    [InlineData("a = \"", "01234567", "\"")]
    [InlineData("a = \"", "\\n", "\"")]
    [InlineData("a = \"\"\"", "01234567\n", "\"\"\"")]
    [InlineData("", "#=1\n", "")]
    [InlineData("", "#={}\n", "")]
    [InlineData("", "a.a.a.a.a.a.a.a.a.a.a.a.#=1\n", "")]
    [InlineData("", "#.a.a.a.a.a.a.a.a.a.a.a.a=1\n", "")]
    [InlineData("", "[#]\n", "")]
    [InlineData("", "[[a]]\n", "")]
    [InlineData("", "[[a]]\na=1\n", "")]
    [InlineData("", "#01234567 = '01234567'\n", "")]
    [InlineData("", "# # # comment\n", "")]
    public void No_file_takes_much_memory(string start, string piece, string end)
    {
        const long Most = 64 << 20;
        bool isNumbered = piece.Contains('#', StringComparison.Ordinal) && !piece.StartsWith("# ", StringComparison.Ordinal);
        Assert.InRange(Allocated(int.MaxValue), 1, Most);

        // As many as are read, and a long text beside them.
        Assert.InRange(Allocated(TomlReader.MaxParts / (2 + piece.Count(static c => c is '=' or '.' or '[' or ',')) / 2), 1, Most);

        long Allocated(int count)
        {
            StringBuilder text = new(start);
            for (int i = 0; i < count && text.Length + piece.Length + 10 < TomlReader.MaxBytes - end.Length; i++)
                text.Append(isNumbered ? piece.Replace("#", i.ToString("x", System.Globalization.CultureInfo.InvariantCulture),
                    StringComparison.Ordinal) : piece);
            text.Append(end).Append('\n').Append('#', TomlReader.MaxBytes - text.Length);
            byte[] content = Encoding.UTF8.GetBytes(text.ToString());
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Assert.NotEmpty(TomlReader.Read("file", content).Text);
            }
            catch (TrustFormatException e)
            {
                Assert.EndsWith("names and values; split it.", e.Problem, StringComparison.Ordinal);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Damaged_documents_are_read_or_refused()
    {
        byte[][] seeds =
        [
            Encoding.UTF8.GetBytes("unqualified-search-registries = [\"a\", 'b']\n[[registry]]\nprefix = " +
                "\"*.x\"\n[[registry.mirror]]\nlocation = '''m'''\ninsecure = true\n[aliases]\n\"a/b\" = \"\"\"c\"\"\"\n"),
            Encoding.UTF8.GetBytes("a = {b = 1, c.d = [1.5, 0xff, 1979-05-27T07:32:00Z]}\n[x.y]\nz = \"\\u00e4\\n\" # c\r\n[[t]]\n[t.u]\n"),
        ];
        int refused = Mutation.Run(seeds, 20_000, 13, content => TomlReader.Read("file", content));
        Assert.InRange(refused, 2_000, 19_900);
    }
}
