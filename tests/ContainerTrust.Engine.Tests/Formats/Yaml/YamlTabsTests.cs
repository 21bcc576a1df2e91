using System.Text;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Tests.Formats.Yaml;

/// <summary>
/// Tabs, and marks of a document's end, that gopkg.in/yaml.v3 refuses; the names are those of yaml-test-suite. Of what it takes nothing
/// is refused.
/// </summary>
public sealed class YamlTabsTests
{
    [Theory]
    [InlineData("96NN-00", "foo: |-\n \tbar\n")]
    [InlineData("96NN-01", "foo: |-\n \tbar")]
    [InlineData("Y79Y-00", "foo: |\n\t\nbar: 1\n")]
    [InlineData("Y79Y-01", "foo: |\n \t\nbar: 1\n")]
    [InlineData("Y79Y-10", "-\t-1\n")]
    [InlineData("A2M4", "a:\n  -\tb\n  -  -\tc\n     - d\n")]
    [InlineData("an empty entry", "-\t\n- b\n")]
    [InlineData("an entry of a comment", "- a\n-\t# b\n")]
    [InlineData("DK95-00", "foo:\n \tbar\n")]
    [InlineData("DK95-03", " \t\nfoo: 1\n")]
    [InlineData("after a key", "foo:\n\t\n  a: 1\n")]
    [InlineData("after quotes", "foo: \"x\"\n \t\nbar: 1\n")]
    [InlineData("after brackets", "foo: [x]\n\t\nbar: 1\n")]
    [InlineData("after a comment on the line", "foo: 1 # c\n\t\nbar: 2\n")]
    [InlineData("after a comment", "# c\n\t\nfoo: 1\n")]
    [InlineData("below a block", "foo: |\n  a\n\t\nbar: 1\n")]
    [InlineData("below a block, a comment", "foo: |\n  a\n\t# c\nbar: 1\n")]
    [InlineData("in a folded block", "foo: >\n   \n  \ta\n")]
    [InlineData("in the second document", "a: 1\n---\n- -\tb\n")]
    [InlineData("QT73", "# comment\n...\n")]
    [InlineData("HWV9", "...\n")]
    [InlineData("a mark before a document", "...\n---\na: 1\n")]
    public void What_the_reference_refuses_is_refused(string name, string yaml)
    {
        Assert.True(IsRefused(yaml, all: true), name);
        if (!yaml.Contains("\n---\n- ", StringComparison.Ordinal))
            Assert.True(IsRefused(yaml, all: false), name);
    }

    [Theory]
    [InlineData("DK95-02", "foo: \"bar\n  \tbaz\"\n")]
    [InlineData("DK95-05", "foo: 1\n \t\nbar: 2\n")]
    [InlineData("Y79Y-02", "- [\n\t\n foo\n ]\n")]
    [InlineData("after a value", "foo: 1\t\nbar: 2 \t# c\n")]
    [InlineData("after the colon of a key", "foo:\t1\n")]
    [InlineData("before a comment on a line", "foo: 1\t# c\n")]
    [InlineData("between comments", "# a\n\t\n# b\nfoo: 1\n")]
    [InlineData("a comment after a comment", "# a\n\t# b\nfoo: 1\n")]
    [InlineData("in a block", "foo: |\n  a\n  \tb\n  -\tc\n\n  \t\nbar: 1\n")]
    [InlineData("after the indentation of a block", "foo: |\n  a\n  \t\nbar: 1\n")]
    [InlineData("in quotes", "foo: 'a\n  -\tb'\n")]
    [InlineData("in a word over lines", "foo: a\n  \tb\n  -\tc\nbar: 1\n")]
    [InlineData("in an entry", "- a\tb\n- \"\t\"\n")]
    [InlineData("a mark after a document", "a: 1\n...\n")]
    [InlineData("an empty document", "---\n...\n")]
    [InlineData("dots that are not a mark", "...a: 1\n")]
    public void What_the_reference_takes_is_read(string name, string yaml)
    {
        Assert.False(IsRefused(yaml, all: true), name);
        Assert.False(IsRefused(yaml, all: false), name);
    }

    [Fact]
    public void Very_many_lines_cost_no_more_than_their_length()
    {
        foreach (string line in (string[])["  \t\n", "# c\n\t\n", "- a\n"])
        {
            StringBuilder text = new(line == "  \t\n" ? "a: b\n" : "# c\n\t# c\n");
            for (int i = 0; i < 200_000; i++)
                text.Append(line);
            TimeSpan start = ProcessorTime.Now;
            _ = IsRefused(text.ToString(), all: false);
            ProcessorTime.AtMost(TimeSpan.FromSeconds(10), start);
        }
    }

    private static bool IsRefused(string yaml, bool all)
    {
        YamlText text = YamlText.Decode("a.yaml", Encoding.UTF8.GetBytes(yaml));
        try
        {
            if (all)
                _ = YamlAdapter.ParseAll(text);
            else
                _ = YamlAdapter.Parse(text);
            return false;
        }
        catch (TrustFormatException e)
        {
            Assert.Equal("LookasideSyntaxError", e.ErrorId);
            return true;
        }
    }
}
