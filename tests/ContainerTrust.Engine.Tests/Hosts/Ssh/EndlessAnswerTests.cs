namespace ContainerTrust.Engine.Tests.Hosts.Ssh;

/// <summary>Other sides that never stop talking.</summary>
[Collection(Alone.Name)]
public sealed class EndlessAnswerTests
{
    [Theory]
    [InlineData("exec yes")]
    [InlineData("exec cat /dev/zero")]
    public void Noise_without_end_ends(string endless) => AssertFails(endless);

    [Fact]
    public void An_answer_without_end_ends_and_does_not_fill_the_memory()
    {
        // A greeting with the right mark, and then reasons, variables and paths without end.
        foreach (string kind in (string[])["printf \"x/%d%c%s%c\", i, 0, w, 0", "printf \"V%d%c%s%c\", i, 0, w, 0",
            "printf \"n/%s%d%c\", w, i, 0"])
            AssertFails("set -- $(grep -a -m 1 -E '^[0-9a-f]{16} [0-9a-f]{16} [0-9]+$'); exec awk -v n=\"$1$2\" 'BEGIN { printf " +
                $"\"%c%s%cI0%ch%c\", 0, n, 0, 0, 0; w = \"w\"; while (length(w) < 30000) w = w w; for (i = 0; ; i++) {{ {kind} }} }}'");
    }

    private static void AssertFails(string how)
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long allocated = GC.GetTotalAllocatedBytes();
        TrustException error = Assert.Throws<TrustException>(() => RemoteStandIn.Connect(how).Dispose());
        Assert.True(GC.GetTotalAllocatedBytes() - allocated < 2L << 30, $"{(GC.GetTotalAllocatedBytes() - allocated) >> 20} MB");
        Assert.Contains(error.ErrorId, (string[])["RemoteShellUnusable", "SshTimeout", "ConnectionLost", "AnswersTooLarge"]);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 100 << 20);
    }
}
