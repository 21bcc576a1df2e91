using System.Management.Automation;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Hosts.Fleet;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary>
/// What the cmdlets share that take entries by the pipeline: they work where the entries were read, unless the call says where.
/// </summary>
public abstract class PipedTrustCmdlet : FleetCmdlet
{
    private protected const string PipedSet = "InputObject";

    private protected PipedTrustCmdlet()
    {
    }

    /// <summary>Work on this machine, whatever host the piped entries were read from.</summary>
    [Parameter(ParameterSetName = PipedSet)]
    public SwitchParameter Local { get; set; }

    /// <summary>The entries that were piped. Null if scopes were named instead.</summary>
    private protected virtual IReadOnlyList<ImageTrust>? Piped => null;

    /// <summary>Whether the call itself says where to work.</summary>
    private protected bool NamesPlace =>
        Local || HostName is not null || Root is not null || PolicyPath is not null || RegistriesDirectory is not null || CurrentUser;

    private protected override void Begin()
    {
        if (Local && (HostName is not null || Root is not null))
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                "-Local is this machine, and -HostName and -Root name others. Give one of them.");
        FleetCall.RequireConsistent(this, this, mayBringHosts: Piped is not null && !NamesPlace && !AsJob);
    }

    private protected override void End()
    {
        if (Piped is not { Count: > 0 } entries)
        {
            base.End();
            return;
        }

        if (NamesPlace)
        {
            if (Changes)
                EntryTargets.RequireAgreement(entries);
            base.End();
            return;
        }

        // Nothing is done before it is known of every entry where it belongs.
        IReadOnlyList<EntryTarget> targets = EntryTargets.Group(entries);
        foreach (EntryTarget target in targets.Where(_ => Changes))
            EntryTargets.RequireAgreement(target.Entries);
        foreach (EntryTarget target in targets.Where(static t => t.Origin?.HostName is null))
        {
            TrustStore store = TrustStore.Open(target.Files with { Command = MyInvocation.MyCommand.Name }, Messages);
            Work(new PipelineHost(this, store, target.Files.RootDirectory, Cancellation) { Entries = target.Entries });
        }

        // Hosts whose files are looked for alike are visited together.
        foreach (IGrouping<TrustStoreOptions, EntryTarget> group in targets.Where(static t => t.Origin?.HostName is not null)
            .GroupBy(static t => t.Files))
        {
            Dictionary<SshConnectionOptions, IReadOnlyList<ImageTrust>> byHost = new(ReferenceEqualityComparer.Instance);
            AnswerBudget budget = new((long)MemoryLimitMB << 20);
            foreach (EntryTarget target in group)
                byHost.Add(Connection(target.Origin!) with { Budget = budget }, target.Entries);
            Visit([.. byHost.Keys], group.Key, byHost);
        }
    }

    // As the entry was read, but for what the call says.
    private protected SshConnectionOptions Connection(ImageTrustOrigin origin)
    {
        SshConnectionOptions said = FleetCall.Host(this, origin.HostName!, LocalPathOrNull(KeyFilePath));
        if (origin.Connection is not SshConnectionOptions known)
            return said;
        bool Says(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
        return known with
        {
            UserName = Says(nameof(UserName)) ? UserName : known.UserName,
            Port = Says(nameof(Port)) ? Port : known.Port,
            KeyFilePath = Says(nameof(KeyFilePath)) ? said.KeyFilePath : known.KeyFilePath,
            Options = Says(nameof(Options)) ? said.Options : known.Options,
            ConnectingTimeout = Says(nameof(ConnectingTimeout)) ? said.ConnectingTimeout : known.ConnectingTimeout,
            Sudo = Says(nameof(Sudo)) ? Sudo : known.Sudo,
        };
    }
}
