using System.Globalization;
using ContainerTrust.Engine.Formats.Data;

namespace ContainerTrust.Engine.OpenPgp.Armor;

/// <summary>
/// Reads the armored blocks of a text (RFC 9580 section 6, RFC 4880 section 6): any number, with anything before, between and after them,
/// and any line ends. A wrong checksum refuses the file, as GnuPG 2.2 refuses to import it. A missing one is accepted, as RFC 9580 wants;
/// where older releases of GnuPG do not, <see cref="ArmorBlock.LacksMark"/> says so.
/// </summary>
internal ref struct ArmorReader
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly string _path;
    private readonly Func<ArmorKind, bool> _isWanted;
    private int _position;
    private int _line;
    private bool _isLater;

    /// <summary>Creates a reader.</summary>
    /// <param name="text">The file.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="wanted">The kind of blocks whose content is read.</param>
    public ArmorReader(ReadOnlySpan<byte> text, string path, ArmorKind wanted = ArmorKind.PublicKey)
        : this(text, path, kind => kind == wanted)
    {
    }

    /// <summary>Creates a reader.</summary>
    /// <param name="text">The file.</param>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="isWanted">Says whether the content of a kind of blocks is read.</param>
    public ArmorReader(ReadOnlySpan<byte> text, string path, Func<ArmorKind, bool> isWanted)
    {
        _text = text;
        _path = path;
        _isWanted = isWanted;
    }

    /// <summary>Reads the next block. Of other kinds than the wanted one the content is skipped.</summary>
    /// <param name="block">The block.</param>
    /// <returns>False if there is no further one.</returns>
    /// <exception cref="TrustFormatException">A block of the wanted kind is damaged.</exception>
    public bool TryReadNext(out ArmorBlock block)
    {
        while (TryReadLine(out var line))
        {
            // GnuPG looks for no armor after a first line that long, and passes over such lines further down.
            if (line.Length > ArmorLines.LongestLine)
            {
                if (_line == 1)
                    _position = _text.Length;
                continue;
            }

            if (line.IsEmpty || line[0] != (byte)'-' || !ArmorLines.TryParseHeader(line, out var kind))
                continue;
            int headerLine = _line;
            bool lacksMark = false;
            bool lacksEmptyLine = false;
            byte[] data = _isWanted(kind) ? ReadBlock(headerLine, out lacksMark, out lacksEmptyLine) : [];
            block = new ArmorBlock(kind, headerLine, data, lacksMark, lacksEmptyLine);
            return true;
        }

        block = default;
        return false;
    }

    private byte[] ReadBlock(int headerLine, out bool lacksMark, out bool lacksEmptyLine)
    {
        lacksMark = false;
        lacksEmptyLine = ReadHeaders(headerLine);

        // No character of the encoding is a dash, so the block ends before the first one: that bounds the buffer.
        int bound = _text[_position..].IndexOf((byte)'-');
        if (bound < 0)
            bound = _text.Length - _position;
        byte[] buffer = GC.AllocateUninitializedArray<byte>((bound / 4 * 3) + 3);
        int count = 0;
        int bits = 0;
        int phase = 0;
        while (TryReadLine(out var line))
        {
            if (line.Length > ArmorLines.LongestLine)
            {
                throw Bad(
                    _line, 0, "this line of the armored block is longer than 19,999 characters, "
                        + "and GnuPG loses its end; break it after every 64.");
            }

            int decoded = phase == 0 ? Radix64.DecodeGroups(line, buffer.AsSpan(count)) : 0;
            count += decoded * 3;
            for (int i = decoded * 4; i < line.Length; i++)
            {
                int value = Radix64.Value(line[i]);
                if (value >= 0)
                {
                    bits = (bits << 6) | value;
                    if (++phase == 4)
                    {
                        buffer[count] = (byte)(bits >> 16);
                        buffer[count + 1] = (byte)(bits >> 8);
                        buffer[count + 2] = (byte)bits;
                        count += 3;
                        phase = 0;
                    }
                }
                else if (line[i] == (byte)'=')
                {
                    Flush(buffer, ref count, bits, phase);
                    return Finish(buffer, count, line[i..], i, headerLine);
                }
                else if (i == 0 && line.StartsWith("-----END "u8))
                {
                    if (phase != 0)
                        throw Bad(_line, 0, "the armored block ends in the middle of a group; the file is damaged, get it again.");
                    lacksMark = true;
                    return buffer.AsSpan(0, count).ToArray();
                }
                else if (!Radix64.IsWhitespace(line[i]))
                {
                    throw Bad(_line, i + 1, "this character cannot be inside an armored block; the file is damaged, get it again.");
                }
            }
        }

        throw NoEnd(headerLine);
    }

    // The empty line after the headers gets lost in templates. GnuPG then takes the line for data, but only in the first block of a
    // file: in a later one it begins somewhere inside the line.
    private bool ReadHeaders(int headerLine)
    {
        bool isLater = _isLater;
        _isLater = true;
        int start = _position;
        while (TryReadLine(out var line))
        {
            bool isCut = line.Length > ArmorLines.LongestLine;
            if (!isCut && ArmorLines.IsBlank(line))
                return false;
            if (!ArmorLines.IsBlockHeader(line))
            {
                if (isCut || isLater || !ArmorLines.IsData(line))
                {
                    throw Bad(
                        _line, 0, "an armored block begins with header lines (Name: value) and an empty line; "
                            + "the file is damaged, get it again.");
                }

                _position = start;
                _line--;
                return true;
            }

            start = _position;
        }

        throw NoEnd(headerLine);
    }

    // An incomplete last group: two characters make one octet, three make two.
    private readonly void Flush(byte[] buffer, ref int count, int bits, int phase)
    {
        if (phase == 1)
            throw Bad(_line, 0, "the armored block ends in the middle of an octet; the file is damaged, get it again.");
        if (phase >= 2)
            buffer[count++] = (byte)(bits >> ((phase * 6) - 8));
        if (phase == 3)
            buffer[count++] = (byte)(bits >> 2);
    }

    // Everything from the first '=': padding, then the checksum if there is one.
    private byte[] Finish(byte[] buffer, int count, ReadOnlySpan<byte> rest, int column, int headerLine)
    {
        uint checksum = 0;
        int digits = 0;
        do
        {
            if (rest.StartsWith("-----END "u8) && digits == 0)
                return buffer.AsSpan(0, count).ToArray();
            for (int i = 0; i < rest.Length; i++)
            {
                int value = Radix64.Value(rest[i]);
                if (value >= 0 && digits < 4)
                {
                    checksum = (checksum << 6) | (uint)value;
                    digits++;
                }
                else if (!Radix64.IsWhitespace(rest[i]) && (rest[i] != (byte)'=' || digits > 0))
                {
                    throw Bad(
                        _line,
                        column + i + 1,
                        "this character cannot be in the checksum of an armored block; the file is damaged, get it again.");
                }
            }

            column = 0;
            if (digits == 4)
            {
                // GnuPG takes a checksum that ends the file for a cut one.
                if (rest[^1] != (byte)'\n')
                    throw NoEnd(headerLine);
                uint computed = Crc24.Compute(buffer.AsSpan(0, count));
                if (checksum != computed)
                {
                    throw new TrustFormatException("WrongArmorChecksum", _path, headerLine, 0, "",
                        string.Create(CultureInfo.InvariantCulture,
                            $"the checksum of the armored block that begins here is {checksum:X6}, its content has {computed:X6}; the " +
                            $"file is damaged, get it again."));
                }

                return buffer.AsSpan(0, count).ToArray();
            }
        }
        while (digits == 0 && TryReadLine(out rest));

        throw digits == 0 ? NoEnd(headerLine)
            : Bad(headerLine, 0, "the armored block that begins here has an incomplete checksum; the file is damaged, get it again.");
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        if (_position >= _text.Length)
        {
            line = default;
            return false;
        }

        var rest = _text[_position..];
        int end = rest.IndexOf((byte)'\n');
        int length = end < 0 ? rest.Length : end + 1;
        line = rest[..length];
        _position += length;
        _line++;
        return true;
    }

    private readonly TrustFormatException NoEnd(int headerLine) =>
        Bad(headerLine, 0, "the armored block that begins here has no end; the file is not complete, get it again.");

    private readonly TrustFormatException Bad(int line, int column, string problem) =>
        new("MalformedArmor", _path, line, column, "", problem);
}
