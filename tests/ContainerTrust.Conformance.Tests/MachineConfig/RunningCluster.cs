using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.TestCluster;

namespace ContainerTrust.Conformance.Tests.MachineConfig;

/// <summary>A cluster in some state, and the program that asks it.</summary>
internal sealed class RunningCluster : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-").FullName;

    static RunningCluster()
    {
        // kubectl keeps what a server knows, by its address; another test's server may have that address later.
        Environment.SetEnvironmentVariable("KUBECACHEDIR", Directory.CreateTempSubdirectory("containertrust-kube-").FullName);
    }

    public RunningCluster(ClusterState state, string? token = null)
    {
        Server = new ApiServer(state);
        Kubeconfig = Path.Combine(_directory, "kubeconfig");
        File.WriteAllText(Kubeconfig, ApiServer.Kubeconfig(new Dictionary<string, ApiServer> { ["test"] = Server }, token));
    }

    public ApiServer Server { get; }

    public string Kubeconfig { get; }

    public List<string> Said { get; } = [];

    /// <summary>Writes a file that can be started.</summary>
    public string Program(string name, string text) => TestExecutable.Write(Path.Combine(_directory, name), text);

    public ClusterClient Client(string program = "kubectl", string? context = null, TimeSpan? timeout = null) => ClusterClient.Open(
        new ClusterOptions { ClientPath = program.StartsWith('/') ? program : Tools.RequireTool(program), Kubeconfig = Kubeconfig,
            Context = context, Timeout = timeout ?? Patience.Limit },
        new TrustMessages { Verbose = Said.Add });

    public RolloutChecker Checker(string program = "kubectl") => new(Client(program), TrustMessages.None);

    public void Dispose()
    {
        Server.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
