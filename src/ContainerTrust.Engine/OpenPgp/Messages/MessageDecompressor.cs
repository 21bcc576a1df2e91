using System.IO.Compression;

namespace ContainerTrust.Engine.OpenPgp.Messages;

/// <summary>
/// Decompresses a compressed data packet (RFC 9580 section 5.6) and stops where the budget ends, whatever the data would become.
/// </summary>
internal static class MessageDecompressor
{
    private const int FirstLength = 4096;

    /// <summary>Decompresses a packet.</summary>
    /// <param name="body">The packet's body without partial lengths: an algorithm and the data.</param>
    /// <param name="buffers">Memory and budget.</param>
    /// <param name="result">What comes out; a view of the buffers or of the body.</param>
    /// <param name="reason">What is wrong. Empty if nothing is.</param>
    /// <returns>The problem; <see cref="OpenPgpProblem.None"/> if there is none.</returns>
    public static OpenPgpProblem Decompress(ReadOnlySpan<byte> body, MessageBuffers buffers, out ReadOnlySpan<byte> result,
        out string reason)
    {
        result = default;
        reason = "";
        if (body.IsEmpty)
        {
            reason = "Its compressed packet is empty.";
            return OpenPgpProblem.Malformed;
        }

        if (body[0] == 0)
        {
            result = body[1..];
            return OpenPgpProblem.None;
        }

        if (body[0] > 3)
        {
            reason = "It is compressed in an unknown way.";
            return OpenPgpProblem.UnusableAlgorithm;
        }

        try
        {
            bool isWithin = body[0] == 3 ? Bzip2Decoder.TryDecode(body[1..], buffers, out result)
                : TryInflate(body[0], body[1..], buffers, out result);
            if (!isWithin)
            {
                reason = "It decompresses to more than 4 MiB.";
                return OpenPgpProblem.TooLarge;
            }

            return OpenPgpProblem.None;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            reason = "Its compressed data is damaged.";
            return OpenPgpProblem.Malformed;
        }
    }

    private static unsafe bool TryInflate(byte algorithm, ReadOnlySpan<byte> data, MessageBuffers buffers, out ReadOnlySpan<byte> result)
    {
        // A pointer to nothing is no stream.
        if (data.IsEmpty)
            throw new InvalidDataException();
        fixed (byte* pointer = data)
        {
            using var memory = new UnmanagedMemoryStream(pointer, data.Length);
            using var source = new EndWatch(memory);
            using Stream stream = algorithm == 1 ? new DeflateStream(source, CompressionMode.Decompress)
                : new ZLibStream(source, CompressionMode.Decompress);
            byte[] buffer = buffers.Begin(FirstLength);
            int count = 0;
            while (true)
            {
                int read = stream.Read(buffer, count, buffer.Length - count);
                if (read == 0)
                {
                    // .NET takes data that stops in the middle for its end; zlib, and so gpg, does not.
                    if (source.WasAskedBeyondItsEnd)
                        throw new InvalidDataException();
                    buffers.Budget -= count;
                    result = buffer.AsSpan(0, count);
                    return true;
                }

                count += read;
                if (count > buffers.Budget)
                {
                    result = default;
                    return false;
                }

                if (count == buffer.Length)
                    buffer = buffers.Grow(count, Math.Min(2 * count, OpenPgpKeyring.MaxMessageLength + 1));
            }
        }
    }
}
