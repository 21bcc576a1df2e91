using System.Collections;
using System.Text.Json;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Commands.Completion;

/// <summary>
/// Names of what the cluster has that a command line speaks of so far. A cluster that does not answer soon has nothing to offer.
/// </summary>
internal static class ClusterNames
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The objects of a resource.</summary>
    /// <param name="parameters">The command line so far.</param>
    /// <param name="resource">The resource, as oc and kubectl name it.</param>
    /// <param name="describe">The hint for a name.</param>
    public static IReadOnlyList<Candidate> Of(IDictionary parameters, string resource, Func<JsonElement, string> describe)
    {
        // Without a kubeconfig the program would ask a server that nobody named.
        if (!KubeconfigFiles(parameters).Any(LocalHost.Instance.Exists))
            return [];
        try
        {
            ClusterOptions options = new()
            {
                ClientPath = CommandSoFar.Resolved(CommandSoFar.Text(parameters, "ClientPath")),
                Kubeconfig = CommandSoFar.Resolved(CommandSoFar.Text(parameters, "Kubeconfig")),
                Context = CommandSoFar.Text(parameters, "Context"),
                Timeout = Patience,
            };
            using CancellationTokenSource limit = new(Patience);
            IReadOnlyList<JsonElement> objects = ClusterClient.Open(options, TrustMessages.None)
                .GetObjectsAsync([resource], limit.Token).GetAwaiter().GetResult();
            return [.. objects.Where(static o => Text(o, "metadata", "name").Length > 0)
                .Select(o => new Candidate(Text(o, "metadata", "name"), describe(o)))
                .OrderBy(static c => c.Text, StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is TrustException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>The kubeconfig that the command line names, or those that oc and kubectl use.</summary>
    public static IEnumerable<string> KubeconfigFiles(IDictionary parameters)
    {
        if (CommandSoFar.Resolved(CommandSoFar.Text(parameters, "Kubeconfig")) is { } named)
            return [named];
        return Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } several
            ? several.Split(Path.PathSeparator).Where(Path.IsPathFullyQualified)
            : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
    }

    /// <summary>A text in an object; empty where there is none.</summary>
    public static string Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (string name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return "";
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString()! : "";
    }
}
