using System.Diagnostics;
using System.Text;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>
/// A running ssh. Reading blocks the calling thread; a watchdog ends ssh when the host is silent for too long or the user cancels, which ends the reading.
/// </summary>
internal sealed class SshProcess : IDisposable
{
    /// <summary>The most bytes of one answer: the files that it may bring, and as much again as fields could ever need.</summary>
    private const long AnswerBytes = RemoteReply.MaximumContent + (32L << 20);

    // What a field costs that becomes a name or a file's status, beside its text, and how often its text is there; and how often content is: as it comes, and as
    // a file's own.
    private const int FieldBytes = 64;
    private const int FieldFactor = 4;
    private const int ContentFactor = 2;

    private const int ErrorBytes = 16 << 10;
    private const int BufferBytes = 32 << 10;
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
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly AnswerAccount _account;
    private long _silenceEnds = long.MaxValue;
    private long _allEnds = long.MaxValue;
    private long _silence = long.MaxValue;
    private long _answered;
    private int _errorCount;
    private int _start;
    private int _end;
    private volatile bool _timedOut;
    private volatile bool _disposed;

    private SshProcess(SshConnectionOptions options, Process process, CancellationToken cancellationToken)
    {
        _options = options;
        _account = new AnswerAccount(options.Budget);
        _process = process;
        _cancellationToken = cancellationToken;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        _errorReader = new Thread(ReadErrors, 128 << 10) { IsBackground = true, Name = "ssh errors" };
        _errorReader.Start();
        _watchdog = new Timer(static state => ((SshProcess)state!).Watch(), this, WatchMilliseconds, WatchMilliseconds);
        _cancellation = cancellationToken.Register(static state => ((SshProcess)state!).Kill(), this);
    }

    /// <summary>Whether the script on the other side has begun to answer.</summary>
    public bool IsConnected { get; set; }

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
            throw new TrustException("SshNotFound", TrustErrorKind.NotFound, $"{start.FileName} cannot be started: {e.Message}.", e) { Target = options.HostName };
        }
    }

    /// <summary>Begins to count: from now on the host may not be silent for longer, nor take longer for all.</summary>
    /// <param name="silence">The longest silence.</param>
    /// <param name="all">The longest time until this is called again.</param>
    public void Expect(TimeSpan silence, TimeSpan all)
    {
        long now = Environment.TickCount64;
        _answered = 0;
        Volatile.Write(ref _silence, silence == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)silence.TotalMilliseconds);
        Volatile.Write(ref _silenceEnds, Later(now, Volatile.Read(ref _silence)));
        Volatile.Write(ref _allEnds, Later(now, all == Timeout.InfiniteTimeSpan ? long.MaxValue : (long)all.TotalMilliseconds));
    }

    /// <summary>What was read is no longer kept.</summary>
    public void Forget() => _account.Clear();

    /// <summary>Nothing is expected.</summary>
    public void Rest()
    {
        Volatile.Write(ref _silenceEnds, long.MaxValue);
        Volatile.Write(ref _allEnds, long.MaxValue);
    }

    /// <summary>Sends.</summary>
    /// <exception cref="TrustException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    public void Send(ReadOnlySpan<byte> bytes)
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

    /// <summary>Reads a field that ends with NUL.</summary>
    /// <param name="maxBytes">The most bytes that it may have.</param>
    /// <exception cref="TrustException">It is longer, or the connection has ended.</exception>
    public byte[] ReadField(int maxBytes)
    {
        int found = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)0);
        if (found >= 0)
        {
            Use(FieldBytes + (FieldFactor * found));
            byte[] field = found > maxBytes ? throw SshFailure.Garbled(_options) : _buffer[_start..(_start + found)];
            _start += found + 1;
            return field;
        }

        using MemoryStream bytes = new();
        while (true)
        {
            ReadOnlySpan<byte> present = _buffer.AsSpan(_start, _end - _start);
            found = present.IndexOf((byte)0);
            int length = found < 0 ? present.Length : found;
            if (bytes.Length + length > maxBytes)
                throw SshFailure.Garbled(_options);
            Use((found < 0 ? 0 : FieldBytes) + (FieldFactor * length));
            bytes.Write(present[..length]);
            _start += found < 0 ? length : length + 1;
            if (found >= 0)
                return bytes.ToArray();
            Fill();
        }
    }

    /// <summary>Reads all up to a mark, and the mark.</summary>
    /// <param name="mark">The mark; not empty.</param>
    /// <param name="maxBytes">The most bytes that may come before it.</param>
    /// <param name="keep">Whether what comes before it is wanted.</param>
    /// <returns>What came before the mark; empty if it is not wanted.</returns>
    /// <exception cref="TrustException">There is more before the mark, or the connection has ended.</exception>
    public Chunks ReadTo(byte[] mark, long maxBytes, bool keep)
    {
        Chunks bytes = new();
        long count = 0;
        int matched = 0;
        while (true)
        {
            if (_start == _end)
                Fill();
            if (matched == 0)
            {
                // The mark begins with NUL and has no other before its end, so nothing but a NUL can begin it.
                ReadOnlySpan<byte> present = _buffer.AsSpan(_start, _end - _start);
                int next = present.IndexOf(mark[0]);
                int length = next < 0 ? present.Length : next;
                Take(present[..length]);
                matched = next < 0 ? 0 : 1;
                _start += length + matched;
            }
            else if (_buffer[_start] != mark[matched])
            {
                Take(mark.AsSpan(0, matched));
                matched = 0;
            }
            else
            {
                _start++;
                if (++matched == mark.Length)
                    return bytes;
            }
        }

        void Take(ReadOnlySpan<byte> part)
        {
            count += part.Length;
            if (count > maxBytes)
                throw SshFailure.Garbled(_options);
            if (!keep)
                return;
            Use(ContentFactor * part.Length);
            bytes.Add(part);
        }
    }

    /// <summary>Ends the connection: politely, so that a connection shared by others goes on, and with force if that takes too long.</summary>
    public void Dispose()
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
        _account.Dispose();
    }

    private static long Later(long now, long milliseconds) => milliseconds > long.MaxValue - now ? long.MaxValue : now + milliseconds;

    private void Fill()
    {
        _start = _end = 0;
        int read;
        try
        {
            read = _output.Read(_buffer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            read = 0;
        }

        if (read == 0)
            throw Ended();
        _end = read;
        _answered += read;
        if (_answered > AnswerBytes)
            throw SshFailure.Garbled(_options);
        if (Volatile.Read(ref _silenceEnds) != long.MaxValue)
            Volatile.Write(ref _silenceEnds, Later(Environment.TickCount64, Volatile.Read(ref _silence)));
    }

    private void Use(long bytes)
    {
        if (!_account.TryUse(bytes))
            throw SshFailure.TooMuch(_options);
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
