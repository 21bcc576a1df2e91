namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary>
/// In a user namespace, as of <c>podman unshare</c>, this host's root shows as a user whom the namespace can have too. What belongs to the
/// root outside is not taken for that user's, and what belongs to that user not for the root's.
/// </summary>
public sealed class UserNamespaceTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("ct-ns-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [SkippableTheory]
    [InlineData("0 1000 1\n1 100000 65536", 1000, true)]
    [InlineData("0 1000 1", 1000, true)]
    [InlineData("0 1000 1\n65534 65534 1", 65534, false)]
    public void Only_where_the_rule_allows_it_a_policy_is_changed(string map, int owner, bool isAllowed)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root writes such maps.");
        string sh = CommandLine.Tool("sh"), ours = CommandLine.Ours, policy = $"{_root}/home/policy.json";
        CommandLine.Tool("unshare");
        CommandLine.Tool("setpriv");
        Directory.CreateDirectory($"{_root}/home/registries.d");
        File.WriteAllText(policy, """{"default":[{"type":"reject"}]}""");
        File.SetUnixFileMode(_root,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Assert.Equal(0, CommandLine.Run(CommandLine.Tool("chown"), "-R", $"{owner}:{owner}", $"{_root}/home").ExitCode);

        // The maps are written from outside while the namespace's shell waits for them. Rights over a file need both its user and its
        // group.
        const string Script = """
            setpriv --reuid 1000 --regid 1000 --clear-groups unshare --user sh -c 'while ! grep -q . /proc/self/uid_map; do sleep 0.05; done; exec "$@"' sh "$@" 2>&1 &
            tries=0
            until printf '%s\n' "$0" >/proc/$!/gid_map 2>/dev/null && printf '%s\n' "$0" >/proc/$!/uid_map 2>/dev/null || [ "$tries" -gt 100 ]; do
                tries=$((tries+1))
                sleep 0.05
            done
            wait $!
            """;
        CommandLine.Result result = CommandLine.Run(
            sh, "-c", Script, map, ours, "set", "a.example.com", "-t", "reject", "--policy", policy, "--registries-d",
            $"{_root}/home/registries.d");
        Assert.True(isAllowed == (result.ExitCode == 0), result.Output);
        Assert.Equal(isAllowed, File.ReadAllText(policy).Contains("a.example.com", StringComparison.Ordinal));
    }
}
