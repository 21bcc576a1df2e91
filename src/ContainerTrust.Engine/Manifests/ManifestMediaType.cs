namespace ContainerTrust.Engine.Manifests;

/// <summary>The media types of manifests that containers/image knows.</summary>
internal static class ManifestMediaType
{
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
    public const string DockerSchema2 = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>Whether a manifest of this type names other manifests.</summary>
    public static bool IsList(string? mediaType) => mediaType is DockerList or OciIndex;

    /// <summary>Whether a manifest of this type is that of one image.</summary>
    public static bool IsSingle(string? mediaType) => mediaType is DockerSchema1 or DockerSchema1Signed or DockerSchema2 or OciManifest;

    /// <summary>A media type without parameters, in lower case as it is compared; null if nothing is left.</summary>
    public static string? Simplify(string? mediaType)
    {
        if (mediaType is null)
            return null;
        int end = mediaType.IndexOf(';');
        string simple = (end < 0 ? mediaType : mediaType[..end]).Trim().ToLowerInvariant();
        return simple.Length == 0 ? null : simple;
    }
}
