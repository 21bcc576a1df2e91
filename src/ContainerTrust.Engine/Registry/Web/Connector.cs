using System.Net;
using System.Net.Sockets;

namespace ContainerTrust.Engine.Registry.Web;

/// <summary>
/// Connects to a host that has several addresses (RFC 8305, "Happy Eyeballs"): the next address is tried while the one before has not
/// answered for a moment, so that a host whose IPv6 leads nowhere is reached as quickly as podman reaches it.
/// </summary>
internal static class Connector
{
    private static readonly TimeSpan s_headStart = TimeSpan.FromMilliseconds(300);

    /// <summary>Connects.</summary>
    /// <param name="context">Whom to.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="SocketException">The name cannot be resolved, or no address answers.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        DnsEndPoint target = context.DnsEndPoint;
        IPAddress[] addresses = IPAddress.TryParse(target.Host, out IPAddress? literal)
            ? [literal]
            : Interleave(await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false));
        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        return new NetworkStream(await RaceAsync(addresses, target.Port, cancellationToken).ConfigureAwait(false), ownsSocket: true);
    }

    /// <summary>The resolver's order, but the two families in turn.</summary>
    internal static IPAddress[] Interleave(IPAddress[] addresses)
    {
        if (addresses.Length < 3)
            return addresses;
        IPAddress[] first = [.. addresses.Where(a => a.AddressFamily == addresses[0].AddressFamily)];
        IPAddress[] second = [.. addresses.Where(a => a.AddressFamily != addresses[0].AddressFamily)];
        return [.. Enumerable.Range(0, addresses.Length).SelectMany(i => first.Skip(i).Take(1).Concat(second.Skip(i).Take(1)))];
    }

    private static async Task<Socket> RaceAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task<Socket>> racing = [];
        SocketException? failure = null;
        int next = 0;
        try
        {
            while (true)
            {
                if (next < addresses.Length)
                    racing.Add(ConnectOneAsync(addresses[next++], port, losers.Token));
                if (racing.Count == 0)
                    throw failure!;
                Task first = next < addresses.Length
                    ? await Task.WhenAny([.. racing, Task.Delay(s_headStart, losers.Token)]).ConfigureAwait(false)
                    : await Task.WhenAny(racing).ConfigureAwait(false);
                if (first is not Task<Socket> ended)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                }

                racing.Remove(ended);
                try
                {
                    return await ended.ConfigureAwait(false);
                }
                catch (SocketException e)
                {
                    failure ??= e;
                }
            }
        }
        finally
        {
            await losers.CancelAsync().ConfigureAwait(false);
            foreach (Task<Socket> loser in racing)
                _ = loser.ContinueWith(
                    static t => Drop(t),
                    CancellationToken.None,
                    TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
        }
    }

    private static async Task<Socket> ConnectOneAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // One that came in second, or failed: its exception has been seen.
    private static void Drop(Task<Socket> loser)
    {
        if (loser.IsCompletedSuccessfully)
            loser.Result.Dispose();
        else
            _ = loser.Exception;
    }
}
