using System.Text.Json;
using System.Text.RegularExpressions;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Asks a cluster for the objects that concern a roll-out.</summary>
internal sealed partial class ClusterObjects(ClusterClient client)
{
    // With the group, so that no other resource of a similar name is meant.
    private const string Pools = "machineconfigpools.machineconfiguration.openshift.io";
    private const string Versions = "clusterversions.config.openshift.io";
    private const string Infrastructures = "infrastructures.config.openshift.io";
    private const string Configs = "machineconfigs.machineconfiguration.openshift.io";

    /// <summary>All pools, by name.</summary>
    public async Task<IReadOnlyList<PoolDocument>> PoolsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> objects = await client.GetObjectsAsync([Pools], cancellationToken).ConfigureAwait(false);
        if (objects.Count == 0 && await HostedPools.ErrorAsync(client, cancellationToken).ConfigureAwait(false) is { } hosted)
            throw hosted;
        return [.. objects.Where(static o => IsOf(o, "MachineConfigPool")).Select(static o => new PoolDocument(o))
            .OrderBy(static p => p.Name, StringComparer.Ordinal)];
    }

    /// <summary>The MachineConfigs of these names that there are.</summary>
    public async Task<IReadOnlyList<ConfigDocument>> ConfigsAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return [];
        foreach (string name in names)
            RequireName(name);
        return Read(await client.GetObjectsAsync([Configs, .. names, "--ignore-not-found=true"], cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The MachineConfigs that a selector selects; rendered ones have no labels and are not among them.</summary>
    public async Task<IReadOnlyList<ConfigDocument>> ConfigsAsync(LabelSelector selector, CancellationToken cancellationToken) =>
        selector.IsEmpty ? [] : Read(await client.GetObjectsAsync([Configs, "--selector=" + selector], cancellationToken)
            .ConfigureAwait(false));

    /// <summary>What the cluster says of its version.</summary>
    /// <exception cref="TrustException">It says nothing (<c>ClusterVersionNotFound</c>), or does not answer.</exception>
    public async Task<ClusterVersionDocument> VersionAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> objects = await client.GetObjectsAsync(
            [$"{Versions}/version", $"{Infrastructures}/cluster", "--ignore-not-found=true"], cancellationToken).ConfigureAwait(false);
        JsonElement[] versions = [.. objects.Where(static o => o.Member("kind").Text() == "ClusterVersion")];
        JsonElement[] infrastructures = [.. objects.Where(static o => o.Member("kind").Text() == "Infrastructure")];
        if (versions.Length != 1)
            throw new TrustException(
                "ClusterVersionNotFound",
                TrustErrorKind.NotFound,
                "The cluster does not say which version of OpenShift it is. Ask one that is OpenShift or OKD, or specify the version.");
        return new ClusterVersionDocument(versions[0], infrastructures.Length == 1 ? infrastructures[0] : null);
    }

    /// <summary>Refuses a text that is not a name of an object, before it gets onto a command line.</summary>
    /// <exception cref="TrustException">It is none (<c>InvalidName</c>).</exception>
    public static void RequireName(string name)
    {
        if (name.Length > 253 || !Subdomain().IsMatch(name))
            throw new TrustException(
                "InvalidName",
                TrustErrorKind.InvalidArgument,
                $"'{Printable.Of(name, Printable.NameLength)}' is not a name of a pool, node or MachineConfig: " +
                "those have small letters, digits, '-' and '.'.")
            {
                Target = name,
            };
    }

    private static List<ConfigDocument> Read(IReadOnlyList<JsonElement> objects) =>
        [.. objects.Where(static o => IsOf(o, "MachineConfig")).Select(static o => new ConfigDocument(o))];

    private static bool IsOf(JsonElement element, string kind) =>
        element.Member("kind").Text() == kind
            && element.Member("apiVersion").Text()?.StartsWith("machineconfiguration.openshift.io/", StringComparison.Ordinal) == true;

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Subdomain();
}
