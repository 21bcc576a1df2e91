using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.MachineConfig.Rollout;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

public sealed class FixCommandTests
{
    private static string? Fix(string docker, string rule, ComplianceOptions? options = null) =>
        AuditHost.WithPolicy(docker).Check(options).Findings.First(f => f.RuleId == rule).Fix;

    [Fact]
    public void A_fix_is_for_the_files_that_were_meant()
    {
        ComplianceOptions options = new() { Target = new TrustStoreOptions { RootDirectory = "/mnt/it's here", PolicyPath = "/p.json" } };
        const string Docker = """ "a.example.com":[{"type":"insecureAcceptAnything"}] """;
        Assert.Equal("Set-ImageTrust a.example.com -Type Reject -Root '/mnt/it''s here' -PolicyPath /p.json", Fix(Docker, "ScopeAcceptsAnything", options));
        Assert.Equal("containertrust set a.example.com --type reject --root '/mnt/it'\\''s here' --policy /p.json", Fix(Docker, "ScopeAcceptsAnything", options with { Fixes = FixStyle.Command }));
        string? chmod = AuditHost.Good().With(AuditHost.Key, AuditKeys.Good, mode: 0x1B6).Check(options).Findings.Single().Fix;
        Assert.Equal("chmod go-w -- '/mnt/it''s here/etc/pki/signer.asc'", chmod);
    }

    [Fact]
    public void A_scope_that_is_never_reached_gets_its_right_name()
    {
        Assert.Equal("Set-ImageTrust docker.io/library/busybox -Type Reject; Remove-ImageTrust busybox", Fix(""" "busybox":[{"type":"reject"}] """, "ScopeUnreachable"));
        Assert.Equal("Remove-ImageTrust busybox", Fix(""" "busybox":[{"type":"reject"}],"docker.io/library/busybox":[{"type":"reject"}] """, "ScopeUnreachable"));
        Assert.Equal(
            "Set-ImageTrust quay.io/a -Type SignedBy -KeyPath /etc/pki/signer.asc, /b -AnyKey -ExactRepository quay.io/x; Remove-ImageTrust https://quay.io/a",
            Fix(""" "https://quay.io/a":[{"type":"signedBy","keyType":"GPGKeys","keyPaths":["/etc/pki/signer.asc","/b"],"signedIdentity":{"type":"exactRepository","dockerRepository":"quay.io/x"}}] """, "ScopeUnreachable"));
    }

    [Theory]
    [InlineData("a b", "'a b'", "'a b'")]
    [InlineData("$(reboot)", "'$(reboot)'", "'$(reboot)'")]
    [InlineData("`id`;x", "'`id`;x'", "'`id`;x'")]
    [InlineData("a'b", "'a''b'", "'a'\\''b'")]
    [InlineData("a\u2019b", "'a\u2019\u2019b'", "'a\u2019b'")]
    [InlineData("-x", "'-x'", "'-x'")]
    [InlineData("", "''", "''")]
    [InlineData("a/b:c@d", "a/b:c@d", "a/b:c@d")]
    public void Values_are_quoted_for_their_shell(string value, string powerShell, string posix)
    {
        Assert.Equal(powerShell, FixCommands.Quote(value, isPowerShell: true));
        Assert.Equal(posix, FixCommands.Quote(value, isPowerShell: false));
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("\u001b[2J")]
    [InlineData("a\u202eb")]
    [InlineData("a\udc80")]
    public void A_value_that_cannot_be_shown_has_no_fix(string value)
    {
        Assert.Null(FixCommands.Quote(value, isPowerShell: true));
        Assert.Null(FixCommands.Quote(value, isPowerShell: false));
    }

    [Fact]
    public void A_fix_for_another_host_names_it()
    {
        TrustLocations locations = new("/etc/containers/policy.json", "/etc/containers/registries.d", PolicyExists: true, IsUserPolicy: false);
        SshConnectionOptions plain = new() { HostName = "web1" };
        SshConnectionOptions full = new() { HostName = "10.0.0.1", UserName = "ops", Port = 2222, KeyFilePath = "/k/it's%", Sudo = true, Options = new Dictionary<string, string> { ["ProxyJump"] = "bastion", ["User"] = "a b" } };
        FixCommands Fixes(SshConnectionOptions connection, FixStyle style = FixStyle.PowerShell) => new(style, new TrustStoreOptions(), locations, connection);

        Assert.Equal("Set-ImageTrust -Default -Type Reject -HostName web1", Fixes(plain).SetDefault("Reject"));
        Assert.Equal("Set-ImageTrust -Default -Type Reject -HostName 10.0.0.1 -UserName ops -Port 2222 -KeyFilePath '/k/it''s%' -Options @{ ProxyJump = 'bastion'; User = 'a b' } -Sudo", Fixes(full).SetDefault("Reject"));
        Assert.Equal("ssh web1 'rm -- /home/a/policy.json'", Fixes(plain).DeleteFile("/home/a/policy.json"));
        Assert.Equal("ssh -o 'ProxyJump=bastion' -o 'User=a b' -p 2222 -l ops -i '/k/it''s%%' 10.0.0.1 'sudo rm -- ''/a b''\\''''c'''", Fixes(full).DeleteFile("/a b'c"));
        Assert.Null(Fixes(plain).DeleteFile("/a\u001b"));
        Assert.Null(Fixes(plain, FixStyle.Command).SetDefault("Reject"));
        Assert.Null(Fixes(plain with { Options = new Dictionary<string, string> { ["User"] = "a\u202eb" } }).SetDefault("Reject"));
    }

    [Fact]
    public void A_scope_that_looks_like_an_option_has_no_fix() =>
        Assert.Null(Fix(""" "-Force":[{"type":"insecureAcceptAnything"}] """, "ScopeAcceptsAnything"));
}
