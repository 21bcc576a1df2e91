namespace ContainerTrust.Engine.Trust.Consumers;

/// <summary>The releases of podman, skopeo, Buildah and CRI-O whose verdict can be asked for.</summary>
public static class KnownConsumers
{
    /// <summary>Names to choose from, and what each is; every release between them can be named too.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Examples { get; } =
    [
        new("podman4.9", "containers/image 5.29, as RHEL 8 and 9 had it in 2024"),
        new("podman5", "Every podman 5: what one of them refuses is refused"),
        new("podman5.4", "containers/image 5.34"),
        new("podman5.6", "The last podman that takes no signatures by subkeys, and has no Sequoia"),
        new("podman5.8", "containers/image 5.39"),
        new("podman6", "podman 6, with GnuPG unless the host is Fedora 43 or later"),
        new("podman6/gpg", "podman 6 with GnuPG, as RHEL, CentOS and Debian build it"),
        new("podman6/sequoia", "podman 6 with Sequoia, as Fedora builds it"),
        new("podman6/go", "podman 6 with Go's OpenPGP, as static builds and macOS have it"),
        new("skopeo1.20", "containers/image 5.36"),
        new("skopeo1.23", "The skopeo of podman 6"),
        new("buildah1.44", "The Buildah of podman 6"),
        new("crio1.34", "CRI-O of Kubernetes 1.34: builds with GnuPG and with Go's OpenPGP must accept"),
    ];

    /// <summary>Refuses what is not the name of a release.</summary>
    /// <param name="name">A name. Null for none.</param>
    /// <exception cref="TrustException">It is not the name of a release that is known here (<c>UnknownConsumer</c>).</exception>
    public static void Require(string? name)
    {
        if (name is not null)
            _ = ConsumerName.Parse(name);
    }
}
