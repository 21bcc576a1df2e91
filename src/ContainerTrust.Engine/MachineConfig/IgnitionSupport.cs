namespace ContainerTrust.Engine.MachineConfig;

/// <summary>
/// Which versions of the Ignition specification some machine-config-operator takes in a MachineConfig, as the parsers in its branches say
/// (release-4.8 to release-5.2): 2.0 to 2.2, which it converts, and 3.0 to 3.5. It takes no other, not even a version that the nodes'
/// own Ignition would.
/// </summary>
internal static class IgnitionSupport
{
    private const string Newest = "3.5.0";

    private static readonly string[] s_taken =
        ["2.0.0", "2.1.0", "2.2.0", "3.0.0", "3.1.0", "3.2.0", "3.3.0", "3.4.0", Newest];

    /// <summary>Why a cluster will not take a version.</summary>
    /// <param name="version">The version in an Ignition config.</param>
    /// <returns>Sentences that begin in lower case. Null if there are clusters that take it.</returns>
    public static string? Doubt(string version)
    {
        if (s_taken.Contains(version))
            return null;
        string butane = version == "3.6.0" ? " Butane 0.28.0 writes that version for OpenShift 4.22; Butane 0.29.0 does not." : "";
        return $"no known version of OpenShift takes Ignition {MachineConfigReader.Shown(version)} (the newest takes {Newest}), and " +
            $"pools that get this MachineConfig become degraded.{butane} Do not apply it; make it again with " +
            $"{TrustOperation.MakeMachineConfig}, or with another release of Butane.";
    }
}
