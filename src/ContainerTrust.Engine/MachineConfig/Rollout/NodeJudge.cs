using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Whether a node's own files are what is meant.</summary>
internal static class NodeJudge
{
    /// <summary>Compares.</summary>
    /// <param name="host">The node's files.</param>
    /// <param name="meant">What is meant.</param>
    /// <returns>What is different, in sentences; none if nothing is.</returns>
    public static IReadOnlyList<string> Judge(DocumentHost host, MeantFiles meant)
    {
        List<string> reasons = [];
        Try(reasons, () => JudgePolicy(host, meant, reasons));
        foreach ((string path, byte[] content) in meant.Others)
            Try(reasons, () => JudgeFile(host, path, content, reasons));
        foreach (string path in meant.KeyPaths.Where(p => !meant.Others.ContainsKey(p)))
        {
            Try(reasons, () =>
            {
                if (host.TryReadFile(path, int.MaxValue) is null)
                    reasons.Add($"The key file {Shown(path)} is missing, so images that need it are refused.");
            });
        }

        Try(reasons, () => reasons.AddRange(StoreCheck.Of(host, meant.Policy, null).Problems));
        Try(reasons, () => reasons.AddRange(RuntimePolicy.Problems(host, meant.Policy)));
        return reasons;
    }

    private static void JudgePolicy(DocumentHost host, MeantFiles meant, List<string> reasons)
    {
        if (host.TryReadFile(TrustLocations.SystemPolicyPath, PolicyReader.MaxBytes) is not { } file)
            reasons.Add($"{TrustLocations.SystemPolicyPath} is missing.");
        else if (PolicyComparison.Difference(meant.Policy,
            PolicyReader.Read(file.Content.Span, TrustLocations.SystemPolicyPath)) is { } difference)
            reasons.Add($"{TrustLocations.SystemPolicyPath} is not what is meant: {difference}.");
    }

    private static void JudgeFile(DocumentHost host, string path, byte[] content, List<string> reasons)
    {
        if (host.TryReadFile(path, int.MaxValue) is not { } file)
            reasons.Add($"{Shown(path)} is missing.");
        else if (!file.Content.Span.SequenceEqual(content))
            reasons.Add($"{Shown(path)} is not what is meant.");
    }

    private static void Try(List<string> reasons, Action step)
    {
        try
        {
            step();
        }
        catch (TrustException e)
        {
            reasons.Add(e.Message);
        }
    }

    private static string Shown(string path) => Printable.Of(path, Printable.NameLength);
}
