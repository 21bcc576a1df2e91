using System.Management.Automation;
using ContainerTrust.Commands.Fleet;

namespace ContainerTrust.Commands;

/// <summary><c>Get-ImageTrustChange</c>: the changes that a host has on record, the newest first.</summary>
[Cmdlet(VerbsCommon.Get, "ImageTrustChange", HelpUri = HelpPage.Directory + "Get-ImageTrustChange.md")]
[OutputType(typeof(ImageTrustChange))]
public sealed class GetImageTrustChangeCommand : FleetCmdlet
{
    private protected override void Work(HostContext host)
    {
        foreach (ImageTrustChange change in host.Store.ReadChanges())
        {
            host.Cancellation.ThrowIfCancellationRequested();
            host.Write(change);
        }
    }
}
