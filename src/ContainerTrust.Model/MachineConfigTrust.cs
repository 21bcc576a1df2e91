namespace ContainerTrust;

/// <summary>
/// A MachineConfig of OpenShift or OKD (machineconfiguration.openshift.io/v1) that decides which images the nodes of a pool trust: the
/// files it puts there, and the trust that is in them.
/// </summary>
/// <remarks>
/// Values are as they were read, for scripts that compare them or write them elsewhere. Views, sentences and
/// <see cref="object.ToString"/> are printable.
/// </remarks>
public sealed record MachineConfigTrust
{
    /// <summary>The name of the resource (<c>metadata.name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The role that machine config pools select it by (label <c>machineconfiguration.openshift.io/role</c>). Null where it has none, as
    /// a rendered config.
    /// </summary>
    public string? Role { get; init; }

    /// <summary>
    /// The OpenShift version that it was made for, such as <c>4.18</c>. Null for a MachineConfig that was read: it does not say.
    /// </summary>
    public string? OpenShiftVersion { get; init; }

    /// <summary>
    /// The version of the Ignition specification that it follows, such as <c>3.4.0</c>. Null where it has no Ignition config.
    /// </summary>
    public string? IgnitionVersion { get; init; }

    /// <summary>All labels, the role's included.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The files, in the order of the document. Of a MachineConfig that was read, those whose content is in it.</summary>
    public required IReadOnlyList<MachineConfigFile> Files { get; init; }

    /// <summary>
    /// The trust in the files, one object per scope, as the nodes would read it from these files alone. Empty where there is no
    /// policy.json
    /// among them.
    /// </summary>
    public required IReadOnlyList<ImageTrust> Trust { get; init; }

    /// <summary>The whole document as YAML. Ends with a line break.</summary>
    public required string Yaml { get; init; }

    /// <summary>
    /// The document as a Butane config, of which <c>butane</c> makes <see cref="Yaml"/>. Null for a MachineConfig that was read, and for
    /// one
    /// that is merged with the operator's policy: Butane has no annotations, which say what it was merged from.
    /// </summary>
    public string? Butane { get; init; }

    /// <summary>
    /// The operator's policy.json that the policy was merged with: <c>sha256:</c> and 64 hexadecimal digits. Null where it was not merged.
    /// </summary>
    public string? MergedFrom { get; init; }

    /// <summary>Where it was read from: a file, or the cluster. Null for one that was made.</summary>
    public string? Source { get; init; }

    /// <summary>The document, for <c>oc apply -f -</c>.</summary>
    /// <returns><see cref="Yaml"/>.</returns>
    public override string ToString() => Yaml;
}
