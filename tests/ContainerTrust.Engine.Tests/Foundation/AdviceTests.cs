using System.Diagnostics;
using System.Text;
using ContainerTrust.Cli;
using ContainerTrust.Commands;

namespace ContainerTrust.Engine.Tests.Foundation;

/// <summary>What front ends make of advice.</summary>
public sealed class AdviceTests
{
    private static readonly PowerShellLanguage s_powerShell = new();

    [Theory]
    [InlineData("a b", "'a b'", "'a b'")]
    [InlineData("$(reboot)", "'$(reboot)'", "'$(reboot)'")]
    [InlineData("`id`;x", "'`id`;x'", "'`id`;x'")]
    [InlineData("a'b", "'a''b'", "'a'\\''b'")]
    [InlineData("a\u2019b", "'a\u2019\u2019b'", "'a\u2019b'")]
    [InlineData("-x", "'-x'", "'-x'")]
    [InlineData("", "''", "''")]
    [InlineData("a/b:c@d", "a/b:c@d", "a/b:c@d")]
    public void Values_are_quoted_for_their_shell(string value, string powerShell, string posix)
    {
        Assert.Equal(powerShell, s_powerShell.Quote(value));
        Assert.Equal(posix, ShellLanguage.Instance.Quote(value));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("\u001b[2J")]
    [InlineData("a\u202eb")]
    [InlineData("a\udc80")]
    public void A_value_that_cannot_be_shown_makes_no_command(string value)
    {
        Assert.Null(s_powerShell.Quote(value));
        Assert.Null(ShellLanguage.Instance.Quote(value));
        Advice advice = Advice.Of(TrustOperation.Set, new AdviceTarget { RootDirectory = value });
        Assert.Null(s_powerShell.Command(advice));
        Assert.Null(ShellLanguage.Instance.Command(advice));

        // In a sentence the operation alone is left.
        Assert.Equal("Run Set-ImageTrust.", $"Run {advice}.");
        Assert.Equal("Use -KeyPath.", $"Use {TrustOption.KeyPath.With(value)}.");
    }

    // Values of every character that means something to a shell or to PowerShell, the same in every run.
    private static IEnumerable<string> Values()
    {
        const string Characters = "ab/.:@-_=,;&|<>()[]{}*?!~#%^+ '\"\\$`\u2018\u2019\u201A\u201B\u201Cé€";
        Random random = new(20261129);
        for (int i = 0; i < 500; i++)
            yield return string.Create(random.Next(1, 12), random, static (text, r) => r.GetItems(Characters.AsSpan(), text));
    }

    [Fact]
    public void A_shell_reads_every_word_as_the_value_that_it_was()
    {
        string[] values = [.. Values()
            .Concat(["*", "~", "~root", "a=b", "#x", "!!", "a\\b", "\\", "'", "''", "\"$HOME\"", "{a,b}", "a|b&c", "-", "--", ".", "(x)"])
            .Where(static v => ShellLanguage.Instance.Quote(v) is not null)];
        ProcessStartInfo start = new("/bin/sh")
            { RedirectStandardOutput = true, RedirectStandardInput = true, StandardOutputEncoding = Encoding.UTF8,
            StandardInputEncoding = new UTF8Encoding(false) };
        using Process shell = Process.Start(start)!;
        shell.StandardInput.Write($"printf '%s\\0' {string.Join(' ', values.Select(ShellLanguage.Instance.Quote))}\n");
        shell.StandardInput.Close();
        string output = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        Assert.True(values.Length > 200, "values that a shell might take for something else are among them");
        Assert.Equal(values, output.Split('\0')[..^1]);
    }

    [Fact]
    public void Whatever_the_value_PowerShell_has_one_string()
    {
        static bool IsOneString(string word)
        {
            // Between the outer quotes every quote, of whatever form, stands twice.
            string inner = word[1..^1];
            for (int i = 0; i < inner.Length; i++)
            {
                if (inner[i] is '\'' or '\u2018' or '\u2019' or '\u201A' or '\u201B'
                    && (i + 1 >= inner.Length || inner[++i] != inner[i - 1]))
                    return false;
            }

            return word is ['\'', .., '\''];
        }

        foreach (string value in Values())
            Assert.True(s_powerShell.Quote(value) is { } word && (word == value || IsOneString(word)), value);
        Assert.All(["'", "\u2018\u2019", "a\u201Bb'c", "$x'; rm"], static v => Assert.True(IsOneString(s_powerShell.Quote(v)!), v));
    }

    [Fact]
    public void Every_operation_and_option_that_is_in_reach_has_a_name_in_both_front_ends()
    {
        foreach (TrustOperation operation in TrustOperation.All)
        {
            Assert.Matches("^[A-Z][A-Za-z]+-[A-Z][A-Za-z]+$", s_powerShell.Word(operation));
            Assert.Equal(operation.Reach == AdviceReach.ThisHost, ShellLanguage.Instance.Word(operation)
                .StartsWith("containertrust ", StringComparison.Ordinal));
        }

        foreach (TrustOption option in TrustOption.All)
        {
            Assert.StartsWith("-", s_powerShell.Word(option), StringComparison.Ordinal);
            Assert.NotEmpty(option.Operations);
            bool isInReach = option.Reach == AdviceReach.ThisHost && option.Operations.Any(static o => o.Reach == AdviceReach.ThisHost);
            if (isInReach)
                Assert.StartsWith("--", ShellLanguage.Instance.Word(option), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_program_without_a_front_end_gets_the_engines_own_names()
    {
        PlainLanguage plain = new();
        Advice advice = Advice.Of(TrustOperation.Set, new AdviceTarget { Host = new AdviceHost("web 1") }, TrustOption.Type.With("reject"),
            TrustOption.KeyPath.With("/a", "/b"));
        Assert.Equal("Set Type reject KeyPath /a, /b on 'web 1', then rm -- /x",
            plain.Command(advice.Then(new FileAdvice("rm", "/x", AdviceTarget.Here))));
    }

    [Fact]
    public void An_error_carries_its_advice()
    {
        TrustException error = new("PolicyNotFound", TrustErrorKind.NotFound, "x")
            { Advice = Advice.Of(TrustOperation.Reset, new AdviceTarget { RootDirectory = "/mnt/a b" }) };
        Assert.Equal("Reset-ImageTrust -Root '/mnt/a b'", s_powerShell.Command(error.Advice));
        Assert.Equal("containertrust reset --root '/mnt/a b'", ShellLanguage.Instance.Command(error.Advice));
    }
}
