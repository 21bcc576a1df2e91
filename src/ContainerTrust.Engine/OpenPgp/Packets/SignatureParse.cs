namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>What reading a signature packet came to.</summary>
internal enum SignatureParse
{
    /// <summary>The signature was read.</summary>
    Read,

    /// <summary>The version is not known: the signature is of another kind of key, or newer than this release.</summary>
    UnknownVersion,

    /// <summary>The packet is whole, but a subpacket says something impossible.</summary>
    BadSubpacket,

    /// <summary>The packet is damaged.</summary>
    Malformed,
}
