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
                "One reference is compared with. Specify -ReferenceObject (entries, a policy.json, a root, a MachineConfig) or " +
                "-ReferenceHostName.");
    }

    private protected override void Process()
    {
        if (MyInvocation.BoundParameters.ContainsKey(nameof(DifferenceObject)))
            _piped.AddRange(DifferenceObject ?? []);
    }

    private protected override void End()
    {
        _reference = ReferenceHostName is { } name ? OfHost(name) : Reference(ReferenceObject!);
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
        foreach (object item in Sides("difference", _piped).SelectMany(side => Compared(_reference, side)))
            WriteObject(item);
    }

    private protected override void Work(HostContext host)
    {
        TrustSide side = TrustSide.Of(host.HostName, host.Store.Read(TrustQuery.All, host.Cancellation));
        foreach (object item in Compared(_reference!, side))
            host.Write(item);
    }

    private IEnumerable<object> Compared(TrustSide reference, TrustSide difference) => TrustComparer.Compare(reference, difference)
        .Where(d => IncludeEqual || d.Verdict != ImageTrustVerdict.Same || d.Presence != ImageTrustPresence.Both
            || d.Reasons.Count > 0)
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

    // Entries of one host are one side; several hosts are compared each by itself, so that none stands in for what another lacks.
    private IReadOnlyList<TrustSide> Sides(string name, IReadOnlyList<object?> items)
    {
        List<(string Name, bool HasStores, List<ImageTrust> Entries)> sides = [];
        void Take(string side, bool hasStores, IEnumerable<ImageTrust> entries)
        {
            int at = sides.FindIndex(s => s.Name == side && s.HasStores == hasStores);
            if (at < 0)
            {
                at = sides.Count;
                sides.Add((side, hasStores, []));
            }

            sides[at].Entries.AddRange(entries);
        }

        foreach (object? item in items)
        {
            (IEnumerable<ImageTrust> part, bool stores) = TrustItems.Of(item, LocalPath);
            if (item is not null && PathOf(item) is { } path)
            {
                Take(path, stores, part);
                continue;
            }

            foreach (ImageTrust entry in part)
                Take(entry.Origin?.ToString() ?? (entry.ComputerName is { Length: > 0 } host ? host : name), stores, [entry]);
        }

        // Nothing at all is the error of an empty side.
        return sides.Count == 0 ? [TrustSide.Of(name, [])] : [.. sides.Select(static s => TrustSide.Of(s.Name, s.Entries, s.HasStores))];
    }

    private TrustSide Reference(IReadOnlyList<object?> items)
    {
        IReadOnlyList<TrustSide> sides = Sides("reference", items);
        return sides.Count == 1 ? sides[0] : throw new TrustException(
            "InvalidBaseline",
            TrustErrorKind.InvalidArgument,
            $"The reference has entries of {string.Join(" and ", sides.Take(2).Select(static s => PrintableText.Line(s.Name)))}, " +
            "and a reference is one host, root or file. Give the entries of one.");
    }

    private string? PathOf(object item) => (item is PSObject wrapped ? wrapped.BaseObject : item) switch
    {
        string path => LocalPath(path),
        FileSystemInfo file => file.FullName,
        _ => null,
    };
}
