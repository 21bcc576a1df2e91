namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>What skopeo says of images and signatures. Its home is a scratch directory, so that no user's configuration has a
/// say.</summary>
internal sealed class Skopeo(string program, string scratch)
{
    private int _copies;

    /// <summary>What the registry needs to be asked: <c>--src-authfile</c> and <c>--src-cert-dir</c>. Empty for none.</summary>
    public IReadOnlyList<string> SourceOptions { get; init; } = [];

    /// <summary>The registries.d that is used where none is named.</summary>
    public string? RegistriesDirectory { get; init; }

    /// <summary>Whether an image is accepted by a policy: <c>skopeo --policy P --registries.d D copy IMAGE dir:…</c>.</summary>
    /// <param name="image">The image with its transport.</param>
    /// <param name="policy">The text of policy.json.</param>
    /// <param name="query">What else is different.</param>
    /// <returns>The verdict.</returns>
    public SkopeoVerdict Copy(string image, string policy, SkopeoQuery? query = null)
    {
        query ??= new SkopeoQuery();
        string directory = Directory.CreateDirectory(Path.Combine(scratch, $"copy-{Interlocked.Increment(ref _copies)}")).FullName;
        try
        {
            string policyFile = Path.Combine(directory, "policy.json");
            File.WriteAllText(policyFile, policy);
            List<string> arguments = ["--policy", policyFile];
            if ((query.RegistriesDirectory ?? RegistriesDirectory) is { } registries)
                arguments.AddRange(["--registries.d", registries]);
            if (query.RegistriesConf is not null)
                arguments.AddRange(["--registries-conf", query.RegistriesConf]);
            if (query.Architecture is not null)
                arguments.AddRange(["--override-os", "linux", "--override-arch", query.Architecture]);
            if (query.Variant is not null)
                arguments.AddRange(["--override-variant", query.Variant]);
            arguments.AddRange(["copy", "--quiet", .. image.StartsWith("docker://", StringComparison.Ordinal) ? SourceOptions : [],
                .. query.CopyOptions, image, $"dir:{directory}/image"]);
            ToolResult result = Run(arguments);
            if (result.ExitCode == 0)
                return new SkopeoVerdict(SkopeoAnswer.Accepted, "");

            // A fixture without its blobs cannot be copied; that is said only after the policy has accepted it.
            if (query.AcceptsMissingBlobs && !result.Error.Contains("Source image rejected", StringComparison.Ordinal)
                && result.Error.Contains("no such file or directory", StringComparison.Ordinal)
                && !result.Error.Contains("manifest.json", StringComparison.Ordinal))
                return new SkopeoVerdict(SkopeoAnswer.Accepted, result.Error);
            return new SkopeoVerdict(result.Error.Contains("Source image rejected", StringComparison.Ordinal) ? SkopeoAnswer.Rejected
                : SkopeoAnswer.Failed, result.Error.Trim());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Whether a signature is good: <c>skopeo standalone-verify</c>.</summary>
    public ToolResult StandaloneVerify(string gpgHome, string manifest, string reference, string fingerprint, string signature) =>
        Run(["standalone-verify", manifest, reference, fingerprint, signature], new() { ["GNUPGHOME"] = gpgHome });

    /// <summary>Runs skopeo.</summary>
    public ToolResult Run(IReadOnlyList<string> arguments, Dictionary<string, string?>? environment = null)
    {
        Dictionary<string, string?> all = new()
        {
            ["HOME"] = scratch,
            ["TMPDIR"] = scratch,
            ["XDG_RUNTIME_DIR"] = null,
            ["REGISTRY_AUTH_FILE"] = null,
            ["GNUPGHOME"] = null,
        };
        foreach ((string name, string? value) in environment ?? [])
            all[name] = value;
        return Tools.Run(program, arguments, environment: all);
    }
}

/// <summary>How one question to skopeo differs from the usual one.</summary>
internal sealed record SkopeoQuery
{
    /// <summary>registries.d.</summary>
    public string? RegistriesDirectory { get; init; }

    /// <summary>registries.conf.</summary>
    public string? RegistriesConf { get; init; }

    /// <summary>The architecture whose instance of a multi-arch image is meant.</summary>
    public string? Architecture { get; init; }

    /// <summary>Its variant.</summary>
    public string? Variant { get; init; }

    /// <summary>More options of <c>skopeo copy</c>.</summary>
    public IReadOnlyList<string> CopyOptions { get; init; } = [];

    /// <summary>The image has no blobs, so that an accepted one fails only when they are copied.</summary>
    public bool AcceptsMissingBlobs { get; init; }
}

internal enum SkopeoAnswer
{
    /// <summary>The policy accepts the image.</summary>
    Accepted,

    /// <summary>It does not.</summary>
    Rejected,

    /// <summary>skopeo did not come so far as to judge.</summary>
    Failed,
}

/// <summary>skopeo's verdict.</summary>
internal sealed record SkopeoVerdict(SkopeoAnswer Answer, string Message);
