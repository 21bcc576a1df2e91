using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts.Ssh;

/// <summary>Hosts that confirm less than they were asked for, or more: none of that is a success.</summary>
public sealed class HalfAnswerTests : IDisposable
{
    private const string Nothing = "s/printf 'k%s/: 'k%s/";
    private const string TheFirst = "s/printf 'k%s/[ $i -gt 0 ] || printf 'k%s/";
    private const string Twice = "s/^ *printf 'k%s.*/&; &/";

    private readonly HostTestDirectory _directory = new();

    private readonly List<string> _programs = [];

    public void Dispose()
    {
        _directory.Dispose();
        _programs.ForEach(File.Delete);
    }

    [SkippableTheory]
    [InlineData(Nothing, 0)]
    [InlineData(TheFirst, 1)]
    [InlineData(Twice, 1)]
    public void What_a_host_does_not_confirm_is_not_done(string how, int confirmed)
    {
        using SshHost host = Connect(how);
        using IHostChange change = host.BeginChange([_directory.Root], Patience.Soon, CancellationToken.None);
        change.Replace(_directory["a"], "1\n"u8, null);
        change.Replace(_directory["b"], "2\n"u8, null);
        List<string> done = [];
        TrustException e = Assert.Throws<TrustException>(() => change.Complete(done.Add));
        Assert.Equal(("ChangeNotConfirmed", TrustErrorKind.ConnectionFailed), (e.ErrorId, e.Kind));
        Assert.Contains("is not known", e.Message, StringComparison.Ordinal);
        Assert.Equal(confirmed, done.Count);
    }

    [SkippableFact]
    public void What_is_in_force_and_what_is_not_known_are_told_apart()
    {
        using SshHost host = Connect(TheFirst);
        using PlanWriter writer = new(host, _directory["a"], _directory.Root, TrustMessages.None, Patience.Soon, CancellationToken.None);
        PlannedFile[] plan = [new(_directory["a"], null, "1\n"u8.ToArray()), new(_directory["b"], null, "2\n"u8.ToArray())];
        TrustException e = Assert.Throws<TrustException>(() => writer.Write(() => plan));
        Assert.StartsWith($"Written and in force: {_directory["a"]}. Whether the rest is written is not known: ", e.Message,
            StringComparison.Ordinal);
        Assert.Contains(_directory["b"], e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void What_a_host_confirms_is_done()
    {
        using SshHost host = Connect("");
        using IHostChange change = host.BeginChange([_directory.Root], Patience.Soon, CancellationToken.None);
        change.Replace(_directory["a"], "1\n"u8, null);
        change.Replace(_directory["b"], "2\n"u8, null);
        List<string> done = [];
        change.Complete(done.Add);
        Assert.Equal([_directory["a"], _directory["b"]], done);
    }

    [SkippableFact]
    public void A_file_that_a_host_says_nothing_of_is_an_error()
    {
        // It answers that this is all, and nothing before.
        using SshHost host = Connect("s/^[fg]) .*/:) ;;/; s/^\\*) exit 1 ;;/*) ;;/");
        File.WriteAllText(_directory["a"], "x");
        TrustException e = Assert.Throws<TrustException>(() => host.TryReadFile(_directory["a"], 100));
        Assert.Equal("RemoteShellUnusable", e.ErrorId);
    }

    // The script's own text, changed when it has arrived.
    private SshHost Connect(string how)
    {
        Skip.IfNot(HostTools.Has("flock"), "flock is not installed.");
        string program = Path.GetTempFileName();
        File.WriteAllText(program, how + "\n");
        _programs.Add(program);
        string command = "$(printf %s \"$c\" | sed -e 's/\"$(dd /\"$({ dd /' -e 's#null)\"#null; } | sed -f " + program + ")\"#')";
        return RemoteStandIn.Connect($"c={command}\nexec sh -c \"$c\"");
    }
}
