using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace ContainerTrust.Conformance.Tests.Verification;

/// <summary>A web server on loopback that gives the files below a directory: a lookaside store.</summary>
internal sealed class StaticFileServer : IDisposable
{
    private readonly string _directory;
    private readonly X509Certificate2? _certificate;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _accepting;
    private int _requests;

    /// <summary>Begins to serve.</summary>
    /// <param name="directory">What is served.</param>
    /// <param name="certificate">With its private key, for https. Null for http.</param>
    public StaticFileServer(string directory, X509Certificate2? certificate)
    {
        _directory = directory;
        _certificate = certificate;
        _listener.Start();
        Url = $"{(certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _accepting = AcceptAsync();
    }

    /// <summary>The directory's URL, without a trailing slash.</summary>
    public string Url { get; }

    /// <summary>How many requests were answered.</summary>
    public int Requests => _requests;

    public void Dispose()
    {
        _end.Cancel();
        _listener.Stop();
        _accepting.GetAwaiter().GetResult();
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server was stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            await using (Stream stream = await OpenAsync(client))
            {
                using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
                while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 } request)
                {
                    while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
                    {
                        // Headers do not matter.
                    }

                    await AnswerAsync(stream, request.Split(' '));
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client went away; what it wanted to know it will say itself.
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        client.NoDelay = true;
        if (_certificate is null)
            return client.GetStream();
        SslStream stream = new(client.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _end.Token);
        return stream;
    }

    private async Task AnswerAsync(Stream stream, string[] request)
    {
        Interlocked.Increment(ref _requests);
        string path = Path.GetFullPath(_directory + Uri.UnescapeDataString(request[1].Split('?')[0]));
        bool found = request[0] is "GET" or "HEAD" && path.StartsWith(_directory + "/", StringComparison.Ordinal) && File.Exists(path);
        byte[] body = found ? await File.ReadAllBytesAsync(path, _end.Token) : "no such file\n"u8.ToArray();
        byte[] head = Encoding.ASCII
            .GetBytes($"HTTP/1.1 {(found ? "200 OK" : "404 Not Found")}\r\nContent-Type: " +
            $"application/octet-stream\r\nContent-Length: {body.Length}\r\n\r\n");
        await stream.WriteAsync(request[0] == "HEAD" ? head : [.. head, .. body], _end.Token);
        await stream.FlushAsync(_end.Token);
    }
}
