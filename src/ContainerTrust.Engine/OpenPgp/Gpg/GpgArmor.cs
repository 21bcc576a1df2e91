using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.OpenPgp.Armor;
using ContainerTrust.Engine.OpenPgp.Messages;

namespace ContainerTrust.Engine.OpenPgp.Gpg;

/// <summary>
/// Removes ASCII armor as GnuPG 2.2 does, quirks included, for <see cref="GpgListing"/> alone: anything else reads armor with
/// <see cref="ArmorReader"/>, which is strict.
/// </summary>
internal static class GpgArmor
{
    /// <summary>
    /// GnuPG hands the data on in portions of this size; a block whose length is a multiple of it hides all blocks after it.
    /// </summary>
    private const int PortionLength = 8192;

    /// <summary>Longer lines are cut, which GnuPG's checksum then reports.</summary>
    private const int MaxLineLength = 19_998;

    /// <summary>Decodes all blocks of a file, of any kind, into one stream, as GnuPG sees them.</summary>
    /// <param name="text">The file.</param>
    /// <returns>The stream; null where GnuPG reports an error and ends with a failure.</returns>
    public static byte[]? Decode(ReadOnlySpan<byte> text)
    {
        byte[] data = new byte[(text.Length / 4 * 3) + 3];
        int count = 0;
        bool hasEnded = false;
        int position = 0;
        while (SkipToBlock(text, ref position, out bool isReadable))
        {
            if (!isReadable)
                return null;
            int start = count;
            switch (DecodeBlock(text, ref position, data, ref count))
            {
                case null:
                    return null;
                case true:
                    hasEnded = true;
                    break;
            }

            if (count > start && (count - start) % PortionLength == 0)
                break;
        }

        return hasEnded ? data.AsSpan(0, count).ToArray() : null;
    }

    // Finds the next header and reads the lines up to the empty one.
    private static bool SkipToBlock(ReadOnlySpan<byte> text, ref int position, out bool isReadable)
    {
        isReadable = true;
        bool isFirst = true;
        while (true)
        {
            var line = NextLine(text, ref position);
            if (line.IsEmpty)
                return false;

            // A line that looks like binary data ends the armor; what follows is read as packets, less some octets.
            if (isFirst && line.Length >= 2 && ArmorLines.IsBinary(line))
            {
                isReadable = false;
                return true;
            }

            isFirst = false;
            if (!ArmorLines.TryParseHeader(line, out var kind))
                continue;

            // Cleartext signatures are another framework, and need the data.
            isReadable = kind != ArmorKind.SignedMessage;
            break;
        }

        while (isReadable)
        {
            var line = NextLine(text, ref position);
            if (line.IsEmpty || ArmorLines.IsBlank(line))
                break;
            int colon = line.IndexOf((byte)':');
            isReadable = colon >= 0 && colon + 1 < line.Length && line[colon + 1] is (byte)' ' or (byte)'\r' or (byte)'\n';
        }

        return true;
    }

    // True: the block ended with padding or a checksum. False: the file ended. Null: GnuPG reports an error.
    private static bool? DecodeBlock(ReadOnlySpan<byte> text, ref int position, byte[] data, ref int count)
    {
        int start = count;
        int bits = 0;
        int phase = 0;
        while (true)
        {
            var line = NextLine(text, ref position);
            if (line.IsEmpty)
                return false;
            if (line.Length > MaxLineLength)
                return null;
            int decoded = phase == 0 ? Radix64.DecodeGroups(line, data.AsSpan(count)) : 0;
            count += decoded * 3;
            for (int i = decoded * 4; i < line.Length; i++)
            {
                if (Radix64.IsWhitespace(line[i]))
                    continue;
                if (line[i] == (byte)'=')
                {
                    if (IsQuotedPrintable(line[(i + 1)..]))
                        return null;
                    if (phase == 1)
                        data[count++] = (byte)(bits << 2);
                    return CheckChecksum(text, line[i..], ref position, data.AsSpan(start, count - start));
                }

                int value = Radix64.Value(line[i]);
                if (value < 0)
                    return null;
                bits = (bits << 6) | value;
                switch (++phase)
                {
                    case 2:
                        data[count++] = (byte)(bits >> 4);
                        break;
                    case 3:
                        data[count++] = (byte)(bits >> 2);
                        break;
                    case 4:
                        data[count++] = (byte)bits;
                        phase = 0;
                        break;
                }
            }
        }
    }

    // "=XX" before white space, or "=3D" before four characters and the line's end: taken for quoted-printable, and reported.
    private static bool IsQuotedPrintable(ReadOnlySpan<byte> rest)
    {
        if (rest.Length > 2 && char.IsAsciiHexDigit((char)rest[0]) && char.IsAsciiHexDigit((char)rest[1])
            && rest[2] is (byte)'=' or (byte)'\n' or (byte)'\r' or (byte)'\t' or (byte)' ' or 0)
            return true;
        return rest.Length > 6 && rest.StartsWith("3D"u8) && rest[6] == (byte)'\n'
            && Radix64.Value(rest[2]) >= 0 && Radix64.Value(rest[3]) >= 0
            && Radix64.Value(rest[4]) >= 0 && Radix64.Value(rest[5]) >= 0;
    }

    private static bool? CheckChecksum(ReadOnlySpan<byte> text, ReadOnlySpan<byte> line, scoped ref int position, ReadOnlySpan<byte> data)
    {
        uint checksum = 0;
        int digits = 0;
        while (!line.IsEmpty)
        {
            for (int i = 0; i < line.Length; i++)
            {
                byte character = line[i];
                if (digits == 0 && (Radix64.IsWhitespace(character) || character == (byte)'='))
                    continue;
                int value = Radix64.Value(character);
                if (value < 0)
                    return digits == 0 ? true : null;
                checksum = (checksum << 6) | (uint)value;
                if (++digits < 4)
                    continue;

                // GnuPG looks at one more character, and takes its absence for a malformed checksum.
                bool isFollowed = i + 1 < line.Length || position < text.Length;
                return isFollowed && checksum == Crc24.Compute(data) ? true : null;
            }

            line = NextLine(text, ref position);
        }

        // Where the file ends after the first digit, GnuPG takes it for no checksum at all.
        return digits <= 1 ? true : null;
    }

    private static ReadOnlySpan<byte> NextLine(ReadOnlySpan<byte> text, scoped ref int position)
    {
        var rest = text[position..];
        int end = rest.IndexOf((byte)'\n');
        int length = end < 0 ? rest.Length : end + 1;
        position += length;
        return rest[..length];
    }
}
