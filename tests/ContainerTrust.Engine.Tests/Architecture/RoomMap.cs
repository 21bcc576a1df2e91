namespace ContainerTrust.Engine.Tests.Architecture;

/// <summary>
/// The rooms of the engine, which are its first folders, and the rooms that each may know. docs/architecture.md draws the same. A room that
/// is not here, or an arrow that is not here, fails the tests: draw it there first, and see whether it should be.
/// </summary>
internal static class RoomMap
{
    private static readonly string[] s_formats = ["Foundation"];
    private static readonly string[] s_hosts = ["Foundation"];
    private static readonly string[] s_config = ["Foundation", "Formats", "References", "Hosts"];
    private static readonly string[] s_keys = ["Foundation", "Formats", "OpenPgp", "Sigstore", "Hosts", "Config"];
    private static readonly string[] s_trust = ["Foundation", "Formats", "References", "OpenPgp", "Hosts", "Config", "Keys"];
    private static readonly string[] s_registry = ["Foundation", "Formats", "References", "Manifests", "Hosts", "Config"];

    /// <summary>
    /// The layers from the bottom up, each with its rooms. <c>Hosts</c>, where files live, stands beside them: what knows files knows it.
    /// </summary>
    public static IReadOnlyList<(string Layer, string[] Rooms)> Layers { get; } =
    [
        ("Foundation", ["Foundation"]),
        ("Beside", ["Hosts"]),
        ("Formats", ["Formats"]),
        ("Trust material", ["References", "OpenPgp", "Manifests", "Claims", "Sigstore", "Config", "Keys"]),
        ("Operations", ["Trust", "Registry", "Images", "Evaluation", "Verification", "Mirroring", "Rehearsal", "ImagePolicies",
            "MachineConfig", "ImageMode", "Compliance", "DesiredState"]),
    ];

    /// <summary>The layer of a room.</summary>
    /// <param name="room">A room of <see cref="Rooms"/>.</param>
    public static string LayerOf(string room) => Layers.Single(l => l.Rooms.Contains(room)).Layer;

    /// <summary>The rooms from the bottom up, each with those that it may know.</summary>
    public static IReadOnlyDictionary<string, string[]> Rooms { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Foundation"] = [],
        ["Formats"] = s_formats,
        ["Hosts"] = s_hosts,
        ["References"] = ["Foundation"],
        ["OpenPgp"] = ["Foundation", "Formats"],
        ["Manifests"] = ["Foundation", "Formats", "References"],
        ["Claims"] = ["References"],
        ["Sigstore"] = ["Foundation", "Formats", "OpenPgp", "Claims"],
        ["Config"] = s_config,
        ["Keys"] = s_keys,
        ["Trust"] = s_trust,
        ["Registry"] = s_registry,
        ["Images"] = [.. s_registry, "Registry"],
        ["Evaluation"] = ["Foundation", "References", "OpenPgp", "Manifests", "Claims", "Sigstore", "Config", "Keys", "Images"],
        ["Verification"] =
            ["Foundation", "References", "OpenPgp", "Manifests", "Hosts", "Config", "Keys", "Trust", "Registry", "Images", "Evaluation"],
        ["Mirroring"] =
            ["Foundation", "References", "Manifests", "Hosts", "Config", "Trust", "Registry", "Images", "Evaluation", "Verification"],
        ["Rehearsal"] =
        [
            "Foundation", "Formats", "References", "Manifests", "Hosts", "Config", "Trust", "Registry", "Verification",
        ],
        ["ImagePolicies"] = ["Foundation", "Formats", "References", "OpenPgp", "Hosts", "Sigstore", "Config", "Keys", "Trust"],
        ["MachineConfig"] = ["Foundation", "Formats", "OpenPgp", "Hosts", "Config", "Keys", "Trust"],
        ["ImageMode"] =
        [
            "Foundation", "Formats", "References", "Hosts", "Config", "Keys", "Trust", "Evaluation", "Verification", "MachineConfig",
        ],
        ["Compliance"] =
        [
            "Foundation", "Formats", "References", "OpenPgp", "Sigstore", "Hosts", "Config", "Keys", "Trust", "Evaluation",
            "MachineConfig",
        ],
        ["DesiredState"] = ["Foundation", "Formats", "References", "Hosts", "Config", "Trust", "Compliance"],
    };
}
