using ContainerTrust.Engine.References;

namespace ContainerTrust.Engine.Mirroring;

/// <summary>
/// The commands that bring into a mirror what it lacks. Every name in them is one of the reference grammar, which needs no quotes.
/// </summary>
/// <param name="isTlsOff">Whether registries are asked whose certificates are not checked.</param>
internal sealed class MirrorCopy(bool isTlsOff)
{
    private string Tool => isTlsOff ? "skopeo copy --src-tls-verify=false --dest-tls-verify=false" : "skopeo copy";

    /// <summary>The tag under which sigstore signatures of a manifest are.</summary>
    public static string SignatureTag(string digest) => digest.Replace(':', '-') + ".sig";

    /// <summary>Copies an image, of a multi-arch one every instance. Null if nobody knows where from.</summary>
    public string? OfImage(MirrorItem item) => item.Source is null ? null
        : $"{Tool} --preserve-digests --all docker://{item.Source.Name}@{item.Digest} docker://{item.Repository.Name}" +
            (item.Tag is null ? $"@{item.Digest}" : $":{item.Tag}");

    /// <summary>Copies the sigstore signatures of a manifest. Null if nobody knows where from.</summary>
    public string? OfAttachment(DockerReference? source, DockerReference repository, string digest) => source is null ? null
        : $"{Tool} --preserve-digests docker://{source.Name}:{SignatureTag(digest)} docker://{repository.Name}:{SignatureTag(digest)}";
}
