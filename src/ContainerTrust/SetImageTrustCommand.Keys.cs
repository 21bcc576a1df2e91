using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Travel;

namespace ContainerTrust.Commands;

/// <summary>The keys that travel to hosts along with trust.</summary>
public sealed partial class SetImageTrustCommand
{
    private readonly Dictionary<ImageTrust, IReadOnlyList<KeyCopy>> _carried = new(ReferenceEqualityComparer.Instance);

    /// <summary>
    /// Put the key and certificate files on the host, before the policy that names them: <see cref="KeyPath"/> and the others are then
    /// files of this machine, and those of piped entries are read where the entries are.
    /// </summary>
    [Parameter]
    public SwitchParameter CopyKey { get; set; }

    /// <summary>
    /// With <see cref="CopyKey"/>: the directory of the host that the files are put in, <c>/etc/pki/containers</c> if left out, or
    /// <c>keys</c> beside a user's own policy. Files of piped entries are put in <c>/etc/pki/containers</c> then.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostPathCompleter))]
    public string? KeyDirectory { get; set; }

    private protected override void End()
    {
        if (ParameterSetName == InputObjectSet && (InlineKey || CopyKey) && _request.CarriesKeys)
            Carry();
        base.End();
    }

    private void RequireKeysTogether()
    {
        if (KeyDirectory is not null && !CopyKey)
            throw new TrustException("ParametersNotTogether", TrustErrorKind.InvalidArgument, "-KeyDirectory requires -CopyKey.");
        if (CopyKey && InlineKey)
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                "-InlineKey stores keys in the policy, and -CopyKey copies their files. Specify one of them.");
    }

    // Each host that entries were read on is asked once, before anything is written anywhere.
    private void Carry()
    {
        AnswerBudget budget = new((long)MemoryLimitMB << 20);
        foreach (IGrouping<(ImageTrustOrigin? Origin, object? Connection), int> group in Enumerable.Range(0, _entries.Count)
            .GroupBy(i => (_entries[i].Origin, _entries[i].Origin?.Connection)))
        {
            // Without a key there is nothing to ask for; and what names no host names files of the one that it is written to.
            int[] entries = [.. group.Where(i => CopyKey || _entries[i].Origin is not null)];
            if (entries.Length == 0)
                continue;
            ITrustHost origin = Open(group.Key.Origin, budget);
            try
            {
                foreach (int i in entries)
                    _entries[i] = Carry(_entries[i], origin);
            }
            finally
            {
                (origin as IDisposable)?.Dispose();
            }
        }
    }

    private ImageTrust Carry(ImageTrust entry, ITrustHost origin)
    {
        if (InlineKey)
            return CarriedKeys.Inline(entry, origin);
        (ImageTrust carried, IReadOnlyList<KeyCopy> copies) = CarriedKeys.Copy(entry, origin, KeyDirectory);

        // One object may be piped twice, and each place in the list is one.
        carried = ReferenceEquals(carried, entry) ? entry with { } : carried;
        _carried.Add(carried, copies);
        return carried;
    }

    private ITrustHost Open(ImageTrustOrigin? origin, AnswerBudget budget)
    {
        if (origin is { HostName: not null })
            return SshHost.Connect(
                (NamesPlace ? OwnConnection(origin) : Connection(origin)) with { Budget = budget }, [], Messages, Cancellation);
        if (origin is { IsOfSession: false } && origin.ComputerName != LocalHost.Instance.ComputerName)
            throw new TrustException(
                "TargetUnknown",
                TrustErrorKind.InvalidArgument,
                $"The key files of entries from {PrintableText.Line(origin.ToString())} are on that machine, and this one is " +
                $"{LocalHost.Instance.ComputerName}. Read the entries again with -HostName, or specify -KeyPath.")
            {
                Target = origin.ComputerName,
            };
        return LocalHost.OrRoot(origin?.Root);
    }

    // What the call says of connections, users and keys is meant for the hosts that are written to, and is not shown to another.
    private static SshConnectionOptions OwnConnection(ImageTrustOrigin origin) =>
        origin.Connection as SshConnectionOptions ?? throw new TrustException(
            "TargetUnknown",
            TrustErrorKind.InvalidArgument,
            $"The key files of entries from {PrintableText.Line(origin.ToString())} are on that host, and how it is reached is not known " +
            "any more. Read the entries again in this session with -HostName, or specify -KeyPath.")
        {
            Target = origin.HostName,
        };

    // Entries that no host has name files of the one that they are written to.
    private IReadOnlyList<ImageTrust> EntriesFor(HostContext host)
    {
        IReadOnlyList<ImageTrust> entries = host.Entries ?? _entries;
        return InlineKey && _request.CarriesKeys
            ? [.. entries.Select(e => e.Origin is null ? CarriedKeys.Inline(e, host.Store.Host) : e)] : entries;
    }
}
