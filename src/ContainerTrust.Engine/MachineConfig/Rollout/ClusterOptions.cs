namespace ContainerTrust.Engine.MachineConfig.Rollout;

/// <summary>Which cluster is meant, and by which program it is asked.</summary>
public sealed record ClusterOptions
{
    /// <summary>
    /// The program, <c>oc</c> or <c>kubectl</c>, an absolute path. Null: <c>oc</c> from <c>PATH</c>, else <c>kubectl</c>.
    /// </summary>
    public string? ClientPath { get; init; }

    /// <summary>
    /// The kubeconfig file, an absolute path. Null for the one that the program finds by itself (<c>KUBECONFIG</c>,
    /// <c>~/.kube/config</c>).
    /// </summary>
    public string? Kubeconfig { get; init; }

    /// <summary>The context in the kubeconfig. Null for the current one.</summary>
    public string? Context { get; init; }

    /// <summary>How long one question to the cluster may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The largest answer that is read, in bytes.</summary>
    public int MaxAnswerBytes { get; init; } = 256 << 20;
}
