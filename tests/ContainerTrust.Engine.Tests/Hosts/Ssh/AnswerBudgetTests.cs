using ContainerTrust.Engine.Hosts.Ssh;

namespace ContainerTrust.Engine.Tests.Hosts.Ssh;

/// <summary>The memory for the answers of all hosts together.</summary>
[Collection(Alone.Name)]
public sealed class AnswerBudgetTests
{
    private const long MiB = 1L << 20;

    // A greeting with the right mark, and then the names of directories without end: the smallest things that are kept.
    private const string Names =
        "set -- $(grep -a -m 1 -E '^[0-9a-f]{16} [0-9a-f]{16} [0-9]+$'); exec awk -v n=\"$1$2\" 'BEGIN { " +
        "printf \"%c%s%cI0%ch%c\", 0, n, 0, 0, 0; for (d = 0; ; d++) { printf \"l/%d%c\", d, 0; " +
        "for (i = 0; i < 90000; i++) printf \"x%c\", 0; printf \"%c\", 0 } }'";

    [Fact]
    public void A_host_that_answers_without_end_fails_and_gives_all_back()
    {
        AnswerBudget budget = new(4 * MiB);
        TrustException e = Assert.Throws<TrustException>(() => RemoteStandIn.Connect(Names, budget).Dispose());
        Assert.Equal(("AnswersTooLarge", TrustErrorKind.LimitsExceeded, "host.example"), (e.ErrorId, e.Kind, e.Target));
        Assert.Contains("more than 4 MB", e.Message, StringComparison.Ordinal);
        Assert.Contains("-MemoryLimitMB", e.Message, StringComparison.Ordinal);
        Assert.True(budget.TryTake(4 * MiB));
    }

    [Fact]
    public async Task All_hosts_at_once_stay_within_one_budget()
    {
        AnswerBudget budget = new(16 * MiB);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Task<TrustException>[] hosts = [.. Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
            () => Assert.Throws<TrustException>(() => RemoteStandIn.Connect(Names, budget).Dispose()), TaskCreationOptions.LongRunning))];
        foreach (TrustException e in await Task.WhenAll(hosts))
            Assert.Equal("AnswersTooLarge", e.ErrorId);
        Assert.True(budget.TryTake(16 * MiB));
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 32 * MiB);
    }

    [Fact]
    public void What_an_honest_host_answers_takes_nothing_from_the_others()
    {
        AnswerBudget budget = new(0);
        using SshHost host = RemoteStandIn.Connect("exec sh -c \"$c\"", budget, "/etc/passwd");
        Assert.NotNull(host.TryReadFile("/etc/passwd", 1 << 20));
    }

    [Fact]
    public void A_share_is_free_and_the_rest_is_counted()
    {
        AnswerBudget budget = new(3 * MiB);
        using AnswerAccount first = new(budget);
        using AnswerAccount second = new(budget);
        Assert.True(first.TryUse(AnswerBudget.Share));
        Assert.True(second.TryUse(AnswerBudget.Share));
        Assert.True(first.TryUse(2 * MiB));
        Assert.True(second.TryUse(1));
        Assert.False(first.TryUse(1));
        second.Clear();
        Assert.True(first.TryUse(1));
        Assert.False(second.TryUse(AnswerBudget.Share + 1));
        first.Dispose();
        Assert.True(second.TryUse(1));
    }

    [Fact]
    public void Pieces_are_what_was_added()
    {
        Random random = new(5);
        Chunks chunks = new();
        using MemoryStream expected = new();
        for (int i = 0; i < 400; i++)
        {
            byte[] part = new byte[random.Next(4) == 0 ? random.Next(200_000) : random.Next(40)];
            random.NextBytes(part);
            chunks.Add(part);
            expected.Write(part);
        }

        Assert.Equal(expected.Length, chunks.Length);
        byte[] all = expected.ToArray();
        Assert.Equal(all, chunks.Copy(0, all.Length));
        for (int i = 0; i < 200; i++)
        {
            int offset = random.Next(all.Length);
            int length = random.Next(all.Length - offset + 1);
            Assert.True(all.AsSpan(offset, length).SequenceEqual(chunks.Copy(offset, length)));
        }

        Assert.Empty(new Chunks().Copy(0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => chunks.Copy(1, all.Length));
    }
}
