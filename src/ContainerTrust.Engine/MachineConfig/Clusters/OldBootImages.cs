using ContainerTrust.Engine.Config.Policy;
using ContainerTrust.Engine.Hosts.Lookup;

namespace ContainerTrust.Engine.MachineConfig.Clusters;

/// <summary>
/// Boot images whose podman is older than 4.4.1 and refuses a policy.json with <c>sigstoreSigned</c>: those of OpenShift 4.11 and older,
/// which machine sets keep when the cluster is updated. From 4.17 on the operator lets the first pull of such a machine pass
/// (OCPBUGS-38809, <c>policy-for-old-podman.json</c>).
/// </summary>
internal static class OldBootImages
{
    private const int MaxNamed = 3;
    private const int FirstHandled = 17;
    private static readonly OpenShiftVersion s_last = new(4, 11, false);

    /// <summary>What new machines will do.</summary>
    /// <param name="release">The cluster's release. Null if it is not known.</param>
    /// <param name="untrustedInstalled">The version that it was installed with. May be empty.</param>
    /// <param name="policy">The policy that nodes have, or will have.</param>
    /// <returns>A sentence. Null if there is nothing to say.</returns>
    public static string? Doubt(OpenShiftRelease? release, string untrustedInstalled, PolicyDocument policy)
    {
        if (release is not { Minor: < FirstHandled } || OpenShiftVersion.TryParse(untrustedInstalled) is not { } installed
            || installed.CompareTo(s_last) > 0)
            return null;
        string[] scopes = [.. policy.Transports.SelectMany(static t => t.Scopes)
            .Where(static s => Demands(s.Requirements)).Select(static s => s.Name)
            .Prepend(Demands(policy.Default) ? "the default" : null).OfType<string>().Distinct()];
        if (scopes.Length == 0)
            return null;
        string named = string.Join(", ", scopes.Take(MaxNamed).Select(static s => Printable.Of(s, Printable.NameLength)))
            + (scopes.Length > MaxNamed ? $" and {scopes.Length - MaxNamed} more" : "");
        return $"The cluster was installed with {installed.Short}. A machine that starts from a boot image of {s_last.Short} or older " +
            $"has a podman that cannot read sigstoreSigned ({named}), and never becomes a node: the operator handles that only from " +
            $"4.{FirstHandled} on. Renew the boot images of the machine sets before you add machines, or update the cluster first.";
    }

    private static bool Demands(IReadOnlyList<TrustRequirement> requirements) =>
        requirements.Any(static r => r is SigstoreSignedRequirement);
}
