namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>How a packet's length is stated (RFC 9580 section 4.2).</summary>
internal enum PacketLengthKind
{
    /// <summary>The header states the length.</summary>
    Definite,

    /// <summary>Old format: the packet ends where the data ends. Data packets only.</summary>
    Indeterminate,

    /// <summary>New format: the body comes in chunks, each with a length of its own. Data packets only.</summary>
    Partial,
}
