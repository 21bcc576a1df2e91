namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>Reads bits, the most significant first.</summary>
internal ref struct Bzip2BitReader
{
    private readonly ReadOnlySpan<byte> _data;
    private int _position;
    private ulong _bits;
    private int _count;

    /// <summary>Creates a reader.</summary>
    /// <param name="data">The data.</param>
    public Bzip2BitReader(ReadOnlySpan<byte> data) => _data = data;

    /// <summary>Reads bits.</summary>
    /// <param name="count">How many, at most 32.</param>
    /// <returns>Their value.</returns>
    /// <exception cref="InvalidDataException">The data ends.</exception>
    public uint Read(int count)
    {
        while (_count < count)
        {
            if (_position == _data.Length)
                throw new InvalidDataException("The bzip2 data ends too early.");
            _bits = (_bits << 8) | _data[_position++];
            _count += 8;
        }

        _count -= count;
        return (uint)((_bits >> _count) & ((1UL << count) - 1));
    }
}
