using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>A tiny image, written by hand as a <c>dir:</c> image.</summary>
internal sealed class TestImage
{
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";

    private readonly Dictionary<string, byte[]> _files = [];

    private TestImage(byte[] manifest) => Manifest = manifest;

    /// <summary>The manifest's bytes: of a multi-arch image, the list's.</summary>
    public byte[] Manifest { get; }

    /// <summary>The manifest's digest.</summary>
    public string Digest => DigestOf(Manifest);

    /// <summary>The instances of a multi-arch image, in order. Empty for another.</summary>
    public IReadOnlyList<TestImage> Instances { get; private init; } = [];

    /// <summary>An image in Docker's format (schema 2).</summary>
    public static TestImage Docker(string text, string architecture = "amd64", string? variant = null) =>
        Single(text, architecture, variant, DockerManifest,
        "application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip");

    /// <summary>An image in OCI's format.</summary>
    public static TestImage Oci(string text, string architecture = "amd64", string? variant = null) =>
        Single(text, architecture, variant, OciManifest,
        "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip");

    /// <summary>An OCI index over images for linux.</summary>
    public static TestImage Index(params (TestImage Image, string Architecture, string? Variant)[] instances) => List(OciIndex,
        OciManifest, instances);

    /// <summary>A manifest list of Docker's over images for linux.</summary>
    public static TestImage DockerList(params (TestImage Image, string Architecture, string? Variant)[] instances) =>
        List("application/vnd.docker.distribution.manifest.list.v2+json", DockerManifest, instances);

    /// <summary>An OCI index that has another as its only instance.</summary>
    public static TestImage Nested(TestImage index, string architecture) => List(OciIndex, OciIndex, [(index, architecture, null)]);

    private static TestImage List(string type, string instanceType, (TestImage Image, string Architecture, string? Variant)[] instances)
    {
        string descriptors = string.Join(',', instances.Select(i =>
            $$$"""{"mediaType":"{{{instanceType}}}","digest":"{{{i.Image.Digest}}}","size":{{{i.Image.Manifest.Length}}},"platform":{"architecture":"{{{i.Architecture}}}","os":"linux"{{{(i.Variant is null ? "" : $",\"variant\":\"{i.Variant}\"")}}}}}"""));
        TestImage list = new(Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{type}}","manifests":[{{descriptors}}]}"""))
        {
            Instances = [.. instances.Select(static i => i.Image)],
        };
        foreach ((TestImage image, _, _) in instances)
        {
            foreach ((string name, byte[] content) in image._files)
                list._files[name] = content;
            list._files[image.Digest["sha256:".Length..] + ".manifest.json"] = image.Manifest;
        }

        return list;
    }

    /// <summary>Writes it as a <c>dir:</c> image.</summary>
    public string WriteTo(string directory)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "version"), "Directory Transport Version: 1.1\n");
        File.WriteAllBytes(Path.Combine(directory, "manifest.json"), Manifest);
        foreach ((string name, byte[] content) in _files)
            File.WriteAllBytes(Path.Combine(directory, name), content);
        return directory;
    }

    /// <summary>The claim that skopeo signs for this image.</summary>
    public byte[] Claim(string reference) => Claim(reference, Digest);

    /// <summary>The claim that skopeo signs for an image.</summary>
    public static byte[] Claim(string reference, string digest) => Encoding.UTF8.GetBytes(
        $$$"""{"critical":{"identity":{"docker-reference":"{{{reference}}}"},"image":{"docker-manifest-digest":"{{{digest}}}"},"type":"atomic container signature"},"optional":{"creator":"atomic tests","timestamp":1700000000}}""");

    private static TestImage Single(string text, string architecture, string? variant, string manifestType, string configType,
        string layerType)
    {
        (byte[] layer, string diffId) = Layer(text);
        byte[] config = Encoding.UTF8.GetBytes(
            $$$"""{"architecture":"{{{architecture}}}","os":"linux"{{{(variant is null ? "" : $",\"variant\":\"{variant}\"")}}},"config":{},"rootfs":{"type":"layers","diff_ids":["{{{diffId}}}"]},"history":[{"created":"2024-01-02T03:04:05Z","created_by":"tests"}]}""");
        TestImage image = new(Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{manifestType}}","config":{"mediaType":"{{configType}}","digest":"{{DigestOf(config)}}","size":{{config.Length}}},"layers":[{"mediaType":"{{layerType}}","digest":"{{DigestOf(layer)}}","size":{{layer.Length}}}]}"""));
        image._files[DigestOf(config)["sha256:".Length..]] = config;
        image._files[DigestOf(layer)["sha256:".Length..]] = layer;
        return image;
    }

    private static (byte[] Layer, string DiffId) Layer(string text)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, TarEntryFormat.Ustar, leaveOpen: true))
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "text")
                { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), ModificationTime = DateTimeOffset.UnixEpoch });
        using MemoryStream layer = new();
        using (GZipStream gzip = new(layer, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(tar.ToArray());
        return (layer.ToArray(), DigestOf(tar.ToArray()));
    }

    /// <summary>The SHA-256 digest of a content, with its algorithm.</summary>
    public static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}
