using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Tests.Registry.Web;

/// <summary>Answers that claim to be huge cost no memory.</summary>
[Collection(Alone.Name)]
public sealed class HostileSizeTests : RegistryTest
{
    private const long MostBytes = 512L << 20;

    private static readonly byte[] s_megabyte = new byte[1 << 20];

    private static WebOptions Hasty(WebOptions options) => options with { Timeout = TimeSpan.FromSeconds(2.5), Retries = 0 };

    [Theory]
    [InlineData("Content-Length: 1073741824\r\n\r\n")]
    [InlineData("Connection: close\r\n\r\n")]
    public async Task A_gigabyte_is_not_read(string rest)
    {
        long sent = 0;
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Serve(async (_, stream, stop) =>
        {
            await HostileServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\n" + rest);
            try
            {
                for (int i = 0; i < 1024; i++)
                {
                    await stream.WriteAsync(s_megabyte, stop);
                    Interlocked.Add(ref sent, s_megabyte.Length);
                }
            }
            finally
            {
                ended.TrySetResult();
            }

            return false;
        });
        long before = GC.GetTotalAllocatedBytes();
        TrustException e = await ManifestRefusedAsync("ManifestTooLarge", Client());
        Assert.Equal(TrustErrorKind.LimitsExceeded, e.Kind);
        Assert.True(GC.GetTotalAllocatedBytes() - before < MostBytes);

        // The client closes the connection, and with that ends the sending.
        await ended.Task.WaitAsync(Patience.Limit);
        Assert.True(Interlocked.Read(ref sent) < 64L << 20);
    }

    [Fact]
    public async Task A_length_of_a_gigabyte_costs_no_memory()
    {
        byte[] blob = [1, 2, 3];
        string digest = "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(blob));
        Serve(async (_, stream, stop) =>
        {
            await HostileServer.WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\nabc");
            await Task.Delay(-1, stop);
            return false;
        });
        long before = GC.GetTotalAllocatedBytes();
        await RefusedAsync("RegistryTimeout", () => Client(Hasty).GetBlobAsync(Image(), digest, long.MaxValue, CancellationToken.None));
        Assert.True(GC.GetTotalAllocatedBytes() - before < MostBytes);
    }
}
