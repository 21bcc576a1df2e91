using System.Management.Automation;

namespace ContainerTrust.Commands;

/// <summary>
/// Warnings and what is done, for the pipeline. Their words hold what files, registries and hosts say, and none of that may steer a terminal or look like a line of
/// its own.
/// </summary>
internal static class PrintableStreams
{
    /// <summary>Warns.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="untrustedText">The words.</param>
    public static void Warn(this Cmdlet cmdlet, string untrustedText) => cmdlet.WriteWarning(TrustText.Printable(untrustedText));

    /// <summary>Says what is done.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="untrustedText">The words.</param>
    public static void Say(this Cmdlet cmdlet, string untrustedText) => cmdlet.WriteVerbose(TrustText.Printable(untrustedText));
}
