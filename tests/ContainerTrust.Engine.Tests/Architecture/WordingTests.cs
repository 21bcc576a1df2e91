using System.Text.RegularExpressions;

namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>What users read is plain English: the worst of what CONTRIBUTING.md ("Words") names is refused.</summary>
public sealed partial class WordingTests
{
    [Fact]
    public void No_page_has_such_a_phrase()
    {
        string root = Root();
        string[] pages = [Path.Combine(root, "README.md"), .. Directory.GetFiles(Path.Combine(root, "docs/help"), "*.md")];
        Assert.True(pages.Length > 10, "the pages were found");
        AssertNone(pages.SelectMany(static p => File.ReadLines(p).Select((line, i) => ($"{Path.GetFileName(p)}:{i + 1}", line))));
    }

    // From the sources, because the module and the command are not loaded here.
    [Fact]
    public void No_text_in_the_sources_has_such_a_phrase()
    {
        char separator = Path.DirectorySeparatorChar;
        string[] files = [.. Directory.GetFiles(Path.Combine(Root(), "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{separator}obj{separator}", StringComparison.Ordinal)
                && !f.Contains($"{separator}bin{separator}", StringComparison.Ordinal))];
        Assert.True(files.Length > 300, "the sources were found");
        (string, string)[] texts =
            [.. files.SelectMany(static f => File.ReadLines(f)
            .SelectMany((line, i) => Texts(line).Select(t => ($"{Path.GetFileName(f)}:{i + 1}", t))))];
        Assert.True(texts.Length > 3000, "the texts were found");
        AssertNone(texts);
    }

    [Theory]
    [InlineData("'x' is no digest", true)]
    [InlineData("-A goes with -B", true)]
    [InlineData("mend the entry", true)]
    [InlineData("an own PKI", true)]
    [InlineData("if one shall be enough", true)]
    [InlineData("ask whoever signed it", true)]
    [InlineData("a member is there twice", true)]
    [InlineData("one object a scope", true)]
    [InlineData("it sorts behind 99-x", true)]
    [InlineData("There is no policy", false)]
    [InlineData("it is no longer used, is no older and no more", false)]
    [InlineData("a recommended amendment", false)]
    [InlineData("one a scope has", false)]
    public void Such_a_phrase_is_noticed(string text, bool isBad) => Assert.Equal(isBad, Bad().IsMatch(text));

    private static void AssertNone(IEnumerable<(string Place, string Text)> texts)
    {
        string[] faults = [.. texts.Where(static t => Bad().IsMatch(t.Text))
            .Select(static t => $"{t.Place}: {Bad().Match(t.Text).Value}: {t.Text}")];
        Assert.True(faults.Length == 0, string.Join('\n', faults));
    }

    private static IEnumerable<string> Texts(string line) =>
        line.TrimStart().StartsWith("//", StringComparison.Ordinal) ? [] : Literal().Matches(line).Select(static m => m.Groups[1].Value);

    private static string Root()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "ContainerTrust.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("The repository was not found.");
    }

    [GeneratedRegex(
        @"(?<![Tt]here )\b(is|are) no (?!longer|more|one\b|older|newer)|\b(goes|go) with\b|\bmend(s|ed)?\b|\ban own\b|\bshall\b|\b(nobody|somebody|whoever)\b"
        + @"|\bis there (twice|already)\b|\b(is|are) not there\b|\b(sorts?|comes?|stands?) behind\b|\bone (entry|object|text|file|line|connection|directory|setting) an? [a-z]",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Bad();

    [GeneratedRegex(@"""((?:[^""\\]|\\.)*)""", RegexOptions.CultureInvariant)]
    private static partial Regex Literal();
}
