using System.Collections.Concurrent;
using System.Management.Automation;
using System.Text;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.ImageMode;
using ContainerTrust.Engine.Registry.Web;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <summary><c>Test-BootImage</c>: whether the image that a host in image mode boots next is verified, and by what.</summary>
[Cmdlet(VerbsDiagnostic.Test, "BootImage", DefaultParameterSetName = HostSet, HelpUri = HelpPage.Directory + "Test-BootImage.md")]
[OutputType(typeof(BootImageResult))]
public sealed class TestBootImageCommand : FleetCmdlet
{
    private const string HostSet = "Host";
    private const string StatusSet = "Status";
    private const string InputObjectSet = "InputObject";

    private readonly StringBuilder _piped = new();
    private BootStatus? _status;

    /// <summary>A file of this machine with what <c>bootc status --json</c> or <c>rpm-ostree status --json</c> printed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = StatusSet, HelpMessage = "A file with the output of bootc status --json")]
    [ValidateNotNullOrEmpty]
    public string? StatusPath { get; set; }

    /// <summary>What <c>bootc status --json</c> or <c>rpm-ostree status --json</c> prints: one text, or its lines.</summary>
    [Parameter(Mandatory = true, ParameterSetName = InputObjectSet, ValueFromPipeline = true,
        HelpMessage = "The output of bootc status --json")]
    [AllowEmptyString]
    public string? InputObject { get; set; }

    /// <summary>The file with credentials (containers-auth.json(5)) to use instead of those in force.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string? AuthFile { get; set; }

    /// <summary>A directory with the certificates of the registries, instead of those in <c>certs.d</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string? CertificateDirectory { get; set; }

    /// <summary>Talk to registries whose certificate cannot be verified, and to those that have no TLS.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>How many seconds a server may be silent before the request has failed.</summary>
    [Parameter]
    [ValidateRange(1, 3600)]
    public int TimeoutSec { get; set; } = 30;

    private protected override void Begin()
    {
        base.Begin();
        if (SkipCertificateCheck)
            this.Warn("Certificates of registries are not checked, so anybody on the way can answer in their place, and read the " +
                "credentials that are sent to them. Signatures are checked all the same.");
    }

    private protected override void Process()
    {
        if (ParameterSetName != InputObjectSet)
            return;
        if (_piped.Length + (InputObject?.Length ?? 0) > BootStatusReader.MaxBytes)
            throw new TrustException(
                "BootStatusTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"What was piped is longer than {BootStatusReader.MaxBytes} characters. Pipe the output of 'bootc status --json'.");
        _piped.Append(InputObject).Append('\n');
    }

    private protected override void End()
    {
        if (ParameterSetName == StatusSet)
            _status = BootStatusSource.FromFile(LocalPath(StatusPath!));
        else if (ParameterSetName == InputObjectSet)
            _status = BootStatusReader.Read(Encoding.UTF8.GetBytes(_piped.ToString()), "the pipeline");
        base.End();
    }

    private protected override object? ResultOfFailure(string hostName, TrustException error) =>
        BootImageChecker.NotChecked(hostName, error);

    private protected override void Work(HostContext host)
    {
        BootStatus status;
        try
        {
            status = _status ?? BootStatusSource.Ask(host.Store.Host, host.Cancellation);
        }
        catch (TrustException e) when (e.Kind != TrustErrorKind.ConnectionFailed)
        {
            host.Report(e);
            host.Write((object)BootImageChecker.NotChecked(host.Store.Host.ComputerName, e));
            return;
        }

        host.Store.PrefetchPolicyFiles();

        // Registries answer on other threads, and the pipeline is for its own alone.
        ConcurrentQueue<Action> said = new();
        TrustMessages messages = new()
        {
            Warning = text => said.Enqueue(() => host.Warn(text)),
            Verbose = text => said.Enqueue(() => host.Say(text)),
        };
        Task<BootImageResult> work = Task.Run(() => BootImageChecker.CheckAsync(host.Store, status, Verification(), messages,
            e => said.Enqueue(() => host.Report(e)), host.Cancellation));
        BootImageResult result = work.GetAwaiter().GetResult();
        foreach (Action word in said)
            word();
        host.Write((object)result);
    }

    // Credentials and certificates are this machine's, whoever judges.
    private VerificationOptions Verification() => new()
    {
        ClientHost = IsFleet ? LocalHost.Instance : null,
        Web = new WebOptions
        {
            Timeout = TimeSpan.FromSeconds(TimeoutSec),
            AuthFile = ClientPath(AuthFile, nameof(AuthFile)),
            CertificateDirectory = ClientPath(CertificateDirectory, nameof(CertificateDirectory)),
            VerifyTls = IsFleet ? !SkipCertificateCheck : SkipCertificateCheck ? false : null,
        },
    };

    private string? ClientPath(string? path, string parameter) =>
        path is null ? null : IsFleet ? LocalPath(path) : HostPath(path, parameter);
}
