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
    private ComplianceOptions _options = new();
    private volatile bool _isDenied;
    private int _answers;

    /// <summary>
    /// What the host is to be like: entries from <c>Get-ImageTrust</c>, a policy.json, a directory that is a host's root, or an object
    /// with entries in its property <c>Trust</c>, such as a MachineConfig.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? Baseline { get; set; }

    /// <summary>A host that is as the others are to be; its trust is read over SSH as that of <c>-HostName</c> is.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostCompleter))]
    public string? BaselineHostName { get; set; }

    /// <summary>Find keys and certificates that end within this time. A plain number is days.</summary>
    [Parameter]
    [ExpiringWithin]
    public TimeSpan ExpiringWithin { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Leave these rules out; the result names them. <c>*</c> and <c>?</c> are wildcards.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RuleCompleter))]
    public string[]? ExcludeRule { get; set; }

    /// <summary>The least severity of a finding that makes the host not compliant.</summary>
    [Parameter]
    public ImageTrustSeverity MinimumSeverity { get; set; } = ImageTrustSeverity.Warning;

    /// <summary>Return only whether the host is compliant; false also where it cannot be checked.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void Process()
    {
        if (MyInvocation.BoundParameters.ContainsKey(nameof(Baseline)))
            _baseline.AddRange(Baseline ?? []);
    }

    private protected override void Begin()
    {
        if (BaselineHostName is null || IsFleet)
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
            _options = CheckOptions();
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
        }));
    }

    private ComplianceOptions CheckOptions() => new()
    {
        ExpiringWithin = ExpiringWithin,
        ExcludedRules = ComplianceRules.Excluded(ExcludeRule ?? []),
        MinimumSeverity = MinimumSeverity,
        Baseline = MyInvocation.ExpectingInput || BaselineHostName is not null || MyInvocation.BoundParameters.ContainsKey(nameof(Baseline))
            ? TrustBaseline.Combine([.. _baseline.Select(Part), .. BaselineHostName is null ? []
                : new[] { (OfHost(BaselineHostName), true) }])
            : null,
    };

    // The host's own files, wherever the ones to be checked are.
    private IEnumerable<ImageTrust> OfHost(string name)
    {
        SshConnectionOptions connection = FleetCall.Host(this, name, LocalPathOrNull(KeyFilePath));
        using SshHost host = SshHost.Connect(connection, [], Messages, Cancellation);
        return [.. TrustStore.Open(host, new TrustStoreOptions(), Messages).Read(TrustQuery.All, Cancellation)];
    }

    private (IEnumerable<ImageTrust> Entries, bool HasStores) Part(object? item)
    {
        object? plain = item is PSObject wrapped ? wrapped.BaseObject : item;
        switch (plain)
        {
            case ImageTrust trust:
                return ([trust], true);
            case string path:
                return TrustBaseline.ReadPath(LocalPath(path));
            case FileSystemInfo file:
                return TrustBaseline.ReadPath(file.FullName);
        }

        // A MachineConfig, live or from another session, carries its entries.
        if (plain is not null && PSObject.AsPSObject(item!).Properties["Trust"]?.Value is { } entries
            && LanguagePrimitives.GetEnumerable(entries) is { } list)
            return ([.. list.Cast<object>().Select(Live)], true);
        return ([Live(item)], true);
    }

    private static ImageTrust Live(object? item)
    {
        if (item is ImageTrust or PSObject { BaseObject: ImageTrust })
            return item as ImageTrust ?? (ImageTrust)((PSObject)item).BaseObject;
        try
        {
            if (item is PSObject bag)
                return (ImageTrust)Rehydration.ToLive(bag, typeof(ImageTrust));
        }
        catch (PSInvalidCastException e)
        {
            throw Invalid(e);
        }

        throw Invalid(null);
    }

    private static TrustException Invalid(Exception? cause) =>
        new("InvalidBaseline", TrustErrorKind.InvalidArgument,
            $"An item of the baseline is not an entry{(cause is null ? "" : $": {cause.Message}")}. Give entries from " +
            "Get-ImageTrust, a path, or a MachineConfig.", cause);
}
