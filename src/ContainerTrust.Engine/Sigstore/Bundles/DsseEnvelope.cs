using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Sigstore.Bundles;

/// <summary>
/// What an envelope carries (DSSE, https://github.com/secure-systems-lab/dsse, <c>envelope.md</c>), without its signatures.
/// </summary>
/// <param name="PayloadType">What the payload is.</param>
/// <param name="Payload">The payload.</param>
internal sealed record DsseEnvelope(string PayloadType, ReadOnlyMemory<byte> Payload)
{
    /// <summary>The type of payloads that are in-toto statements.</summary>
    public const string InToto = "application/vnd.in-toto+json";

    /// <summary>The bytes that are signed: the pre-authentication encoding (DSSE, <c>protocol.md</c>, "Signature Definition").</summary>
    /// <returns>Them.</returns>
    public byte[] SignedBytes()
    {
        string head = string.Create(
            CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(PayloadType)} {PayloadType} {Payload.Length} ");
        return [.. Encoding.UTF8.GetBytes(head), .. Payload.Span];
    }
}
