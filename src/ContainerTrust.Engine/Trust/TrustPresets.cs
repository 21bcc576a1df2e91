namespace ContainerTrust.Engine.Trust;

/// <summary>Trust settings that a vendor publishes, by name.</summary>
public static class TrustPresets
{
    private const string RedHatKey = "/etc/pki/rpm-gpg/RPM-GPG-KEY-redhat-release";

    /// <summary>The presets' names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["RedHat"];

    /// <summary>A preset's registries.</summary>
    /// <param name="name">The preset, without case.</param>
    /// <returns>One entry a registry.</returns>
    /// <exception cref="TrustException">There is no such preset (<c>PresetNotFound</c>).</exception>
    public static IReadOnlyList<TrustPresetEntry> Get(string name) =>
        string.Equals(name, "RedHat", StringComparison.OrdinalIgnoreCase)
            ?
            [
                new TrustPresetEntry("registry.access.redhat.com", RedHatKey, "https://access.redhat.com/webassets/docker/content/sigstore"),
                new TrustPresetEntry("registry.redhat.io", RedHatKey, "https://registry.redhat.io/containers/sigstore"),
            ]
            : throw new TrustException("PresetNotFound", TrustErrorKind.InvalidArgument, $"There is no preset '{name}'; known are {string.Join(", ", Names)}.") { Target = name };
}

/// <summary>One registry of a preset.</summary>
/// <param name="Registry">The scope, in transport <c>docker</c>.</param>
/// <param name="KeyPath">The vendor's key file on a host that has the vendor's release package.</param>
/// <param name="SignatureStore">The vendor's signature store.</param>
public sealed record TrustPresetEntry(string Registry, string KeyPath, string SignatureStore);
