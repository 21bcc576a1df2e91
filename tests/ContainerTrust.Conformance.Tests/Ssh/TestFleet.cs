using System.Globalization;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.OpenPgp;

namespace ContainerTrust.Conformance.Tests.Ssh;

/// <summary>Real sshds in network namespaces, by tests/fleet.sh. Skips the test where they cannot be had.</summary>
internal sealed class TestFleet : IDisposable
{
    private readonly string _directory;

    private TestFleet(string directory, IReadOnlyList<TestFleetHost> hosts)
    {
        _directory = directory;
        Hosts = hosts;
    }

    public IReadOnlyList<TestFleetHost> Hosts { get; }

    /// <summary>Starts hosts; the first ones are in the given states, the others are well.</summary>
    public static TestFleet Start(int count, params string[] states)
    {
        Skip.IfNot(Environment.IsPrivilegedProcess, "Only root can make network namespaces.");
        Tools.RequireTool("sshd");
        Tools.RequireTool("ip");
        Tools.RequireTool("busybox");
        string directory = Path.Combine(Path.GetTempPath(), $"fleet-{Path.GetRandomFileName()}");
        ToolResult result = Tools.Run(Tools.RequireTool("bash"),
            [Script, "start", directory, count.ToString(CultureInfo.InvariantCulture), .. states], TimeSpan.FromMinutes(5),
            new Dictionary<string, string?> { ["FLEET_OWNER"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) });
        Skip.If(result.ExitCode != 0 && result.Error.Contains("cannot be made here", StringComparison.Ordinal), result.Error.Trim());
        Assert.True(result.ExitCode == 0, result.Error);
        return new TestFleet(directory,
            [.. File.ReadAllLines(Path.Combine(directory, "hosts")).Select(l => l.Split(' '))
            .Select(f => new TestFleetHost(f[0], f[1], f[2], int.Parse(f[3], CultureInfo.InvariantCulture)))]);
    }

    public TestFleetHost this[string state] => Hosts.First(h => h.State == state);

    public string KeyFile => Path.Combine(_directory, "id");

    public string KnownHosts => Path.Combine(_directory, "known_hosts");

    public string ConfigFile => Path.Combine(_directory, "ssh_config");

    public SshConnectionOptions Options(TestFleetHost host) => new()
    {
        HostName = host.Address,
        UserName = "root",
        KeyFilePath = KeyFile,
        ConnectingTimeout = TimeSpan.FromSeconds(60),
        Options = new Dictionary<string, string> { ["UserKnownHostsFile"] = KnownHosts, ["GlobalKnownHostsFile"] = "/dev/null" },
    };

    public SshHost Connect(TestFleetHost host, params string[] prefetch) =>
        SshHost.Connect(Options(host), prefetch, TrustMessages.None, CancellationToken.None);

    public void Dispose() => Tools.Run(Tools.RequireTool("bash"), [Script, "stop", _directory], TimeSpan.FromMinutes(5));

    private static string Script
    {
        get
        {
            for (string? directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
            {
                string path = Path.Combine(directory, "tests", "fleet.sh");
                if (File.Exists(path))
                    return path;
            }

            throw new InvalidOperationException("tests/fleet.sh is not found.");
        }
    }
}

/// <summary>One host.</summary>
internal sealed record TestFleetHost(string Name, string Address, string State, int Process)
{
    /// <summary>Where its files are seen from here.</summary>
    public string Root => $"/proc/{Process}/root";

    /// <summary>The same host, looked at from here.</summary>
    public ITrustHost Local => new RootDirectoryHost(Root);

    public string File(string path) => Root + path;

    /// <summary>Whether a writer from elsewhere waits there for a lock: between two tries it sleeps.</summary>
    public bool HasWaitingWriter()
    {
        string? mine = new FileInfo($"/proc/{Process}/ns/net").LinkTarget;
        return Running.Processes().Any(p => p.CommandLine == "sleep 0.2" && p.NetworkNamespace == mine);
    }
}

/// <summary>One fleet for all tests that change nothing that others look at.</summary>
public sealed class SharedFleet : IDisposable
{
    private readonly Lazy<TestFleet> _fleet =
        new(static () => TestFleet.Start(50, "ok", "noise", "busybox", "down", "hang", "changedkey", "unknownkey", "refused", "sudo",
        "fulldisk", "readonly", "broken", "ok", "ok", "busyonly"));

    internal TestFleet Fleet => _fleet.Value;

    public void Dispose()
    {
        if (_fleet.IsValueCreated)
            _fleet.Value.Dispose();
    }
}
