using System.Security.Cryptography;
using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// What a pool's nodes have without the MachineConfig that is to be made: the policy that the operator renders of the cluster's own
/// settings, and all files of registries.d.
/// </summary>
public sealed class OperatorPart
{
    private const int MaxNamed = 5;
    private const string VersionAnnotation = "machineconfiguration.openshift.io/release-image-version";

    private OperatorPart(string source, byte[] policy, IReadOnlyList<MachineConfigFile> registriesD)
    {
        Source = source;
        PolicyContent = policy;
        RegistriesD = registriesD;
        Policy = PolicyReader.Read(policy, $"{source}:{TrustLocations.SystemPolicyPath}");
        Hash = HashOf(policy);
    }

    /// <summary>The MachineConfig that the policy is from.</summary>
    public string Source { get; }

    /// <summary>SHA-256 of the policy.json, <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public string Hash { get; }

    /// <summary>
    /// The version of the cluster as the rendered MachineConfig says it (annotation
    /// <c>machineconfiguration.openshift.io/release-image-version</c>). Null where it does not say.
    /// </summary>
    public string? Version { get; private init; }

    /// <summary>Whether the cluster itself was asked.</summary>
    internal bool IsLive { get; private init; }

    /// <summary>A merged policy of another pool that comes later all the same. Null if there is none.</summary>
    internal LaterPolicy? Later { get; init; }

    /// <summary>policy.json, byte for byte.</summary>
    internal byte[] PolicyContent { get; }

    /// <summary>policy.json.</summary>
    internal PolicyDocument Policy { get; }

    /// <summary>The files of registries.d, those of the nodes' image left out.</summary>
    internal IReadOnlyList<MachineConfigFile> RegistriesD { get; }

    /// <summary>The hash of a policy.json that another is merged from.</summary>
    internal static string HashOf(ReadOnlySpan<byte> policy) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(policy));

    /// <summary>Takes it from MachineConfigs in their order: of each file the last one's content counts.</summary>
    /// <param name="generated">The operator's MachineConfig for the pool. Null if there is none.</param>
    /// <param name="template">The operator's template for the pool. Null if there is none.</param>
    /// <param name="others">All that set files of registries.d, those two included, in the order of merging.</param>
    /// <param name="later">A merged policy of another pool that comes later all the same. Null if there is none.</param>
    /// <exception cref="TrustException">None of them has a policy (<c>OperatorPolicyNotFound</c>), or it is refused.</exception>
    internal static OperatorPart Of((string Name, MachineConfigFile? Policy)? generated, (string Name, MachineConfigFile? Policy)? template,
        IEnumerable<MachineConfigFile> others, LaterPolicy? later = null)
    {
        (string Name, MachineConfigFile? Policy) source = generated is { Policy: not null } made ? made
            : template is { Policy: not null } plain ? plain
            : throw NotFound("The cluster");
        Dictionary<string, MachineConfigFile> files = new(StringComparer.Ordinal);
        foreach (MachineConfigFile file in others.Where(static f => IsRegistriesD(f.Path)))
            files[DocumentHost.Normalize(file.Path)] = file;
        return new OperatorPart(source.Name, source.Policy!.Content, [.. files.Values]) { IsLive = true, Later = later };
    }

    /// <summary>
    /// Reads it from a file: the operator's MachineConfig of the pool (<c>99-ROLE-generated-registries</c>), the pool's rendered one, or
    /// both, as <c>oc get machineconfig NAME -o yaml</c> prints them.
    /// </summary>
    /// <param name="content">The file.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="role">The pool.</param>
    /// <param name="messages">Where words for the user go.</param>
    /// <returns>The operator's part.</returns>
    /// <exception cref="TrustException">
    /// The file has no such MachineConfig, or several (<c>OperatorPolicyNotFound</c>, <c>OperatorConfigAmbiguous</c>), or the policy is
    /// not
    /// one that the operator made (<c>OperatorPolicyMixed</c>), or is refused.
    /// </exception>
    public static OperatorPart Read(ReadOnlyMemory<byte> content, string name, string role, TrustMessages messages)
    {
        ArgumentNullException.ThrowIfNull(role);
        IReadOnlyList<MachineConfigDocument> documents = MachineConfigReader.ReadDocuments(content, name, messages);
        MachineConfigDocument[] rendered = [.. documents.Where(d => IsRendered(d.Name, role))];
        MachineConfigDocument? generated = documents.FirstOrDefault(d => d.Name == OpenShiftRelease.GeneratedName(role));
        if (rendered.Length > 1)
            throw new TrustException(
                "OperatorConfigAmbiguous",
                TrustErrorKind.InvalidArgument,
                $"{Shown(name)} has {rendered.Length} rendered MachineConfigs of the pool {role}. Leave the one that the pool uses: " +
                $"oc get machineconfigpool {role} -o jsonpath='{{.spec.configuration.name}}' says which.")
            {
                Target = name,
            };
        MachineConfigFile? policy = generated is null ? null : PolicyOf(generated);
        string source = generated?.Name ?? "";
        if (policy is null && rendered.Length == 1)
        {
            policy = PolicyOf(rendered[0]);
            source = rendered[0].Name;
        }

        if (policy is null)
            throw NotFound(Shown(name), role);
        OperatorPart part = new(source, policy.Content,
            [.. (rendered.Length == 1 ? rendered[0] : generated!).Files.Where(static f => IsRegistriesD(f.Path))])
        {
            Version = rendered.Length == 1 ? rendered[0].Annotations.GetValueOrDefault(VersionAnnotation) : null,
        };
        RequireOperators(part, role);
        return part;
    }

    /// <summary>Refuses a policy that lacks what the operator of a release always has in it.</summary>
    /// <exception cref="TrustException">A scope is missing (<c>OperatorPolicyStale</c>).</exception>
    internal void RequireComplete(OpenShiftRelease release, string role)
    {
        string[] missing = [.. release.ReleaseScopes.Where(s => Policy.FindTransport("docker")?.Find(s) is null)];
        if (missing.Length == 0)
            return;
        throw new TrustException(
            "OperatorPolicyStale",
            TrustErrorKind.InvalidData,
            $"The policy of {Shown(Source)} does not have {string.Join(", ", missing)}, which the operator of {release} always has: it " +
            $"is of an older version, or not the operator's. {Advice(role)}")
        {
            Target = Source,
        };
    }

    private string Advice(string role) => IsLive
        ? "If the cluster is being updated, try again when 'oc get clusterversion' says that it is done."
        : $"Save {OpenShiftRelease.GeneratedName(role)} as the cluster has it now, or specify the cluster's version with " +
            $"{TrustOption.OpenShiftVersion}.";

    private static bool IsRegistriesD(string path) =>
        DocumentHost.Normalize(path).StartsWith(TrustLocations.SystemRegistriesDirectory + "/", StringComparison.Ordinal);

    // rendered-ROLE- and the hash of 32 digits: a pool's name may begin as another's does.
    private static bool IsRendered(string name, string role) => name.StartsWith($"rendered-{role}-", StringComparison.Ordinal)
        && !name.AsSpan($"rendered-{role}-".Length).Contains('-');

    private static MachineConfigFile? PolicyOf(MachineConfigDocument document)
    {
        document.RequireReadable(TrustLocations.SystemPolicyPath);
        return document.Files.FirstOrDefault(static f => DocumentHost.Normalize(f.Path) == TrustLocations.SystemPolicyPath);
    }

    private static void RequireOperators(OperatorPart part, string role)
    {
        IReadOnlyList<string> others = OperatorGrammar.Foreign(part.Policy);
        if (others.Count == 0)
            return;
        throw new TrustException(
            "OperatorPolicyMixed",
            TrustErrorKind.InvalidData,
            $"The policy of {Shown(part.Source)} is not the operator's: it has " +
            $"{string.Join(", ", others.Take(MaxNamed).Select(Shown))}, which a MachineConfig brought. Save the operator's own: " +
            $"oc get machineconfig {OpenShiftRelease.GeneratedName(role)} -o yaml.")
        {
            Target = part.Source,
        };
    }

    private static TrustException NotFound(string where, string role = "worker") => new(
        "OperatorPolicyNotFound",
        TrustErrorKind.NotFound,
        $"{where} has no MachineConfig with the operator's policy.json for the pool {role}. Save " +
        $"{OpenShiftRelease.GeneratedName(role)}, or the pool's rendered MachineConfig where that does not exist " +
        "(oc get machineconfig NAME -o yaml).");

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
