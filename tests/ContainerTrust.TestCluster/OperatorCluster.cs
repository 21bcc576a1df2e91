using System.Text.Json.Nodes;

namespace ContainerTrust.TestCluster;

/// <summary>
/// A cluster as the machine-config-operator of a version makes it: what it generates of the cluster's own settings, and the order in which
/// it merges a pool's MachineConfigs.
/// </summary>
/// <param name="Minor">N of 4.N.</param>
/// <param name="IsOpenShift">Whether the release brings a ClusterImagePolicy from 4.21 on: not OKD, not hosted.</param>
internal sealed record OperatorCluster(int Minor, bool IsOpenShift)
{
    /// <summary>The file that the operator has in registries.d for scopes of image policies.</summary>
    public const string AttachmentsPath = "/etc/containers/registries.d/sigstore-registries.yaml";

    private static readonly string[] s_builtIn = ["master", "worker"];

    /// <summary>The pools.</summary>
    public static IReadOnlyList<string> Pools { get; } = ["master", "worker", "infra"];

    /// <summary>Scopes of image policies of the cluster's own, besides the release's.</summary>
    public IReadOnlyList<string> PolicyScopes { get; init; } = [];

    /// <summary>Whether the control plane is hosted.</summary>
    public bool IsHosted { get; init; }

    /// <summary>The allowed registries. Null: all.</summary>
    public IReadOnlyList<string>? AllowedRegistries { get; init; }

    /// <summary>The ImagePolicy objects: namespace, name, scopes.</summary>
    public IReadOnlyList<(string Namespace, string Name, string[] Scopes)> Namespaced { get; init; } = [];

    /// <summary>The pool whose operating system is built in the cluster. Null: none.</summary>
    public string? ImageModePool { get; init; }

    /// <summary>The stream of all pools. Null: the cluster knows none.</summary>
    public string? DefaultStream { get; init; }

    /// <summary>The version that it was installed with. Null: the present one.</summary>
    public string? InstalledVersion { get; init; }

    /// <summary>The scopes of the release's own policy.</summary>
    public IReadOnlyList<string> ReleaseScopes => !IsOpenShift || Minor < 21 ? []
        : Minor == 21 ? ["quay.io/openshift-release-dev/ocp-release"]
        : ["quay.io/openshift-release-dev/ocp-release", "quay.io/openshift-release-dev/ocp-v4.0-art-dev",
            "quay.io/openshift-release-dev/ocp-v5.0-art-dev"];

    /// <summary>Whether the operator's MachineConfig has a policy.json.</summary>
    public bool HasPolicy => !IsStuck
        && (ReleaseScopes.Count + PolicyScopes.Count + Namespaced.Count > 0 || AllowedRegistries is not null);

    /// <summary>Whether a scope lies outside the allowed registries, so that the operator renders nothing of all this.</summary>
    public bool IsStuck => AllowedRegistries is { } allowed && SignedScopes.Concat(Namespaced.SelectMany(static n => n.Scopes))
        .Any(s => !allowed.Any(a => s == a || s.StartsWith(a + "/", StringComparison.Ordinal)));

    private IEnumerable<string> SignedScopes => ReleaseScopes.Concat(PolicyScopes);

    /// <summary>The cluster, everything rolled out.</summary>
    /// <param name="key">A public key in PEM, for all image policies.</param>
    /// <param name="own">The users' MachineConfigs: name, role, files.</param>
    public ClusterState Build(string key, params (string Name, string Role, (string Path, string Content)[] Files)[] own)
    {
        ClusterState state = new() { Version = IsOpenShift || IsHosted ? $"4.{Minor}.3" : $"4.{Minor}.0-okd-scos.3", IsHosted = IsHosted };
        state.InstalledVersion = InstalledVersion;
        if (!IsOpenShift && !IsHosted)
            state.ReleaseImage = "quay.io/okd/scos-release@sha256:" + new string('b', 64);
        if (Minor < 20)
            state.Lacks.UnionWith(["clusterimagepolicies", "imagepolicies"]);
        if (Minor < 19)
            state.Lacks.Add("machineosconfigs");
        if (ReleaseScopes.Count > 0)
            state.ImagePolicy("openshift", null, ReleaseScopes);
        if (PolicyScopes.Count > 0)
            state.ImagePolicy("team", null, PolicyScopes);
        foreach ((string place, string name, string[] scopes) in Namespaced)
            state.ImagePolicy(name, place, scopes);
        if (AllowedRegistries is not null)
            state.Registries(AllowedRegistries);
        if (ImageModePool is not null)
            state.ImageMode("layered", ImageModePool);
        if (DefaultStream is not null)
            state.Stream(null, DefaultStream);
        foreach (string role in s_builtIn)
        {
            state.Config($"00-{role}", role, ("/etc/hostname-check", ""))
                .Config($"01-{role}-container-runtime", role, (ClusterStates.PolicyPath, ClusterStates.DefaultPolicy))
                .Config($"99-{role}-ssh", role)
                .Config($"99-{role}-generated-registries", role, [.. Generated(key)]);
        }

        foreach ((string name, string role, (string Path, string Content)[] files) in own)
            state.Config(name, role, files);
        int number = 0;
        foreach (string pool in Pools)
        {
            string[] roles = pool == "infra" ? ["worker", "infra"] : [pool];
            string[] sources = [.. state.Configs.Values.Where(c => roles.Contains(Role(c))).OrderBy(c => Minor >= 15 && Role(c) != "worker")
                .ThenBy(static c => (string?)c["metadata"]!["name"], StringComparer.Ordinal)
                .Select(static c => (string)c["metadata"]!["name"]!)];
            string rendered = $"rendered-{pool}-{++number:x32}";
            state.Rendered(rendered, sources).Pool(pool, 3, rendered, sources, ClusterState.RolesSelector(roles));
        }

        return state;
    }

    /// <summary>The operator's policy.json. Null where it makes none.</summary>
    /// <param name="key">A public key in PEM.</param>
    public string? Policy(string key) => HasPolicy ? Made(key, []) : null;

    private string Made(string key, IReadOnlyCollection<string> more)
    {
        JsonNode accept = new JsonArray(new JsonObject { ["type"] = "insecureAcceptAnything" });
        JsonObject Scopes(bool isAtomic)
        {
            JsonObject scopes = [];
            foreach (string scope in SignedScopes.Concat(more).Distinct().Order(StringComparer.Ordinal))
                scopes[scope] = new JsonArray(new JsonObject
                {
                    ["type"] = "sigstoreSigned",
                    ["keyData"] = Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(key)),
                    ["signedIdentity"] = new JsonObject { ["type"] = "matchRepoDigestOrExact" },
                });
            foreach (string allowed in (AllowedRegistries ?? []).Where(a => !scopes.ContainsKey(a)))
                scopes[allowed] = accept.DeepClone();
            foreach (string scope in scopes.Select(static s => s.Key).Where(s => isAtomic && s.Count(static c => c == '/') > 2).ToArray())
                scopes.Remove(scope);
            return scopes;
        }

        return new JsonObject
        {
            ["default"] = AllowedRegistries is null ? accept.DeepClone() : new JsonArray(new JsonObject { ["type"] = "reject" }),
            ["transports"] = new JsonObject
            {
                ["atomic"] = Scopes(true),
                ["docker"] = Scopes(false),
                ["docker-daemon"] = new JsonObject { [""] = accept.DeepClone() },
            },
        }.ToJsonString();
    }

    private IEnumerable<(string Path, string Content)> Generated(string key)
    {
        yield return ("/etc/containers/registries.conf", "unqualified-search-registries = ['registry.access.redhat.com', 'docker.io']\n");
        if (Policy(key) is { } policy)
            yield return (ClusterStates.PolicyPath, policy);
        if (IsStuck)
            yield break;
        foreach (IGrouping<string, (string Namespace, string Name, string[] Scopes)> place in Namespaced.GroupBy(static n => n.Namespace))
            yield return ($"/etc/crio/policies/{place.Key}.json", Made(key, [.. place.SelectMany(static n => n.Scopes).Where(Counts)]));
        string[] attached = [.. SignedScopes.Concat(Namespaced.SelectMany(static n => n.Scopes).Where(Counts)).Distinct()];
        if (attached.Length > 0)
            yield return (AttachmentsPath, "docker:\n"
                + string.Concat(attached.Select(static s => $"  {s}:\n    use-sigstore-attachments: true\n")));
    }

    // What a ClusterImagePolicy has is not taken from an ImagePolicy.
    private bool Counts(string scope) =>
        !SignedScopes.Any(s => s == scope || scope.StartsWith(s + "/", StringComparison.Ordinal));

    private static string? Role(JsonObject config) =>
        (string?)config["metadata"]!["labels"]?["machineconfiguration.openshift.io/role"];
}
