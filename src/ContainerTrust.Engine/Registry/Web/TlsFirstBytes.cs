namespace ContainerTrust.Engine.Registry.Web;

/// <summary>Raised in a TLS handshake: the server answered with something else, as its first bytes tell.</summary>
/// <param name="isHttp">Whether it is http.</param>
internal sealed class NotTlsException(bool isHttp) : IOException("The server answered the TLS handshake with something that is not TLS.")
{
    /// <summary>Whether it is http.</summary>
    public bool IsHttp => isHttp;
}

/// <summary>
/// A connection on which TLS is to be set up. Looks at the first bytes that the server sends: every TLS record begins with its type
/// (RFC 8446 section 5.1), and the framework says of another answer no more than that. Nothing more is asked, and nothing is sent again.
/// </summary>
internal sealed class TlsFirstBytes(Stream inner) : Stream
{
    private readonly byte[] _first = new byte[5];
    private int _count;

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = inner.Read(buffer);
        Look(buffer[..count]);
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Look(buffer.Span[..count]);
        return count;
    }

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => inner.Write(buffer);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    // The handshake may read one record's header, or less, at a time.
    private void Look(ReadOnlySpan<byte> read)
    {
        if (_count == _first.Length)
            return;
        read = read[..Math.Min(read.Length, _first.Length - _count)];
        read.CopyTo(_first.AsSpan(_count));
        _count += read.Length;
        if (_count == _first.Length && _first[0] is not (>= 20 and <= 24))
            throw new NotTlsException(_first.AsSpan().SequenceEqual("HTTP/"u8));
    }
}
