using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>The differences that a preview shows.</summary>
public sealed class UnifiedDiffTests
{
    private const string Path = "/etc/containers/policy.json";

    [Fact]
    public void A_hunk_has_three_lines_around_a_difference()
    {
        string old = string.Concat(Enumerable.Range(1, 20).Select(static n => $"line {n}\n"));
        string[] expected =
        [
            $"--- {Path}", $"+++ {Path}", "@@ -7,7 +7,8 @@", " line 7", " line 8", " line 9", "-line 10", "+line X", "+line Y", " line 11",
            " line 12", " line 13",
        ];
        Assert.Equal(expected, Diff(old, old.Replace("line 10\n", "line X\nline Y\n", StringComparison.Ordinal)));
    }

    [Fact]
    public void Differences_that_are_near_share_a_hunk_and_others_do_not()
    {
        string old = string.Concat(Enumerable.Range(1, 40).Select(static n => $"line {n}\n"));
        string now = old.Replace("line 5\n", "", StringComparison.Ordinal).Replace("line 11\n", "", StringComparison.Ordinal)
            .Replace("line 30\n", "", StringComparison.Ordinal);
        Assert.Equal(["@@ -2,13 +2,11 @@", "@@ -27,7 +25,6 @@"],
            Diff(old, now).Where(static l => l.StartsWith("@@", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_file_that_is_new_or_goes_has_no_other_side()
    {
        Assert.Equal(["--- /dev/null", $"+++ {Path}", "@@ -0,0 +1,2 @@", "+a", "+b"], Diff(null, "a\nb\n"));
        Assert.Equal([$"--- {Path}", "+++ /dev/null", "@@ -1 +0,0 @@", "-a", "\\ No newline at end of file"], Diff("a", null));
        Assert.Empty(UnifiedDiff.Of([]));
    }

    [Fact]
    public void What_it_shows_is_bounded_and_printable_and_has_no_password()
    {
        IReadOnlyList<string> lines = Diff("", string.Concat(Enumerable.Range(1, 5000).Select(static n => $"{n}\u001b[2J\u202e\n")));
        Assert.Equal(201, lines.Count);
        Assert.StartsWith("(", lines[^1], StringComparison.Ordinal);
        Assert.All(lines, static l => Assert.True(PrintableText.IsLine(l), l));
        Assert.True(Diff("", new string('x', 100_000))[^2].Length < 300);
        string shown = string.Join('\n',
            Diff("  lookaside: https://u:old@s.example.com/a\n", "  lookaside: https://u:new@s.example.com/a\n"));
        Assert.DoesNotContain("old", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("new", shown, StringComparison.Ordinal);
        Assert.Contains("+  lookaside: https://s.example.com/a", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  lookaside: 'https://u:hunter2@s.example.com/a'")]
    [InlineData("  lookaside: https://u:hunter'2@s.example.com/a")]
    [InlineData("  x: {lookaside: https://u:hunter2@s.example.com,y: 1}")]
    [InlineData("  lookaside: \"https:\\/\\/u:hunter2@s.example.com\"")]
    public void No_quote_brings_a_password_out(string line) =>
        Assert.DoesNotContain("hunter", string.Join('\n', UnifiedDiff.Of(
            [new PlannedFile("/etc/containers/registries.d/a.yaml", null, (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line))])),
            StringComparison.Ordinal);

    [Fact]
    public void A_large_file_that_is_all_different_is_shown_as_taken_away_and_given()
    {
        string Lines(string word) => string.Concat(Enumerable.Range(1, 3000).Select(n => $"{word} {n}\n"));
        Assert.Equal("@@ -1,3000 +1,3000 @@", Diff(Lines("old"), Lines("new"))[2]);
    }

    [Fact]
    public void Old_and_new_are_what_the_lines_say()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            string[] old = [.. Enumerable.Range(0, random.Next(12)).Select(_ => $"{random.Next(4)}")];
            string[] now = [.. Enumerable.Range(0, random.Next(12)).Select(_ => $"{random.Next(4)}")];
            string Text(string[] lines) => string.Concat(lines.Select(static l => l + "\n"));
            string[] body = [.. Diff(Text(old), Text(now)).Skip(2)];

            // Applied to the old lines the hunks give the new ones.
            List<string> result = [];
            int at = 0;
            foreach (string line in body)
            {
                if (line.StartsWith("@@", StringComparison.Ordinal))
                {
                    string[] range = line.Split(' ')[1][1..].Split(',');
                    int start = int.Parse(range[0], System.Globalization.CultureInfo.InvariantCulture) - (range is [_, "0"] ? 0 : 1);
                    for (; at < start; at++)
                        result.Add(old[at]);
                    continue;
                }

                if (line[0] != '+')
                    Assert.Equal(line[1..], old[at++]);
                if (line[0] != '-')
                    result.Add(line[1..]);
            }

            result.AddRange(old[at..]);
            Assert.Equal(now, result);
        }
    }

    [Fact]
    public void Of_a_long_line_the_place_is_shown_where_it_differs()
    {
        string before = "{" + new string('a', 300) + "\"accept\"" + new string('b', 300) + "}\n";
        string after = before.Replace("accept", "reject", StringComparison.Ordinal);
        IReadOnlyList<string> lines = Diff(before, after);
        Assert.Contains("\"accept\"", lines.Single(static l => l.StartsWith("-…", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("\"reject\"", lines.Single(static l => l.StartsWith("+…", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All(lines, static l => Assert.True(l.Length <= 210, l));
    }

    [Fact]
    public void No_password_in_a_long_line_is_shown_by_a_cut_inside_its_url()
    {
        string url = "https://somebody:" + new string('x', 250) + "secret@store.example.com/sigs";
        string before = $"{{\"a\": \"{new string('a', 300)}\", \"b\": \"{url}\", \"c\": 1}}\n";
        IReadOnlyList<string> lines = Diff(before, before.Replace(": 1", ": 2", StringComparison.Ordinal));
        Assert.DoesNotContain("secret", string.Join('\n', lines), StringComparison.Ordinal);
        Assert.Contains(": 2}", lines.Single(static l => l.StartsWith("+…", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Diff(string? old, string? now) => UnifiedDiff.Of(
    [
        new PlannedFile(Path, old is null ? null : new HostFile(Path, Encoding.UTF8.GetBytes(old), default),
            now is null ? null : (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(now)),
    ]);
}
