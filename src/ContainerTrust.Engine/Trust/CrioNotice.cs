using ContainerTrust.Engine.Config.Crio;
using ContainerTrust.Engine.Hosts;

namespace ContainerTrust.Engine.Trust;

/// <summary>That CRI-O does not obey the policy that is changed, which is the system's.</summary>
internal static class CrioNotice
{
    /// <summary>Looks at CRI-O's settings.</summary>
    /// <param name="host">The host.</param>
    /// <param name="locations">Which policy is changed.</param>
    /// <returns>A sentence. Null if CRI-O is not there, obeys the system's policy, or another policy is changed.</returns>
    public static string? Of(ITrustHost host, TrustLocations locations)
    {
        // What is written, which is not what was found where that is the distribution's.
        string written = TrustPlanner.WritePath(locations);
        if (written != TrustLocations.SystemPolicyPath)
            return null;
        try
        {
            if (!CrioConfiguration.MayBeThere(host))
                return null;
            host.Prefetch(CrioConfiguration.Paths);
            if (CrioConfiguration.Load(host)?.Policy is not { } policy || policy.Value == written
                || host.ResolvePath(policy.Value) == written)
                return null;
            return $"CRI-O obeys {Name(policy.Value)}, as {Name(policy.File!)} says: for CRI-O, {written} changes nothing.";
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            return $"Whether CRI-O obeys {written} is not known: {e.Message}";
        }
    }

    private static string Name(string text) => Printable.Of(text, Printable.NameLength);
}
