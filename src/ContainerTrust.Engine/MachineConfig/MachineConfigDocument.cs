using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>A MachineConfig as it was read: any, also one that has nothing to do with trust, such as a rendered config.</summary>
public sealed record MachineConfigDocument
{
    /// <summary>The label by which machine config pools select.</summary>
    public const string RoleLabel = "machineconfiguration.openshift.io/role";

    /// <summary>The name of the resource.</summary>
    public required string Name { get; init; }

    /// <summary>All labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The version of the Ignition specification. Null where there is no Ignition config.</summary>
    public string? IgnitionVersion { get; init; }

    /// <summary>The files whose content is in the document, in its order.</summary>
    public required IReadOnlyList<MachineConfigFile> Files { get; init; }

    /// <summary>The files whose content cannot be read, and why. Each is what a node would not take, or would not get from here.</summary>
    public required IReadOnlyList<(string Path, TrustException Problem)> Unreadable { get; init; }

    /// <summary>The OpenShift version of a Butane config, such as <c>4.18</c>. Null for a MachineConfig.</summary>
    public string? OpenShiftVersion { get; init; }

    /// <summary>The text of a Butane config. Null for a MachineConfig.</summary>
    public string? Butane { get; init; }

    /// <summary>The role that pools select it by. Null where it has none.</summary>
    public string? Role => Labels.TryGetValue(RoleLabel, out string? role) ? role : null;

    /// <summary>Whether it has a policy.json or files in registries.d, readable or not.</summary>
    public bool DecidesOnTrust => Files.Select(static f => f.Path).Concat(Unreadable.Select(static u => u.Path)).Any(IsTrustFile);

    /// <summary>All annotations.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The document's whole content.</summary>
    internal DocumentNode Root { get; init; } = DocumentNode.Null;

    /// <summary>Refuses a file whose content cannot be read from the document.</summary>
    /// <exception cref="TrustException">It cannot be read.</exception>
    internal void RequireReadable(string path)
    {
        if (Unreadable.FirstOrDefault(u => DocumentHost.Normalize(u.Path) == path) is { Problem: { } problem })
            throw new TrustException(problem.ErrorId, problem.Kind, problem.Message, problem) { Target = Name };
    }

    /// <summary>The document as YAML, in Butane's layout. Ends with a line break.</summary>
    /// <returns>The text. It means the same as what was read; comments and layout of that are not in it.</returns>
    public string ToYaml() => DocumentYaml.Write(Root);

    /// <summary>The files as a host.</summary>
    /// <param name="underneath">
    /// Files that are there where the document has none of that path, such as <see cref="RhcosDefaults"/>.
    /// </param>
    /// <returns>A host of the document's name.</returns>
    /// <exception cref="TrustException">The document has a file twice (<c>DuplicateFile</c>).</exception>
    internal DocumentHost ToHost(IEnumerable<MachineConfigFile>? underneath = null)
    {
        HashSet<string> unreadable = [.. Unreadable.Select(static u => DocumentHost.Normalize(u.Path))];
        DocumentHost host = new(Name, Files, underneath?.Where(f => !unreadable.Contains(DocumentHost.Normalize(f.Path))));
        foreach ((string path, TrustException problem) in Unreadable)
            host.AddUnreadable(path, problem);
        return host;
    }

    /// <summary>
    /// Whether what lies at a path on a node decides where image trust is read from: one of its files, or a directory on the way to them.
    /// </summary>
    internal static bool LeadsToTrustFile(string path)
    {
        string normal = DocumentHost.Normalize(path);
        return normal == "/" || IsTrustFile(normal) || $"{TrustLocations.SystemRegistriesDirectory}/".StartsWith(
            normal + "/",
            StringComparison.Ordinal);
    }

    /// <summary>Whether a path on a node is one that image trust is read from.</summary>
    /// <param name="path">The path.</param>
    /// <returns>True for policy.json and what lies in registries.d.</returns>
    public static bool IsTrustFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string normal = DocumentHost.Normalize(path);
        return normal == TrustLocations.SystemPolicyPath || normal.StartsWith(
            TrustLocations.SystemRegistriesDirectory + "/",
            StringComparison.Ordinal);
    }
}
