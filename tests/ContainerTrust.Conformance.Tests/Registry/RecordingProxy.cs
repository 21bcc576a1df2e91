using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Registry;

/// <summary>A proxy that notes the first line of each request and connects nobody to anything.</summary>
internal sealed class RecordingProxy : IAsyncDisposable
{
    private static readonly byte[] s_refusal = Encoding.ASCII.GetBytes(
        "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _seen = new();
    private readonly Task _accepting;

    public RecordingProxy()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Host and port.</summary>
    public string Authority => _listener.LocalEndpoint.ToString()!;

    /// <summary>Whether it was asked to connect to a server by TLS.</summary>
    public bool WasAskedByHttps => _seen.Any(static line => line.StartsWith("CONNECT ", StringComparison.Ordinal));

    /// <summary>Whether it was asked to pass an http request on.</summary>
    public bool WasAskedByHttp => _seen.Any(static line => line.StartsWith("GET http://", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> conversations = [];
        try
        {
            while (true)
                conversations.Add(ConverseAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(conversations);
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                NetworkStream stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.Latin1, leaveOpen: true);
                string? first = await reader.ReadLineAsync(_stop.Token);
                _seen.Enqueue(first ?? "");
                while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 })
                    continue;
                await stream.WriteAsync(s_refusal, _stop.Token);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                _seen.Enqueue("broken off");
            }
        }
    }
}
