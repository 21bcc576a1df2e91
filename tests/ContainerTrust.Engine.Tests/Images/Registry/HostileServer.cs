using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ContainerTrust.Engine.Tests.Images.Registry;

/// <summary>A request as it came over the wire.</summary>
internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body,
    X509Certificate2? ClientCertificate)
{
    public string Path => Target.Split('?')[0];

    public string? Authorization => Headers.GetValueOrDefault("Authorization");
}

/// <summary>A server in this process that says exactly the bytes that a test wants, and keeps every request's headers.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    public HostileServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    public string Scheme => _certificate is null ? "http" : "https";

    /// <summary>The server as images name it.</summary>
    public string Authority => $"127.0.0.1:{Port}";

    public string Url => $"{Scheme}://{Authority}";

    /// <summary>Answers a request by writing to the connection; the connection goes on if it gives true.</summary>
    public Func<SeenRequest, Stream, CancellationToken, Task<bool>> Handler { get; set; } = (_, stream, _) => AnswerAsync(stream, 404, "");

    public ConcurrentQueue<SeenRequest> Requests { get; } = new();

    public int Connections;

    public IEnumerable<SeenRequest> To(string path) => Requests.Where(r => r.Path == path);

    public static Task<bool> AnswerAsync(Stream stream, int status, string body, params string[] headers) =>
        AnswerAsync(stream, status, Encoding.UTF8.GetBytes(body), headers);

    public static async Task<bool> AnswerAsync(Stream stream, int status, byte[] body, params string[] headers)
    {
        var head = new StringBuilder($"HTTP/1.1 {status} Status\r\nContent-Length: {body.Length}\r\n");
        foreach (string header in headers)
            head.Append(header).Append("\r\n");
        byte[] headBytes = Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
        await stream.WriteAsync((byte[])[.. headBytes, .. body]);
        return true;
    }

    public static async Task<bool> WriteAsync(Stream stream, string text)
    {
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text));
        await stream.FlushAsync();
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
                Interlocked.Increment(ref Connections);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            return;
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                X509Certificate2? clientCertificate = null;
                if (_certificate is not null)
                {
                    var tls = new SslStream(stream);
                    await tls.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions
                        {
                            ServerCertificateContext = SslStreamCertificateContext
                                .Create(_certificate, TestCertificates.Chain(_certificate), offline: true),
                            ClientCertificateRequired = true,
                            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                            {
                                clientCertificate = certificate as X509Certificate2;
                                return certificate is null or X509Certificate2;
                            },
                        },
                        _stop.Token);
                    stream = tls;
                }

                while (await ReadAsync(stream, clientCertificate) is { } request)
                {
                    Requests.Enqueue(request);
                    if (!await Handler(request, stream, _stop.Token))
                        return;
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or AuthenticationException or SocketException
            or ObjectDisposedException)
        {
            // The other side gave up, as many tests want it to.
            return;
        }
    }

    private async Task<SeenRequest?> ReadAsync(Stream stream, X509Certificate2? clientCertificate)
    {
        var head = new StringBuilder();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return null;
            head.Append((char)one[0]);

            // A TLS greeting on a plain port.
            if (head.Length == 1 && one[0] == 0x16)
            {
                await WriteAsync(stream, "HTTP/1.1 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n");
                return null;
            }
        }

        string[] lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        string[] first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(p => p[0], p => p[1], StringComparer.OrdinalIgnoreCase);
        int length = headers.TryGetValue("Content-Length", out string? text)
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new SeenRequest(first[0], first[1], headers, Encoding.UTF8.GetString(body), clientCertificate);
    }
}
