using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>containertrust release --mirror</c>: what it prints, and the exit codes that tell "missing" from "not known".</summary>
public sealed class ReleaseMirrorTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-mirror").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [SkippableFact]
    public void It_says_what_is_missing_and_asks_again_for_that_alone()
    {
        using LoopbackRegistry registry = new(Tools.RequireTool("docker-registry"), _directory, null, auth: "");
        TestRelease release = new(registry.Authority, "4.22.1", 3, "amd64");
        RegistryContent mirror = new();
        release.MirrorTo(mirror, "ocp");
        string missing = TestRelease.SignatureTag(release.Components[1].Digest);
        byte[] signature = mirror.Manifest("ocp/openshift/release", missing);
        mirror.RemoveManifest("ocp/openshift/release", missing);
        release.Origin.WriteTo($"{_directory}/registry");
        mirror.WriteTo($"{_directory}/registry");
        release.WriteStore($"{_directory}/store");
        File.WriteAllBytes($"{_directory}/release.pgp", TestRelease.Signer.PublicKey);
        File.WriteAllText($"{_directory}/release.pub", release.SigstoreKey);
        string[] keys = ["--key", $"{_directory}/release.pgp", "--sigstore-key", $"{_directory}/release.pub"];
        string[] common = ["release", release.Reference, "--mirror", $"{registry.Authority}/ocp", "--tls-verify", "false",
            "--signature-store", $"{_directory}/store"];

        CommandLine.Result first = CommandLine.Run(CommandLine.Ours, [.. common, .. keys, "--json"]);
        Assert.Equal(1, first.ExitCode);
        using JsonDocument json = JsonDocument.Parse(first.Output);
        Assert.Equal(["complete", "complete", "signatureMissing", "complete"],
            json.RootElement.EnumerateArray().Select(static r => r.GetProperty("status").GetString()));
        File.WriteAllText($"{_directory}/first.json", first.Output);

        CommandLine.Result text = CommandLine.Run(CommandLine.Ours, [.. common, .. keys]);
        Assert.Contains($"component-001 {release.Components[1].Digest}: signature missing", text.Output, StringComparison.Ordinal);
        Assert.Contains("  skopeo copy ", text.Output, StringComparison.Ordinal);
        Assert.EndsWith("3 of 4 images are complete.\n", text.Output, StringComparison.Ordinal);

        // Without keys nothing is known to be good; where existence is enough, it is.
        Assert.Equal(1, CommandLine.Run(CommandLine.Ours, [.. common, "--component", "release", "-q"]).ExitCode);
        Assert.Equal(0, CommandLine.Run(CommandLine.Ours, [.. common, "--component", "release", "-q", "--skip-signature-check"]).ExitCode);

        mirror.PutManifest("ocp/openshift/release", signature, missing);
        mirror.WriteTo($"{_directory}/registry");
        CommandLine.Result again = CommandLine.Run(CommandLine.Ours, [.. common, .. keys, "--again", $"{_directory}/first.json"]);
        Assert.Equal((0, "1 of 1 images are complete.\n"), (again.ExitCode, again.Output));

        // A mirror that does not answer lacks nothing that anybody knows of.
        CommandLine.Result unknown = CommandLine.Run(CommandLine.Ours, [.. common, .. keys, "--component", "component-000",
            "--release-repository", $"{registry.Authority}/ocp/openshift/release-images", "--component-repository", "127.0.0.1:1/nowhere",
            "--retry-times", "0"]);
        Assert.Equal(3, unknown.ExitCode);
        Assert.Contains("0 of 1 images are complete.", unknown.Output, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:1", unknown.Error, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("--quiet")]
    [InlineData("--component", "cli")]
    [InlineData("--openshift-version", "4.22")]
    [InlineData("--mirror", "ocp")]
    [InlineData("--mirror", "registry.example.com/ocp", "--platform", "linux/amd64")]
    [InlineData("--mirror", "registry.example.com/ocp", "--quiet", "--json")]
    [InlineData("--mirror", "registry.example.com/ocp", "--throttle-limit", "0")]
    [InlineData("--mirror", "registry.example.com/ocp", "--openshift-version", "new")]
    public void What_does_not_fit_together_is_refused(params string[] arguments)
    {
        CommandLine.Result result = CommandLine.Run(CommandLine.Ours, ["release", "registry.example.com/release@sha256:" +
            new string('0', 64), .. arguments]);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith("containertrust: ", result.Error, StringComparison.Ordinal);
    }
}
