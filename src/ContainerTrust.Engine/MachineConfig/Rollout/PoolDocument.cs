using System.Text.Json;
using ContainerTrust.Engine.Formats.Documents;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>A MachineConfigPool as the cluster has it. What the cluster does not say is null.</summary>
internal sealed class PoolDocument
{
    /// <summary>Takes what counts out of an object.</summary>
    /// <param name="untrusted">The object.</param>
    public PoolDocument(JsonElement untrusted)
    {
        JsonElement? metadata = untrusted.Member("metadata");
        JsonElement? spec = untrusted.Member("spec");
        JsonElement? status = untrusted.Member("status");
        Name = metadata.Member("name").Text() ?? "";
        ResourceVersion = metadata.Member("resourceVersion").Text();
        Generation = metadata.Member("generation").Number();
        IsDeleting = metadata.Member("deletionTimestamp") is not null;
        Selector = LabelSelector.Read(spec.Member("machineConfigSelector"));
        NodeSelector = LabelSelector.Read(spec.Member("nodeSelector"));
        IsPaused = spec.Member("paused") switch
        {
            null or { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            _ => null,
        };
        Stream = spec.Member("osImageStream").Member("name").Text() is { Length: > 0 } stream ? stream : null;
        Target = spec.Member("configuration").Member("name").Text() is { Length: > 0 } target ? target : null;
        TargetSources = Sources(spec.Member("configuration"));
        Current = status.Member("configuration").Member("name").Text() is { Length: > 0 } current ? current : null;
        CurrentSources = Sources(status.Member("configuration"));
        ObservedGeneration = status.Member("observedGeneration").Number();
        Machines = status.Member("machineCount").Count();
        Updated = status.Member("updatedMachineCount").Count();
        Ready = status.Member("readyMachineCount").Count();
        Unavailable = status.Member("unavailableMachineCount").Count();
        Degraded = status.Member("degradedMachineCount").Count();
        Conditions = [.. (status.Member("conditions").Items() ?? [])
            .Select(static c => new PoolCondition(c.Member("type").Text() ?? "", c.Member("status").Text() ?? "", c.Member("reason")
            .Text() ?? "", c.Member("message").Text() ?? ""))];
    }

    /// <summary>The pool's name, which is a role of nodes.</summary>
    public string Name { get; }

    /// <summary>Changes with every change of the object.</summary>
    public string? ResourceVersion { get; }

    /// <summary>Changes with every change of the specification.</summary>
    public long? Generation { get; }

    /// <summary>Whether the pool is being deleted.</summary>
    public bool IsDeleting { get; }

    /// <summary>Which MachineConfigs it takes. Null if that cannot be understood.</summary>
    public LabelSelector? Selector { get; }

    /// <summary>Which nodes are in it. Null if that cannot be understood.</summary>
    public LabelSelector? NodeSelector { get; }

    /// <summary>Whether nothing is rolled out for the time being. Null if that cannot be understood.</summary>
    public bool? IsPaused { get; }

    /// <summary>The stream of operating system images that it names. Null if it names none.</summary>
    public string? Stream { get; }

    /// <summary>The rendered config that its machines are to have.</summary>
    public string? Target { get; }

    /// <summary>What <see cref="Target"/> is made of.</summary>
    public IReadOnlyList<string>? TargetSources { get; }

    /// <summary>The rendered config that all its machines were last brought to.</summary>
    public string? Current { get; }

    /// <summary>What <see cref="Current"/> is made of.</summary>
    public IReadOnlyList<string>? CurrentSources { get; }

    /// <summary>The <see cref="Generation"/> that the status is about.</summary>
    public long? ObservedGeneration { get; }

    /// <summary>How many machines it has.</summary>
    public int? Machines { get; }

    /// <summary>How many have <see cref="Target"/>.</summary>
    public int? Updated { get; }

    /// <summary>How many have it and are ready.</summary>
    public int? Ready { get; }

    /// <summary>How many cannot be used for the time being.</summary>
    public int? Unavailable { get; }

    /// <summary>How many report that they cannot go on.</summary>
    public int? Degraded { get; }

    /// <summary>The conditions.</summary>
    public IReadOnlyList<PoolCondition> Conditions { get; }

    private static IReadOnlyList<string>? Sources(JsonElement? configuration) =>
        configuration.Member("source").Items() is { } items ? [.. items.Select(static i => i.Member("name").Text()).OfType<string>()]
            : null;
}

/// <summary>A condition in a pool's status.</summary>
/// <param name="Type">What it is about: <c>Updated</c>, <c>NodeDegraded</c>, …</param>
/// <param name="Status"><c>True</c>, <c>False</c> or <c>Unknown</c>.</param>
/// <param name="Reason">Why, in a word. May be empty.</param>
/// <param name="Message">Why, in sentences. May be empty.</param>
internal sealed record PoolCondition(string Type, string Status, string Reason, string Message);
