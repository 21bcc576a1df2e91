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

    [SkippableFact]
    public void Roles_can_be_one_list_as_in_PowerShell()
    {
        CommandLine.Result list = Run("--role", "worker,master");
        Assert.Equal(0, list.ExitCode);
        Assert.Contains("name: 51-master-rh-registry-trust", list.Output, StringComparison.Ordinal);
        Assert.Equal(Run("--role", "worker", "--role", "master").Output, list.Output);
        Assert.Equal(2, Run("--role", "worker,").ExitCode);

        static CommandLine.Result Run(params string[] roles) =>
            CommandLine.Run(CommandLine.Ours, ["machineconfig", "--preset", "RedHat", "--openshift-version", "4.20", .. roles]);
    }

    [SkippableFact]
    public void How_all_of_a_transport_is_set_is_said_and_that_works()
    {
        string root = Directory.CreateTempSubdirectory("ct-transport-").FullName;
        try
        {
            Directory.CreateDirectory($"{root}/etc/containers");
            File.WriteAllText($"{root}/etc/containers/policy.json", """{"default":[{"type":"reject"}]}""");
            CommandLine.Result refused =
                CommandLine.Run(CommandLine.Ours, "set", "containers-storage", "-t", "accept", "--root", root);
            Assert.Equal(2, refused.ExitCode);
            const string Advice = "name '' as the scope, with --transport containers-storage --force.";
            Assert.Contains(Advice, refused.Error, StringComparison.Ordinal);
            string command = $"'{CommandLine.Ours}' set {Advice["name ".Length..].Replace(" as the scope, with", "",
                StringComparison.Ordinal).TrimEnd('.')} -t accept --root '{root}'";
            CommandLine.Result followed = CommandLine.Run(CommandLine.Tool("sh"), "-c", command);
            Assert.True(followed.ExitCode == 0, followed.Error);
            Assert.Contains("\"containers-storage\"", File.ReadAllText($"{root}/etc/containers/policy.json"), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary><c>InvalidArgumentText</c>: what is not UTF-8 would name another file.</summary>
    [SkippableFact]
    public void A_path_that_is_not_text_is_refused()
    {
        string directory = Directory.CreateTempSubdirectory("ct-text-").FullName;
        try
        {
            string script = $"touch \"$(printf '{directory}/p\\377.json')\"; exec '{CommandLine.Ours}' set q.example.com -t reject " +
                $"--policy \"$(printf '{directory}/p\\377.json')\"";
            CommandLine.Result result = CommandLine.Run(CommandLine.Tool("sh"), "-c", script);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains("not valid UTF-8", result.Error, StringComparison.Ordinal);
            Assert.Equal("1", CommandLine.Run(CommandLine.Tool("sh"), "-c", $"ls '{directory}' | wc -l").Output.Trim());
        }
        finally
        {
            // The framework cannot name the file.
            CommandLine.Run(CommandLine.Tool("rm"), "-r", directory);
        }
    }

    /// <summary><c>PolicyNotFound</c>: only where the host's policy is missing everything is refused, and only then a reset is
    /// offered.</summary>
    [SkippableFact]
    public void A_policy_that_was_named_is_looked_for_and_no_reset_is_offered()
    {
        CommandLine.Result result = CommandLine.Run(CommandLine.Ours, "show", "--policy", "/nowhere/policy.json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("There is no policy at /nowhere/policy.json. Check the path.", result.Error, StringComparison.Ordinal);
    }

    /// <summary>What is not a manifest is not valid, even where everything is accepted.</summary>
    [SkippableTheory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[[[[")]
    [InlineData("{\"schemaVersion\":2,")]
    public void What_is_not_a_manifest_is_not_valid(string manifest)
    {
        string root = Directory.CreateTempSubdirectory("ct-manifest-").FullName;
        try
        {
            Directory.CreateDirectory($"{root}/etc/containers");
            Directory.CreateDirectory($"{root}/image");
            File.WriteAllText($"{root}/etc/containers/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
            File.WriteAllText($"{root}/image/version", "Directory Transport Version: 1.1\n");
            File.WriteAllText($"{root}/image/manifest.json", manifest);
            CommandLine.Result result = CommandLine.Run(CommandLine.Ours, "verify", "--root", root, "dir:/image");
            Assert.Equal(3, result.ExitCode);
            Assert.Contains("is not a JSON object", result.Output + result.Error, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary><c>StoreNotFound</c>: no store is not an empty one.</summary>
    [SkippableFact]
    public void A_store_that_is_not_there_is_not_an_empty_one()
    {
        string missing = $"/nowhere/{Guid.NewGuid():N}", digest = $"sha256:{new string('a', 64)}";
        CommandLine.Result result = CommandLine.Run(
            CommandLine.Ours, "verify", "--manifest-digest", digest, "--reference", "a.example.com/b:1", "--signature-store", missing,
            "--key", CommandLine.SampleKey);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"The signature store {missing} does not exist", result.Output + result.Error, StringComparison.Ordinal);
    }
}
