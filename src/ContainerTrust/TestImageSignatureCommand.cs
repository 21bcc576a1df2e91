using System.Management.Automation;
using ContainerTrust.Commands.Fleet;

namespace ContainerTrust.Commands;

/// <summary><c>Test-ImageSignature</c>: whether images are acceptable, by the policy or by given keys, and why.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImageSignature", DefaultParameterSetName = PolicySet,
    HelpUri = HelpPage.Directory + "Test-ImageSignature.md")]
[OutputType(typeof(ImageSignatureResult), typeof(bool))]
public sealed partial class TestImageSignatureCommand : ImageSignatureCmdlet
{
    private int _answers;
    private volatile bool _isDenied;

    /// <summary>Only say yes or no, once: yes if there was an image, and every one is valid.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override bool MustAnswer => Quiet;

    private protected override void Begin()
    {
        FleetCall.RequireConsistent(this, this);
        base.Begin();
    }

    private protected override void Process()
    {
        if (HostName is null)
            base.Process();
        else
            Remember();
    }

    private protected override void Take(ImageSignatureResult verdict)
    {
        _answers++;
        _isDenied |= !verdict.IsValid;
        if (!Quiet)
            WriteObject(verdict);
    }

    private protected override void Deny() => _isDenied = true;

    // One answer for all: of several, PowerShell would take any two for a yes.
    private protected override void End()
    {
        if (HostName is null)
            base.End();
        else
            JudgeOnHosts();
        if (Quiet)
            WriteObject(_answers > 0 && !_isDenied);
    }
}
