using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Commands.Fleet;

/// <summary>Connections from the parameters that <c>Invoke-Command</c> has for SSH.</summary>
internal static class HostNames
{
    /// <summary>One connection a host; a host that is named twice is visited once.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="keyFile">The private key's file, an absolute path.</param>
    /// <param name="refused">Called for each name that is none; the others are kept.</param>
    /// <exception cref="TrustException">What is the same for all hosts is not valid.</exception>
    public static IReadOnlyList<SshConnectionOptions> Connections(ISshParameters parameters, string? keyFile,
        Action<string, TrustException> refused)
    {
        SshConnectionOptions common = Common(parameters, keyFile);
        List<SshConnectionOptions> hosts = [];
        HashSet<(string, string?, int?)> seen = [];
        foreach (string name in parameters.HostName!)
        {
            try
            {
                SshConnectionOptions host = common.ForTarget(name ?? "");
                if (seen.Add((host.HostName, host.UserName, host.Port)))
                    hosts.Add(host);
            }
            catch (TrustException e)
            {
                refused(name ?? "", e);
            }
        }

        return hosts;
    }

    /// <summary>What is the same for all hosts.</summary>
    /// <exception cref="TrustException">It is not valid.</exception>
    public static SshConnectionOptions Common(ISshParameters parameters, string? keyFile)
    {
        Dictionary<string, string> ssh = new(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry option in parameters.Options ?? [])
            ssh[Text(option.Key)] = Text(option.Value);
        SshConnectionOptions common = new()
        {
            HostName = "localhost",
            UserName = parameters.UserName,
            Port = parameters.Port == 0 ? null : parameters.Port,
            KeyFilePath = keyFile,
            Options = ssh,
            ConnectingTimeout = TimeSpan.FromMilliseconds(parameters.ConnectingTimeout),
            Sudo = parameters.Sudo,
            Budget = new AnswerBudget((long)parameters.MemoryLimitMB << 20),
        };
        common.Validate();
        return common;
    }

    // ssh knows yes and no where PowerShell has True and False.
    private static string Text(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        bool flag => flag ? "yes" : "no",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        { } other => other.ToString() ?? "",
        null => "",
    };
}
