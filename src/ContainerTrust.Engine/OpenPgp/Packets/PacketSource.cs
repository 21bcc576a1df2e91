using System.Globalization;

namespace ContainerTrust.Engine.OpenPgp.Packets;

/// <summary>Where packets come from, for messages.</summary>
/// <param name="Path">The file.</param>
/// <param name="Line">The line of the armor header that they follow, from 1; 0 for binary data.</param>
internal readonly record struct PacketSource(string Path, int Line)
{
    /// <summary>An error about one packet.</summary>
    /// <param name="offset">The packet's offset in the binary (decoded) data.</param>
    /// <param name="problem">What is wrong, a sentence.</param>
    /// <returns>The exception to throw.</returns>
    public TrustFormatException Malformed(int offset, string problem) =>
        new("MalformedOpenPgp", Path, Line, 0, string.Create(CultureInfo.InvariantCulture, $"packet at octet {offset}"), problem);
}
