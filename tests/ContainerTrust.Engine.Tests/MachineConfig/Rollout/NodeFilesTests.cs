using System.Text;
using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.MachineConfig.Rollout;

namespace ContainerTrust.Engine.Tests.MachineConfig.Rollout;

public sealed class NodeFilesTests
{
    private const string Answer = "Starting pod/worker-0-debug ...\n#containertrust begin\n#containertrust file " +
        "L2V0Yy9jb250YWluZXJzL3BvbGljeS5qc29u 5\naGVs\nbG8=\n#containertrust end\n#containertrust missing L2V0Yy9ub25l\n#containertrust " +
        "unreadable L2V0Yy9wa2k=\n#containertrust done\n\nRemoving debug pod ...\n";

    [Fact]
    public void An_answer_is_files()
    {
        DocumentHost host = NodeFiles.Parse("worker-0", Encoding.ASCII.GetBytes(Answer));
        Assert.Equal("worker-0", host.ComputerName);
        Assert.Equal("hello"u8.ToArray(), host.TryReadFile("/etc/containers/policy.json", 100)!.Content.ToArray());
        Assert.Null(host.TryReadFile("/etc/none", 100));
        Assert.Equal("FileNotReadable", Assert.Throws<TrustException>(() => host.TryReadFile("/etc/pki", 100)).ErrorId);
        Assert.Equal(5, NodeFiles.Parse("worker-0", Encoding.ASCII.GetBytes(Answer.Replace("\n", "\r\n", StringComparison.Ordinal)))
            .TryReadFile("/etc/containers/policy.json", 100)!.Content.Length);
    }

    [Theory]
    [InlineData(" 5\n", " 6\n")]
    [InlineData("bG8=", "bG8")]
    [InlineData("#containertrust done\n", "")]
    [InlineData("#containertrust end\n", "")]
    [InlineData("#containertrust begin\n", "")]
    [InlineData("L2V0Yy9ub25l", "ZXRj")]
    [InlineData("#containertrust missing", "#containertrust maybe")]
    public void An_answer_that_is_not_whole_is_refused(string old, string replacement)
    {
        Assert.Contains(old, Answer, StringComparison.Ordinal);
        TrustException error = Assert
            .Throws<TrustException>(() =>
            NodeFiles.Parse("worker-0", Encoding.ASCII.GetBytes(Answer.Replace(old, replacement, StringComparison.Ordinal))));
        Assert.Equal("NodeAnswerInvalid", error.ErrorId);
    }

    [Fact]
    public void Damaged_answers_are_refused_or_read_and_nothing_else()
    {
        Random random = new(11);
        byte[] answer = Encoding.ASCII.GetBytes(Answer);
        int refused = 0;
        for (int i = 0; i < 5000; i++)
        {
            byte[] damaged = [.. answer];
            for (int n = random.Next(3); n >= 0; n--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            try
            {
                Assert.NotNull(NodeFiles.Parse("worker-0", damaged).Paths);
            }
            catch (TrustException)
            {
                refused++;
            }
        }

        Assert.True(refused > 1000);
    }
}
