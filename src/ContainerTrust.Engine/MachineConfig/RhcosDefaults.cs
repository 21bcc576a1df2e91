namespace ContainerTrust.Engine.MachineConfig;

/// <summary>
/// What Red Hat Enterprise Linux CoreOS (and RHEL 8 and later) brings to a node by itself. RHEL 7 workers have none of it but the keys.
/// </summary>
internal static class RhcosDefaults
{
    /// <summary>The directory whose files are the vendor's keys.</summary>
    public const string KeyDirectory = "/etc/pki/rpm-gpg";

    /// <summary>
    /// The signature stores that the image has in registries.d, for the registries that the vendor signs: not a MachineConfig's own, and
    /// there all the same.
    /// </summary>
    public static IReadOnlyList<MachineConfigFile> Files { get; } =
    [
        Store("registry.access.redhat.com", "https://access.redhat.com/webassets/docker/content/sigstore"),
        Store("registry.redhat.io", "https://registry.redhat.io/containers/sigstore"),
    ];

    /// <summary>The key files that the image has.</summary>
    public static IReadOnlyList<string> KeyPaths { get; } = [$"{KeyDirectory}/RPM-GPG-KEY-redhat-beta",
        $"{KeyDirectory}/RPM-GPG-KEY-redhat-release"];

    private static MachineConfigFile Store(string registry, string url) => new()
    {
        Path = $"/etc/containers/registries.d/{registry}.yaml",
        Mode = 0x1A4,
        Content = [.. System.Text.Encoding.UTF8.GetBytes($"docker:\n  {registry}:\n    sigstore: {url}\n")],
    };
}
