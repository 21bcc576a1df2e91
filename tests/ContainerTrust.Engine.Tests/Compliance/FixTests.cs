using ContainerTrust.Cli;
using ContainerTrust.Commands;
using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Compliance;

public sealed class FixTests
{
    private static string? Fix(string docker, string rule, TrustStoreOptions? target = null) =>
        AuditHost.WithPolicy(docker).Check(target: target).Findings.First(f => f.RuleId == rule).Fix;

    [Fact]
    public void A_fix_is_for_the_files_that_were_meant()
    {
        TrustStoreOptions target = new() { RootDirectory = "/mnt/it's here", PolicyPath = "/p.json" };
        const string Docker = """ "a.example.com":[{"type":"insecureAcceptAnything"}] """;
        Assert.Equal("Set-ImageTrust a.example.com -Type Reject -Root '/mnt/it''s here' -PolicyPath /p.json",
            Fix(Docker, "ScopeAcceptsAnything", target));
        string? chmod = AuditHost.Good().With(AuditHost.Key, AuditKeys.Good, mode: 0x1B6).Check(target: target).Findings.Single().Fix;
        Assert.Equal("chmod go-w -- '/mnt/it''s here/etc/pki/signer.asc'", chmod);
    }

    [Fact]
    public void Each_front_end_has_its_own_words_for_a_fix()
    {
        Fixes fixes = new(new AdviceTarget { RootDirectory = "/mnt/it's here", PolicyPath = "/p.json", RegistriesDirectory = "/r.d",
            CurrentUser = true });
        Advice advice = fixes.SetDefault("reject");
        Assert.Equal(
            "containertrust set --default --type reject --root '/mnt/it'\\''s here' --policy /p.json --registries-d /r.d --user",
            ShellLanguage.Instance.Command(advice));
        Assert.Equal(
            "Set-ImageTrust -Default -Type Reject -Root '/mnt/it''s here' -PolicyPath /p.json -RegistriesDirectory /r.d -CurrentUser",
            new PowerShellLanguage().Command(advice));
        Assert.Equal("chmod go-w -- '/mnt/it'\\''s here/k'", ShellLanguage.Instance.Command(fixes.RemoveWritePermission("/k")));
    }

    [Fact]
    public void A_scope_that_is_never_reached_gets_its_right_name()
    {
        Assert.Equal("Set-ImageTrust docker.io/library/busybox -Type Reject && Remove-ImageTrust busybox",
            Fix(""" "busybox":[{"type":"reject"}] """, "ScopeUnreachable"));
        Assert.Equal("Remove-ImageTrust busybox", Fix(""" "busybox":[{"type":"reject"}],"docker.io/library/busybox":[{"type":"reject"}] """,
            "ScopeUnreachable"));
        const string Signed = """
             "https://quay.io/a":[{"type":"signedBy","keyType":"GPGKeys","keyPaths":["/etc/pki/signer.asc","/b"],
            "signedIdentity":{"type":"exactRepository","dockerRepository":"quay.io/x"}}]
            """;
        AuditHost host = AuditHost.WithPolicy(Signed, "insecureAcceptAnything").With("/b", AuditKeys.Other)
            .With("/etc/containers/registries.d/example.yaml", "default-docker:\n  lookaside: https://store.example.com\n");
        Assert.Equal(
            "Set-ImageTrust quay.io/a -Type SignedBy -KeyPath /etc/pki/signer.asc, /b -AnyKey -ExactRepository quay.io/x && " +
                "Remove-ImageTrust https://quay.io/a",
            host.Check().Findings.First(static f => f.RuleId == "ScopeUnreachable").Fix);
    }

    [Fact]
    public void Requirements_are_options_of_either_front_end()
    {
        IReadOnlyList<TrustRequirement> requirements =
            [new SignedByRequirement { KeyPaths = ["/a key", "/b"], SignedIdentity = new RemapIdentity
                { Prefix = "quay.io/x", SignedPrefix = "quay.io/y" } }];
        Advice advice = new Fixes(AdviceTarget.Here).Set(new PolicyEntry("docker", "quay.io/a", false, []), requirements)!;
        Assert.Equal(
            "containertrust set quay.io/a --type signedBy --key '/a key' --key /b --any-key --remap-prefix " +
                "quay.io/x --signed-prefix quay.io/y", ShellLanguage.Instance.Command(advice));
        Assert.Equal("Set-ImageTrust quay.io/a -Type SignedBy -KeyPath '/a key', /b -AnyKey -RemapPrefix quay.io/x -SignedPrefix quay.io/y",
            advice.ToString());
    }

    [Fact]
    public void A_fix_for_another_host_names_it()
    {
        SshConnectionOptions plain = new() { HostName = "web1" };
        SshConnectionOptions full = new() { HostName = "10.0.0.1", UserName = "ops", Port = 2222, KeyFilePath = "/k/it's%", Sudo = true,
            Options = new Dictionary<string, string> { ["ProxyJump"] = "bastion", ["User"] = "a b" } };
        static Fixes For(SshConnectionOptions connection) => new(new AdviceTarget { Host = connection.ToAdviceHost() });
        static string? Said(Advice advice) => AdviceLanguage.Current.Command(advice);

        Assert.Equal("Set-ImageTrust -Default -Type Reject -HostName web1", Said(For(plain).SetDefault("reject")));
        Assert.Equal("Set-ImageTrust -Default -Type Reject -HostName 10.0.0.1 -UserName ops -Port 2222 -KeyFilePath '/k/it''s%' -Options " +
            "@{ ProxyJump = 'bastion'; User = 'a b' } -Sudo", Said(For(full).SetDefault("reject")));
        Assert.Equal("ssh web1 'chmod go-w -- /home/a/policy.json'", Said(For(plain).RemoveWritePermission("/home/a/policy.json")));
        Assert.Equal("ssh -o 'ProxyJump=bastion' -o 'User=a b' -p 2222 -l ops -i '/k/it''s%%' 10.0.0.1 'sudo " +
            "chmod go-w -- ''/a b''\\''''c'''", Said(For(full).RemoveWritePermission("/a b'c")));
        Assert.Null(Said(For(plain).RemoveWritePermission("/a\u001b")));
        Assert.Null(ShellLanguage.Instance.Command(For(plain).SetDefault("reject")));
        Assert.Null(Said(For(plain with { Options = new Dictionary<string, string> { ["User"] = "a\u202eb" } }).SetDefault("reject")));
    }

    [Fact]
    public void A_scope_that_looks_like_an_option_has_no_fix() =>
        Assert.Null(Fix(""" "-Force":[{"type":"insecureAcceptAnything"}] """, "ScopeAcceptsAnything"));
}
