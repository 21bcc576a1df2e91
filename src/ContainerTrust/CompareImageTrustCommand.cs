using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Commands.Objects;
using ContainerTrust.Engine.Compliance.Comparison;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary><c>Compare-ImageTrust</c>: what two sides trust differently, scope by scope, and which of them accepts more.</summary>
[Cmdlet(VerbsData.Compare, "ImageTrust", HelpUri = HelpPage.Directory + "Compare-ImageTrust.md")]
[OutputType(typeof(ImageTrustDifference))]
public sealed class CompareImageTrustCommand : FleetCmdlet
{
    private readonly List<object?> _piped = [];
    private TrustSide? _reference;

    /// <summary>
    /// What the other side is compared with: entries from <c>Get-ImageTrust</c>, a policy.json, a directory that is a host's root, or a
    /// MachineConfig.
    /// </summary>
    [Parameter(Position = 0)]
    [ValidateNotNull]
    public object[]? ReferenceObject { get; set; }

    /// <summary>
    /// What is compared: the same kinds of things. Left out, it is this host, the root of <c>-Root</c>, or each host of <c>-HostName</c>.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object[]? DifferenceObject { get; set; }

    /// <summary>A host to compare with, in place of -ReferenceObject; read over SSH as those of <c>-HostName</c> are.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostCompleter))]
    public string? ReferenceHostName { get; set; }

    /// <summary>Show scopes that are the same on both sides, too.</summary>
    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    private protected override void Begin()
    {
        if (ReferenceHostName is null)
            base.Begin();
        else if (AsJob && !IsFleet)
            throw new TrustException("HostNameMissing", TrustErrorKind.InvalidArgument, "-AsJob requires -HostName.");
        if ((ReferenceObject is null) == (ReferenceHostName is null))
            throw new TrustException(
                "ReferenceMissing",
                TrustErrorKind.InvalidArgument,
                "Specify one reference to compare with: -ReferenceObject (entries, a policy.json, a root, a MachineConfig) or " +
                "-ReferenceHostName.");
    }

    private protected override void Process()
    {
        if (MyInvocation.BoundParameters.ContainsKey(nameof(DifferenceObject)))
            _piped.AddRange(DifferenceObject ?? []);
    }

    private protected override void End()
    {
        _reference = ReferenceHostName is { } name ? OfHost(name) : Side("reference", ReferenceObject!);
        bool isGiven = MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(DifferenceObject));
        if (!isGiven)
        {
            base.End();
            return;
        }

        if (IsFleet || Root is not null)
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                "-DifferenceObject is what is compared, and so are -HostName and -Root. Give one of them.");
        foreach (object item in Compared(_reference, Side("difference", _piped)))
            WriteObject(item);
    }

    private protected override void Work(HostContext host)
    {
        TrustSide side = TrustSide.Of(host.HostName, host.Store.Read(TrustQuery.All, host.Cancellation));
        foreach (object item in Compared(_reference!, side))
            host.Write(item);
    }

    private IEnumerable<object> Compared(TrustSide reference, TrustSide difference) => TrustComparer.Compare(reference, difference)
        .Where(d => IncludeEqual || d.Verdict != ImageTrustVerdict.Same || d.Presence != ImageTrustPresence.Both)
        .Select(static d => d with
        {
            // PowerShell's [0] works on arrays, and not on every IReadOnlyList.
            AddedKeys = d.AddedKeys.ToArray(),
            RemovedKeys = d.RemovedKeys.ToArray(),
            Reasons = d.Reasons.ToArray(),
        });

    private TrustSide OfHost(string name)
    {
        SshConnectionOptions connection = FleetCall.Host(this, name, LocalPathOrNull(KeyFilePath));
        using SshHost host = SshHost.Connect(connection, [], Messages, Cancellation);
        return TrustSide.Of(name, [.. TrustStore.Open(host, new TrustStoreOptions(), Messages).Read(TrustQuery.All, Cancellation)]);
    }

    private TrustSide Side(string name, IReadOnlyList<object?> items)
    {
        if (items is [{ } only] && PathOf(only) is { } path)
            return TrustSide.OfPath(path);
        List<ImageTrust> entries = [];
        bool hasStores = true;
        foreach (object? item in items)
        {
            (IEnumerable<ImageTrust> part, bool stores) = TrustItems.Of(item, LocalPath);
            entries.AddRange(part);
            hasStores &= stores;
        }

        string[] places = [.. entries.Select(static e => e.Origin?.ToString() ?? e.ComputerName).Where(static p => p is { Length: > 0 })
            .Distinct()];
        return TrustSide.Of(places.Length == 1 ? places[0] : name, entries, hasStores);
    }

    private string? PathOf(object item) => (item is PSObject wrapped ? wrapped.BaseObject : item) switch
    {
        string path => LocalPath(path),
        FileSystemInfo file => file.FullName,
        _ => null,
    };
}
