using System.Buffers;

namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>Rented memory that a message is decompressed into, given back all at once; and how much more may be decompressed.</summary>
internal sealed class MessageBuffers : IDisposable
{
    private byte[]? _current;
    private byte[]? _previous;

    /// <summary>Octets that may still be decompressed, over all layers.</summary>
    public int Budget { get; set; } = OpenPgpKeyring.MaxMessageLength;

    /// <summary>Octets of packets with partial lengths that may still be joined, over all layers.</summary>
    public int JoinBudget { get; set; } = 2 * OpenPgpKeyring.MaxMessageLength;

    /// <summary>Rents memory. The layer before the last one is given back: nobody needs it any more.</summary>
    /// <param name="length">Octets at least.</param>
    /// <returns>The memory.</returns>
    public byte[] Begin(int length)
    {
        Return(_previous);
        _previous = _current;
        return _current = ArrayPool<byte>.Shared.Rent(length);
    }

    /// <summary>Replaces the memory rented last by a larger one.</summary>
    /// <param name="used">Octets to keep.</param>
    /// <param name="length">Octets at least.</param>
    /// <returns>The memory.</returns>
    public byte[] Grow(int used, int length)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(length);
        _current.AsSpan(0, used).CopyTo(larger);
        Return(_current);
        return _current = larger;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Return(_previous);
        Return(_current);
        _previous = _current = null;
    }

    private static void Return(byte[]? buffer)
    {
        if (buffer is not null)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
