using ContainerTrust.Engine.Compliance;
using ContainerTrust.Engine.Hosts.Fleet;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Compliance;
using ContainerTrust.Engine.Tests.Hosts;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Foundation;

/// <summary>Errors that no other test comes by.</summary>
public sealed class RareErrorTests
{
    [Theory]
    [InlineData(Errno.EMFILE, "TooManyOpenFiles", "TooManyOpenFiles")]
    [InlineData(Errno.ENFILE, "TooManyOpenFiles", "TooManyOpenFiles")]
    [InlineData(Errno.EIO, "ReadFailed", "WriteFailed")]
    [InlineData(Errno.EACCES, "PermissionDenied", "PermissionDenied")]
    public void An_error_number_has_an_id(int number, string reading, string writing)
    {
        Assert.Equal(reading, LinuxError.ForReading(number, "/x", "/x").ErrorId);
        Assert.Equal(writing, LinuxError.ForWriting(number, "/x", "/x").ErrorId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a:b")]
    [InlineData("a/b")]
    [InlineData("all")]
    public void A_transport_is_one_word(string transport) =>
        Assert.Equal("InvalidTransport",
            Assert.Throws<TrustException>(() => ScopeRules.Require(transport, "a.example.com", force: true)).ErrorId);

    [Theory]
    [InlineData("")]
    [InlineData("/keys/a\nb")]
    public void The_path_of_a_private_key_is_printable(string path) =>
        Assert.Equal("InvalidKeyFilePath", Connect(new SshConnectionOptions { HostName = "host.example", KeyFilePath = path }));

    [Theory]
    [InlineData(Errno.ENOSPC, "DiskFull", "A lock file cannot be made in /d: no space is left on the file system. Nothing was changed;")]
    [InlineData(Errno.EDQUOT, "DiskFull", "A lock file cannot be made in /d: the disk quota is used up. Nothing was changed;")]
    [InlineData(Errno.EIO, "WriteFailed", "A lock file cannot be made in /d: ")]
    [InlineData(Errno.ENFILE, "TooManyOpenFiles", "/d cannot be opened: too many files are open.")]
    public void A_lock_that_cannot_be_made_is_said_of_the_directory(int error, string id, string message)
    {
        TrustException e = LinuxError.ForLocking(error, "/d", "/d");
        Assert.Equal(id, e.ErrorId);
        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ssh_that_is_not_there_is_said() =>
        Assert.Equal("SshNotFound", Connect(new SshConnectionOptions { HostName = "host.example", Program = "/nowhere/ssh" }));

    [Fact]
    public void A_directory_of_too_many_files_is_refused()
    {
        using HostTestDirectory directory = new();
        directory.MakeDirectory("many");
        for (int i = 0; i <= DirectoryReader.MaximumNames; i++)
            File.Create(directory[$"many/{i}"]).Dispose();
        Assert.Equal("TooManyFiles",
            Assert.Throws<TrustException>(() => DirectoryReader.List(new HostRoot("/"), directory["many"])).ErrorId);
    }

    // The others go on, and the next one is not left out.
    [Fact]
    public void A_fault_of_ours_on_one_host_is_that_hosts_error()
    {
        string program = Path.Combine(Path.GetTempPath(), $"ssh-{Guid.NewGuid():n}");
        TestExecutable.WriteScript(program, "for c do :; done\nexec sh -c \"$c\"");
        try
        {
            SshConnectionOptions[] hosts = [.. ((string[])["a.example", "b.example"]).Select(name => new SshConnectionOptions
                { HostName = name, Program = program, ConnectingTimeout = Patience.Soon })];
            FleetResult<int>[] results = [.. FleetRunner.Run(hosts, 1, [], static _ => TrustMessages.None,
                static (host, _, _) => host.Connection.HostName == "a.example" ? throw new InvalidOperationException("boom") : 1,
                CancellationToken.None).OrderBy(static r => r.Index)];
            Assert.Equal("UnexpectedError", results[0].Error?.ErrorId);
            Assert.Equal("The work on a.example failed unexpectedly: boom", results[0].Error?.Message);
            Assert.Equal((1, null), (results[1].Value, results[1].Error));
        }
        finally
        {
            File.Delete(program);
        }
    }

    [Fact]
    public void A_host_that_knows_no_owners_of_files_is_not_taken_for_a_safe_one()
    {
        AuditHost host = AuditHost.Good().WithoutPermissions(AuditHost.Policy);
        Audit audit = new(host.Store(), new ComplianceOptions(), CancellationToken.None)
        {
            PolicyFile = host.TryReadFile(AuditHost.Policy, int.MaxValue),
        };
        Assert.Equal("PermissionsUnknown", Assert.Throws<TrustException>(() => new FileCheck().Run(audit)).ErrorId);
        Assert.Contains(host.Check().Findings, static f => f.RuleId == ComplianceRules.NotChecked
            && f.Message.Contains("does not say who may write /etc/containers/policy.json", StringComparison.Ordinal));
    }

    private static string Connect(SshConnectionOptions options) =>
        Assert.Throws<TrustException>(() => SshHost.Connect(options, [], TrustMessages.None, CancellationToken.None).Dispose()).ErrorId;
}
