using System.Security.Cryptography;
using ContainerTrust.Engine.Tests.Compliance;

namespace ContainerTrust.Engine.Tests.Hosts.Lookup;

/// <summary>Hosts as distributions ship them. The files are written here, not taken from the product.</summary>
internal static class MatrixHosts
{
    private const string Etc = LevelsHost.Etc;
    private const string Usr = LevelsHost.Usr;
    private const string Policy = LevelsHost.Policy;
    private const string VendorPolicy = LevelsHost.VendorPolicy;
    private const string Io = "registry.redhat.io";
    private const string Access = "registry.access.redhat.com";
    private const string IoStore = "https://registry.redhat.io/containers/sigstore";
    private const string AccessStore = "https://access.redhat.com/webassets/docker/content/sigstore";
    private const string Accept =
        """{"default":[{"type":"insecureAcceptAnything"}],"transports":{"docker-daemon":{"":[{"type":"insecureAcceptAnything"}]}}}""";
    private const string Release = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";
    private const string Beta = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-beta";
    private const string Sigstore = "/etc/pki/sigstore/SIGSTORE-redhat-release3";
    private const string Rekor = "/etc/pki/sigstore/REKOR-signing-key";

    private static readonly string s_public = PublicKey(), s_log = PublicKey();

    public static string[] Names { get; } = ["rhel7", "rhel8", "rhel9", "rhel10.0", "rhel10", "stream10", "fedora45", "coreos",
        "nixos", "debian"];

    public static LevelsHost Make(string name, string? home = null)
    {
        LevelsHost host = new(home);
        switch (name)
        {
            case "rhel7":
                host.Write("/etc/os-release", "ID=\"rhel\"\nVERSION_ID=\"7.9\"\n");
                host.Write(Release, AuditKeys.Good);
                host.Write(Policy, Accept);
                host.Write($"{Etc}/default.yaml", "# default-docker:\n");
                break;
            case "rhel8" or "rhel9":
                host.Write("/etc/os-release", $"ID=\"rhel\"\nVERSION_ID=\"{(name == "rhel8" ? "8.10" : "9.6")}\"\n");
                host.Write(Release, AuditKeys.Good);
                host.Write(Beta, AuditKeys.Other);
                host.Write(Policy, RedHat($$"""{"type":"signedBy","keyType":"GPGKeys","keyPaths":["{{Release}}","{{Beta}}"]}"""));
                host.Write($"{Etc}/{Io}.yaml", $"docker:\n     {Io}:\n         sigstore: {IoStore}\n");
                host.Write($"{Etc}/{Access}.yaml", $"docker:\n     {Access}:\n         sigstore: {AccessStore}\n");
                host.Write($"{Etc}/default.yaml", "# default-docker:\n");
                break;
            case "rhel10.0" or "rhel10":
                host.Write("/etc/os-release", $"ID=\"rhel\"\nVERSION_ID=\"{(name == "rhel10" ? "10.1" : "10.0")}\"\n");
                AddSigstore(host, Policy, Etc);

                // From 10.1 on there is a key of version 6 in the file, too.
                host.Write(Release, name == "rhel10" ? AuditKeys.BeforeVersion6 : AuditKeys.Good);
                break;
            case "stream10":
                host.Write("/etc/os-release", "ID=\"centos\"\nVERSION_ID=\"10\"\n");
                host.Write("/usr/share/containers/registries.conf", "");
                AddSigstore(host, VendorPolicy, Usr);
                break;
            case "fedora45":
                host.Write("/etc/os-release", "ID=fedora\nVERSION_ID=45\n");
                host.Write(VendorPolicy, Accept);
                host.Write($"{Usr}/default.yaml", "# default-docker:\n");
                host.Stores($"{Usr}/redhat.yaml", (Io, IoStore), (Access, AccessStore));
                break;
            case "coreos":
                host.Write("/etc/os-release", "ID=fedora\nVERSION_ID=45\nVARIANT_ID=coreos\n");
                host.Write(VendorPolicy, Accept);
                host.Write("/usr/share/containers/registries.conf", "");
                host.Link(Policy, VendorPolicy);
                host.Stores($"{Etc}/fedora-coreos.yaml", ("quay.io/fedora/fedora-coreos", "https://builds.example/signatures"));
                break;
            case "nixos":
                host.Write("/etc/os-release", "ID=nixos\nVERSION_ID=26.05\n");
                host.Write("/nix/store/x-etc/etc/containers/policy.json", Accept);
                host.Link("/etc/static", "/nix/store/x-etc/etc");
                host.Link(Policy, "/etc/static/containers/policy.json");
                break;
            case "debian":
                host.Write("/etc/os-release", "ID=debian\nVERSION_ID=13\n");
                host.Write("/var/lib/dpkg/info/podman.list", "");
                host.Write("/var/lib/dpkg/status", "Package: podman\nStatus: install ok installed\nVersion: 5.4.2+ds1-2\n");
                host.Write(Policy, Accept);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "There is no such host.");
        }

        return host;
    }

    private static void AddSigstore(LevelsHost host, string policy, string registries)
    {
        host.Write(Sigstore, s_public);
        host.Write(Rekor, s_log);
        host.Write(policy, RedHat($$"""{"type":"sigstoreSigned","keyPath":"{{Sigstore}}","rekorPublicKeyPath":"{{Rekor}}"}"""));
        host.Write($"{registries}/{Io}.yaml", $"docker:\n     {Io}:\n         use-sigstore-attachments: true\n");
        host.Write($"{registries}/{Access}.yaml", $"docker:\n     {Access}:\n         use-sigstore-attachments: true\n");
        host.Write($"{registries}/default.yaml", "# default-docker:\n");
    }

    private static string PublicKey()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfoPem();
    }

    private static string RedHat(string requirement) => Accept.Replace(
        "\"transports\":{",
        $$"""
        "transports":{"docker":{"{{Access}}":[{{requirement}}],"{{Io}}":[{{requirement}}]},
        """.TrimEnd('\n'),
        StringComparison.Ordinal);
}
