using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Config.RegistriesConf;

/// <summary>One place that an image may be fetched from (containers-registries.conf(5)): a mirror or the registry itself.</summary>
/// <param name="Reference">The image's name at that place; tag or digest are the image's own.</param>
/// <param name="IsInsecure">Whether http and unverified TLS are allowed there.</param>
/// <param name="IsMirror">Whether it is a mirror.</param>
internal sealed record PullSource(DockerReference Reference, bool IsInsecure, bool IsMirror)
{
    /// <summary>
    /// Whether it is another place than the image's name says: a mirror, or another registry that a <c>location</c> puts in the name's
    /// place. A credential that was given for the image is not for it.
    /// </summary>
    public bool IsElsewhere { get => IsMirror || field; init; }
}
