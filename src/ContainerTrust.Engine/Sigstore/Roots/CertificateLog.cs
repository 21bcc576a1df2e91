using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using ContainerTrust.Engine.Sigstore.X509;

namespace ContainerTrust.Engine.Sigstore.Roots;

/// <summary>
/// A log of certificates (RFC 6962): its signed timestamp in a certificate says that the log has taken the certificate in.
/// </summary>
/// <param name="key">The log's key.</param>
/// <param name="window">When it counts.</param>
internal sealed class CertificateLog(SigstorePublicKey key, ValidityWindow window)
{
    private const string ListOid = "1.3.6.1.4.1.11129.2.4.2";
    private const int MaxTimestamps = 16;

    private readonly byte[] _logId = SHA256.HashData(key.SubjectPublicKeyInfo);

    /// <summary>Whether one of several logs has taken a certificate in.</summary>
    /// <param name="logs">The logs.</param>
    /// <param name="leaf">The certificate.</param>
    /// <param name="issuers">The CAs that may have issued it.</param>
    /// <returns>Whether one has.</returns>
    public static bool HaveTakenIn(IReadOnlyList<CertificateLog> logs, SigstoreCertificate leaf, IEnumerable<SigstoreCertificate> issuers)
    {
        try
        {
            if (!TrySplit(leaf.Raw, out byte[] body, out byte[] list))
                return false;
            byte[][] keyHashes = [.. issuers.Where(i => i.Subject.Span.SequenceEqual(leaf.Issuer.Span))
                .Select(static i => SHA256.HashData(i.SubjectPublicKeyInfo.Span))];
            return ReadList(list).Exists(sct => logs.Any(log => keyHashes.Any(hash => log.HasSigned(sct, body, hash))));
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private bool HasSigned(Timestamp sct, byte[] body, byte[] issuerKeyHash)
    {
        if (!sct.LogId.AsSpan().SequenceEqual(_logId) || sct.Time > 253_402_300_799_999
            || !window.Contains(DateTimeOffset.FromUnixTimeMilliseconds((long)sct.Time)))
            return false;

        // RFC 6962 section 3.2: version 1, a timestamp, of a certificate before the list was put into it.
        byte[] signed = new byte[2 + 8 + 2 + 32 + 3 + body.Length + 2 + sct.Extensions.Length];
        BinaryPrimitives.WriteUInt64BigEndian(signed.AsSpan(2), sct.Time);
        signed[11] = 1;
        issuerKeyHash.CopyTo(signed, 12);
        signed[44] = (byte)(body.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(signed.AsSpan(45), (ushort)body.Length);
        body.CopyTo(signed, 47);
        BinaryPrimitives.WriteUInt16BigEndian(signed.AsSpan(47 + body.Length), (ushort)sct.Extensions.Length);
        sct.Extensions.CopyTo(signed, 49 + body.Length);
        return key.Verify(signed, sct.Signature, HashAlgorithmName.SHA256, sct.IsEcdsa);
    }

    // The body without the list, and the list.
    private static bool TrySplit(ReadOnlyMemory<byte> certificate, out byte[] body, out byte[] list)
    {
        list = [];
        Asn1Tag extensionsTag = new(TagClass.ContextSpecific, 3, isConstructed: true);
        AsnReader fields = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            while (fields.HasData)
            {
                if (!fields.PeekTag().HasSameClassAndValue(extensionsTag))
                {
                    writer.WriteEncodedValue(fields.ReadEncodedValue().Span);
                    continue;
                }

                AsnReader extensions = fields.ReadSequence(extensionsTag).ReadSequence();
                using (writer.PushSequence(extensionsTag))
                using (writer.PushSequence())
                {
                    while (extensions.HasData)
                    {
                        ReadOnlyMemory<byte> encoded = extensions.ReadEncodedValue();
                        AsnReader extension = new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence();
                        if (extension.ReadObjectIdentifier() != ListOid)
                        {
                            writer.WriteEncodedValue(encoded.Span);
                            continue;
                        }

                        if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean))
                            extension.ReadBoolean();
                        list = new AsnReader(extension.ReadOctetString(), AsnEncodingRules.DER).ReadOctetString();
                    }
                }
            }
        }

        body = writer.Encode();
        return list.Length > 0;
    }

    private static List<Timestamp> ReadList(byte[] list)
    {
        ReadOnlySpan<byte> rest = list;
        rest = Vector(ref rest);
        List<Timestamp> timestamps = [];
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<byte> sct = Vector(ref rest);
            if (timestamps.Count == MaxTimestamps || sct.Length < 41)
                throw new AsnContentException();
            bool isFirst = sct[0] == 0;
            byte[] logId = sct[1..33].ToArray();
            ulong time = BinaryPrimitives.ReadUInt64BigEndian(sct[33..]);
            sct = sct[41..];
            byte[] extensions = Vector(ref sct).ToArray();
            if (sct.Length < 4)
                throw new AsnContentException();

            // SHA-256 (4) with RSA (1) or ECDSA (3): RFC 5246 section 7.4.1.4.1.
            bool isKnown = isFirst && sct[0] == 4 && (sct[1] is 1 or 3);
            bool isEcdsa = sct[1] == 3;
            sct = sct[2..];
            byte[] signature = Vector(ref sct).ToArray();
            if (isKnown && sct.IsEmpty)
                timestamps.Add(new Timestamp(logId, time, extensions, isEcdsa, signature));
        }

        return timestamps;
    }

    private static ReadOnlySpan<byte> Vector(scoped ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2)
            throw new AsnContentException();
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest);
        rest = rest[2..];
        if (rest.Length < length)
            throw new AsnContentException();
        ReadOnlySpan<byte> vector = rest[..length];
        rest = rest[length..];
        return vector;
    }

    private sealed record Timestamp(byte[] LogId, ulong Time, byte[] Extensions, bool IsEcdsa, byte[] Signature);
}
