using System.Management.Automation;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Commands.Fleet;

/// <summary>
/// A cmdlet's call that names other hosts: checks what goes together, and does the work there, in the foreground or as a job.
/// </summary>
internal static class FleetCall
{
    private const string Defaults = "PSDefaultParameterValues";

    private static readonly string[] OnlyWithHosts =
    [
        nameof(ISshParameters.UserName), nameof(ISshParameters.Port), nameof(ISshParameters.KeyFilePath), nameof(ISshParameters.Options),
        nameof(ISshParameters.ConnectingTimeout), nameof(ISshParameters.Sudo), nameof(ISshParameters.AsJob),
        nameof(ISshParameters.JobName),
        nameof(FleetCmdlet.AsCompleted),
    ];

    /// <summary>Refuses parameters that contradict each other, before anything is done.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="mayBringHosts">Whether what is piped may name hosts.</param>
    /// <exception cref="TrustException">They do.</exception>
    public static void RequireConsistent(HostCmdlet cmdlet, ISshParameters parameters, bool mayBringHosts = false)
    {
        if (parameters.HostName is not null && cmdlet.Root is not null)
            throw new TrustException(
                "ParametersNotTogether",
                TrustErrorKind.InvalidArgument,
                "-Root is a directory of this machine, and -HostName names other machines. Give one of them.");
        if (parameters.HostName is null && !mayBringHosts
            && OnlyWithHosts.FirstOrDefault(name => cmdlet.MyInvocation.BoundParameters.ContainsKey(name) && !IsByDefault(cmdlet, name))
                is { } stray)
            throw new TrustException("HostNameMissing", TrustErrorKind.InvalidArgument, $"-{stray} requires -HostName.");
        if (parameters.JobName is not null && !parameters.AsJob && !IsByDefault(cmdlet, nameof(ISshParameters.JobName)))
            throw new TrustException("ParametersNotTogether", TrustErrorKind.InvalidArgument, "-JobName requires -AsJob.");
    }

    // Who sets the options of ssh once for all calls does not mean that all calls go to other hosts.
    private static bool IsByDefault(HostCmdlet cmdlet, string parameter)
    {
        if (cmdlet.SessionState.PSVariable.GetValue(Defaults) is not System.Collections.IDictionary defaults
            || (defaults.Contains("Disabled") && LanguagePrimitives.IsTrue(defaults["Disabled"])))
            return false;
        object value = cmdlet.MyInvocation.BoundParameters[parameter];
        foreach (System.Collections.DictionaryEntry entry in defaults)
        {
            if (entry.Key is string key && key.LastIndexOf(':') is > 0 and int colon
                && key[(colon + 1)..].Trim().Equals(parameter, StringComparison.OrdinalIgnoreCase)
                && WildcardPattern.Get(key[..colon].Trim(), WildcardOptions.IgnoreCase).IsMatch(cmdlet.MyInvocation.MyCommand.Name)
                && (entry.Value is ScriptBlock || LanguagePrimitives.Equals(value, entry.Value)))
                return true;
        }

        return false;
    }

    /// <summary>The hosts, each once. A name that is none is that host's error.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="keyFile">The private key's file, an absolute path.</param>
    /// <param name="failed">Called for each host that cannot be worked on.</param>
    /// <param name="refused">Called with its name and what is wrong with that. Null for nothing.</param>
    /// <exception cref="TrustException">What is the same for all hosts is not valid.</exception>
    public static IReadOnlyList<SshConnectionOptions> Hosts(HostCmdlet cmdlet, ISshParameters parameters, string? keyFile, Action failed,
        Action<string, TrustException>? refused = null) =>
        HostNames.Connections(parameters, keyFile, (name, error) =>
        {
            cmdlet.Fail(FleetHost.Named(name, error));
            failed();
            refused?.Invoke(name, error);
        });

    /// <summary>One host more, reached as the others are.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="name">The host.</param>
    /// <param name="keyFile">The private key's file, an absolute path.</param>
    /// <exception cref="TrustException">A name or an option is not valid.</exception>
    public static SshConnectionOptions Host(ISshParameters parameters, string name, string? keyFile) =>
        HostNames.Common(parameters, keyFile).ForTarget(name);

    /// <summary>Does the work on all hosts.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="run">The work.</param>
    /// <param name="hosts">The hosts.</param>
    /// <param name="parameters">Whether in the background, and by which name.</param>
    /// <param name="change">What is done to the hosts, in words. Null if they are not changed.</param>
    /// <param name="cancellation">Ends the work, but not a job's.</param>
    public static void Run(HostCmdlet cmdlet, FleetRun run, IReadOnlyList<SshConnectionOptions> hosts, ISshParameters parameters,
        string? change, CancellationToken cancellation)
    {
        if (hosts.Count == 0)
            return;
        if (!parameters.AsJob)
        {
            run.Run(new PipelineListener(cmdlet), cancellation);
            return;
        }

        // A job cannot ask, so it is asked about the whole beforehand.
        string[] names = [.. hosts.Select(static h => h.HostName)];
        if (change is not null && !cmdlet.IsWanted(string.Join(", ", names), change))
            return;
        FleetJob job = new(cmdlet.MyInvocation.Line.Trim(), parameters.JobName, names);
        cmdlet.JobRepository.Add(job);
        job.Start(run.Run);
        cmdlet.WriteObject(job);
    }
}
