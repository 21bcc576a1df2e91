using System.Management.Automation;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Undo-ImageTrust</c>: takes the last change back that is not taken back yet.</summary>
[Cmdlet(VerbsCommon.Undo, "ImageTrust", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    HelpUri = HelpPage.Directory + "Undo-ImageTrust.md")]
[OutputType(typeof(ImageTrustChange))]
public sealed class UndoImageTrustCommand : FleetCmdlet
{
    private const int MostScopes = 20;

    /// <summary>The change to take back; a host on which another one is the last stays as it is.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? Id { get; set; }

    /// <summary>Return what has changed: of each scope the host, the entry before and after, and what became of it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override bool Changes => true;

    private protected override object? ResultOfFailure(string hostName, TrustException error) =>
        PassThru ? ChangeOutput.Failed(hostName, error) : null;

    private protected override void Work(HostContext host)
    {
        TrustUndoPreview preview = host.Store.PreviewUndo(Id);
        foreach (string warning in preview.Result.Warnings)
            host.Warn(warning);
        string more = preview.Result.Scopes.Count > MostScopes ? $"; and {preview.Result.Scopes.Count - MostScopes} more scopes" : "";
        string scopes = string.Join("; ", preview.Result.Scopes.Take(MostScopes).Select(static s => $"{s.Scope}: {s.Before} -> {s.After}"));
        if (!host.ShouldProcess(host.HostName, $"Take back {preview}{(scopes.Length == 0 ? "" : $": {scopes}{more}")}"))
        {
            host.ShowPreview(preview.Result);
            return;
        }

        TrustEditResult result = host.Store.Undo(preview.Id, host.Cancellation);
        host.HasChanged = result.Files.Count > 0;
        foreach (ImageTrustChange change in PassThru ? result.Changes : [])
            host.Write(host.Store.WithKeys(change));
    }
}
