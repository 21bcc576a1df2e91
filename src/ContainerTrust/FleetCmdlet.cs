using System.Collections;
using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Commands;

/// <summary>
/// What the cmdlets share that work on this host, below a root directory, or, by the system's ssh, on many hosts. On those nothing is
/// needed but a POSIX shell and the usual tools.
/// </summary>
public abstract class FleetCmdlet : HostCmdlet, ISshParameters
{
    private PipelineHost? _thisHost;
    private int _refusedHosts;

    private protected FleetCmdlet()
    {
    }

    /// <summary>
    /// Work on these hosts instead of this one, over SSH: <c>host</c>, <c>user@host</c>, <c>user@host:port</c>, or a name from ssh's
    /// configuration.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostCompleter))]
    public string[]? HostName { get; set; }

    /// <summary>The user to log in as on the hosts that say none themselves.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UserNameCompleter))]
    public string? UserName { get; set; }

    /// <summary>The port of the hosts that say none themselves.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>The file with the private key to log in with, on this machine.</summary>
    [Parameter]
    [Alias("IdentityFilePath")]
    [ValidateNotNullOrEmpty]
    public string? KeyFilePath { get; set; }

    /// <summary>Options for ssh, as ssh_config(5) names them: <c>@{ ProxyJump = 'bastion' }</c>.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Options { get; set; }

    /// <summary>How many hosts are worked on at once.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int ThrottleLimit { get; set; } = 32;

    /// <summary>How much memory what the hosts answer may take, in MiB, all hosts together. Each has 8 more for itself.</summary>
    [Parameter]
    [ValidateRange(0, 1 << 20)]
    public int MemoryLimitMB { get; set; } = 512;

    /// <summary>Milliseconds in which a host must have answered.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int ConnectingTimeout { get; set; } = 30_000;

    /// <summary>Work on the hosts as root, by <c>sudo</c>, which must not ask for a password.</summary>
    [Parameter]
    public SwitchParameter Sudo { get; set; }

    /// <summary>Work on the hosts in the background, and return a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name, for <c>Get-Job -Name</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    /// <summary>Hand results on as hosts are done, and not in the order of the hosts.</summary>
    [Parameter]
    public SwitchParameter AsCompleted { get; set; }

    /// <summary>Whether other hosts are meant.</summary>
    private protected bool IsFleet => HostName is not null;

    private protected override bool IsElsewhere => IsFleet || base.IsElsewhere;

    /// <summary>This host, or the one whose root is a directory here.</summary>
    private protected HostContext ThisHost => _thisHost ??= new PipelineHost(this, Store, StoreOptions.RootDirectory, Cancellation);

    /// <summary>Files of the hosts that the work needs and that their policies need not name, such as new keys.</summary>
    private protected virtual IReadOnlyList<string> FilesNeeded => [];

    /// <summary>Whether the cmdlet changes hosts.</summary>
    private protected virtual bool Changes => false;

    /// <summary>What the cmdlet does to hosts, for a question about all of them.</summary>
    private protected virtual string WorkInWords => MyInvocation.MyCommand.Name;

    /// <summary>The cmdlet's work on one host. Called for several hosts at once, on other threads.</summary>
    private protected abstract void Work(HostContext host);

    /// <summary>Called for each host that could not be worked on.</summary>
    private protected virtual void HostFailed()
    {
    }

    /// <summary>The result that stands for a host that could not be worked on, beside its error. Null if there is none.</summary>
    private protected virtual object? ResultOfFailure(string hostName, TrustException error) => null;

    private protected override void Begin() => FleetCall.RequireConsistent(this, this);

    private protected override void End()
    {
        if (!IsFleet)
        {
            Work(ThisHost);
            return;
        }

        List<object> refused = [];
        _refusedHosts = 0;
        IReadOnlyList<SshConnectionOptions> hosts = FleetCall.Hosts(this, this, LocalPathOrNull(KeyFilePath), HostFailed, (name, error) =>
        {
            _refusedHosts++;
            if (ResultOfFailure(name, error) is { } result)
                refused.Add(result);
        });
        if (hosts.Count == 0)
            WriteObject(refused, enumerateCollection: true);
        else
            Visit(hosts, StoreOptions, null, refused);
    }

    /// <summary>Does the work on other hosts.</summary>
    /// <param name="hosts">The hosts.</param>
    /// <param name="files">Which of their files are meant.</param>
    /// <param name="entries">The entries that are worked on there, by host. Null if they are the same for all.</param>
    /// <param name="first">Results that come before those of the hosts.</param>
    private protected void Visit(IReadOnlyList<SshConnectionOptions> hosts, TrustStoreOptions files,
        IReadOnlyDictionary<SshConnectionOptions, IReadOnlyList<ImageTrust>>? entries, IReadOnlyList<object>? first = null)
    {
        FleetRun run = new(hosts, ThrottleLimit, Work)
        {
            // Hosts that are changed by one call have the same id on record.
            StoreOptions = !Changes ? files
                : files with { Command = MyInvocation.MyCommand.Name, ChangeId = TrustStoreOptions.NewChangeId() },
            Files = Changes ? [.. FilesNeeded, TrustStore.SystemRecord] : FilesNeeded,
            Changes = Changes,
            IsPreview = Changes && IsPreview,
            FailedBefore = _refusedHosts,
            Activity = MyInvocation.MyCommand.Name,
            Failed = HostFailed,
            ResultOfFailure = ResultOfFailure,
            Entries = entries,
            First = first ?? [],
            AsCompleted = AsCompleted,
        };
        FleetCall.Run(this, run, hosts, this, Changes ? WorkInWords : null, Cancellation);
    }
}
