namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>
/// A connection to the script on a host: requests go there as bytes, and what comes back is taken apart here, within bounds.
/// </summary>
/// <param name="options">How the host is reached.</param>
internal abstract class RemoteConnection(SshConnectionOptions options) : IDisposable
{
    /// <summary>The most bytes of one answer: the files that it may bring, and as much again as fields could ever need.</summary>
    private const long AnswerBytes = RemoteReply.MaximumContent + (32L << 20);

    // What a field costs that becomes a name or a file's status, beside its text, and how often its text is there; and how often content
    // is: as it comes, and as a file's own.
    private const int FieldBytes = 64;
    private const int FieldFactor = 4;
    private const int ContentFactor = 2;

    private const int BufferBytes = 32 << 10;

    private readonly SshConnectionOptions _options = options;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly AnswerAccount _account = new(options.Budget);
    private long _answered;
    private int _start;
    private int _end;

    /// <summary>Whether the script on the other side has begun to answer.</summary>
    public bool IsConnected { get; set; }

    /// <summary>Begins to count: from now on the host may not be silent for longer, nor take longer for all.</summary>
    /// <param name="silence">The longest silence.</param>
    /// <param name="all">The longest time until this is called again.</param>
    public virtual void Expect(TimeSpan silence, TimeSpan all) => _answered = 0;

    /// <summary>What was read is no longer kept.</summary>
    public void Forget() => _account.Clear();

    /// <summary>Nothing is expected.</summary>
    public abstract void Rest();

    /// <summary>Sends.</summary>
    /// <param name="bytes">What is sent.</param>
    /// <exception cref="TrustException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    public abstract void Send(ReadOnlySpan<byte> bytes);

    /// <summary>Reads a field that ends with NUL.</summary>
    /// <param name="maxBytes">The most bytes that it may have.</param>
    /// <exception cref="TrustException">It is longer, or the connection has ended.</exception>
    public byte[] ReadField(int maxBytes)
    {
        int found = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)0);
        if (found >= 0)
        {
            Use(FieldBytes + (FieldFactor * (long)found));
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
            Use((found < 0 ? 0 : FieldBytes) + (FieldFactor * (long)length));
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
            Use(ContentFactor * (long)part.Length);
            bytes.Add(part);
        }
    }

    /// <summary>Ends the connection.</summary>
    public virtual void Dispose() => _account.Dispose();

    /// <summary>Waits for bytes.</summary>
    /// <param name="buffer">Where they go.</param>
    /// <returns>How many there are, at least one.</returns>
    /// <exception cref="TrustException">The connection has ended.</exception>
    /// <exception cref="OperationCanceledException">The user cancelled.</exception>
    protected abstract int Receive(Span<byte> buffer);

    private void Use(long bytes)
    {
        if (!_account.TryUse(bytes))
            throw SshFailure.TooMuch(_options);
    }

    private void Fill()
    {
        _start = _end = 0;
        _end = Receive(_buffer);
        _answered += _end;
        if (_answered > AnswerBytes)
            throw SshFailure.Garbled(_options);
    }
}
