using System.Net;
using ContainerTrust.Engine.Registry;
using ContainerTrust.Engine.Registry.Web;

namespace ContainerTrust.Engine.Tests.Registry.Web;

public class ConnectorTests
{
    [Theory]
    [InlineData("::1 ::2 10.0.0.1 10.0.0.2", "::1 10.0.0.1 ::2 10.0.0.2")]
    [InlineData("10.0.0.1 10.0.0.2 ::1", "10.0.0.1 ::1 10.0.0.2")]
    [InlineData("::1 10.0.0.1", "::1 10.0.0.1")]
    [InlineData("::1 ::2 ::3", "::1 ::2 ::3")]
    public void The_families_come_in_turn(string addresses, string expected) =>
        Assert.Equal(expected, string.Join(' ', Connector.Interleave([.. addresses.Split(' ').Select(IPAddress.Parse)]).AsEnumerable()));

    [Fact]
    public async Task A_name_with_an_address_that_nobody_listens_on_is_reached_at_another()
    {
        // localhost is ::1 too where there is IPv6; the server listens on 127.0.0.1 alone.
        await using var server = new HostileServer();
        server.Handler = (_, stream, _) => HostileServer.AnswerAsync(stream, 200, "x");
        using var host = new ScratchHost();
        using var client = new RegistryClient(host, new WebOptions { Retries = 0 });
        Assert.NotNull(await client.TryGetFileAsync(new Uri($"http://localhost:{server.Port}/x"), 10, CancellationToken.None));
    }
}
