using System.Collections;
using System.Management.Automation;
using ContainerTrust.Commands.Completion;
using ContainerTrust.Commands.Fleet;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.References;
using ContainerTrust.Engine.Verification;

namespace ContainerTrust.Commands;

/// <content>
/// Many hosts: each host's own policy, keys, stores and mirrors decide, and they are read over SSH; the registries are asked from here,
/// with this machine's credentials and certificates.
/// </content>
public sealed partial class TestImageSignatureCommand : ISshParameters
{
    private readonly List<(string Given, string Name)> _images = [];

    /// <summary>Judge by these hosts' policies instead of this one's, over SSH: <c>host</c>, <c>user@host</c>, <c>user@host:port</c>, or a
    /// name from ssh's configuration.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostCompleter))]
    public string[]? HostName { get; set; }

    /// <summary>The user to log in as on the hosts that say none themselves.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(UserNameCompleter))]
    public string? UserName { get; set; }

    /// <summary>The port of the hosts that say none themselves.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>The file with the private key to log in with, on this machine.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [Alias("IdentityFilePath")]
    [ValidateNotNullOrEmpty]
    public string? KeyFilePath { get; set; }

    /// <summary>Options for ssh, as ssh_config(5) names them: <c>@{ ProxyJump = 'bastion' }</c>.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [ValidateNotNull]
    public Hashtable? Options { get; set; }

    /// <summary>How much memory what the hosts answer may take, in MiB, all hosts together. Each has 8 more for itself.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [ValidateRange(0, 1 << 20)]
    public int MemoryLimitMB { get; set; } = 512;

    /// <summary>Milliseconds in which a host must have answered.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [ValidateRange(1, int.MaxValue)]
    public int ConnectingTimeout { get; set; } = 30_000;

    /// <summary>Read the hosts' files as root, by <c>sudo</c>, which must not ask for a password.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    public SwitchParameter Sudo { get; set; }

    /// <summary>Work in the background, and return a job.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    public SwitchParameter AsJob { get; set; }

    /// <summary>The job's name, for <c>Get-Job -Name</c>.</summary>
    [Parameter(ParameterSetName = PolicySet)]
    [ValidateNotNullOrEmpty]
    public string? JobName { get; set; }

    private protected override bool IsElsewhere => HostName is not null || base.IsElsewhere;

    // Credentials and certificates are this machine's, whoever judges.
    private protected override string? ClientPath(string? path, string parameter) =>
        HostName is not null && path is not null ? LocalPath(path) : base.ClientPath(path, parameter);

    private void Remember()
    {
        foreach (string name in Images)
        {
            try
            {
                RequireOneRegistry(name);
                _images.Add((name, ImageName(name)));
            }
            catch (TrustException e)
            {
                Report(e, name);
                Deny();
            }
        }
    }

    private void JudgeOnHosts()
    {
        if (Quiet && AsJob)
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                "-Quiet cannot be combined with -AsJob. Leave out one of them.");
        IReadOnlyList<SshConnectionOptions> hosts = FleetCall.Hosts(this, this, LocalPathOrNull(KeyFilePath), Deny);
        VerificationOptions verification = Verification;
        verification = verification with
        {
            ClientHost = LocalHost.Instance,
            Web = verification.Web with
            {
                // That a file of the host calls a registry insecure does not send this machine's credentials over the open wire.
                VerifyTls = !SkipCertificateCheck,
            },
        };
        FleetRun run = new(hosts, ThrottleLimit, host => JudgeOn(host, verification))
        {
            StoreOptions = StoreOptions,
            Files = RegistriesConfPath is null ? [] : [RegistriesConfPath],
            Activity = MyInvocation.MyCommand.Name,
            Failed = Deny,
        };
        FleetCall.Run(this, run, hosts, this, change: null, Cancellation);
    }

    private void JudgeOn(HostContext host, VerificationOptions verification)
    {
        host.Store.PrefetchPolicyFiles();
        using ImageVerifier verifier = new(host.Store, verification, new TrustMessages { Warning = host.Warn, Verbose = host.Say });
        foreach ((string given, string image) in _images)
        {
            foreach (PlatformChoice platform in Platforms)
            {
                host.Cancellation.ThrowIfCancellationRequested();
                try
                {
                    foreach (ImageSignatureResult result in verifier.VerifyChosenAsync(image, platform,
                        host.Cancellation).GetAwaiter().GetResult())
                    {
                        Interlocked.Increment(ref _answers);
                        _isDenied |= !result.IsValid;
                        if (!Quiet)
                            host.Write((object)Arrays(result, given));
                    }
                }
                catch (TrustException e)
                {
                    host.Report(e);
                    Deny();
                }
            }
        }
    }
}
