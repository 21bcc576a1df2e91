using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Commands.Objects;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Test-ImageTrust</c>: audits a host's trust by rules, and compares it with a baseline.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImageTrust", HelpUri = HelpPage.Directory + "Test-ImageTrust.md")]
[OutputType(typeof(ImageTrustCompliance), typeof(bool))]
public sealed class TestImageTrustCommand : FleetCmdlet
{
    private readonly List<object?> _baseline = [];
    private readonly List<string> _hosts = [];
    private ComplianceOptions _options = new();
    private volatile bool _isDenied;
    private bool _hasPiped;
    private int _answers;

    /// <summary>
    /// What the host is to be like: entries from <c>Get-ImageTrust</c>, a policy.json, a directory that is a host's root, or an object
    /// with entries in its property <c>Trust</c>, such as a MachineConfig.
    /// </summary>
    [Parameter(Position = 0)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? Baseline { get; set; }

    /// <summary>
    /// Hosts to check, as names or as objects that have a <c>HostName</c> or <c>ComputerName</c>; or parts of the baseline: entries, files,
    /// directories, MachineConfigs.
    /// </summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? InputObject { get; set; }

    /// <summary>A host that is as the others are to be; its trust is read over SSH as that of <c>-HostName</c> is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostCompleter))]
    public string? BaselineHostName { get; set; }

    /// <summary>Find keys and certificates that end within this time. A plain number is days.</summary>
    [Parameter]
    [ExpiringWithin]
    [ArgumentCompleter(typeof(ExpiringWithinCompleter))]
    public TimeSpan ExpiringWithin { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Leave these rules out; the result names them. <c>*</c> and <c>?</c> are wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RuleCompleter))]
    public string[]? ExcludeRule { get; set; }

    /// <summary>
    /// Check by the rules that are evidence for controls of this framework: <c>Stig-Ocp4</c>, <c>Nist-800-53r5</c> or <c>Bsi-Sys.1.6</c>.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ProfileCompleter))]
    public string? Profile { get; set; }

    /// <summary>The least severity of a finding that makes the host not compliant.</summary>
    [Parameter]
    public ImageTrustSeverity MinimumSeverity { get; set; } = ImageTrustSeverity.Warning;

    /// <summary>Return only whether the host is compliant; false also where it cannot be checked.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void Process()
    {
        foreach (object? item in MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)) ? InputObject ?? [] : [])
        {
            _hasPiped = true;
            if (PipedHosts.NameOf(item) is { } name)
                _hosts.Add(name);
            else
                _baseline.Add(item);
        }
    }

    private protected override void Begin()
    {
        _baseline.AddRange(Baseline ?? []);
        if (MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)))
            FleetCall.RequireConsistent(this, this, mayBringHosts: true);
        else if (BaselineHostName is null || IsFleet)
            base.Begin();
        else if (AsJob)
            throw new TrustException("HostNameMissing", TrustErrorKind.InvalidArgument, "-AsJob requires -HostName.");
        if (Quiet && AsJob)
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                "-Quiet cannot be combined with -AsJob. Leave out one of them.");
    }

    private protected override void End()
    {
        try
        {
            RequirePiped();
            _options = CheckOptions();
            if (_hosts.Count > 0)
                HostName = [.. HostName ?? [], .. _hosts];

            // Options of ssh were taken because hosts might have come by the pipeline.
            FleetCall.RequireConsistent(this, this, mayBringHosts: BaselineHostName is not null && !AsJob);
            base.End();
        }
        catch (TrustException e) when (Quiet)
        {
            Report(e);
            HostFailed();
        }

        // One answer for all: of several, PowerShell would take any two for a yes.
        if (Quiet)
            WriteObject(_answers > 0 && !_isDenied);
    }

    private protected override void HostFailed() => _isDenied = true;

    private protected override object? ResultOfFailure(string hostName, TrustException error) =>
        Quiet ? null : ImageTrustCompliance.NotChecked(hostName, error.ErrorId, error.Message, MinimumSeverity);

    private protected override void Work(HostContext host)
    {
        ImageTrustCompliance found = ComplianceChecker.Check(host.Store, _options, host.Cancellation);
        Interlocked.Increment(ref _answers);
        _isDenied |= !found.Compliant;
        if (Quiet)
            return;

        // PowerShell's [0] works on arrays, and not on every IReadOnlyList.
        host.Write((object)(found with
        {
            Findings = found.Findings.ToArray(),
            CheckedRules = found.CheckedRules.ToArray(),
            ExcludedRules = found.ExcludedRules.ToArray(),
            NotCovered = found.NotCovered.ToArray(),
        }));
    }

    // This machine is not checked in the place of hosts that did not come.
    private void RequirePiped()
    {
        if (!_hasPiped && (MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject))))
            throw new TrustException(
                "EmptyBaseline",
                TrustErrorKind.InvalidArgument,
                "Nothing was piped, neither hosts to check nor a part of a baseline; perhaps a variable is not set, or a filter lets " +
                "nothing through. Nothing was checked.");
    }

    private ComplianceOptions CheckOptions() => new ComplianceOptions
    {
        ExpiringWithin = ExpiringWithin,
        ExcludedRules = ComplianceRules.Excluded(ExcludeRule ?? []),
        MinimumSeverity = MinimumSeverity,
        Baseline = (MyInvocation.ExpectingInput && _hosts.Count == 0) || _baseline.Count > 0 || BaselineHostName is not null
            || MyInvocation.BoundParameters.ContainsKey(nameof(Baseline))
            ? TrustBaseline.Combine([.. _baseline.Select(i => TrustItems.Of(i, LocalPath)), .. BaselineHostName is null ? []
                : new[] { (OfHost(BaselineHostName), true) }])
            : null,
    }.ForProfile(Profile);

    // The host's own files, wherever the ones to be checked are.
    private IEnumerable<ImageTrust> OfHost(string name)
    {
        SshConnectionOptions connection = FleetCall.Host(this, name, LocalPathOrNull(KeyFilePath));
        using SshHost host = SshHost.Connect(connection, [], Messages, Cancellation);
        return [.. TrustStore.Open(host, new TrustStoreOptions(), Messages).Read(TrustQuery.All, Cancellation)];
    }
}
