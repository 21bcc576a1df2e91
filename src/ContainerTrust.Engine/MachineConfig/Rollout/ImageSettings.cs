using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>image.config.openshift.io/cluster, as far as the operator makes policy.json of it.</summary>
internal sealed class ImageSettings
{
    /// <summary>Takes what counts out of the object.</summary>
    public ImageSettings(JsonElement untrusted)
    {
        JsonElement? sources = untrusted.Member("spec").Member("registrySources");
        Allowed = Texts(sources.Member("allowedRegistries"));
        Blocked = Texts(sources.Member("blockedRegistries"));
    }

    /// <summary>The allowed registries. Empty: all.</summary>
    public IReadOnlyList<string> Allowed { get; }

    /// <summary>The blocked registries.</summary>
    public IReadOnlyList<string> Blocked { get; }

    internal static IReadOnlyList<string> Texts(JsonElement? list) =>
        [.. (list.Items() ?? []).Select(static i => ((JsonElement?)i).Text()).OfType<string>()];
}

/// <summary>A ClusterImagePolicy or ImagePolicy in a cluster.</summary>
internal sealed class ImagePolicyObject
{
    /// <summary>Takes what counts out of the object.</summary>
    public ImagePolicyObject(JsonElement untrusted)
    {
        JsonElement? metadata = untrusted.Member("metadata");
        Name = metadata.Member("name").Text() ?? "";
        Namespace = metadata.Member("namespace").Text();
        Scopes = ImageSettings.Texts(untrusted.Member("spec").Member("scopes"));
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The namespace. Null for a ClusterImagePolicy.</summary>
    public string? Namespace { get; }

    /// <summary>The scopes that it governs.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>Kind, namespace and name, to be shown.</summary>
    public string Shown => Namespace is null ? $"ClusterImagePolicy {Printable.Of(Name, Printable.NameLength)}"
        : $"ImagePolicy {Printable.Of($"{Namespace}/{Name}", Printable.NameLength)}";
}

/// <summary>A MachineOSConfig: the operating system of a pool is built in the cluster.</summary>
internal sealed class ImageModeObject
{
    /// <summary>Takes what counts out of the object.</summary>
    public ImageModeObject(JsonElement untrusted)
    {
        Name = untrusted.Member("metadata").Member("name").Text() ?? "";
        Pool = untrusted.Member("spec").Member("machineConfigPool").Member("name").Text() ?? "";
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The pool.</summary>
    public string Pool { get; }
}
