using System.Diagnostics;
using System.Text.Json;

namespace ContainerTrust.Conformance.Tests.Cli;

/// <summary><c>samples/kubernetes</c>: what kubectl reads of it takes no more than it needs, and its loop does what it says.</summary>
public sealed class KubernetesSampleTests
{
    private static string Manifest => CommandLine.Sample("kubernetes/containertrust.yaml");

    /// <summary>kubectl's own types: a member that is misspelt is not in its answer.</summary>
    private static JsonElement Pod()
    {
        string kubectl = CommandLine.Tool("kubectl"), file = Path.GetTempFileName();
        try
        {
            // The namespace has no pods to set anything in.
            File.WriteAllText(file, File.ReadAllText(Manifest).Split("\n---\n")[1]);
            CommandLine.Result said = CommandLine.Run(kubectl, "set", "env", "--local", "-f", file, "-o", "json", "TEST=1");
            Assert.True(said.ExitCode == 0, said.Error);
            using JsonDocument document = JsonDocument.Parse(said.Output);
            Assert.Equal("DaemonSet", document.RootElement.GetProperty("kind").GetString());
            return document.RootElement.GetProperty("spec").GetProperty("template").GetProperty("spec").Clone();
        }
        finally
        {
            File.Delete(file);
        }
    }

    [SkippableFact]
    public void It_mounts_the_host_read_only_and_has_no_privileges_and_no_token()
    {
        JsonElement pod = Pod();
        Assert.False(pod.GetProperty("automountServiceAccountToken").GetBoolean());
        foreach (string host in (string[])["hostNetwork", "hostPID", "hostIPC"])
            Assert.False(pod.TryGetProperty(host, out JsonElement value) && value.GetBoolean(), host);
        JsonElement[] containers = [.. pod.GetProperty("containers").EnumerateArray()];
        Assert.Equal(["check", "metrics"], containers.Select(static c => c.GetProperty("name").GetString()));
        foreach (JsonElement container in containers)
        {
            JsonElement context = container.GetProperty("securityContext");
            Assert.False(context.GetProperty("privileged").GetBoolean());
            Assert.False(context.GetProperty("allowPrivilegeEscalation").GetBoolean());
            Assert.True(context.GetProperty("readOnlyRootFilesystem").GetBoolean());
            Assert.Equal("RuntimeDefault", context.GetProperty("seccompProfile").GetProperty("type").GetString());
            Assert.Equal("ALL", Assert.Single(context.GetProperty("capabilities").GetProperty("drop").EnumerateArray()).GetString());
            string[] added = context.GetProperty("capabilities").TryGetProperty("add", out JsonElement add)
                ? [.. add.EnumerateArray().Select(static c => c.GetString()!)] : [];
            Assert.True(added is [] or ["DAC_READ_SEARCH"]);
            Assert.True(container.GetProperty("resources").GetProperty("limits").TryGetProperty("memory", out _));
        }

        string[] hostPaths =
        [
            .. pod.GetProperty("volumes").EnumerateArray().Where(static v => v.TryGetProperty("hostPath", out _))
                .Select(static v => v.GetProperty("name").GetString()!),
        ];
        Assert.Equal(["host"], hostPaths);
        JsonElement[] mounts = [.. containers.SelectMany(static c => c.GetProperty("volumeMounts").EnumerateArray())
            .Where(static m => m.GetProperty("name").GetString() == "host")];
        Assert.True(Assert.Single(mounts).GetProperty("readOnly").GetBoolean());
        Assert.Contains("recursiveReadOnly: IfPossible", File.ReadAllText(Manifest), StringComparison.Ordinal);
        Assert.Equal(0, CommandLine.Run(CommandLine.Tool("kubectl"), "kustomize", CommandLine.Sample("kubernetes")).ExitCode);
    }

    [SkippableFact]
    public void Its_loop_writes_the_metrics_and_ends_when_it_is_told()
    {
        string scratch = Directory.CreateTempSubdirectory("containertrust-kubernetes").FullName;
        string ours = CommandLine.Ours;
        try
        {
            Directory.CreateDirectory($"{scratch}/host/etc/containers");
            File.WriteAllText($"{scratch}/host/etc/containers/policy.json", """{"default":[{"type":"insecureAcceptAnything"}]}""");
            JsonElement command = Pod().GetProperty("containers")[0].GetProperty("command");
            Assert.Equal(["/bin/sh", "-c"], command.EnumerateArray().Take(2).Select(static c => c.GetString()));
            string script = command[2].GetString()!
                .Replace("--root /host", $"--root {scratch}/host", StringComparison.Ordinal)
                .Replace("/metrics/", $"{scratch}/", StringComparison.Ordinal)
                .Replace("sleep 3600", "sleep 5", StringComparison.Ordinal)
                .Replace("containertrust test", $"'{ours}' test", StringComparison.Ordinal);
            using Process process = CommandLine.Start("/bin/sh", "-c", script);
            Patience.Until(() => File.Exists($"{scratch}/containertrust.prom"), "the metrics");
            Assert.Contains("\ncontainertrust_compliant 0\n", File.ReadAllText($"{scratch}/containertrust.prom"), StringComparison.Ordinal);

            Stopwatch clock = Stopwatch.StartNew();
            Assert.Equal(0, CommandLine.Run(CommandLine.Tool("sh"), "-c", $"kill -TERM {process.Id}").ExitCode);
            Assert.True(process.WaitForExit(Patience.Limit));
            Patience.EndedSoon(clock);
        }
        finally
        {
            Directory.Delete(scratch, true);
        }
    }
}
