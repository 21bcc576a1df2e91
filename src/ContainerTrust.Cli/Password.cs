using System.Buffers;
using System.Text;

namespace ContainerTrust.Cli;

/// <summary>A password from standard input: its first line.</summary>
internal static class Password
{
    /// <summary>The most bytes that a password has: tokens of cloud registries have some thousand.</summary>
    public const int MaxBytes = 64 << 10;

    /// <summary>Reads a line, and nothing after it that is not read along with it.</summary>
    /// <param name="input">Standard input.</param>
    /// <returns>The line without its end.</returns>
    /// <exception cref="TrustException">
    /// <c>InvalidOptions</c>: there is no line, it is longer than <see cref="MaxBytes"/>, or it is not text.
    /// </exception>
    public static string Read(Stream input)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxBytes + 2);
        int length = 0;
        try
        {
            int end = -1;
            while (end < 0 && length < MaxBytes + 2)
            {
                int count = input.Read(buffer, length, MaxBytes + 2 - length);
                if (count == 0)
                    break;
                end = buffer.AsSpan(length, count).IndexOf((byte)'\n') is >= 0 and int at ? length + at : -1;
                length += count;
            }

            if (length == 0)
                throw Usage("--password-stdin found no password on standard input.");
            ReadOnlySpan<byte> line = buffer.AsSpan(0, end < 0 ? length : end);
            if (line is [.., (byte)'\r'])
                line = line[..^1];
            if (line.Length > MaxBytes)
                throw Usage($"--password-stdin found more than {MaxBytes} bytes on one line of standard input, " +
                    "and no password is that long.");
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line);
        }
        catch (DecoderFallbackException)
        {
            throw Usage("--password-stdin found a password that is not valid UTF-8.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static TrustException Usage(string message) => new("InvalidOptions", TrustErrorKind.InvalidArgument, message);
}
