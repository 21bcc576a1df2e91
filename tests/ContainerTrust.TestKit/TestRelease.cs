using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace ContainerTrust.TestKit;

/// <summary>
/// A made release of OpenShift with all that is signed of it, in the repositories that Red Hat's have: the release image and its
/// components, of one or of several platforms, a sigstore attachment of each manifest, and an OpenPGP signature of the release.
/// </summary>
internal sealed class TestRelease
{
    /// <summary>The repository of the release image, below the registry.</summary>
    public const string ReleaseRepository = "openshift-release-dev/ocp-release";

    /// <summary>The repository of the components, below the registry.</summary>
    public const string ComponentRepository = "openshift-release-dev/ocp-v4.0-art-dev";

    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string Config = "application/vnd.oci.image.config.v1+json";
    private readonly TestKey _key;

    /// <summary>Makes a release.</summary>
    /// <param name="host">The registry that it comes from.</param>
    /// <param name="version">Its version.</param>
    /// <param name="components">How many components it has.</param>
    /// <param name="architectures">Its platforms, of linux. One: it is not multi-arch.</param>
    public TestRelease(string host, string version, int components, params string[] architectures)
    {
        Host = host;
        Version = version;
        _key = TestKey.Get("P-256", "release");
        foreach (int i in Enumerable.Range(0, components))
        {
            string name = $"component-{i:d3}";
            Components.Add(Image(ComponentRepository, name, architectures,
                architecture => Layer("etc/component", $"{name} {architecture} {version}")));
        }

        string list = Stream(Components);
        Release = Image(ReleaseRepository, "release", architectures, _ => Layer("release-manifests/image-references", list));
        OpenPgpSignature = Signer.SignClaim($"{host}/{ReleaseRepository}:{version}-x86_64", Release.Digest);
        foreach (TestReleaseImage image in Components.Prepend(Release))
        {
            string repository = image == Release ? ReleaseRepository : ComponentRepository;
            foreach (string digest in image.Digests)
                Attach(Origin, repository, digest);
        }
    }

    /// <summary>Who signs releases by OpenPGP.</summary>
    public static ClaimSigner Signer { get; } = new("Release <release@example.com>");

    /// <summary>The registry that it comes from.</summary>
    public string Host { get; }

    /// <summary>Its version.</summary>
    public string Version { get; }

    /// <summary>What the registry that it comes from has.</summary>
    public RegistryContent Origin { get; } = new();

    /// <summary>The release image.</summary>
    public TestReleaseImage Release { get; }

    /// <summary>Its components.</summary>
    public List<TestReleaseImage> Components { get; } = [];

    /// <summary>The release image's OpenPGP signature.</summary>
    public byte[] OpenPgpSignature { get; }

    /// <summary>The public key of the sigstore signatures.</summary>
    public string SigstoreKey => _key.Pem;

    /// <summary>The release image by digest, where it comes from.</summary>
    public string Reference => $"{Host}/{ReleaseRepository}@{Release.Digest}";

    /// <summary>Every manifest, with its repository.</summary>
    public IEnumerable<(string Repository, string Digest)> Manifests =>
        Release.Digests.Select(static d => (ReleaseRepository, d)).Concat(Components.SelectMany(static c => c.Digests)
            .Select(static d => (ComponentRepository, d)));

    /// <summary>The tag of a manifest's attachments.</summary>
    public static string SignatureTag(string digest) => digest.Replace(':', '-') + ".sig";

    /// <summary>Puts the whole release into a mirror, as oc-mirror does it.</summary>
    /// <param name="mirror">The mirror.</param>
    /// <param name="path">The path below its registry.</param>
    public void MirrorTo(RegistryContent mirror, string path)
    {
        Origin.Copy(ReleaseRepository, mirror, $"{path}/openshift/release-images");
        Origin.Copy(ComponentRepository, mirror, $"{path}/openshift/release");
    }

    /// <summary>Writes the OpenPGP signature as release stores have it.</summary>
    public void WriteStore(string directory)
    {
        string folder = Path.Combine(directory, Release.Digest.Replace(':', '='));
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "signature-1"), OpenPgpSignature);
    }

    /// <summary>Attaches a sigstore signature to a manifest.</summary>
    /// <param name="content">The registry.</param>
    /// <param name="repository">The repository in it.</param>
    /// <param name="digest">The manifest.</param>
    /// <param name="key">Who signs. Null: who signs releases.</param>
    /// <param name="claimed">The digest that is signed. Null: the manifest's.</param>
    /// <param name="reference">The reference that is signed. Null: the image by digest where the release comes from.</param>
    /// <param name="type">The media type of what is attached.</param>
    /// <returns>The digest of the payload.</returns>
    public string Attach(RegistryContent content, string repository, string digest, TestKey? key = null, string? claimed = null,
        string? reference = null, string type = OciManifest)
    {
        reference ??= $"{Host}/{(Release.Digests.Contains(digest) ? ReleaseRepository : ComponentRepository)}@{digest}";
        string payload = Json($$"""{'critical':{'identity':{'docker-reference':'{{reference}}'},""" +
            $$"""'image':{'docker-manifest-digest':'{{claimed ?? digest}}'},'type':'cosign container image signature'},'optional':null}""");
        TestSignature signature = TestSignature.By(key ?? _key, payload);
        string config = content.PutBlob(repository, "{}"u8.ToArray());
        string layer = content.PutBlob(repository, signature.Payload);
        string annotation = signature[Engine.Sigstore.SigstoreSignature.SignatureAnnotation]!;
        content.PutManifest(repository, Encoding.UTF8.GetBytes(Json(
            $$"""{'schemaVersion':2,'mediaType':'{{type}}','config':{'mediaType':'{{Config}}','size':2,'digest':'{{config}}'},""" +
            "'layers':[{'mediaType':'application/vnd.dev.cosign.simplesigning.v1+json'," +
            $$"""'size':{{signature.Payload.Length}},'digest':'{{layer}}',""" +
            $$$"""'annotations':{'dev.cosignproject.cosign/signature':'{{{annotation}}}'}}]}""")),
            SignatureTag(digest));
        return layer;
    }

    /// <summary>Puts a release image of one platform with any list of images into a registry.</summary>
    /// <param name="content">The registry.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="imageReferences">The list.</param>
    /// <returns>The release image's digest.</returns>
    public static string PutRelease(RegistryContent content, string repository, string imageReferences)
    {
        (byte[] blob, string diffId) = Layer("release-manifests/image-references", imageReferences);
        return content.PutManifest(repository, Manifest(content, repository, "amd64", blob, diffId));
    }

    private static byte[] Manifest(RegistryContent content, string repository, string architecture, byte[] blob, string diffId)
    {
        byte[] config = Encoding.UTF8.GetBytes(Json($$"""{'architecture':'{{architecture}}','os':'linux','config':{},""" +
            $$$"""'rootfs':{'type':'layers','diff_ids':['{{{diffId}}}']}}"""));
        string layer = content.PutBlob(repository, blob);
        return Encoding.UTF8.GetBytes(Json($$"""{'schemaVersion':2,'mediaType':'{{OciManifest}}',""" +
            $$"""'config':{'mediaType':'{{Config}}','digest':'{{content.PutBlob(repository, config)}}','size':{{config.Length}}},""" +
            "'layers':[{'mediaType':'application/vnd.oci.image.layer.v1.tar+gzip'," +
            $$"""'digest':'{{layer}}','size':{{blob.Length}}}]}"""));
    }

    // What is written with single quotes, which is easier to read.
    private static string Json(string text) => text.Replace('\'', '"');

    private string Stream(IEnumerable<TestReleaseImage> components) => JsonSerializer.Serialize(new
    {
        kind = "ImageStream",
        apiVersion = "image.openshift.io/v1",
        metadata = new { name = Version },
        spec = new
        {
            tags = components.Select(c => new
            {
                name = c.Name,
                from = new { kind = "DockerImage", name = $"{Host}/{ComponentRepository}@{c.Digest}" },
            }),
        },
    });

    private TestReleaseImage Image(string repository, string name, string[] architectures, Func<string, (byte[] Blob, string DiffId)> layer)
    {
        List<(string Architecture, byte[] Manifest)> instances = [];
        foreach (string architecture in architectures)
        {
            (byte[] blob, string diffId) = layer(architecture);
            byte[] manifest = Manifest(Origin, repository, architecture, blob, diffId);
            Origin.PutManifest(repository, manifest);
            instances.Add((architecture, manifest));
        }

        if (architectures.Length == 1)
            return new TestReleaseImage(name, TestImage.DigestOf(instances[0].Manifest), []);
        string entries = string.Join(',', instances.Select(static i =>
            Json($$"""{'mediaType':'{{OciManifest}}','digest':'{{TestImage.DigestOf(i.Manifest)}}','size':{{i.Manifest.Length}},""" +
                $$$"""'platform':{'architecture':'{{{i.Architecture}}}','os':'linux'}}""")));
        string digest = Origin.PutManifest(repository, Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{OciIndex}}","manifests":[{{entries}}]}"""));
        return new TestReleaseImage(name, digest, [.. instances.Select(static i => TestImage.DigestOf(i.Manifest))]);
    }

    private static (byte[] Blob, string DiffId) Layer(string path, string text)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, TarEntryFormat.Ustar, leaveOpen: true))
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, path)
                { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), ModificationTime = DateTimeOffset.UnixEpoch });
        using MemoryStream blob = new();
        using (GZipStream gzip = new(blob, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar.ToArray());
        return (blob.ToArray(), TestImage.DigestOf(tar.ToArray()));
    }
}

/// <summary>An image of a made release.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Digest">The digest of the image, or of its list.</param>
/// <param name="Instances">The digests of the instances. Empty if it is not multi-arch.</param>
internal sealed record TestReleaseImage(string Name, string Digest, IReadOnlyList<string> Instances)
{
    /// <summary>All digests, the list's first.</summary>
    public IEnumerable<string> Digests => Instances.Prepend(Digest);
}
