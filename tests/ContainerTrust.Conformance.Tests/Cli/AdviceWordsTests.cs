using ContainerTrust.Cli;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>What advice names, the command has. The module's half of this is in tests/Pester/Module.Tests.ps1.</summary>
public sealed class AdviceWordsTests
{
    [SkippableFact]
    public void Every_operation_and_option_that_is_advised_is_in_the_help()
    {
        List<string> missing = [];
        int count = 0;
        foreach (TrustOperation operation in TrustOperation.All.Where(static o => o.Reach == AdviceReach.ThisHost))
        {
            string command = ShellLanguage.Instance.Word(operation);
            CommandLine.Result help = CommandLine.Run(CommandLine.Ours, command.Split(' ')[1], "--help");
            Assert.Equal(0, help.ExitCode);
            foreach (TrustOption option in TrustOption.All.Where(o => o.Reach == AdviceReach.ThisHost && o.Operations.Contains(operation)))
            {
                string word = ShellLanguage.Instance.Word(option).Split(' ')[0];
                count++;
                if (!help.Output.Split([' ', ',', '\n']).Contains(word))
                    missing.Add($"{command} {word}");
            }
        }

        Assert.Empty(missing);
        Assert.True(count > 40, "options were asked for");
    }
}
