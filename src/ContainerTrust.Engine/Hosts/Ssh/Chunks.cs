namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>Bytes as they come, in pieces that are never copied to grow: for content whose size only its sender knows.</summary>
internal sealed class Chunks
{
    private const int First = 4 << 10;
    private const int Largest = 1 << 20;

    private readonly List<byte[]> _full = [];
    private byte[] _last = [];
    private int _lastLength;

    /// <summary>How many bytes there are.</summary>
    public long Length { get; private set; }

    /// <summary>Adds bytes at the end.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (bytes.Length > 0)
        {
            if (_lastLength == _last.Length)
            {
                if (_lastLength > 0)
                    _full.Add(_last);
                _last = new byte[Math.Clamp(_last.Length * 2, First, Largest)];
                _lastLength = 0;
            }

            int count = Math.Min(bytes.Length, _last.Length - _lastLength);
            bytes[..count].CopyTo(_last.AsSpan(_lastLength));
            _lastLength += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>A copy of a part.</summary>
    /// <param name="offset">Where it begins.</param>
    /// <param name="length">How long it is; the part lies within what there is.</param>
    public byte[] Copy(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        byte[] copy = new byte[length];
        int done = 0;
        foreach (byte[] chunk in _full.Append(_last))
        {
            if (done == length)
                break;
            if (offset >= chunk.Length)
            {
                offset -= chunk.Length;
                continue;
            }

            int count = Math.Min(length - done, chunk.Length - (int)offset);
            chunk.AsSpan((int)offset, count).CopyTo(copy.AsSpan(done));
            done += count;
            offset = 0;
        }

        return copy;
    }
}
