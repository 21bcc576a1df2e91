using ContainerTrust.Engine.Manifests;
using ContainerTrust.Engine.References;

namespace ContainerTrust.Fuzz.Targets;

/// <summary>Image manifests, lists of them, and signed manifests of schema 1: digests, kinds and what a platform gets.</summary>
internal sealed class ManifestsTarget : FuzzTarget
{
    private const string Digest = "sha256:634a8f35b5f16dcf4aaa0822adc0b1964bb786fca12f6831de8ddc45e5986a00";

    private static readonly string?[] s_mediaTypes = [null, ManifestMediaType.OciIndex, ManifestMediaType.DockerList,
        ManifestMediaType.OciManifest, ManifestMediaType.DockerSchema1Signed + "; charset=utf-8"];
    private static readonly ImagePlatform[] s_platforms = [new("linux", "amd64", null), new("linux", "arm", "v7"),
        new("linux", "arm64", "v8")];

    /// <inheritdoc/>
    public override string Name => "manifests";

    /// <inheritdoc/>
    public override IEnumerable<byte[]> Words => Text(
        "{", "}", "[", "]", ",", ":", "\"schemaVersion\"", "\"mediaType\"", "\"manifests\"", "\"config\"", "\"layers\"", "\"fsLayers\"",
        "\"history\"", "\"signatures\"", "\"digest\"", "\"size\"",
        "\"platform\"", "\"architecture\"", "\"os\"", "\"variant\"", "\"annotations\"", "\"io.github.containers.compression.zstd\"",
        "\"true\"", "\"protected\"", "\"header\"", "\"jwk\"", "\"alg\"",
        "\"ES256\"", "\"signature\"", "\"kid\"", "\"crv\"", "\"kty\"", "\"x5c\"", "\"EC\"", "\"RSA\"", "\"P-256\"", "\"x\"", "\"y\"",
        "\"n\"", "\"e\"", "\"sha256:", "\"linux\"", "\"amd64\"", "\"arm\"", "\"v7\"",
        ManifestMediaType.OciIndex, ManifestMediaType.DockerList, ManifestMediaType.OciManifest, ManifestMediaType.DockerSchema2,
        ManifestMediaType.DockerSchema1Signed,
        "1", "2", "null", "true", "-1", "1e400", "\\u212a", "\\ud800", "\\u017f");

    /// <inheritdoc/>
    public override FuzzMaterial Make()
    {
        string list = $$"""
            {"schemaVersion":2,"mediaType":"{{ManifestMediaType.OciIndex}}","manifests":[
            {"mediaType":"{{ManifestMediaType.OciManifest}}","digest":"{{Digest}}","size":7143,
            "platform":{"architecture":"amd64","os":"linux"} },
            {"mediaType":"{{ManifestMediaType.OciManifest}}","digest":"{{Digest}}","size":1,
            "platform":{"architecture":"arm","os":"linux","variant":"v7","os.features":["x"]},
            "annotations":{"io.github.containers.compression.zstd":"true"} },
            {"digest":"{{Digest}}","size":2}],"annotations":{"a":"b"} }
            """;
        string single = $$"""
            {"schemaVersion":2,"mediaType":"{{ManifestMediaType.DockerSchema2}}",
            "config":{"mediaType":"{{ManifestMediaType.DockerConfig}}","digest":"{{Digest}}","size":1 },
            "layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","digest":"{{Digest}}","size":32654}]}
            """;
        return new FuzzMaterial()
            .Add(list)
            .Add(list.Replace(ManifestMediaType.OciIndex, ManifestMediaType.DockerList, StringComparison.Ordinal))
            .Add(list.Replace($"\"mediaType\":\"{ManifestMediaType.OciIndex}\",", "", StringComparison.Ordinal))
            .Add(single)
            .Add(single.Replace(ManifestMediaType.DockerSchema2, ManifestMediaType.OciManifest, StringComparison.Ordinal))
            .Add(SignedManifests.Payload)
            .Add(SignedManifests.Signed())
            .Add(SignedManifests.Signed(signatures: 2))
            .Add(Corpus.Where(static path => path.EndsWith("manifest.json", StringComparison.Ordinal)));
    }

    /// <inheritdoc/>
    public override void Run(byte[] input)
    {
        int lists = 0;
        TrustException? last = null;
        void Try(Action read)
        {
            try
            {
                read();
            }
            catch (TrustException e)
            {
                FuzzFinding.Unless(e.ErrorId.Length > 0, "An error says nothing.");
                last = e;
            }
        }

        Try(() => FuzzFinding.Unless(ManifestDigest.Matches(input, ManifestDigest.Compute(input)),
            "A manifest does not have its own digest."));
        foreach (string? mediaType in s_mediaTypes)
        {
            ImageManifest manifest = new(input, mediaType, "fuzz");
            Try(() => lists += Read(manifest));
            foreach (ImagePlatform platform in s_platforms)
                Try(() => FuzzFinding.Unless(ReferenceGrammar.IsDigest(ManifestList.SelectInstance(manifest, platform)),
                    "What is selected has no digest."));
        }

        if (lists == 0)
            throw last!;
    }

    // How many lists it is.
    private static int Read(ImageManifest manifest)
    {
        if (!ManifestList.IsList(manifest))
            return 0;
        foreach (ManifestInstance instance in ManifestList.Instances(manifest))
            FuzzFinding.Unless(ReferenceGrammar.IsDigest(instance.Digest), "An instance has no digest.");
        return 1;
    }
}
