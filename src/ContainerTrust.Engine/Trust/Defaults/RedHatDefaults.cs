using System.Text;

namespace ContainerTrust.Engine.Trust.Defaults;

/// <summary>
/// What containers-common of RHEL ships: Red Hat's registries are trusted by Red Hat's keys, and everything else is accepted.
/// </summary>
internal static class RedHatDefaults
{
    private const string GpgKeys =
        "\"keyPaths\": [\"/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release\", \"/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta\"]";
    private const string GpgKey = "\"keyPath\": \"/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release\"";
    private const string SigstoreKeys = "\"keyPath\": \"/etc/pki/sigstore/SIGSTORE-redhat-release3\",\n                    "
        + "\"rekorPublicKeyPath\": \"/etc/pki/sigstore/REKOR-signing-key\"";

    private static readonly string[] s_registries = ["registry.access.redhat.com", "registry.redhat.io"];

    /// <summary>RHEL 8.8 and 9.2 on: simple signing, by the release or the beta key.</summary>
    public static ReadOnlyMemory<byte> GpgPolicy { get; } =
        Policy($"\"type\": \"signedBy\",\n                    \"keyType\": \"GPGKeys\",\n                    {GpgKeys}");

    /// <summary>The same by the release key alone, as every release of podman reads it.</summary>
    public static ReadOnlyMemory<byte> GpgPolicyOfOneKey { get; } =
        Policy($"\"type\": \"signedBy\",\n                    \"keyType\": \"GPGKeys\",\n                    {GpgKey}");

    /// <summary>RHEL 10: sigstore with Red Hat's own log.</summary>
    public static ReadOnlyMemory<byte> SigstorePolicy { get; } =
        Policy($"\"type\": \"sigstoreSigned\",\n                    {SigstoreKeys}");

    /// <summary>registries.d of RHEL 8 and 9: where simple-signing signatures are.</summary>
    public static IReadOnlyDictionary<string, ReadOnlyMemory<byte>> GpgFiles { get; } =
        Files(static r => $"sigstore: {TrustPresets.Get("RedHatGpg").Single(e => e.Registry == r).SignatureStore}");

    /// <summary>registries.d of RHEL 10: signatures are beside the images.</summary>
    public static IReadOnlyDictionary<string, ReadOnlyMemory<byte>> SigstoreFiles { get; } =
        Files(static _ => "use-sigstore-attachments: true");

    private static ReadOnlyMemory<byte> Policy(string requirement) => Encoding.UTF8.GetBytes(
        $$"""
        {
            "default": [
                {
                    "type": "insecureAcceptAnything"
                }
            ],
            "transports": {
                "docker": {
        {{string.Join(",\n", s_registries.Select(r =>
            $"            \"{r}\": [\n                {{\n                    {requirement}\n                }}\n            ]"))}}
                },
                "docker-daemon": {
                    "": [
                        {
                            "type": "insecureAcceptAnything"
                        }
                    ]
                }
            }
        }

        """);

    private static Dictionary<string, ReadOnlyMemory<byte>> Files(Func<string, string> setting) =>
        s_registries.ToDictionary(
            static r => $"{r}.yaml",
            r => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"docker:\n    {r}:\n        {setting(r)}\n"));
}
