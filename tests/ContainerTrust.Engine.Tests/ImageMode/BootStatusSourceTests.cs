using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.ImageMode;
using ContainerTrust.Engine.Tests.Hosts.Ssh;

namespace ContainerTrust.Engine.Tests.ImageMode;

/// <summary>Which program of a host is believed, over SSH as well.</summary>
public sealed class BootStatusSourceTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("ct-boot-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Rpm_ostree_is_asked_where_bootc_fails_or_knows_no_image()
    {
        RemoteProgram good = new(BootDocuments.Bytes(BootDocuments.RpmOstree()), 0, "");
        RemoteProgram none = new(BootDocuments.Bytes(
            """{"apiVersion":"org.containers.bootc/v1","kind":"BootcHost","status":{"staged":null,"booted":null,"rollback":null}}"""),
            0, "");
        RemoteProgram failed = new([], 1, "error: must be root");
        BootStatus Ask(RemoteProgram? bootc, RemoteProgram? other) =>
            BootStatusSource.First("host", program => program == "bootc" ? bootc : other);
        Assert.Equal("rpm-ostree", Ask(null, good).Program);
        Assert.Equal("rpm-ostree", Ask(failed, good).Program);
        Assert.Equal("rpm-ostree", Ask(none, good).Program);
        Assert.Equal("bootc", Ask(new(BootDocuments.Bytes(BootDocuments.Bootc()), 0, ""), good).Program);
        Assert.Null(Ask(none, null).Booted);
        Assert.Equal("NotImageMode", Assert.Throws<TrustException>(() => Ask(null, null)).ErrorId);
        TrustException fault = Assert.Throws<TrustException>(() => Ask(failed, failed));
        Assert.Equal("BootStatusUnreadable", fault.ErrorId);
        Assert.Contains("must be root", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!/bin/sh\ncat '{0}/status'; echo words >&2; exit 0\n", 0, "words")]
    [InlineData("#!/bin/sh\nprintf 'a\\0b'; exit 3\n", 3, "")]
    [InlineData("#!/bin/sh\ncat; yes | head -c 300000 >&2; exit 7\n", 7, null)]
    public void A_program_of_a_host_is_run_over_the_connection(string script, int exitCode, string? words)
    {
        File.WriteAllText($"{_directory}/status", BootDocuments.Bootc());
        TestExecutable.Write($"{_directory}/bootc", script.Replace("{0}", _directory, StringComparison.Ordinal));
        using SshHost host = RemoteStandIn.Connect($"PATH={_directory}:$PATH; export PATH; exec sh -c \"$c\"");
        RemoteProgram answer = host.AskStatus("bootc")!;
        Assert.Equal(exitCode, answer.ExitCode);
        if (words is not null)
            Assert.Equal(words, answer.UntrustedWords);
        if (exitCode == 0)
            Assert.Equal("bootc", BootStatusSource.Ask(host, CancellationToken.None).Program);

        // The connection is of use after it.
        Assert.NotNull(host.TryReadFile("/etc/passwd", 1 << 20));
    }

    [SkippableFact]
    public void A_host_without_the_programs_is_not_in_image_mode()
    {
        using SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\"");
        Skip.If(File.Exists("/usr/bin/bootc") || File.Exists("/usr/bin/rpm-ostree"), "This machine is in image mode itself.");
        Assert.Equal("NotImageMode",
            Assert.Throws<TrustException>(() => BootStatusSource.Ask(host, CancellationToken.None)).ErrorId);
    }

    [Theory]
    [InlineData("bbootc\0{}\0MARK\0no code\0")]
    [InlineData("bbootc\0{}\0MARK\0exit 256\0")]
    [InlineData("bbootc\0{}\0MARK\0exit -1\0")]
    [InlineData("Bother\0")]
    [InlineData("Bbootc\0")]
    public void An_answer_that_is_none_ends_the_connection_or_says_that_there_is_no_program(string answer)
    {
        string text = "\0MARK\0I0\0host\0VHOME\0/root\0E\0" + answer + "E\0";
        using SshHost host = GivenAnswers.Connect(BootDocuments.Bytes(text));
        if (answer.StartsWith("Bbootc", StringComparison.Ordinal))
            Assert.Null(host.AskStatus("bootc"));
        else
            Assert.Throws<TrustException>(() => host.AskStatus("bootc"));
    }
}
