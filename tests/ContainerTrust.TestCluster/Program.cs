// Clusters for the tests of the cmdlets: KUBECONFIG STATE… serves each state in a context of its name, until the standard input ends. A line there,
// CONTEXT STATE, changes what a cluster has.
using ContainerTrust.TestCluster;

if (args.Length < 2)
{
    Console.Error.WriteLine($"Usage: KUBECONFIG STATE… States: {string.Join(", ", ClusterStates.All.Keys)}");
    return 2;
}

Dictionary<string, ApiServer> servers = [];
try
{
    foreach (string state in args[1..])
        servers[state] = new ApiServer(ClusterStates.All[state]());
    File.WriteAllText(args[0], ApiServer.Kubeconfig(servers));
    Console.Out.WriteLine("ready");
    while (Console.In.ReadLine()?.Split(' ') is [var context, var state])
    {
        servers[context].State = ClusterStates.All[state]();
        Console.Out.WriteLine($"{context} is {state}");
    }
}
finally
{
    foreach (ApiServer server in servers.Values)
        server.Dispose();
}

return 0;
