using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Tests.Hosts.Ssh;

namespace ContainerTrust.Engine.Tests.Hosts;

/// <summary>In a user namespace, files of users outside it show as those of one user, who may be a user of the namespace too.</summary>
public sealed class UserNamespaceTests
{
    [Theory]
    [InlineData("         0          0 4294967295\n", 0u, false)]
    [InlineData("         0       1000          1\n", 65534u, false)]
    [InlineData("0 1000 1\n1 100000 65536\n", 65534u, true)]
    [InlineData("0 1000 1\n1 100000 65533\n", 65534u, false)]
    [InlineData("0 1000 1\n1 100000 65534\n", 65534u, true)]
    [InlineData("0 1000 1\n65534 100000 1\n", 65534u, true)]
    [InlineData("0 1000 1\n65535 100000 1\n", 65534u, false)]
    [InlineData("", 65534u, false)]
    public void The_kernels_map_says_who_stands_for_users_outside(string map, uint user, bool isMapped) =>
        Assert.Equal(new NamespaceUser(user, isMapped), NamespaceUser.Parse(map, "65534\n"));

    [Theory]
    [InlineData("0 1000\n")]
    [InlineData("a b c\n")]
    public void A_map_that_the_kernel_does_not_write_is_refused(string map) =>
        Assert.Throws<FormatException>(() => NamespaceUser.Parse(map, "65534\n"));

    /// <summary>The same over SSH: the far end works in a namespace that has the number, and in one that has not.</summary>
    /// <param name="map">The map of the namespace.</param>
    /// <param name="expected">The error id, or null.</param>
    [SkippableTheory]
    [InlineData("0 0 65536", "UnsafeDirectory")]
    [InlineData("0 0 1000", null)]
    public void The_far_end_decides_alike(string map, string? expected)
    {
        Skip.IfNot(HostTools.IsRoot && HostTools.Has("flock") && HostTools.Has("unshare") && HostTools.Has("python3"),
            "Root, flock, unshare and python3 are needed.");
        using HostTestDirectory directory = new();
        directory.Write("theirs/sub/file", "old");
        HostTools.Must("chown", "65534:65534", directory["theirs"]);
        SetMode(directory["theirs"], "755");

        // The map is written from outside, while the shell of the namespace waits for it.
        string how = $$"""
            exec 7<&0
            unshare --user sh -c 'while ! grep -q . /proc/self/uid_map; do sleep 0.05; done; exec sh -c "$0" <&7' "$c" &
            echo '{{map}}' >/proc/$!/uid_map 2>/dev/null || { sleep 0.3; echo '{{map}}' >/proc/$!/uid_map; }
            wait $!
            """;
        string path = directory["theirs/sub/file"];
        using var host = RemoteStandIn.Connect(how, path);
        string? error = null, words = null;
        try
        {
            using var change = host.BeginChange([directory["theirs/sub"]], Patience.Soon, CancellationToken.None);
            change.Replace(path, "new"u8, host.TryReadFile(path, 100));
            change.Complete(static _ => { });
        }
        catch (TrustException e)
        {
            (error, words) = (e.ErrorId, e.Message);
        }

        Assert.True(expected == error, words);
    }

    private static void SetMode(string path, string mode) => HostTools.Must("chmod", mode, path);
}
