using System.Buffers;
using System.Buffers.Binary;
using ContainerTrust.Engine.OpenPgp.Packets;

namespace ContainerTrust.Engine.OpenPgp;

/// <summary>What a signature hashes (RFC 9580 section 5.2.4).</summary>
internal static class SignatureDigest
{
    /// <summary>Hashes data and the signature's own fields.</summary>
    /// <param name="signature">A signature whose hash algorithm has a length.</param>
    /// <param name="first">The data, or its first part.</param>
    /// <param name="second">The rest of the data.</param>
    /// <param name="digest">Where the hash goes, <see cref="HashAlgorithms.MaxLength"/> octets.</param>
    /// <returns>The octets written.</returns>
    public static int Compute(in SignaturePacket signature, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> digest)
    {
        int trailer = signature.Version >= 4 ? 6 : 0;
        int length = signature.Salt.Length + first.Length + second.Length + signature.HashedFields.Length + trailer;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var rest = rented.AsSpan();
            Append(ref rest, signature.Salt);
            Append(ref rest, first);
            Append(ref rest, second);
            Append(ref rest, signature.HashedFields);
            if (trailer > 0)
            {
                rest[0] = signature.Version;
                rest[1] = 0xFF;
                BinaryPrimitives.WriteUInt32BigEndian(rest[2..], (uint)signature.HashedFields.Length);
            }

            return HashAlgorithms.Compute(signature.HashAlgorithm, rented.AsSpan(0, length), digest);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A key as it is hashed.</summary>
    /// <param name="version">Key version.</param>
    /// <param name="body">The packet's body.</param>
    /// <returns>Prefix, length and body.</returns>
    public static byte[] HashedKey(byte version, ReadOnlySpan<byte> body)
    {
        int header = version == 6 ? 5 : 3;
        byte[] hashed = new byte[header + body.Length];
        if (version == 6)
        {
            hashed[0] = 0x9B;
            BinaryPrimitives.WriteUInt32BigEndian(hashed.AsSpan(1), (uint)body.Length);
        }
        else
        {
            hashed[0] = 0x99;
            BinaryPrimitives.WriteUInt16BigEndian(hashed.AsSpan(1), (ushort)body.Length);
        }

        body.CopyTo(hashed.AsSpan(header));
        return hashed;
    }

    /// <summary>A user id, or a user attribute, as a signature hashes it: version 3 has no prefix.</summary>
    /// <param name="signatureVersion">The signature's version.</param>
    /// <param name="userId">The packet's body.</param>
    /// <param name="isAttribute">Whether it is a user attribute.</param>
    /// <returns>The octets.</returns>
    public static byte[] HashedUserId(byte signatureVersion, byte[] userId, bool isAttribute = false)
    {
        if (signatureVersion < 4)
            return userId;
        byte[] hashed = new byte[5 + userId.Length];
        hashed[0] = (byte)(isAttribute ? 0xD1 : 0xB4);
        BinaryPrimitives.WriteUInt32BigEndian(hashed.AsSpan(1), (uint)userId.Length);
        userId.CopyTo(hashed, 5);
        return hashed;
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> part)
    {
        part.CopyTo(rest);
        rest = rest[part.Length..];
    }
}
