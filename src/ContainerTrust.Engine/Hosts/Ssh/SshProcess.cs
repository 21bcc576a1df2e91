using System.Diagnostics;
using System.Text;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>
/// A running ssh. Reading blocks the calling thread; a watchdog ends ssh when the host is silent for too long or the user cancels, which
/// ends the reading.
/// </summary>
internal sealed class SshProcess : RemoteConnection
{
    private const int ErrorBytes = 16 << 10;
    private const int WatchMilliseconds = 200;
    private const int FarewellMilliseconds = 2000;

    private readonly SshConnectionOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Thread _errorReader;
    private readonly byte[] _errors = new byte[ErrorBytes];
    private readonly Timer _watchdog;
    private readonly CancellationTokenRegistration _cancellation;
    private long _silenceEnds = long.MaxValue;
    private long _allEnds = long.MaxValue;
    private long _silence = long.MaxValue;
    private int _errorCount;
    private volatile bool _timedOut;
    private volatile bool _disposed;

    private SshProcess(SshConnectionOptions options, Process process, CancellationToken cancellationToken)
        : base(options)
    {
        _options = options;
        _process = process;
        _cancellationToken = cancellationToken;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        _errorReader = new Thread(ReadErrors, 128 << 10) { IsBackground = true, Name = "ssh errors" };
        _errorReader.Start();
        _watchdog = new Timer(static state => ((SshProcess)state!).Watch(), this, WatchMilliseconds, WatchMilliseconds);
        _cancellation = cancellationToken.Register(static state => ((SshProcess)state!).Kill(), this);
    }

    /// <summary>Starts ssh.</summary>
    /// <exception cref="TrustException">There is none (<c>SshNotFound</c>), it cannot be started, or a value is refused.</exception>
    public static SshProcess Start(SshConnectionOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ProcessStartInfo start = SshProgram.StartInfo(options);
        try
        {
            return new SshProcess(options, Process.Start(start)!, cancellationToken);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new TrustException(
                "SshNotFound",
                TrustErrorKind.NotFound,
                $"{start.FileName} cannot be started: {e.Message}.",
                e)
            {
                Target = options.HostName,
            };
        }
    }

    /// <inheritdoc/>
    public override void Expect(TimeSpan silence, TimeSpan all)
    {
        base.Expect(silence, all);
        long now = Environment.TickCount64;
        Volatile.Write(ref _silence, silence == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)silence.TotalMilliseconds);
        Volatile.Write(ref _silenceEnds, Later(now, Volatile.Read(ref _silence)));
        Volatile.Write(ref _allEnds, Later(now, all == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)all.TotalMilliseconds));
    }

    /// <inheritdoc/>
    public override void Rest()
    {
        Volatile.Write(ref _silenceEnds, long.MaxValue);
        Volatile.Write(ref _allEnds, long.MaxValue);
    }

    /// <inheritdoc/>
    public override void Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _input.Write(bytes);
            _input.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Ended();
        }
    }

    /// <summary>
    /// Ends the connection: politely, so that a connection shared by others goes on, and with force if that takes too long.
    /// </summary>
    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _cancellation.Dispose();
        _watchdog.Dispose();
        try
        {
            _input.Dispose();
        }
        catch (IOException)
        {
            // What was still to be sent can no longer be; the connection has ended already.
            _timedOut = true;
        }

        if (_timedOut || _cancellationToken.IsCancellationRequested || !_process.WaitForExit(FarewellMilliseconds))
            Kill();
        _output.Dispose();
        _process.Dispose();
        base.Dispose();
    }

    private static long Later(long now, long milliseconds) => milliseconds > long.MaxValue - now ? long.MaxValue : now + milliseconds;

    /// <inheritdoc/>
    protected override int Receive(Span<byte> buffer)
    {
        int read;
        try
        {
            read = _output.Read(buffer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            read = 0;
        }

        if (read == 0)
            throw Ended();
        if (Volatile.Read(ref _silenceEnds) != long.MaxValue)
            Volatile.Write(ref _silenceEnds, Later(Environment.TickCount64, Volatile.Read(ref _silence)));
        return read;
    }

    private Exception Ended()
    {
        if (_cancellationToken.IsCancellationRequested)
            return new OperationCanceledException(_cancellationToken);
        if (_timedOut)
            return SshFailure.TimedOut(_options);
        int? exitCode = _process.WaitForExit(FarewellMilliseconds) ? _process.ExitCode : null;
        _errorReader.Join(FarewellMilliseconds / 4);
        string errors;
        lock (_errors)
            errors = Encoding.UTF8.GetString(_errors, 0, _errorCount);
        return SshFailure.Of(_options, exitCode, errors, IsConnected);
    }

    private void Watch()
    {
        long now = Environment.TickCount64;
        if (_disposed || (now < Volatile.Read(ref _silenceEnds) && now < Volatile.Read(ref _allEnds)))
            return;
        _timedOut = true;
        Kill();
    }

    private void Kill()
    {
        try
        {
            // The tree: a jump host is reached by another ssh below this one.
            if (!_process.HasExited)
                _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has just ended by itself, which is what was wanted.
            return;
        }
    }

    // The last of what is said: ssh's own words come at the end.
    private void ReadErrors()
    {
        Stream stream = _process.StandardError.BaseStream;
        byte[] part = new byte[4096];
        try
        {
            while (stream.Read(part) is > 0 and int read)
            {
                lock (_errors)
                {
                    int excess = Math.Max(0, _errorCount + read - ErrorBytes);
                    _errors.AsSpan(excess, _errorCount - excess).CopyTo(_errors);
                    part.AsSpan(0, read).CopyTo(_errors.AsSpan(_errorCount - excess));
                    _errorCount += read - excess;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The connection is being ended.
            return;
        }
    }
}
