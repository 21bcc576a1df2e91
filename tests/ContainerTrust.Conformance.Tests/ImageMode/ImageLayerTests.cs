using ContainerTrust.Conformance.Tests.Verification;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImageMode;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Conformance.Tests.ImageMode;

/// <summary>
/// What is put into an image, as skopeo reads it, which fetches for bootc: signed updates are taken, and nothing else is.
/// </summary>
[Collection(RegistryTests.Name)]
public sealed class ImageLayerTests(RegistryFixture fixture)
{
    [SkippableFact]
    public void Skopeo_takes_signed_updates_of_the_image_and_nothing_else()
    {
        SignedWorld world = fixture.Open();
        GpgKey key = world.Keys["rsa2048"], other = world.Keys["ed25519"];
        world.Push(TestImage.Docker("os 1"), "example/os:latest", key);
        world.Push(TestImage.Docker("os 2"), "example/os:next", key);
        world.Push(TestImage.Docker("os 3"), "example/os:unsigned");
        world.Push(TestImage.Docker("os 4"), "example/os:foreign", other);
        world.Push(TestImage.Docker("os 5"), "example/app:signed", key);
        string keyFile = Path.Combine(world.NewDirectory("layer-key"), "os.asc");
        File.WriteAllText(keyFile, File.ReadAllText(key.File));

        ImageTrustLayer layer = ImageLayerBuilder.Build(
            new ImageLayerOptions
            {
                Image = $"{world.Host}/example/os:latest",
                KeyPaths = [keyFile],
                SignatureStore = world.Lookaside.Url.ToString(),
            },
            TrustMessages.None);
        string root = world.NewDirectory("layer-root");
        foreach (ImageTrustLayerFile file in layer.Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName($"{root}{file.Path}")!);
            File.WriteAllBytes($"{root}{file.Path}", file.Content);
        }

        Assert.True(layer.IsEnforceable);
        TrustStore store = TrustStore.Open(new TrustStoreOptions { RootDirectory = root }, TrustMessages.None);
        Assert.True(ComplianceChecker.Check(store, new ComplianceOptions(), default).Compliant);

        // skopeo has no root of its own to look for the key in.
        string policy = File.ReadAllText($"{root}/etc/containers/policy.json")
            .Replace("/etc/pki/", $"{root}/etc/pki/", StringComparison.Ordinal);
        SkopeoQuery query = new() { RegistriesDirectory = $"{root}/etc/containers/registries.d" };
        SkopeoAnswer Ask(string image) => world.Skopeo.Copy(image, policy, query).Answer;
        Assert.Equal(SkopeoAnswer.Accepted, Ask($"docker://{world.Host}/example/os:latest"));
        Assert.Equal(SkopeoAnswer.Accepted, Ask($"docker://{world.Host}/example/os:next"));
        Assert.Equal(SkopeoAnswer.Rejected, Ask($"docker://{world.Host}/example/os:unsigned"));
        Assert.Equal(SkopeoAnswer.Rejected, Ask($"docker://{world.Host}/example/os:foreign"));
        Assert.Equal(SkopeoAnswer.Rejected, Ask($"docker://{world.Host}/example/app:signed"));
        Assert.Equal(SkopeoAnswer.Rejected, Ask($"dir:{TestImage.Docker("os 6").WriteTo(world.NewDirectory("layer-dir"))}"));
    }
}
