using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Formats.Tar;

/// <summary>
/// Walks over a tar archive (POSIX ustar and pax, GNU long names) without unpacking it. Written for hostile archives: nothing is
/// allocated because a header claims a length, and what stands between the files that are asked for is only passed over.
/// </summary>
/// <param name="stream">The archive.</param>
/// <param name="name">Its name, for messages.</param>
/// <param name="maxBytes">The most bytes that are read.</param>
internal sealed class TarScanner(Stream stream, string name, long maxBytes)
{
    private const int BlockSize = 512;
    private const int MaxExtension = 1024 * 1024;

    private readonly byte[] _block = new byte[BlockSize];
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Dictionary<string, string> _globals = new(StringComparer.Ordinal);
    private long _read;
    private long _left;
    private long _padding;
    private bool _isSparse;
    private char _type;

    /// <summary>
    /// The entry's path, without <c>.</c> and doubled slashes, and without a slash at either end. Empty if it leads out of the archive by
    /// <c>..</c>.
    /// </summary>
    public string Path { get; private set; } = "";

    /// <summary>Whether the entry is a file with content.</summary>
    public bool IsRegularFile => _type is '0' or '\0' or '7' && !_isSparse && !IsDirectory;

    /// <summary>Whether the entry is a directory.</summary>
    public bool IsDirectory { get; private set; }

    /// <summary>Goes to the next entry.</summary>
    /// <returns>False at the end of the archive.</returns>
    /// <exception cref="TrustException"><c>InvalidReleaseContent</c>, <c>LayerTooLarge</c>.</exception>
    public bool MoveNext(CancellationToken cancellationToken)
    {
        Skip(_left + _padding, cancellationToken);
        (_left, _padding) = (0, 0);
        Dictionary<string, string> records = new(_globals, StringComparer.Ordinal);
        string? longName = null;
        bool hasRecords = false, hasLongLink = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = ReadBlock();

            // An archive ends with empty blocks. One that does not has been cut off, and not every unpacker of gzip says so.
            if (length == 0)
                throw Invalid("it ends too early");
            if (length == BlockSize && !_block.AsSpan().ContainsAnyExcept((byte)0))
                return false;
            if (length != BlockSize || !HasGoodChecksum())
                throw Invalid("it is not a tar archive, or is damaged");
            _type = (char)_block[156];
            long size = Number(_block.AsSpan(124, 12));
            switch (_type)
            {
                case 'x':
                    RequireFirst(hasRecords || hasLongLink || longName is not null);
                    hasRecords = true;
                    ReadRecords(ReadExtension(size), records);
                    continue;
                case 'g':
                    RequireFirst(hasRecords || hasLongLink || longName is not null);
                    ReadRecords(ReadExtension(size), _globals);
                    foreach ((string key, string value) in _globals)
                        records[key] = value;
                    continue;
                case 'L':
                    RequireFirst(hasRecords || longName is not null);
                    longName = Text(ReadExtension(size));
                    continue;
                case 'K':
                    RequireFirst(hasRecords || hasLongLink);
                    hasLongLink = true;
                    _ = ReadExtension(size);
                    continue;
                default:
                    Begin(size, longName, records);
                    return true;
            }
        }
    }

    /// <summary>The content of the entry.</summary>
    public byte[] ReadContent(int limit)
    {
        if (_left > limit)
            throw Invalid($"{Path} in it has more than {limit} bytes");
        byte[] content = new byte[_left];
        ReadExactly(content);
        _left = 0;
        return content;
    }

    /// <summary>The error for an archive that cannot be read.</summary>
    public TrustException Invalid(string reason) =>
        new("InvalidReleaseContent", TrustErrorKind.InvalidData, $"{name} cannot be read: {reason}.") { Target = name };

    // Two headers that say the same of one entry: readers differ in which they believe.
    private void RequireFirst(bool isSecond)
    {
        if (isSecond)
            throw Invalid("an entry in it has two headers that name it");
    }

    private void Begin(long size, string? longName, Dictionary<string, string> records)
    {
        string path = longName ?? HeaderName();
        if (records.TryGetValue("path", out string? recorded) && recorded.Length > 0)
            path = recorded;
        if (records.TryGetValue("size", out string? digits) && digits.Length > 0
            && !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out size))
            throw Invalid("an entry's size is not a number");
        _isSparse = _type == 'S' || records.Keys.Any(static k => k.StartsWith("GNU.sparse.", StringComparison.Ordinal));
        if (records.TryGetValue("GNU.sparse.name", out string? sparse))
            path = sparse;
        IsDirectory = _type == '5' || (_type is '0' or '\0' or '7' && path.EndsWith('/'));
        Path = Clean(path);

        // Links, devices, directories and pipes have no content, whatever their header says.
        _left = _type is >= '1' and <= '6' ? 0 : size;
        _padding = (BlockSize - (_left % BlockSize)) % BlockSize;
        if (_type == 'S' && _block[482] != 0)
        {
            do
            {
                if (ReadBlock() != BlockSize)
                    throw Invalid("it ends too early");
            }
            while (_block[504] != 0);
        }
    }

    private string HeaderName()
    {
        string path = Text(_block.AsSpan(0, 100));
        bool isPosix = _block.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        string prefix = isPosix ? Text(_block.AsSpan(345, 155)) : "";
        return prefix.Length == 0 ? path : $"{prefix}/{path}";
    }

    private static string Clean(string path)
    {
        List<string> parts = [];
        foreach (string part in path.Split('/'))
        {
            if (part == "..")
                return "";
            if (part is not ("" or "."))
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    // "LENGTH KEY=VALUE\n", the length being that of the whole record.
    private void ReadRecords(ReadOnlySpan<byte> content, Dictionary<string, string> records)
    {
        while (!content.IsEmpty)
        {
            int space = content.IndexOf((byte)' ');
            if (space <= 0 || !int.TryParse(content[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
                || length <= space + 1 || length > content.Length || content[length - 1] != '\n')
                throw Invalid("a pax header in it is damaged");
            ReadOnlySpan<byte> record = content[(space + 1)..(length - 1)];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0)
                throw Invalid("a pax header in it is damaged");
            string key = Encoding.UTF8.GetString(record[..equals]);
            if (key.Contains('\0', StringComparison.Ordinal)
                || (key is "path" or "linkpath" or "uname" or "gname" && record.Contains((byte)0)))
                throw Invalid("a pax header in it is damaged");
            if (key is "path" or "size" || key.StartsWith("GNU.sparse.", StringComparison.Ordinal))
                records[key] = Encoding.UTF8.GetString(record[(equals + 1)..]);
            content = content[length..];
        }
    }

    private byte[] ReadExtension(long size)
    {
        if (size > MaxExtension)
            throw Invalid($"a header in it has more than {MaxExtension} bytes");
        byte[] content = new byte[size];
        ReadExactly(content);
        Skip((BlockSize - (size % BlockSize)) % BlockSize, CancellationToken.None);
        return content;
    }

    private bool HasGoodChecksum()
    {
        int unsigned = 0;
        int signed = 0;
        for (int i = 0; i < BlockSize; i++)
        {
            byte b = i is >= 148 and < 156 ? (byte)' ' : _block[i];
            unsigned += b;
            signed += (sbyte)b;
        }

        long stored = Number(_block.AsSpan(148, 8));
        return stored == unsigned || stored == signed;
    }

    // Octal digits, or GNU's binary form with the highest bit set.
    private long Number(ReadOnlySpan<byte> field)
    {
        if ((field[0] & 0x80) != 0)
        {
            bool fits = field.Length > 8 && field[0] == 0x80 && !field[1..^8].ContainsAnyExcept((byte)0);
            long binary = BinaryPrimitives.ReadInt64BigEndian(field[^8..]);
            return fits && binary >= 0 ? binary : throw Invalid("a number in a header is out of range");
        }

        long value = 0;
        foreach (byte b in field.Trim(" \0"u8))
        {
            if (b is < (byte)'0' or > (byte)'7')
                throw Invalid("it is not a tar archive, or is damaged");
            value = (value << 3) | (uint)(b - '0');
        }

        return value;
    }

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private int ReadBlock()
    {
        int length = stream.ReadAtLeast(_block, BlockSize, throwOnEndOfStream: false);
        Count(length);
        return length;
    }

    private void ReadExactly(Span<byte> target)
    {
        int length = stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        Count(length);
        if (length != target.Length)
            throw Invalid("it ends too early");
    }

    private void Skip(long count, CancellationToken cancellationToken)
    {
        while (count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = stream.Read(_buffer, 0, (int)Math.Min(count, _buffer.Length));
            if (length == 0)
                throw Invalid("it ends too early");
            Count(length);
            count -= length;
        }
    }

    private void Count(int length)
    {
        _read += length;
        if (_read > maxBytes)
            throw new TrustException(
                "LayerTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{name} unpacks to more than {maxBytes} bytes.")
            {
                Target = name,
            };
    }
}
