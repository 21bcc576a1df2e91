namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>Command lines that make no sense, by the id of their error: each ends with 2 and says what to write.</summary>
public sealed class UsageTests
{
    [SkippableTheory]
    [InlineData("ButaneOneRole", "one --role", "machineconfig", "--preset", "RedHat", "--butane", "--role", "worker", "--role", "master")]
    [InlineData("EmptyStore", "signature store is empty", "set", "a.example.com", "-t", "reject", "--signature-store", "")]
    [InlineData("InvalidOptions", "Give one of --quiet and --json", "verify", "a.example.com/b:1", "--quiet", "--json")]
    [InlineData("InvalidRegistry", "no registry begins with a dash", "set", "-t", "reject", "--", "--default")]
    [InlineData("MissingRegistry", "Say what to set", "set", "-t", "reject")]
    [InlineData("PresetAlone", "--preset brings its own registries", "set", "a.example.com", "--preset", "RedHat")]
    [InlineData("RelativePath", "must begin with /", "show", "--root", "/", "--policy", "etc/policy.json")]
    public void The_command_says_what_to_write(string id, string words, params string[] arguments)
    {
        CommandLine.Result result = CommandLine.Run(CommandLine.Ours, arguments);
        Assert.Equal((id, 2), (id, result.ExitCode));
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Output);
    }

    /// <summary><c>StoreNotFound</c>: no store is not an empty one.</summary>
    [SkippableFact]
    public void A_store_that_is_not_there_is_not_an_empty_one()
    {
        string missing = $"/nowhere/{Guid.NewGuid():N}", digest = $"sha256:{new string('a', 64)}";
        CommandLine.Result result = CommandLine.Run(
            CommandLine.Ours, "verify", "--manifest-digest", digest, "--reference", "a.example.com/b:1", "--signature-store", missing, "--key", CommandLine.SampleKey);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"The signature store {missing} does not exist", result.Output + result.Error, StringComparison.Ordinal);
    }
}
