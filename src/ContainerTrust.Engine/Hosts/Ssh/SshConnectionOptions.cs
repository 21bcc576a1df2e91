using System.Buffers;
using System.Globalization;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>
/// How a host is reached. What is not said here comes from the user's <c>ssh_config</c>: jump hosts, agents, certificates, known hosts
/// and the like are the system's OpenSSH client's. Host keys are checked as it is told there; a key that is not known is an error, for
/// nobody can be asked.
/// </summary>
public sealed record SshConnectionOptions
{
    private static readonly SearchValues<char> s_hostCharacters = SearchValues
        .Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:%");
    private static readonly SearchValues<char> s_userCharacters = SearchValues
        .Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-+@$\\");

    /// <summary>The host: a name, an address, or a <c>Host</c> of ssh_config.</summary>
    public required string HostName { get; init; }

    /// <summary>The user to log in as. Null for what ssh_config says, else this session's user.</summary>
    public string? UserName { get; init; }

    /// <summary>The port, 1 to 65535. Null for what ssh_config says, else 22.</summary>
    public int? Port { get; init; }

    /// <summary>
    /// The private key to log in with, a file of this machine; no other key is then offered. Null for what ssh_config and the agent have.
    /// </summary>
    public string? KeyFilePath { get; init; }

    /// <summary>
    /// Further options of ssh_config(5) by name, as <c>ssh -o</c> takes them. They win over what this module sets itself.
    /// </summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>How long connecting, logging in and starting the shell may take together; infinite for ever.</summary>
    public TimeSpan ConnectingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a host that is asked something may be silent.</summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether everything is done as root by <c>sudo</c>, which must not ask for a password.</summary>
    public bool Sudo { get; init; }

    /// <summary>The memory for what hosts answer; connections with the same budget share it.</summary>
    public AnswerBudget Budget { get; init; } = AnswerBudget.Common;

    /// <summary>Another program instead of the ssh in the PATH, for tests.</summary>
    internal string? Program { get; init; }

    /// <summary>The host as <see cref="ForTarget"/> takes it: <c>[user@]host[:port]</c>.</summary>
    internal string Target
    {
        get
        {
            string host = Port is not null && HostName.Contains(':', StringComparison.Ordinal) ? $"[{HostName}]" : HostName;
            string port = Port is { } number ? string.Create(CultureInfo.InvariantCulture, $":{number}") : "";
            return $"{(UserName is null ? "" : $"{UserName}@")}{host}{port}";
        }
    }

    /// <summary>How advice names the host.</summary>
    internal AdviceHost ToAdviceHost() =>
        new(HostName) { UserName = UserName, Port = Port, KeyFilePath = KeyFilePath, Options = Options, Sudo = Sudo };

    /// <summary>
    /// The same way of connecting to another host, as <c>Invoke-Command -HostName</c> takes names: <c>[user@]host[:port]</c>.
    /// </summary>
    /// <param name="target">
    /// The host, with user and port where they differ from these options. An IPv6 address with a port stands in brackets.
    /// </param>
    /// <returns>The options for that host.</returns>
    /// <exception cref="TrustException">
    /// It is no such name (<c>InvalidHostName</c>, <c>InvalidUserName</c>, <c>InvalidPort</c>).
    /// </exception>
    public SshConnectionOptions ForTarget(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        SshConnectionOptions options = this;
        string host = target;
        int at = host.LastIndexOf('@');
        if (at >= 0)
        {
            options = options with { UserName = host[..at] };
            host = host[(at + 1)..];
        }

        string? port = null;
        if (host.StartsWith('['))
        {
            int end = host.IndexOf(']', StringComparison.Ordinal);
            if (end < 0 || (end + 1 < host.Length && host[end + 1] != ':'))
                throw InvalidHost(target);
            port = end + 1 < host.Length ? host[(end + 2)..] : null;
            host = host[1..end];
        }
        else if (host.IndexOf(':', StringComparison.Ordinal) is > 0 and int colon && host.LastIndexOf(':') == colon)
        {
            port = host[(colon + 1)..];
            host = host[..colon];
        }

        if (port is not null)
        {
            if (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                throw new TrustException(
                    "InvalidPort",
                    TrustErrorKind.InvalidArgument,
                    $"'{Printable.Of(target, Printable.NameLength)}' has no port after its colon. Write host:22, or leave the colon out.")
                {
                    Target = target,
                };
            options = options with { Port = number };
        }

        options = options with { HostName = host };
        options.Validate();
        return options;
    }

    /// <summary>
    /// Refuses values that ssh, or a shell that ssh_config has it run (ProxyCommand, Match exec), could take for something else.
    /// </summary>
    /// <exception cref="TrustException">
    /// <c>InvalidHostName</c>, <c>InvalidUserName</c>, <c>InvalidPort</c>, <c>InvalidKeyFilePath</c>, <c>InvalidSshOption</c>.
    /// </exception>
    public void Validate()
    {
        if (HostName is not { Length: > 0 and <= 253 } || HostName[0] is '-' or '.' or '%'
            || HostName.AsSpan().ContainsAnyExcept(s_hostCharacters))
            throw InvalidHost(HostName ?? "");
        if (UserName is { } user && (user.Length is 0 or > 128 || user[0] is '-' or '\\' || user[^1] == '\\'
            || user.AsSpan().ContainsAnyExcept(s_userCharacters) || user.AsSpan(0, user.Length - 1).Contains('$')))
        {
            throw new TrustException(
                "InvalidUserName",
                TrustErrorKind.InvalidArgument,
                $"'{Printable.Of(user, Printable.NameLength)}' is not a user name that is given to ssh: letters, digits and . " +
                "_ - + @ make one, and it does not begin with a hyphen.")
            {
                Target = HostName,
            };
        }

        if (Port is < 1 or > 65535)
            throw new TrustException(
                "InvalidPort",
                TrustErrorKind.InvalidArgument,
                $"{Port} is not a port; ports are 1 to 65535.")
            {
                Target = HostName,
            };
        if (KeyFilePath is { } key && (key.Length == 0 || key.Any(char.IsControl)))
            throw new TrustException(
                "InvalidKeyFilePath",
                TrustErrorKind.InvalidArgument,
                "The path of the private key is empty or has control characters in it. Give the path of a file.")
            {
                Target = HostName,
            };
        if (ConnectingTimeout <= TimeSpan.Zero && ConnectingTimeout != Timeout.InfiniteTimeSpan)
            throw new ArgumentOutOfRangeException(
                nameof(ConnectingTimeout),
                ConnectingTimeout,
                "A timeout is more than zero, or infinite.");
        foreach ((string name, string value) in Options)
        {
            if (name.Length is 0 or > 64 || !char.IsAsciiLetter(name[0]) || !name.All(char.IsAsciiLetterOrDigit))
                throw InvalidOption($"'{Printable.Of(name, Printable.NameLength)}' is not an option of ssh_config: they " +
                    "are made of letters and digits.");
            if (value is null || value.Any(char.IsControl))
                throw InvalidOption($"The value of the ssh option {name} is missing, or has control characters in it.");
        }
    }

    private static TrustException InvalidHost(string name) =>
        new("InvalidHostName", TrustErrorKind.InvalidArgument,
            $"'{Printable.Of(name, Printable.NameLength)}' is not a host name or address: letters, digits, dots and hyphens make one, " +
            "and it does not begin with a hyphen.") { Target = name };

    private TrustException InvalidOption(string message) =>
        new("InvalidSshOption", TrustErrorKind.InvalidArgument, message) { Target = HostName };
}
