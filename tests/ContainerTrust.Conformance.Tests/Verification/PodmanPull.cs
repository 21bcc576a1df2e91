namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary><c>podman pull</c> under a configuration of its own: in a mount namespace, a scratch directory is /etc/containers.</summary>
internal sealed class PodmanPull
{
    private const string InNamespace = "mount --bind \"$1\" /etc/containers && shift && exec \"$@\"";

    private readonly SignedWorld _world;
    private readonly string _podman;
    private readonly string _unshare;

    private PodmanPull(SignedWorld world, string podman, string unshare) => (_world, _podman, _unshare) = (world, podman, unshare);

    /// <summary>Finds out whether podman can be asked here, and skips the test if not.</summary>
    public static PodmanPull Open(SignedWorld world)
    {
        string podman = Tools.RequireTool("podman"), unshare = Tools.RequireTool("unshare");
        Skip.IfNot(Directory.Exists("/etc/containers"), "/etc/containers is missing, so nothing can be mounted there.");
        ToolResult possible = Tools.Run(unshare, ["--mount", "sh", "-c", InNamespace, "sh", world.NewDirectory("podman-none"), "true"]);
        Skip.IfNot(possible.ExitCode == 0, $"A mount namespace is needed: {possible.Error.Trim()}");
        return new PodmanPull(world, podman, unshare);
    }

    /// <summary>Whether an image is pulled.</summary>
    /// <param name="image">The image with its transport.</param>
    /// <param name="policy">The text of policy.json.</param>
    /// <param name="options">Options of <c>podman pull</c>.</param>
    /// <returns>The verdict; what is neither pulled nor rejected has failed.</returns>
    public SkopeoVerdict Pull(string image, string policy, params string[] options)
    {
        // podman takes no long path for its run root.
        string scratch = Directory.CreateTempSubdirectory("p").FullName;
        try
        {
            string etc = Directory.CreateDirectory(Path.Combine(scratch, "etc")).FullName;
            Directory.CreateDirectory(Path.Combine(etc, "registries.d"));
            File.WriteAllText(Path.Combine(etc, "policy.json"), policy);
            foreach (string file in Directory.GetFiles(_world.RegistriesDirectory))
                File.Copy(file, Path.Combine(etc, "registries.d", Path.GetFileName(file)));
            string[] source = image.StartsWith("docker://", StringComparison.Ordinal) ? ["--authfile", _world.AuthFile, "--cert-dir",
                _world.CertificateDirectory] : [];
            ToolResult result = Tools.Run(
                _unshare,
                ["--mount", "sh", "-c", InNamespace, "sh", etc, _podman, .. Tools.PodmanOptions(scratch), "pull", "--quiet", .. source,
                    .. options, image],
                environment: new Dictionary<string, string?> { ["HOME"] = scratch, ["XDG_RUNTIME_DIR"] = null,
                    ["REGISTRY_AUTH_FILE"] = null });
            return new SkopeoVerdict(
                result.ExitCode == 0 ? SkopeoAnswer.Accepted
                : result.Error.Contains("Source image rejected", StringComparison.Ordinal) ? SkopeoAnswer.Rejected
                : SkopeoAnswer.Failed,
                result.Error.Trim());
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
