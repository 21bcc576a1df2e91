using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Images;
using ContainerTrust.Engine.Manifests;

namespace ContainerTrust.Conformance.Tests.Images;

/// <summary>Digests and images as skopeo has them.</summary>
public sealed class SkopeoImageTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("images").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableFact]
    public void Digests_are_skopeos_and_nothing_has_one_that_skopeo_refuses()
    {
        string skopeo = Tools.RequireTool("skopeo");
        byte[] signed = Encoding.UTF8.GetBytes(SignedSchema1());
        List<byte[]> manifests =
        [
            [], "x"u8.ToArray(), "null"u8.ToArray(), "{\"schemaVersion\":1}"u8.ToArray(), signed,
            "{\"schemaVersion\":1,\"signatures\":[1],\"SIGNATURES\":null}"u8.ToArray(),
            "{\"schemaVersion\":1,\"signatures\":[1],\"schemaVer\\u017Fion\":2}"u8.ToArray(),
            "{\"schemaVersion\":1,\"signatures\":[1e999]}"u8.ToArray(),
            "{\"schemaVersion\":1.0,\"signatures\":[1]}"u8.ToArray(),
            "{\"schemaVersion\":1,\"signatures\":[1],\"mediaType\":\"\u00ff\"}"u8.ToArray(),
            [.. "{\"schemaVersion\":1,\"x\":\""u8, 0xFF, .. "\",\"signatures\":[1]}"u8],
            "{\"schemaVersion\":1,\"x\":\"\\ud800\",\"signatures\":[1]}"u8.ToArray(),
        ];
        var random = new Random(42);
        for (int i = 0; i < 150; i++)
        {
            byte[] damaged = [.. signed];
            for (int count = random.Next(1, 3); count > 0; count--)
                damaged[random.Next(damaged.Length)] = "{}[]\":,\\ 0aZ_"u8[random.Next(13)];
            manifests.Add(damaged);
        }

        string file = Path.Combine(_directory, "manifest");
        int accepted = 0;
        int stricter = 0;
        foreach (byte[] manifest in manifests)
        {
            File.WriteAllBytes(file, manifest);
            ToolResult result = Tools.Run(skopeo, ["manifest-digest", file]);
            string? theirs = result.ExitCode == 0 ? result.Output.Trim() : null;
            string? ours = Ours(manifest);
            if (ours is not null)
                Assert.Equal(theirs, ours);
            else if (theirs is not null)
                stricter++;
            accepted += ours is null ? 0 : 1;
        }

        // What is refused here alone has something between payload and signatures, or a payload that is no JSON.
        Assert.InRange(stricter, 0, 20);
        Assert.InRange(accepted, 40, manifests.Count - 40);
    }

    [SkippableFact]
    public async Task Images_that_skopeo_copies_are_read_alike()
    {
        string skopeo = Tools.RequireTool("skopeo");
        string source = Path.Combine(_directory, "source");
        using var compressed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(new byte[1024]);
        byte[] layer = compressed.ToArray();
        byte[] config = "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]},\"config\":{}}"u8
            .ToArray();
        Directory.CreateDirectory(source);
        byte[] manifest = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{config.Length}},"digest":"{{Digest(config)}}"},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip","size":{{layer.Length}},"digest":"{{Digest(layer)}}"}]}""");
        File.WriteAllBytes(Path.Combine(source, "manifest.json"), manifest);
        File.WriteAllBytes(Path.Combine(source, Digest(config)[7..]), config);
        File.WriteAllBytes(Path.Combine(source, Digest(layer)[7..]), layer);
        string policy = Path.Combine(_directory, "policy.json");
        File.WriteAllText(policy, "{\"default\":[{\"type\":\"insecureAcceptAnything\"}]}");
        string layout = Path.Combine(_directory, "layout");
        string copy = Path.Combine(_directory, "copy");
        foreach ((string from, string to) in ((string, string)[])[($"dir:{source}", $"dir:{copy}"), ($"dir:{source}", $"oci:{layout}:v1"),
            ($"dir:{source}", $"oci:{layout}:v2/x")])
        {
            ToolResult result = Tools.Run(skopeo, ["--policy", policy, "copy", from, to]);
            Assert.True(result.ExitCode == 0, result.Error);
        }

        ImageManifest top = await new DirectoryImageSource(LocalHost.Instance, copy).GetManifestAsync(null, default);
        Assert.Equal(manifest, top.Content.ToArray());
        Assert.Equal(layer, await new DirectoryImageSource(LocalHost.Instance, copy).GetBlobAsync(Digest(layer), 1000, default));
        foreach (string reference in (string[])[$"{layout}:v1", $"{layout}:v2/x"])
        {
            OciLayoutImageSource image = OciLayoutImageSource.Parse(LocalHost.Instance, reference);
            ImageManifest there = await image.GetManifestAsync(null, default);
            ToolResult raw = Tools.Run(skopeo, ["inspect", "--raw", $"oci:{reference}"]);
            Assert.Equal((0, raw.Output), (raw.ExitCode, Encoding.UTF8.GetString(there.Content.Span)));
            Assert.False(ManifestList.IsList(there));
            Assert.Equal(layer, await image.GetBlobAsync(Digest(layer), 1000, default));
            Assert.Empty((await image.GetSignaturesAsync(null, ManifestDigest.Compute(there.Content.Span), default)).Signatures);
        }

        // Both refuse to guess, and to find what is not there.
        foreach (string reference in (string[])[layout, $"{layout}:v3"])
        {
            Assert.NotEqual(0, Tools.Run(skopeo, ["inspect", "--raw", $"oci:{reference}"]).ExitCode);
            await Assert.ThrowsAsync<TrustException>(() => OciLayoutImageSource.Parse(LocalHost.Instance, reference)
                .GetManifestAsync(null, default));
        }
    }

    [SkippableTheory]
    [InlineData("linux", "amd64", null)]
    [InlineData("linux", "arm64", null)]
    [InlineData("linux", "arm64", "v8")]
    [InlineData("linux", "arm", null)]
    [InlineData("linux", "arm", "v6")]
    [InlineData("linux", "arm", "v7")]
    [InlineData("linux", "arm", "v9")]
    [InlineData("windows", "amd64", null)]
    [InlineData("linux", "s390x", null)]
    public async Task Instances_are_chosen_as_skopeo_chooses(string os, string architecture, string? variant)
    {
        string skopeo = Tools.RequireTool("skopeo");
        (string Platform, string Name)[] platforms =
        [
            ("\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v5\"", "arm5"),
            ("\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"", "arm7"),
            ("\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"", "arm64"),
            ("\"os\":\"linux\",\"architecture\":\"amd64\"", "amd64"),
            ("\"os\":\"linux\",\"architecture\":\"amd64\"", "second"),
        ];
        string image = Path.Combine(_directory, "list");
        Directory.CreateDirectory(image);
        List<string> entries = [];
        foreach ((string platform, string name) in platforms)
        {
            byte[] config = Encoding.UTF8.GetBytes($$$"""{"architecture":"amd64","os":"linux","author":"{{{name}}}","rootfs":{"type":"layers","diff_ids":[]},"config":{}}""");
            byte[] instance = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{config.Length}},"digest":"{{Digest(config)}}"},"layers":[]}""");
            File.WriteAllBytes(Path.Combine(image, Digest(config)[7..]), config);
            File.WriteAllBytes(Path.Combine(image, Digest(instance)[7..] + ".manifest.json"), instance);
            entries.Add($$$"""{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","size":{{{instance.Length}}},"digest":"{{{Digest(instance)}}}","platform":{{{{platform}}}}}""");
        }

        File.WriteAllText(Path.Combine(image, "manifest.json"), $$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.list.v2+json","manifests":[{{string.Join(',', entries)}}]}""");
        List<string> arguments = ["--override-os", os, "--override-arch", architecture];
        if (variant is not null)
            arguments.AddRange(["--override-variant", variant]);
        ToolResult result = Tools.Run(skopeo, [.. arguments, "inspect", "--config", "--raw", $"dir:{image}"]);

        var source = new DirectoryImageSource(LocalHost.Instance, image);
        ImageManifest list = await source.GetManifestAsync(null, default);
        var wanted = new ImagePlatform(os, architecture, variant);
        if (result.ExitCode != 0)
        {
            Assert.Equal("PlatformNotFound", Assert.Throws<TrustException>(() => ManifestList.SelectInstance(list, wanted)).ErrorId);
            return;
        }

        ImageManifest chosen = await source.GetManifestAsync(ManifestList.SelectInstance(list, wanted), default);
        using JsonDocument document = JsonDocument.Parse(chosen.Content);
        byte[] chosenConfig = await source.GetBlobAsync(document.RootElement.GetProperty("config").GetProperty("digest").GetString()!,
            10_000, default);
        Assert.Equal(result.Output.Trim(), Encoding.UTF8.GetString(chosenConfig));
    }

    private static string? Ours(byte[] manifest)
    {
        try
        {
            return ManifestDigest.Compute(manifest);
        }
        catch (TrustException)
        {
            return null;
        }
    }

    private static string Digest(ReadOnlySpan<byte> content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    // As libtrust writes it, with a key whose id it will check.
    private static string SignedSchema1()
    {
        const string Payload = "{\n   \"schemaVersion\": 1,\n   \"name\": \"a/b\",\n   \"tag\": \"latest\",\n   \"architecture\": " +
            "\"amd64\",\n   \"fsLayers\": [],\n   \"history\": []\n}";
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        ECParameters p = key.ExportParameters(false);
        static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        string header = Encode(Encoding.UTF8
            .GetBytes($$"""{"formatLength":{{Payload.Length - 2}},"formatTail":"{{Encode("\n}"u8)}}","time":"2016-04-18T20:54:42Z"}"""));
        string jwk = $$"""{"crv":"P-384","kid":"{{JsonWebKey.KeyId(key.ExportSubjectPublicKeyInfo())}}","kty":"EC","x":"{{Encode(p.Q.X)}}","y":"{{Encode(p.Q.Y)}}"}""";
        return $$"""{{Payload[..^2]}},"signatures": """ +
            $$"""[{"header":{"jwk":{{jwk}},"alg":"ES384"},"signature":"AAAA","protected":"{{header}}"}]}""";
    }
}
