using System.Management.Automation;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Reset-ImageTrust</c>: back to the distribution's default. Works on a broken policy too.</summary>
[Cmdlet(VerbsCommon.Reset, "ImageTrust", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    HelpUri = HelpPage.Directory + "Reset-ImageTrust.md")]
[OutputType(typeof(ImageTrustChange))]
public sealed class ResetImageTrustCommand : FleetCmdlet
{
    private const int MostScopes = 20;

    /// <summary>Leave registries.d alone.</summary>
    [Parameter]
    public SwitchParameter KeepSignatureStore { get; set; }

    /// <summary>Return what has changed: of each scope the host, the entry before and after, and what became of it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool Changes => true;

    private protected override void Work(HostContext host)
    {
        TrustEditResult preview = host.Store.Reset(KeepSignatureStore, preview: true, host.Cancellation);
        IReadOnlyList<TrustFileChange> files = preview.Files;
        IReadOnlyList<ImageTrustChange> changes = [];
        foreach (string warning in preview.Warnings)
            host.Warn(warning);
        if (files.Count == 0)
        {
            host.Say("Everything is the distribution's default; nothing is written.");
        }
        else
        {
            string steps = string.Join(", ", files.Select(static f => f.Action switch
            {
                TrustFileAction.Created => $"create {f.Path}",
                TrustFileAction.Changed => $"replace {f.Path}",
                _ => $"delete {f.Path}",
            }));
            if (!host.ShouldProcess(host.HostName, $"Reset image trust to the distribution's default: {steps}{Scopes(preview)}"))
            {
                host.ShowPreview(preview);
                return;
            }

            changes = host.Store.Reset(KeepSignatureStore, preview: false, host.Cancellation).Changes;
            host.HasChanged = true;
        }

        if (PassThru)
            ChangeOutput.Write(host, changes, host.Store.Read(TrustQuery.All, host.Cancellation));
    }

    private protected override object? ResultOfFailure(string hostName, TrustException error) =>
        PassThru ? ChangeOutput.Failed(hostName, error) : null;

    // Who is asked, or asks what would happen, sees what is required before and after.
    private static string Scopes(TrustEditResult preview)
    {
        if (preview.Scopes.Count == 0)
            return "";
        string more = preview.Scopes.Count > MostScopes ? $"; and {preview.Scopes.Count - MostScopes} more scopes" : "";
        return $"; what is required: {string.Join("; ", preview.Scopes.Take(MostScopes)
            .Select(static s => $"{s.Scope}: {s.Before} -> {s.After}"))}{more}";
    }
}
