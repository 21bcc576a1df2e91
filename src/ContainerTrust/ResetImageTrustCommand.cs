using System.Management.Automation;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Reset-ImageTrust</c>: back to the distribution's default. Works on a broken policy too.</summary>
[Cmdlet(VerbsCommon.Reset, "ImageTrust", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(ImageTrust))]
public sealed class ResetImageTrustCommand : TrustCmdlet
{
    /// <summary>Leave registries.d alone.</summary>
    [Parameter]
    public SwitchParameter KeepSignatureStore { get; set; }

    /// <summary>Return the entries as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void End()
    {
        TrustEditResult preview = Store.Reset(KeepSignatureStore, preview: true, Cancellation);
        IReadOnlyList<TrustFileChange> files = preview.Files;
        foreach (string warning in preview.Warnings)
            WriteWarning(warning);
        if (files.Count == 0)
        {
            WriteVerbose("Everything is the distribution's default; nothing is written.");
        }
        else
        {
            string steps = string.Join(", ", files.Select(static f => f.Action switch
            {
                TrustFileAction.Created => $"create {f.Path}",
                TrustFileAction.Changed => $"replace {f.Path}",
                _ => $"delete {f.Path}",
            }));
            string target = TrustText.Printable($"{Store.Host.ComputerName}{(Root is null ? "" : $" under {Root}")}");
            if (!ShouldProcess(target, TrustText.Printable($"Reset image trust to the distribution's default: {steps}")))
                return;
            Store.Reset(KeepSignatureStore, preview: false, Cancellation);
        }

        if (PassThru)
            Write(Store.Read(TrustQuery.All, Cancellation));
    }
}
