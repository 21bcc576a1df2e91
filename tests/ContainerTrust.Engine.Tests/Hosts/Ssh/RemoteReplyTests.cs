using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Tests.Hosts.Ssh;

/// <summary>Answers of a host that says whatever it likes: a clear error, or what it said.</summary>
public sealed class RemoteReplyTests
{
    private const string Greeting = GivenAnswers.Mark + "I0\0web1\0";

    [Fact]
    public void Files_that_come_together_are_told_apart()
    {
        using SshHost host = Connect(Files(["/etc/a", "/etc/b"], [3, 2], "abcde"));
        Assert.Equal("abc", Encoding.ASCII.GetString(host.TryReadFile("/etc/a", 10)!.Content.Span));
        Assert.Equal("de", Encoding.ASCII.GetString(host.TryReadFile("/etc/b", 10)!.Content.Span));
    }

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MaxValue, long.MaxValue)]
    [InlineData(1, long.MaxValue)]
    [InlineData(RemoteReply.MaximumContent, 1)]
    public void Lengths_whose_sum_is_too_large_are_refused(long first, long second)
    {
        // With the last one the sum of three is small again in 64 bits.
        long third = unchecked(5 - first - second);
        foreach (long[] lengths in (long[][])[[first, second], [first, second, Math.Max(third, 0)]])
        {
            string[] paths = [.. lengths.Select(static (_, i) => $"/etc/{i}")];
            Assert.Equal("RemoteShellUnusable", Assert.Throws<TrustException>(() => Connect(Files(paths, lengths, "abcde"))).ErrorId);
        }
    }

    [Fact]
    public void Very_many_names_in_a_directory_cost_no_more_than_their_number()
    {
        const int Count = 100_000;
        using SshHost host = Connect($"l/etc/d\0{string.Concat(Enumerable.Range(0, Count).Select(static i => $"{i}.yaml\0"))}\0");
        TimeSpan start = ProcessorTime.Now;
        Assert.Equal(Count, host.ListDirectory("/etc/d").Count);
        for (int i = 0; i < Count; i++)
            Assert.Null(host.TryReadFile($"/etc/d/{i}.conf", 10));
        ProcessorTime.AtMost(TimeSpan.FromSeconds(5), start);
        Assert.Equal(1, host.RoundTrips);
    }

    private static SshHost Connect(string answers) => GivenAnswers.Connect(Encoding.UTF8.GetBytes($"{Greeting}{answers}E\0"));

    private static string Files(string[] paths, long[] lengths, string content)
    {
        string statuses = string.Join('\n', lengths.Select(static l =>
            string.Create(CultureInfo.InvariantCulture,
                $"81a4 {l} 2049 131 0 0 2026-01-31 12:00:00.5 +0000|2026-01-31 12:00:00.5 +0000")));
        string names = string.Concat(paths.Select(static p => p + "\0"));
        return $"c{paths.Length}\0{names}{statuses}\0{new string('c', paths.Length)}\0{content}{GivenAnswers.Mark}{statuses}\0";
    }
}
