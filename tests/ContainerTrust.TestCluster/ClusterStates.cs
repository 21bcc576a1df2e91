namespace ContainerTrust.TestCluster;

/// <summary>Clusters on the way from a MachineConfig that was just applied to one that is rolled out, and off that way.</summary>
internal static class ClusterStates
{
    /// <summary>The MachineConfig that most states are about.</summary>
    public const string Trust = "51-worker-rh-registry-trust";

    /// <summary>The worker pool's rendered config before it.</summary>
    public const string Before = "rendered-worker-2b52f75684fbc711bd1652dd86fd0b82";

    /// <summary>The worker pool's rendered config with it.</summary>
    public const string After = "rendered-worker-be3b3bce4f4aa52a62902304bac9da3c";

    public const string PolicyPath = "/etc/containers/policy.json";

    /// <summary>What the operator's own templates bring.</summary>
    public const string DefaultPolicy = """
        {
            "default": [{"type": "insecureAcceptAnything"}],
            "transports": {"docker-daemon": {"": [{"type": "insecureAcceptAnything"}]}}
        }
        """;

    /// <summary>The policy that is meant.</summary>
    public const string RedHatPolicy = """
        {
          "default": [{"type": "insecureAcceptAnything"}],
          "transports": {
            "docker": {
              "registry.access.redhat.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release"}],
              "registry.redhat.io": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release"}]
            },
            "docker-daemon": {"": [{"type": "insecureAcceptAnything"}]}
          }
        }
        """;

    /// <summary>The same in other words.</summary>
    public const string RedHatPolicyReordered = """
        {"transports":{"docker-daemon":{"":[{"type":"insecureAcceptAnything"}]},"docker":{"registry.redhat.io":[{"keyPath":"/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release","type":"signedBy","keyType":"GPGKeys"}],
        "registry.access.redhat.com":[{"type":"signedBy","keyType":"GPGKeys","keyPath":"/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release"}]}},"default":[{"type":"insecureAcceptAnything"}]}
        """;

    /// <summary>A policy for a registry whose signature store no node knows.</summary>
    public const string OwnPolicy = """
        {
          "default": [{"type": "insecureAcceptAnything"}],
          "transports": {
            "docker": {
              "quay.example.com": [{"type": "sigstoreSigned", "keyPath": "/etc/pki/containers/cosign.pub"}],
              "registry.example.com": [{"type": "signedBy", "keyType": "GPGKeys", "keyPath": "/etc/pki/containers/build.asc"}]
            }
          }
        }
        """;

    private const string Generated = "99-worker-generated-registries";

    private static readonly string[] Sources = ["00-worker", "01-worker-container-runtime", "01-worker-kubelet", Generated,
        "99-worker-ssh"];
    private static readonly string[] WithTrust = ["00-worker", "01-worker-container-runtime", "01-worker-kubelet", Trust, Generated,
        "99-worker-ssh"];
    private static readonly string[] MasterSources = ["00-master", "01-master-container-runtime", "51-master-rh-registry-trust",
        "99-master-ssh"];

    /// <summary>The states by name.</summary>
    public static IReadOnlyDictionary<string, Func<ClusterState>> All { get; } =
        new SortedDictionary<string, Func<ClusterState>>(StringComparer.Ordinal)
    {
        ["new"] = New,
        ["updating"] = () => New().Target("worker", After, WithTrust, updated: 1).Set("worker", "unavailableMachineCount", 1),
        ["updated"] = Updated,
        ["degraded"] = Degraded,
        ["render-degraded"] = () =>
            New().SetCondition("worker", "RenderDegraded", "True",
            "Failed to render configuration for pool worker: parsing Ignition config failed: invalid version")
            .SetCondition("worker", "Degraded", "True", ""),
        ["paused"] = Paused,
        ["overridden"] = Overridden,
        ["inherited"] = Inherited,
        ["missing"] = () => New().Without(Trust),
        ["store-missing"] = StoreMissing,
        ["refusing"] = static () => UpdatedWith(
            (PolicyPath, RedHatPolicy.Replace("insecureAcceptAnything", "reject", StringComparison.Ordinal))),
        ["namespaced"] = Namespaced,
        ["compact"] = Compact,
        ["unread"] = Unread,
        ["surrounded"] = static () => new OperatorCluster(22, IsOpenShift: true)
        {
            AllowedRegistries = ["quay.io"],
            PolicyScopes = ["example.com/team"],
            Namespaced = [("shop", "app", ["quay.io/shop"])],
            ImageModePool = "worker",
        }.Build(NewKey(), (Trust, "worker", [(PolicyPath, RedHatPolicy)])),
        ["forbidden"] = static () => new ClusterState { IsForbidden = true },
        ["openshift-4.20"] = static () => new OperatorCluster(20, IsOpenShift: true).Build(NewKey()),
        ["openshift-4.22"] = static () => new OperatorCluster(22, IsOpenShift: true).Build(NewKey()),
        ["okd-4.22"] = static () => new OperatorCluster(22, IsOpenShift: false).Build(NewKey()),
        ["hosted-4.22"] = static () => new OperatorCluster(22, IsOpenShift: false) { IsHosted = true }.Build(NewKey()),
        ["kubernetes"] = static () => new ClusterState { IsOpenShift = false },
        ["silent"] = static () => new ClusterState { IsSilent = true },
    };

    private static string NewKey()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfoPem();
    }

    /// <summary>The MachineConfig was applied a moment ago.</summary>
    public static ClusterState New() => Base()
        .Config(Trust, "worker", (PolicyPath, RedHatPolicy))
        .Rendered(Before, Sources)
        .Rendered(After, WithTrust)
        .Pool("worker", 3, Before, Sources)
        .Node("worker-0.example.com", Before, "worker")
        .Node("worker-1.example.com", Before, "worker");

    /// <summary>All machines have it.</summary>
    public static ClusterState Updated() => New()
        .Pool("worker", 3, After, WithTrust)
        .Node("worker-0.example.com", After, "worker")
        .Node("worker-1.example.com", After, "worker");

    /// <summary>As <see cref="Updated"/>, with other files in the MachineConfig.</summary>
    public static ClusterState UpdatedWith(params (string Path, string Content)[] files) => Updated()
        .Config(Trust, "worker", files)
        .Rendered(After, WithTrust);

    /// <summary>As <see cref="Updated"/>, with other files in the operator's own MachineConfig, which is merged later.</summary>
    public static ClusterState UpdatedBeside(params (string Path, string Content)[] files) => Updated()
        .Config(Generated, "worker", files)
        .Rendered(After, WithTrust);

    private static ClusterState Degraded()
    {
        const string message = "Node worker-1.example.com is reporting: \"unexpected on-disk state validating against " +
            "rendered-worker-be3b3bce4f4aa52a62902304bac9da3c: content mismatch for file /etc/containers/policy.json\"";
        return New().Target("worker", After, WithTrust, updated: 1)
            .Set("worker", "degradedMachineCount", 1)
            .Set("worker", "unavailableMachineCount", 1)
            .SetCondition("worker", "NodeDegraded", "True", message, "1 nodes are reporting degraded status on sync")
            .SetCondition("worker", "Degraded", "True", message);
    }

    private static ClusterState Paused() => New().Target("worker", After, WithTrust, updated: 0)
        .Pause("worker")
        .SetCondition("worker", "Updating", "False", $"Pool is paused; will not update to MachineConfig {After}");

    private static ClusterState Overridden() => UpdatedBeside(
        ("/etc/containers/registries.conf", "unqualified-search-registries = ['registry.access.redhat.com', 'docker.io']\n"),
        (PolicyPath, """{"default":[{"type":"reject"}],"transports":{"docker":{"quay.io":[{"type":"insecureAcceptAnything"}]},"docker-daemon":{"":[{"type":"insecureAcceptAnything"}]}}}"""));

    // A custom pool takes the workers' MachineConfigs and its own.
    private static ClusterState Inherited()
    {
        string[] sources = [.. WithTrust, "50-infra-tuning"];
        return Updated()
            .Config("50-infra-tuning", "infra", ("/etc/sysctl.d/50-infra.conf", "vm.swappiness = 1\n"))
            .Rendered("rendered-infra-af1e7ff78da0a9c851bab4be2777773b", sources)
            .Pool("infra", 2, "rendered-infra-af1e7ff78da0a9c851bab4be2777773b", sources, ClusterState.RolesSelector("worker", "infra"))
            .Node("infra-0.example.com", "rendered-infra-af1e7ff78da0a9c851bab4be2777773b", "worker", "infra");
    }

    // Everything runs on the control plane: the workers' pool exists, and is empty.
    private static ClusterState Compact() => Updated().Without(Trust)
        .Rendered(After, Sources)
        .Pool("worker", 0, After, Sources);

    // A user who may read pools and MachineConfigs, and little else.
    private static ClusterState Unread()
    {
        ClusterState state = Updated();
        state.Refuses.UnionWith(["images", "clusterversions", "infrastructures"]);
        return state;
    }

    private static ClusterState StoreMissing() => UpdatedWith((PolicyPath, OwnPolicy));

    // An ImagePolicy in a namespace.
    private static ClusterState Namespaced() => UpdatedBeside(("/etc/crio/policies/shop.json", DefaultPolicy));

    private static ClusterState Base() => new ClusterState
        { Version = "4.18.7", Lacks = { "clusterimagepolicies", "imagepolicies", "machineosconfigs" } }
        .Config("00-worker", "worker", ("/etc/hostname-check", ""))
        .Config("01-worker-container-runtime", "worker", (PolicyPath, DefaultPolicy),
            ("/etc/crio/crio.conf.d/00-default", "[crio.image]\n# signature_policy = \"/elsewhere\"\n"))
        .Config("01-worker-kubelet", "worker", ("/etc/kubernetes/kubelet.conf", "kind: KubeletConfiguration\n"))
        .Config(Generated, "worker",
            ("/etc/containers/registries.conf", "unqualified-search-registries = ['registry.access.redhat.com', 'docker.io']\n"))
        .Config("99-worker-ssh", "worker")
        .Config("00-master", "master")
        .Config("01-master-container-runtime", "master", (PolicyPath, DefaultPolicy))
        .Config("51-master-rh-registry-trust", "master", (PolicyPath, RedHatPolicy))
        .Config("99-master-ssh", "master")
        .Rendered("rendered-master-cd51fd0c47e91812bfef2765c52ec7e6", MasterSources)
        .Pool("master", 3, "rendered-master-cd51fd0c47e91812bfef2765c52ec7e6", MasterSources)
        .Node("master-0.example.com", "rendered-master-cd51fd0c47e91812bfef2765c52ec7e6", "master");
}
