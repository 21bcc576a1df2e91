namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>One packet, a view of the data that it was read from.</summary>
internal readonly ref struct Packet
{
    /// <summary>Packet type.</summary>
    public required PacketTag Tag { get; init; }

    /// <summary>Octets before the packet's first header octet.</summary>
    public required int Offset { get; init; }

    /// <summary>How the length is stated.</summary>
    public required PacketLengthKind LengthKind { get; init; }

    /// <summary>
    /// The body. For <see cref="PacketLengthKind.Partial"/> it still contains the chunks' length octets: <see cref="PartialBody.Join"/>
    /// removes them.
    /// </summary>
    public required ReadOnlySpan<byte> Body { get; init; }
}
