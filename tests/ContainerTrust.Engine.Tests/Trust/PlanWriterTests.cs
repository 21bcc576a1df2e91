using ContainerTrust.Engine.Hosts;
using ContainerTrust.Engine.Hosts.Linux;
using ContainerTrust.Engine.Trust;
using ContainerTrust.Engine.Trust.Records;

namespace ContainerTrust.Engine.Tests.Trust;

/// <summary>What is said where one file is written and the next is not.</summary>
public sealed class PlanWriterTests
{
    private const string First = "/etc/containers/policy.json";
    private const string Second = "/etc/containers/registries.d/x.yaml";

    public static TheoryData<int> Errors => [.. Enumerable.Range(1, 133)];

    [Theory]
    [MemberData(nameof(Errors))]
    public void Nothing_is_said_that_contradicts_what_is_written(int error)
    {
        TrustException e = Fail(LinuxError.ForWriting(error, Second, Second));
        Assert.StartsWith($"Written and in force: {First}. The rest is not written: ", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("othing was", e.Message, StringComparison.Ordinal);
        Assert.Contains(Second, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_changed_is_that_file_s_matter()
    {
        TrustException e = Fail(new FileChangedException(Second));
        Assert.DoesNotContain("othing was", e.Message, StringComparison.Ordinal);
        Assert.Contains("It was not written", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_error_says_of_its_own_file_is_not_said_of_all()
    {
        string own = $"{Second} is unsafe. Nothing was changed; fix it.";
        TrustException e = Fail(new TrustException("UnsafeDirectory", TrustErrorKind.PermissionDenied, own));
        Assert.Equal($"Written and in force: {First}. The rest is not written: {Second} is unsafe. It was not changed; fix it.", e.Message);
    }

    [Fact]
    public void A_connection_that_ends_says_nothing_of_the_rest()
    {
        TrustException e = Fail(new TrustException("ConnectionLost", TrustErrorKind.ConnectionFailed, "The connection ended."));
        Assert.Equal($"Written and in force: {First}. Whether the rest is written is not known: The connection ended.", e.Message);
    }

    [Fact]
    public void What_was_changed_in_part_and_is_not_on_record_is_said_to_be_so()
    {
        TrustException lost = new("ConnectionLost", TrustErrorKind.ConnectionFailed, "The connection ended.");
        TrustException e = Fail(lost, records: true);
        Assert.EndsWith(": The connection ended. What is written is not on record, so it cannot be taken back by a command.", e.Message,
            StringComparison.Ordinal);
    }

    private static TrustException Fail(TrustException error, bool records = false)
    {
        MemoryHost host = new() { Changing = () => new FailingChange(error) };
        TrustStore store = new(host, new TrustLocations(First, "/etc/containers/registries.d", false, false), TrustMessages.None)
        {
            TellsChanges = true,
        };
        ChangeRecorder? recorder = records ? new(store, TrustMessages.None) : null;
        using PlanWriter writer = new(host, First, "/etc/containers/registries.d", TrustMessages.None, TimeSpan.Zero,
            CancellationToken.None, recorder);
        PlannedFile[] plan = [new(First, null, "{}"u8.ToArray()), new(Second, null, "x: y\n"u8.ToArray())];
        return Assert.ThrowsAny<TrustException>(() => writer.Write(() => plan));
    }

    private sealed class FailingChange(TrustException error) : IHostChange
    {
        public void Replace(string path, ReadOnlySpan<byte> content, HostFile? expected)
        {
            if (path == Second)
                throw error;
        }

        public void RequireWritable(string path)
        {
            // Everything looks well beforehand.
        }

        public void Delete(string path, HostFile expected) => throw error;

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
