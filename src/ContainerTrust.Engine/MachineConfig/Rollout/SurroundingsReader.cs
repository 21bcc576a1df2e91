using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Asks a cluster for its surroundings: every question at the same time, and none that fails stops another.</summary>
internal sealed class SurroundingsReader(ClusterClient client)
{
    private const string Group = "config.openshift.io";
    private const string Machines = "machineconfiguration.openshift.io";
    private const string IfFound = "--ignore-not-found=true";

    /// <summary>Asks.</summary>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<ClusterSurroundings> ReadAsync(CancellationToken cancellationToken)
    {
        Task<Told<ClusterVersionDocument>> version = TellAsync(new ClusterObjects(client).VersionAsync(cancellationToken));
        Task<Told<ImageSettings>> settings = TellAsync(OneAsync(
            [$"images.{Group}", "cluster"], "Image", static o => new ImageSettings(o), cancellationToken));
        Task<Told<IReadOnlyList<ImagePolicyObject>>> ofCluster = TellAsync(AllAsync(
            [$"clusterimagepolicies.{Group}"], "ClusterImagePolicy", static o => new ImagePolicyObject(o), cancellationToken));
        Task<Told<IReadOnlyList<ImagePolicyObject>>> ofNamespaces = TellAsync(AllAsync(
            [$"imagepolicies.{Group}", "--all-namespaces"], "ImagePolicy", static o => new ImagePolicyObject(o), cancellationToken));
        Task<Told<IReadOnlyList<ImageModeObject>>> modes = TellAsync(AllAsync(
            [$"machineosconfigs.{Machines}"], "MachineOSConfig", static o => new ImageModeObject(o), cancellationToken));
        Task<Told<string>> stream = TellAsync(DefaultStreamAsync(cancellationToken));
        return new ClusterSurroundings
        {
            Version = await version.ConfigureAwait(false),
            Settings = await settings.ConfigureAwait(false),
            ClusterPolicies = await ofCluster.ConfigureAwait(false),
            NamespacePolicies = await ofNamespaces.ConfigureAwait(false),
            ImageModes = await modes.ConfigureAwait(false),
            DefaultStream = await stream.ConfigureAwait(false),
        };
    }

    /// <summary>The stream of pools that name none; empty where the cluster does not say.</summary>
    /// <exception cref="TrustException">The cluster does not answer, or does not know streams.</exception>
    public async Task<string> DefaultStreamAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<string> found = await AllAsync([$"osimagestreams.{Machines}", "cluster", IfFound], "OSImageStream",
            static o => o.Member("status").Member("defaultStream").Text() ?? "", cancellationToken).ConfigureAwait(false);
        return found.Count == 1 ? found[0] : "";
    }

    /// <summary>An answer, or why there is none.</summary>
    public static async Task<Told<T>> TellAsync<T>(Task<T> asking)
        where T : class
    {
        try
        {
            return new Told<T>(await asking.ConfigureAwait(false), null);
        }
        catch (TrustException e)
        {
            return new Told<T>(null, e);
        }
    }

    private async Task<T> OneAsync<T>(string[] what, string kind, Func<JsonElement, T> make, CancellationToken cancellationToken)
        where T : class
    {
        IReadOnlyList<T> all = await AllAsync(what, kind, make, cancellationToken).ConfigureAwait(false);
        return all.Count == 1 ? all[0] : throw new TrustException(
            "ClusterObjectNotFound", TrustErrorKind.NotFound, "The cluster does not have what was asked for.");
    }

    private async Task<IReadOnlyList<T>> AllAsync<T>(string[] what, string kind, Func<JsonElement, T> make,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<JsonElement> objects = await client.GetObjectsAsync(what, cancellationToken).ConfigureAwait(false);
        return [.. objects.Where(o => o.Member("kind").Text() == kind).Select(make)];
    }
}
