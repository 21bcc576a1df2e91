using System.Text;
using System.Text.Json.Nodes;

namespace ContainerTrust.TestCluster;

/// <summary>What a cluster has at one moment: documents of the shape that its CRDs give them.</summary>
internal sealed class ClusterState
{
    private const string ApiVersion = "machineconfiguration.openshift.io/v1";
    private const string RoleLabel = "machineconfiguration.openshift.io/role";

    private readonly Dictionary<string, JsonObject> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _configs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, JsonObject>> _others = new(StringComparer.Ordinal);
    private int _version = 1000;

    /// <summary>The machine config pools.</summary>
    public IReadOnlyDictionary<string, JsonObject> Pools => _pools;

    /// <summary>The MachineConfigs, the rendered ones among them.</summary>
    public IReadOnlyDictionary<string, JsonObject> Configs => _configs;

    /// <summary>The nodes.</summary>
    public IReadOnlyDictionary<string, JsonObject> Nodes => _nodes;

    /// <summary>Whether the cluster is OpenShift at all.</summary>
    public bool IsOpenShift { get; set; } = true;

    /// <summary>
    /// Whether it has the operator's resources: not where the control plane is hosted. What it holds of them then is what its NodePools are
    /// made of, which the API does not show.
    /// </summary>
    public bool HasOperator => IsOpenShift && !IsHosted;

    /// <summary>The version as the cluster prints it. Null: the cluster does not say.</summary>
    public string? Version { get; set; }

    /// <summary>The release image.</summary>
    public string ReleaseImage { get; set; } = "quay.io/openshift-release-dev/ocp-release@sha256:" + new string('a', 64);

    /// <summary>Whether the control plane runs elsewhere.</summary>
    public bool IsHosted { get; set; }

    /// <summary>The version that it was installed with. Null: <see cref="Version"/>.</summary>
    public string? InstalledVersion { get; set; }

    /// <summary>Resources that the cluster does not know, by their plurals.</summary>
    public HashSet<string> Lacks { get; } = new(StringComparer.Ordinal) { "osimagestreams" };

    /// <summary>Resources that the user may not read, by their plurals.</summary>
    public HashSet<string> Refuses { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the user may read nothing.</summary>
    public bool IsForbidden { get; set; }

    /// <summary>Whether no request is ever answered.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Adds a MachineConfig with files.</summary>
    public ClusterState Config(string name, string? role, params (string Path, string Content)[] files)
    {
        JsonObject metadata = Metadata(name);
        if (role is not null)
            metadata["labels"] = new JsonObject { [RoleLabel] = role };
        var config = new JsonObject { ["ignition"] = new JsonObject { ["version"] = "3.4.0" } };
        if (files.Length > 0)
            config["storage"] = new JsonObject { ["files"] = new JsonArray([.. files.Select(static f => File(f.Path, f.Content))]) };
        _configs[name] = new JsonObject
        {
            ["apiVersion"] = ApiVersion,
            ["kind"] = "MachineConfig",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["config"] = config, ["kernelArguments"] = new JsonArray(), ["osImageURL"] = "", ["fips"] = false,
                ["kernelType"] = "", ["extensions"] = new JsonArray() },
        };
        return this;
    }

    /// <summary>Adds a rendered config of MachineConfigs that are there, merged in this order.</summary>
    public ClusterState Rendered(string name, params string[] sources)
    {
        Dictionary<string, JsonNode> files = [];
        foreach (JsonNode? file in sources.SelectMany(s => Files(_configs[s])))
            files[(string)file!["path"]!] = file.DeepClone();
        Config(name, null);
        _configs[name]["metadata"]!["annotations"] = new JsonObject
            { ["machineconfiguration.openshift.io/generated-by-controller-version"] = "a2178ad522c49ee330b0033bb5cb5ea132060b0a" };
        _configs[name]["spec"]!["config"]!["storage"] = new JsonObject { ["files"] = new JsonArray([.. files.Values]) };
        return this;
    }

    /// <summary>Adds a pool whose machines all have a rendered config.</summary>
    public ClusterState Pool(string name, int machines, string rendered, string[] sources, JsonObject? selector = null)
    {
        _pools[name] = new JsonObject
        {
            ["apiVersion"] = ApiVersion,
            ["kind"] = "MachineConfigPool",
            ["metadata"] = Metadata(name),
            ["spec"] = new JsonObject
            {
                ["configuration"] = Configuration(rendered, sources),
                ["machineConfigSelector"] = selector ?? new JsonObject { ["matchLabels"] = new JsonObject { [RoleLabel] = name } },
                ["nodeSelector"] = new JsonObject { ["matchLabels"] = new JsonObject { [$"node-role.kubernetes.io/{name}"] = "" } },
                ["paused"] = false,
            },
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(
                    Condition("RenderDegraded", "False", ""),
                    Condition("NodeDegraded", "False", ""),
                    Condition("Degraded", "False", ""),
                    Condition("Updated", "True", $"All nodes are updated with MachineConfig {rendered}"),
                    Condition("Updating", "False", "")),
                ["configuration"] = Configuration(rendered, sources),
                ["degradedMachineCount"] = 0,
                ["machineCount"] = machines,
                ["observedGeneration"] = 4,
                ["readyMachineCount"] = machines,
                ["unavailableMachineCount"] = 0,
                ["updatedMachineCount"] = machines,
            },
        };
        _pools[name]["metadata"]!["generation"] = 4;
        _pools[name]["metadata"]!["labels"] = new JsonObject { [$"pools.operator.machineconfiguration.openshift.io/{name}"] = "" };
        return this;
    }

    /// <summary>Sets what a pool's machines are to have, some of them having it already.</summary>
    public ClusterState Target(string pool, string rendered, string[] sources, int updated)
    {
        _pools[pool]["spec"]!["configuration"] = Configuration(rendered, sources);
        Set(pool, "updatedMachineCount", updated);
        Set(pool, "readyMachineCount", updated);
        SetCondition(pool, "Updated", "False", "");
        return SetCondition(pool, "Updating", "True", $"All nodes are updating to MachineConfig {rendered}");
    }

    /// <summary>Sets a number in a pool's status.</summary>
    public ClusterState Set(string pool, string member, JsonNode? value)
    {
        _pools[pool]["status"]![member] = value;
        return this;
    }

    /// <summary>Sets a condition of a pool.</summary>
    public ClusterState SetCondition(string pool, string type, string status, string message, string reason = "")
    {
        JsonArray conditions = _pools[pool]["status"]!["conditions"]!.AsArray();
        conditions.Remove(conditions.FirstOrDefault(c => (string?)c!["type"] == type));
        conditions.Add(Condition(type, status, message, reason));
        return this;
    }

    /// <summary>Pauses a pool.</summary>
    public ClusterState Pause(string pool)
    {
        _pools[pool]["spec"]!["paused"] = true;
        return this;
    }

    /// <summary>Adds a node.</summary>
    public ClusterState Node(string name, string rendered, params string[] roles)
    {
        JsonObject metadata = Metadata(name);
        metadata["labels"] = new JsonObject(roles
            .Select(static r => KeyValuePair.Create<string, JsonNode?>($"node-role.kubernetes.io/{r}", "")));
        metadata["annotations"] = new JsonObject
            { ["machineconfiguration.openshift.io/currentConfig"] = rendered,
            ["machineconfiguration.openshift.io/desiredConfig"] = rendered, ["machineconfiguration.openshift.io/state"] = "Done" };
        _nodes[name] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = metadata };
        return this;
    }

    /// <summary>The objects of config.openshift.io that say which cluster this is, by the plural of their kind.</summary>
    public IReadOnlyDictionary<string, JsonObject> Settings(string plural)
    {
        if (plural is not ("clusterversions" or "infrastructures"))
            return _others.TryGetValue(plural, out Dictionary<string, JsonObject>? others) ? others
                : plural == "images" ? new Dictionary<string, JsonObject> { ["cluster"] = Other("Image", "cluster", null, []) } : [];
        if (Version is null)
            return new Dictionary<string, JsonObject>();
        (string name, string kind, JsonObject status) = plural == "clusterversions"
            ? ("version", "ClusterVersion", new JsonObject
            {
                ["desired"] = new JsonObject { ["version"] = Version, ["image"] = ReleaseImage },
                ["history"] = new JsonArray(
                    new JsonObject { ["state"] = "Completed", ["version"] = Version, ["image"] = ReleaseImage },
                    new JsonObject { ["state"] = "Completed", ["version"] = InstalledVersion ?? Version, ["image"] = ReleaseImage }),
            })
            : ("cluster", "Infrastructure",
                new JsonObject { ["controlPlaneTopology"] = IsHosted ? "External" : "HighlyAvailable" });
        return new Dictionary<string, JsonObject>
        {
            [name] = new JsonObject
            {
                ["apiVersion"] = "config.openshift.io/v1",
                ["kind"] = kind,
                ["metadata"] = Metadata(name),
                ["status"] = status,
            },
        };
    }

    /// <summary>Sets the registries of image.config.openshift.io/cluster.</summary>
    public ClusterState Registries(IEnumerable<string>? allowed, IEnumerable<string>? blocked = null)
    {
        JsonObject sources = [];
        if (allowed is not null)
            sources["allowedRegistries"] = Texts(allowed);
        if (blocked is not null)
            sources["blockedRegistries"] = Texts(blocked);
        return Add("images", "cluster", Other("Image", "cluster", null, new JsonObject { ["registrySources"] = sources }));
    }

    /// <summary>Adds a ClusterImagePolicy, or, for a namespace, an ImagePolicy.</summary>
    public ClusterState ImagePolicy(string name, string? @namespace, params IEnumerable<string> scopes)
    {
        Lacks.ExceptWith(["clusterimagepolicies", "imagepolicies"]);
        return Add(
            @namespace is null ? "clusterimagepolicies" : "imagepolicies",
            $"{@namespace}/{name}",
            Other(@namespace is null ? "ClusterImagePolicy" : "ImagePolicy", name, @namespace,
                new JsonObject { ["scopes"] = Texts(scopes) }));
    }

    /// <summary>Adds a MachineOSConfig of a pool.</summary>
    public ClusterState ImageMode(string name, string pool)
    {
        Lacks.Remove("machineosconfigs");
        JsonObject mode = Other("MachineOSConfig", name, null,
            new JsonObject { ["machineConfigPool"] = new JsonObject { ["name"] = pool } });
        mode["apiVersion"] = ApiVersion;
        return Add("machineosconfigs", name, mode);
    }

    /// <summary>Sets the stream of operating system images of a pool; of the cluster, if none is named.</summary>
    public ClusterState Stream(string? pool, string stream)
    {
        if (pool is not null)
        {
            _pools[pool]["spec"]!["osImageStream"] = new JsonObject { ["name"] = stream };
            return this;
        }

        Lacks.Remove("osimagestreams");
        JsonObject all = Other("OSImageStream", "cluster", null, []);
        all["apiVersion"] = ApiVersion;
        all["status"] = new JsonObject { ["defaultStream"] = stream };
        return Add("osimagestreams", "cluster", all);
    }

    /// <summary>Adds annotations to a MachineConfig.</summary>
    public ClusterState Annotate(string config, IEnumerable<KeyValuePair<string, string>> annotations)
    {
        _configs[config]["metadata"]!["annotations"] = new JsonObject(
            annotations.Select(static a => KeyValuePair.Create<string, JsonNode?>(a.Key, a.Value)));
        return this;
    }

    /// <summary>Removes a MachineConfig.</summary>
    public ClusterState Without(string config)
    {
        _configs.Remove(config);
        return this;
    }

    /// <summary>A selector of several roles, as a custom pool has it.</summary>
    public static JsonObject RolesSelector(params string[] roles) => new()
    {
        ["matchExpressions"] = new JsonArray(new JsonObject
            { ["key"] = RoleLabel, ["operator"] = "In", ["values"] = new JsonArray([.. roles.Select(static r => JsonValue.Create(r))]) }),
    };

    private static JsonArray Files(JsonObject config) => config["spec"]!["config"]!["storage"]?["files"]?.AsArray() ?? [];

    private static JsonObject File(string path, string content) => new()
    {
        ["contents"] = new JsonObject
            { ["compression"] = "", ["source"] = "data:;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(content)) },
        ["mode"] = 420,
        ["overwrite"] = true,
        ["path"] = path,
    };

    private static JsonObject Configuration(string rendered, string[] sources) => new()
    {
        ["name"] = rendered,
        ["source"] = new JsonArray(
            [.. sources.Select(static s => new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = "MachineConfig", ["name"] = s })]),
    };

    private static JsonObject Condition(string type, string status, string message, string reason = "") => new()
    {
        ["lastTransitionTime"] = "2026-01-05T09:12:27Z",
        ["message"] = message,
        ["reason"] = reason,
        ["status"] = status,
        ["type"] = type,
    };

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static t => JsonValue.Create(t))]);

    private JsonObject Other(string kind, string name, string? @namespace, JsonObject spec)
    {
        JsonObject metadata = Metadata(name);
        if (@namespace is not null)
            metadata["namespace"] = @namespace;
        return new JsonObject { ["apiVersion"] = "config.openshift.io/v1", ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec };
    }

    private ClusterState Add(string plural, string key, JsonObject made)
    {
        if (!_others.TryGetValue(plural, out Dictionary<string, JsonObject>? all))
            _others[plural] = all = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        all[key] = made;
        return this;
    }

    private JsonObject Metadata(string name) => new()
    {
        ["creationTimestamp"] = "2026-01-05T08:00:00Z",
        ["generation"] = 1,
        ["name"] = name,
        ["resourceVersion"] = (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["uid"] = $"00000000-0000-4000-8000-{_version:d12}",
    };
}
