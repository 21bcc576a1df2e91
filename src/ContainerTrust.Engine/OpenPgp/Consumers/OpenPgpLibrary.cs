namespace ContainerTrust.Engine.OpenPgp.Consumers;

/// <summary>What a build of podman, skopeo, Buildah or CRI-O verifies OpenPGP signatures with.</summary>
internal enum OpenPgpLibrary
{
    /// <summary>GnuPG, through gpgme: the default build, and that of RHEL, CentOS, Debian and Ubuntu.</summary>
    GnuPg,

    /// <summary>Sequoia, through podman-sequoia (build tag <c>containers_image_sequoia</c>): Fedora 43 and later.</summary>
    Sequoia,

    /// <summary>Go's OpenPGP (build tag <c>containers_image_openpgp</c>): static builds, macOS, Windows.</summary>
    Go,
}
