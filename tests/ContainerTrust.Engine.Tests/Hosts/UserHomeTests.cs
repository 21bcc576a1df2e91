using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Hosts.Ssh;
using ContainerTrust.Engine.Tests.Hosts.Ssh;
using ContainerTrust.Engine.Trust;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>A HOME that was kept by sudo or su is another user's.</summary>
public sealed class UserHomeTests : IDisposable
{
    private readonly HostTestDirectory _directory = new();
    private readonly string? _record = PasswordDatabase.FindHomeDirectory();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_users_own_directory_is_home()
    {
        Assert.Equal(_directory.Root, UserHome.Find(_directory.Root));
        Assert.Equal(_directory.Root + "/", UserHome.Find(_directory.Root + "/"));
        Assert.Equal(_directory["still/to/be/made"], UserHome.Find(_directory["still/to/be/made"]));
        _directory.Link("link", ".");
        Assert.Equal(_directory["link"], UserHome.Find(_directory["link"]));
    }

    [Fact]
    public void Without_a_path_the_record_counts()
    {
        Assert.Equal(_record, UserHome.Find(null));
        Assert.Equal(_record, UserHome.Find(""));
        Assert.Equal(_record, UserHome.Find("relative"));
        Assert.Equal(_record, UserHome.Find(_directory.Write("file", "x")));
    }

    [SkippableFact]
    public void Another_users_directory_is_not_home()
    {
        Skip.IfNot(HostTools.IsRoot, "Making another user's directory needs root.");
        _directory.MakeDirectory("theirs/sub");
        _directory.Link("theirs/link", _directory.Root);
        HostTools.Must("chown", "-h", "65534:65534", _directory["theirs"], _directory["theirs/link"]);
        foreach (string home in (string[])["theirs", "theirs/", "theirs/sub", "theirs/link", "theirs/none", "theirs/.."])
            Assert.Equal(_record, UserHome.Find(_directory[home]));
    }

    [SkippableTheory]
    [InlineData("sh")]
    [InlineData("busybox sh")]
    public void That_another_users_home_is_not_used_is_said(string road)
    {
        Skip.IfNot(HostTools.IsRoot, "Making another user's directory needs root.");
        Skip.IfNot(HostTools.Has(road.Split(' ')[0]), $"{road} is not installed.");
        _directory.MakeDirectory("theirs");
        HostTools.Must("chown", "65534:65534", _directory["theirs"]);
        List<string> warnings = [];
        foreach ((string home, bool isUsed) in ((string, bool)[])[(_directory["theirs"], false), (_directory.Root, true)])
        {
            warnings.Clear();
            using SshHost host = RemoteStandIn.Connect($"export FOREIGN_HOME=/x HOME={home}; exec {road} -c \"$c\"");
            TrustStore.Open(host, new TrustStoreOptions(), new TrustMessages { Warning = warnings.Add });
            Assert.Equal(isUsed, HostUser.FindUnusedHome(host) is null);
            Assert.Equal(isUsed, !warnings.Any(w => w.StartsWith($"HOME is {home}, which is not this user's", StringComparison.Ordinal)));
        }
    }
}
