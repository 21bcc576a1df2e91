namespace ContainerTrust.Engine.OpenPgp;

/// <summary>Reads bzip2 data; every kind of damage is an <see cref="InvalidDataException"/>.</summary>
internal sealed class Bzip2Stream : Stream
{
    private readonly Stream _source;
    private Stream? _decoder;

    /// <summary>Creates a reader.</summary>
    /// <param name="source">Compressed data.</param>
    public Bzip2Stream(Stream source) => _source = new EndGuard(source);

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            _decoder ??= BouncyCastleAdapter.OpenBzip2(_source);
            return _decoder.Read(buffer, offset, count);
        }
        catch (Exception e) when (e is IOException or IndexOutOfRangeException or InvalidOperationException or ArgumentException or NullReferenceException or ArithmeticException)
        {
            throw new InvalidDataException("The bzip2 data is damaged.", e);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // A decoder that takes the end for data could go on forever.
    private sealed class EndGuard(Stream source) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int ReadByte()
        {
            int octet = source.ReadByte();
            return octet >= 0 ? octet : throw new EndOfStreamException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = source.Read(buffer, offset, count);
            return read > 0 || count == 0 ? read : throw new EndOfStreamException();
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
