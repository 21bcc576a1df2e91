using System.Collections;
using System.Management.Automation;

namespace ContainerTrust.Commands.Fleet;

/// <summary>The parameters by which a cmdlet reaches other hosts; they mean what they mean to <c>Invoke-Command</c>'s SSH.</summary>
internal interface ISshParameters
{
    /// <summary>The hosts. Null for this one.</summary>
    string[]? HostName { get; }

    /// <summary>The user to log in as.</summary>
    string? UserName { get; }

    /// <summary>The port; 0 for ssh's own choice.</summary>
    int Port { get; }

    /// <summary>The private key's file on this machine.</summary>
    string? KeyFilePath { get; }

    /// <summary>Options of ssh_config(5).</summary>
    Hashtable? Options { get; }

    /// <summary>How many hosts are worked on at once.</summary>
    int ThrottleLimit { get; }

    /// <summary>The memory for what the hosts answer, in MiB.</summary>
    int MemoryLimitMB { get; }

    /// <summary>Milliseconds in which a host must have answered.</summary>
    int ConnectingTimeout { get; }

    /// <summary>Whether the work is done by <c>sudo</c>.</summary>
    SwitchParameter Sudo { get; }

    /// <summary>Whether it is done in the background.</summary>
    SwitchParameter AsJob { get; }

    /// <summary>The name of that job. Null for one that it is given.</summary>
    string? JobName { get; }
}
