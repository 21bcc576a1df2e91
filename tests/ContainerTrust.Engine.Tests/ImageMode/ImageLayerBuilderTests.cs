using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImageMode;

namespace ContainerTrust.Engine.Tests.ImageMode;

/// <summary>What is put into an image of an operating system.</summary>
public sealed class ImageLayerBuilderTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ct-layer-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("quay.io/example/os:latest", "quay.io/example/os", "quay\\.io/example/os")]
    [InlineData("docker://registry.example.com:5000/os", "registry.example.com:5000/os", "registry\\.example\\.com:5000/os")]
    public void The_repository_is_trusted_and_found_once_in_registries_d(string image, string scope, string pattern)
    {
        ImageTrustLayer layer = Build(image);
        Assert.Equal(scope, layer.Scope);
        Assert.Contains($"['\\\"]?{pattern}['\\\"]?:", layer.Containerfile, StringComparison.Ordinal);
        Assert.Contains(layer.Trust, t => t.Registry == scope && t.UseSigstoreAttachments == true);
    }

    [Fact]
    public void Each_file_is_brought_and_summed_up_and_the_policy_comes_last()
    {
        ImageTrustLayer layer = Build("quay.io/example/os");
        string[] copies = [.. layer.Containerfile.Split('\n').Where(static l => l.StartsWith("COPY ", StringComparison.Ordinal))];
        Assert.Equal([.. layer.Files.Select(static f => $"COPY {f.Source} {f.Path}")], copies);
        Assert.All(layer.Files, f => Assert.Contains($"{f.Sha256} {f.Path}", layer.Containerfile, StringComparison.Ordinal));
        Assert.Equal(TrustLocations.SystemPolicyPath, layer.Files[^1].Path);
    }

    [Fact]
    public void A_name_that_is_a_pattern_in_COPY_and_in_a_shell_means_itself()
    {
        ImageTrustLayer layer = Build("quay.io/os", entry: "*.example.com");
        Assert.Contains("COPY etc/containers/registries.d/?.example.com.yaml /etc/containers/registries.d/*.example.com.yaml\n",
            layer.Containerfile, StringComparison.Ordinal);
        Assert.Contains(" '/etc/containers/registries.d/*.example.com.yaml'", layer.Containerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_cannot_be_written_there_is_refused() =>
        Assert.Equal("InvalidLayerPath", Assert.Throws<TrustException>(() => Build("quay.io/os", entry: "a$b.example.com")).ErrorId);

    [Theory]
    [InlineData("$(id).pub")]
    [InlineData("a b.pub")]
    [InlineData("*.pub")]
    [InlineData("-v.pub")]
    [InlineData("a\nRUN x.pub")]
    public void A_name_that_means_something_in_a_Containerfile_is_refused(string name)
    {
        TrustException fault = Assert.Throws<TrustException>(() => Build("quay.io/example/os", name));
        Assert.Equal("InvalidKeyPath", fault.ErrorId);
    }

    private ImageTrustLayer Build(string image, string name = "os.pub", string? entry = null)
    {
        string key = Path.Combine(_directory, name);
        using var pair = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        File.WriteAllText(key, pair.ExportSubjectPublicKeyInfoPem());
        ImageTrust[] entries = entry is null ? [] :
        [
            new ImageTrust
            {
                ComputerName = "", Transport = "docker", Registry = entry, Keys = [], Requirements = [new AcceptRequirement()],
                SignatureStore = "https://example.com/sigs",
            },
        ];
        return ImageLayerBuilder.Build(
            new ImageLayerOptions { Image = image, KeyPaths = [key], Entries = entries, Force = entry is not null }, TrustMessages.None);
    }
}
