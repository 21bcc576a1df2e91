using System.Text;

namespace ContainerTrust.Engine.MachineConfig;

/// <summary>
/// What CoreOS brings to a node by itself, by the RHEL that it is made of. RHEL 7 workers have none of it but the keys.
/// </summary>
internal sealed class RhcosDefaults
{
    /// <summary>The directory whose files are the vendor's keys.</summary>
    public const string KeyDirectory = "/etc/pki/rpm-gpg";

    private const string SigstoreDirectory = "/etc/pki/sigstore";

    private RhcosDefaults(string release, string redHatIo, string accessRedHatCom, params string[] keyPaths)
    {
        Release = release;
        Files = [Section("registry.access.redhat.com", accessRedHatCom), Section("registry.redhat.io", redHatIo)];
        KeyPaths = keyPaths;
    }

    /// <summary>CoreOS of RHEL 8 and 9: signature stores for the registries that the vendor signs with GPG.</summary>
    public static RhcosDefaults Rhel9 { get; } = new(
        "RHEL 9",
        "sigstore: https://registry.redhat.io/containers/sigstore",
        "sigstore: https://access.redhat.com/webassets/docker/content/sigstore",
        $"{KeyDirectory}/RPM-GPG-KEY-redhat-beta",
        $"{KeyDirectory}/RPM-GPG-KEY-redhat-release");

    /// <summary>
    /// CoreOS of RHEL 10 and CentOS Stream 10: sigstore attachments in place of the stores, in files of the same names
    /// (containers-common 0.60.2-7 and later).
    /// </summary>
    public static RhcosDefaults Rhel10 { get; } = new(
        "RHEL 10",
        "use-sigstore-attachments: true",
        "use-sigstore-attachments: true",
        $"{KeyDirectory}/RPM-GPG-KEY-redhat-release",
        $"{SigstoreDirectory}/SIGSTORE-redhat-release3",
        $"{SigstoreDirectory}/REKOR-signing-key");

    /// <summary>The RHEL that it is made of, for words.</summary>
    public string Release { get; }

    /// <summary>
    /// The files that the image has in registries.d, for the registries that the vendor signs: not a MachineConfig's own, and there all
    /// the same.
    /// </summary>
    public IReadOnlyList<MachineConfigFile> Files { get; }

    /// <summary>The key files that the image has.</summary>
    public IReadOnlyList<string> KeyPaths { get; }

    private static MachineConfigFile Section(string registry, string line) => new()
    {
        Path = $"/etc/containers/registries.d/{registry}.yaml",
        Mode = 0x1A4,
        Content = [.. Encoding.UTF8.GetBytes($"docker:\n  {registry}:\n    {line}\n")],
    };
}
