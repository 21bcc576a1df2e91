using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Tests.Hosts.Ssh;

public sealed class SshConnectionOptionsTests
{
    private static readonly SshConnectionOptions s_base = new() { HostName = "base" };

    [Theory]
    [InlineData("web1.example", null, "web1.example", null)]
    [InlineData("admin@web1", "admin", "web1", null)]
    [InlineData("admin@web1:2222", "admin", "web1", 2222)]
    [InlineData("user@corp.example@web1", "user@corp.example", "web1", null)]
    [InlineData("CORP\\admin@web1", "CORP\\admin", "web1", null)]
    [InlineData("::1", null, "::1", null)]
    [InlineData("fe80::1%eth0", null, "fe80::1%eth0", null)]
    [InlineData("[::1]:2222", null, "::1", 2222)]
    [InlineData("[::1]", null, "::1", null)]
    public void Names_are_taken_as_Invoke_Command_takes_them(string target, string? user, string host, int? port)
    {
        SshConnectionOptions options = s_base.ForTarget(target);
        Assert.Equal((user, host, port), (options.UserName, options.HostName, options.Port));
    }

    [Theory]
    [InlineData("-oProxyCommand=x", "InvalidHostName")]
    [InlineData("", "InvalidHostName")]
    [InlineData("a b", "InvalidHostName")]
    [InlineData("a;b", "InvalidHostName")]
    [InlineData("$(a)", "InvalidHostName")]
    [InlineData("`a`", "InvalidHostName")]
    [InlineData("a'b", "InvalidHostName")]
    [InlineData("a\nb", "InvalidHostName")]
    [InlineData("h\u00f6st", "InvalidHostName")]
    [InlineData("%h", "InvalidHostName")]
    [InlineData("[::1", "InvalidHostName")]
    [InlineData("[::1]x", "InvalidHostName")]
    [InlineData("-l@host", "InvalidUserName")]
    [InlineData("@host", "InvalidUserName")]
    [InlineData("a$(b)@host", "InvalidUserName")]
    [InlineData("a$b@host", "InvalidUserName")]
    [InlineData("a\\@host", "InvalidUserName")]
    [InlineData("host:0", "InvalidPort")]
    [InlineData("host:65536", "InvalidPort")]
    [InlineData("host:", "InvalidPort")]
    [InlineData("host:22x", "InvalidPort")]
    public void Names_that_could_be_taken_for_something_else_are_refused(string target, string id)
    {
        TrustException error = Assert.Throws<TrustException>(() => s_base.ForTarget(target));
        Assert.Equal(id, error.ErrorId);
        Assert.Equal(TrustErrorKind.InvalidArgument, error.Kind);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    [Theory]
    [InlineData("Proxy Command", "x")]
    [InlineData("-o", "x")]
    [InlineData("", "x")]
    [InlineData("User", "a\nb")]
    [InlineData("A=B", "x")]
    public void Options_that_are_none_are_refused(string name, string value)
    {
        Assert.Equal("InvalidSshOption",
            Assert.Throws<TrustException>((s_base with { Options = new Dictionary<string, string> { [name] = value } }).Validate).ErrorId);
    }

    [Fact]
    public void The_users_options_come_first_and_the_host_last_behind_two_hyphens()
    {
        string[] arguments = [.. SshProgram
            .Arguments(s_base with { UserName = "u", Port = 2222, KeyFilePath = "/k%h y", Options = new Dictionary<string, string>
            { ["BatchMode"] = "no" } })];
        Assert.True(Array.IndexOf(arguments, "BatchMode=no") < Array.IndexOf(arguments, "BatchMode=yes"));
        Assert.Equal(["--", "base"], arguments[^3..^1]);
        Assert.Contains("/k%%h y", arguments);
        Assert.DoesNotContain(arguments, static a => a.Contains("StrictHostKeyChecking", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_command_is_one_that_every_shell_takes_alike(bool sudo)
    {
        string command = RemoteScript.Command(sudo);
        Assert.DoesNotContain(command, static c => c is '!' or '\\' or '\n' or '`' or '#' or '~' or '^' or '*' or '{' || c > 126);
        Assert.Equal(2, command.Count(static c => c == '\''));
        Assert.True(command.Length < 300);
    }

    [Theory]
    [InlineData(255, "ssh: Could not resolve hostname nohost: Name or service not known", "HostUnreachable")]
    [InlineData(255, "ssh: connect to host h port 22: No route to host", "HostUnreachable")]
    [InlineData(255, "ssh: connect to host h port 22: Connection timed out", "HostUnreachable")]
    [InlineData(255, "kex_exchange_identification: Connection closed by remote host", "HostUnreachable")]
    [InlineData(255, "Connection timed out during banner exchange\nConnection to h port 22 timed out", "SshTimeout")]
    [InlineData(255, "Unable to negotiate with h port 22: no matching host key type found. Their offer: ssh-rsa", "SshNegotiationFailed")]
    [InlineData(255, "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.", "HostKeyMismatch")]
    [InlineData(255, "No ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.",
        "HostKeyUnknown")]
    [InlineData(255, "root@h: Permission denied (publickey,gssapi-with-mic).", "SshAuthenticationFailed")]
    [InlineData(255, "Received disconnect from h port 22:2: Too many authentication failures", "SshAuthenticationFailed")]
    [InlineData(255, "command-line: line 0: Bad configuration option: nosuch", "InvalidSshOption")]
    [InlineData(1, "sudo: a password is required", "SudoPasswordRequired")]
    [InlineData(1, "sudo: a terminal is required to read the password; either use the -S option", "SudoPasswordRequired")]
    [InlineData(1, "sudo: no tty present and no askpass program specified", "SudoPasswordRequired")]
    [InlineData(1, "sudo: sorry, you must have a tty to run sudo", "SudoRefused")]
    [InlineData(1, "deploy is not in the sudoers file.  This incident will be reported.\nsudo: x", "SudoRefused")]
    [InlineData(127, "env: 'sudo': No such file or directory", "SudoRefused")]
    [InlineData(1, "This account is currently not available.", "RemoteShellUnusable")]
    [InlineData(0, "", "RemoteShellUnusable")]
    public void Each_way_in_which_ssh_ends_has_its_error(int exitCode, string words, string id)
    {
        TrustException error = SshFailure.Of(s_base with { Sudo = true }, exitCode, words + "\n", isConnected: false);
        Assert.Equal(id, error.ErrorId);
        Assert.Contains("base", error.Message, StringComparison.Ordinal);
        Assert.Equal("ConnectionLost", SshFailure.Of(s_base, exitCode, words, isConnected: true).ErrorId);
    }

    [Fact]
    public void Words_from_there_are_shown_short_and_without_control_characters()
    {
        TrustException error = SshFailure.Of(s_base, 255, "\u001b]0;title\u0007\r" + new string('x', 100_000), isConnected: false);
        Assert.DoesNotContain(error.Message, char.IsControl);
        Assert.True(error.Message.Length < 1000);
    }

    [Theory]
    [InlineData("81a4 92 46 24 0 5 2026-11-22 11:42:15.811992701 +0000|2026-11-22 11:42:16.000000001 +0000", true)]
    [InlineData("81a4 92 46 24 0 5 2026-11-22 11:42:15|1969-12-31 23:59:59", true)]
    [InlineData("81a4 92 46 24 0 5 2026-11-22 11:42:15.8|", false)]
    [InlineData("81a4 -1 46 24 0 5 2026-11-22 11:42:15|2026-11-22 11:42:15", false)]
    [InlineData("81a4 99999999999999999999 46 24 0 5 2026-11-22 11:42:15|2026-11-22 11:42:15", false)]
    [InlineData("81a4 92 46 24 0 5 2026-13-22 11:42:15|2026-11-22 11:42:15", false)]
    [InlineData("", false)]
    public void Lines_of_stat_are_read(string line, bool isOne)
    {
        RemoteStatus? status = RemoteStatus.TryParse(line);
        Assert.Equal(isOne, status is not null);
        if (line.Contains(".811992701", StringComparison.Ordinal))
        {
            Assert.True(status!.IsRegularFile);
            Assert.Equal(new FilePermissions(0x1A4, 0, 5), status.Permissions);
            Assert.Equal(1_795_347_735_811_992_701, status.Stamp.ModifiedNanoseconds);
            Assert.Equal(92, status.Stamp.Length);
        }
    }
}
