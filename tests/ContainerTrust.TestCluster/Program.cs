// Clusters for the tests of the cmdlets: KUBECONFIG [CONTEXT=]STATE… serves each state in a context, of the state's name if no other is
// given, until the standard input ends. A line there, CONTEXT STATE, changes what a cluster has.
using ContainerTrust.TestCluster;

if (args.Length < 2)
{
    Console.Error.WriteLine($"Usage: KUBECONFIG [CONTEXT=]STATE… States: {string.Join(", ", ClusterStates.All.Keys)}");
    return 2;
}

Dictionary<string, ApiServer> servers = [];
try
{
    foreach (string[] words in args[1..].Select(static a => a.Split('=')))
        servers[words[0]] = new ApiServer(ClusterStates.All[words[^1]]());
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
