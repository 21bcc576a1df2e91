using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust save</c>: what it prints, what it writes, and its exit codes.</summary>
public sealed class SaveCommandTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-save").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableFact]
    public void A_release_is_saved_once_and_what_is_not_good_is_said()
    {
        using LoopbackRegistry registry = new(Tools.RequireTool("docker-registry"), _directory, null, auth: "");
        TestRelease release = new(registry.Authority, "4.22.1", 2, "amd64");
        release.Origin.WriteTo($"{_directory}/registry");
        release.WriteStore($"{_directory}/store");
        File.WriteAllBytes($"{_directory}/release.pgp", TestRelease.Signer.PublicKey);
        File.WriteAllText($"{_directory}/release.pub", release.SigstoreKey);
        File.WriteAllText($"{_directory}/other.pub", TestKey.Get("P-256", "someone else").Pem);
        string[] common = ["save", "--tls-verify", "false", "--signature-store", $"{_directory}/store",
            "--key", $"{_directory}/release.pgp"];
        string[] all = [.. common, "--release", release.Reference, "--sigstore-key", $"{_directory}/release.pub",
            "--config-map-directory", $"{_directory}/maps", "--layout-directory", $"{_directory}/layout"];

        CommandLine.Result dry = CommandLine.Run(CommandLine.Ours, [.. all, "--dry-run"]);
        Assert.EndsWith("4 signatures would be saved, 0 existed already.\n", dry.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{_directory}/maps") || Directory.Exists($"{_directory}/layout"));
        CommandLine.Result first = CommandLine.Run(CommandLine.Ours, all);
        Assert.True(first.ExitCode == 0, first.Error);
        Assert.Contains($"component-000 {release.Host}/{TestRelease.ComponentRepository}@{release.Components[0].Digest}: saved to " +
            $"oci:{_directory}/layout:{TestRelease.SignatureTag(release.Components[0].Digest)}\n", first.Output, StringComparison.Ordinal);
        Assert.EndsWith("4 signatures saved, 0 existed already.\n", first.Output, StringComparison.Ordinal);
        CommandLine.Result second = CommandLine.Run(CommandLine.Ours, [.. all, "--json"]);
        using (JsonDocument json = JsonDocument.Parse(second.Output))
        {
            Assert.Equal(4, json.RootElement.GetArrayLength());
            Assert.All(json.RootElement.EnumerateArray(), static r => Assert.Equal(("unchanged", 1),
                (r.GetProperty("status").GetString(), r.GetProperty("alreadySaved").GetInt32())));
        }

        // What no key has signed is not saved, and the command fails.
        string component = $"{release.Host}/{TestRelease.ComponentRepository}@{release.Components[0].Digest}";
        CommandLine.Result refused = CommandLine.Run(CommandLine.Ours, [.. common, component, "--sigstore-key",
            $"{_directory}/other.pub", "--layout-directory", $"{_directory}/none"]);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("not verified, so not saved to the layout", refused.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists($"{_directory}/none"));

        // A registry that does not answer has said nothing against anybody.
        Assert.Equal(3, CommandLine.Run(CommandLine.Ours, [.. common, "127.0.0.1:1/app:1", "--store-directory", $"{_directory}/none",
            "--retry-times", "0", "-q"]).ExitCode);
    }

    [SkippableTheory]
    [InlineData()]
    [InlineData("registry.example.com/app:1")]
    [InlineData("registry.example.com/app:1", "--release", "registry.example.com/release:1", "--store-directory", "s")]
    [InlineData("registry.example.com/app:1", "--component", "cli", "--store-directory", "s")]
    [InlineData("--release", "registry.example.com/release:1", "--platform", "all", "--store-directory", "s")]
    [InlineData("registry.example.com/app:1", "--store-directory", "s", "--quiet", "--json")]
    [InlineData("registry.example.com/app:1", "--store-directory", "s", "--throttle-limit", "0")]
    [InlineData("registry.example.com/app:1", "--store-directory", "s", "--fingerprint", "A0A0")]
    [InlineData("registry.example.com/app:1", "--store-directory", "")]
    public void What_does_not_fit_together_is_refused(params string[] arguments)
    {
        CommandLine.Result result = CommandLine.Run(CommandLine.Ours, ["save", .. arguments]);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("containertrust: ", result.Error, StringComparison.Ordinal);
    }
}
