using System.Diagnostics;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Policy;

/// <summary>What skopeo says about a policy. Every instance has a directory of its own, so that several can run at once.</summary>
internal sealed class SkopeoPolicy : IDisposable
{
    private const string Config = "{}";
    private const string ConfigDigest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

    private readonly string _skopeo;
    private readonly string _directory = Directory.CreateTempSubdirectory("containertrust-policy-").FullName;

    private SkopeoPolicy(string skopeo)
    {
        _skopeo = skopeo;
        string image = Directory.CreateDirectory(Path.Combine(_directory, "image")).FullName;
        File.WriteAllText(Path.Combine(image, "version"), "Directory Transport Version: 1.1\n");
        File.WriteAllText(Path.Combine(image, ConfigDigest), Config);
        File.WriteAllText(
            Path.Combine(image, "manifest.json"),
            $$"""{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":{{Config.Length}},"digest":"sha256:{{ConfigDigest}}"},"layers":[]}""");
    }

    /// <summary>The skopeo to ask: the one that CONTAINERTRUST_SKOPEO names, or the first in PATH. Null if there is none.</summary>
    public static string? Executable { get; } =
        Environment.GetEnvironmentVariable("CONTAINERTRUST_SKOPEO")
        ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(static d => Path.Combine(d, "skopeo"))
            .FirstOrDefault(File.Exists);

    /// <summary>Whether the tool is of containers/image 5.23 or older. (Those do not know <c>rekorPublicKeyPath</c>.)</summary>
    public static bool IsBefore524 { get; } =
        Says("""{"default":[{"type":"sigstoreSigned","keyPath":"/k","rekorPublicKeyPath":"/r"}]}""") is not null;

    /// <summary>Whether the tool knows the transport <c>atomic</c>, and judges its scopes. (Debian's does not: it is patched
    /// out.)</summary>
    public static bool KnowsAtomic { get; } =
        Says("""{"default":[{"type":"reject"}],"transports":{"atomic":{"a/b/c/d":[{"type":"reject"}]}}}""") is not null;

    /// <summary>Begins; skips the test where there is no skopeo.</summary>
    public static SkopeoPolicy Open()
    {
        Skip.If(Executable is null, "skopeo is not installed.");
        return new SkopeoPolicy(Executable);
    }

    /// <summary>Why skopeo refuses to load a policy. Null if it loads it, whatever it then says of the image.</summary>
    public string? Refusal(byte[] policy)
    {
        string file = Path.Combine(_directory, "policy.json");
        File.WriteAllBytes(file, policy);
        ProcessStartInfo start = new(_skopeo) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _directory,
            StandardErrorEncoding = Encoding.UTF8 };
        foreach (string argument in (ReadOnlySpan<string>)["--policy", file, "copy", "dir:image", "dir:copy"])
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        output.GetAwaiter().GetResult();
        process.WaitForExit();
        if (errors.Contains("Error loading trust policy", StringComparison.Ordinal))
            return errors;

        // Everything else that can go wrong here is said about the image, after the policy was loaded.
        bool judged = process.ExitCode == 0
            || errors.Contains("Source image rejected", StringComparison.Ordinal);
        Assert.True(judged, errors);
        return null;
    }

    /// <summary>Asks about many policies, two at a time.</summary>
    public static string?[] Refusals(IReadOnlyList<byte[]> policies)
    {
        string?[] refusals = new string?[policies.Count];
        int next = -1;
        void Work()
        {
            using SkopeoPolicy skopeo = Open();
            for (int i = Interlocked.Increment(ref next); i < policies.Count; i = Interlocked.Increment(ref next))
                refusals[i] = skopeo.Refusal(policies[i]);
        }

        Skip.If(Executable is null, "skopeo is not installed.");
        Task other = Task.Run(Work);
        Work();
        other.GetAwaiter().GetResult();
        return refusals;
    }

    private static string? Says(string policy)
    {
        if (Executable is null)
            return null;
        using SkopeoPolicy skopeo = new(Executable);
        return skopeo.Refusal(Encoding.UTF8.GetBytes(policy));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
