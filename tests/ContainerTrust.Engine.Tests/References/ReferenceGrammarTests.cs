using System.Text.RegularExpressions;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Tests.References;

/// <summary>The hand-written grammar against the regular expressions by which distribution/reference defines it.</summary>
public sealed class ReferenceGrammarTests
{
    private const string DomainComponent = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    private const string Domain = DomainComponent + "(?:\\." + DomainComponent + ")*(?::[0-9]+)?";
    private const string PathComponent = "[a-z0-9]+(?:(?:[._]|__|[-]*)[a-z0-9]+)*";
    private const string RepositoryPath = PathComponent + "(?:/" + PathComponent + ")*";
    private const string Name = "(?:" + Domain + "/)?" + RepositoryPath;
    private const string Tag = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";

    private static readonly string[] Pieces = ["a", "z9", "0", "A", "aB", ".", "..", "_", "__", "___", "-", "--", "/", "//", ":", ":5000",
        ":x", "@", "*", "\u0661", "é", " "];

    [Fact]
    public void The_predicates_agree_with_the_definition()
    {
        Random random = new(2);
        Dictionary<string, int> matches = [];
        for (int i = 0; i < 60_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(7))
                .Select(_ => Pieces[random.Next(random.Next(4) == 0 ? Pieces.Length : 14)]));
            Check("domain", text, Domain, ReferenceGrammar.IsDomain(text), matches);
            Check("path", text, RepositoryPath, ReferenceGrammar.IsPath(text), matches);
            Check("name", text, Name, ReferenceGrammar.IsName(text), matches);
            Check("tag", text, Tag, ReferenceGrammar.IsTag(text), matches);
        }

        Assert.All(matches.Values, static count => Assert.InRange(count, 1000, 59_000));
        Assert.Equal(4, matches.Count);
    }

    private static void Check(string kind, string text, string pattern, bool actual, Dictionary<string, int> matches)
    {
        bool expected = Regex.IsMatch(text, $"^(?:{pattern})\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        Assert.True(expected == actual, $"{kind} '{text}': expected {expected}");
        if (expected)
            matches[kind] = matches.GetValueOrDefault(kind) + 1;
    }
}
