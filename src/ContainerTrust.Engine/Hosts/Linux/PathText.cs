using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace ContainerTrust.Engine.Hosts.Linux;

/// <summary>
/// Between .NET strings and the bytes that Linux calls a path. A name that is not UTF-8 survives the way there and back: each byte that
/// does not fit becomes a lone surrogate U+DC80 to U+DCFF (as in Python's "surrogateescape"), so that a listed file can also be opened.
/// </summary>
internal static class PathText
{
    /// <summary>The longest path in bytes, without the final NUL: PATH_MAX - 1.</summary>
    public const int MaximumLength = 4095;

    /// <summary>The longest name in a path, in bytes: NAME_MAX.</summary>
    public const int MaximumNameLength = 255;

    private const int LongestShown = 512;

    /// <summary>The name that bytes stand for.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        StringBuilder text = new(bytes.Length);
        while (!bytes.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int length) == OperationStatus.Done;
            if (valid)
                text.Append(rune.ToString());
            else
                foreach (byte b in bytes[..length])
                    text.Append((char)(0xDC00 + b));
            bytes = bytes[length..];
        }

        return text.ToString();
    }

    /// <summary>The bytes of an absolute path, ended by a NUL.</summary>
    /// <exception cref="TrustException">The path is empty, relative, too long, or has a character that no path can have.</exception>
    public static byte[] Encode(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0 || path[0] != '/')
            throw Invalid("InvalidPath", path, "is not an absolute path; it must begin with a slash.");
        if (path.Contains('\0'))
            throw Invalid("InvalidPath", path, "contains a NUL character, which no path can have.");

        byte[] bytes;
        if (path.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
            Encoding.UTF8.GetBytes(path, bytes);
        }
        else
        {
            bytes = EncodeSurrogates(path);
        }

        if (bytes.Length - 1 > MaximumLength)
            throw TooLong(path);
        for (ReadOnlySpan<byte> rest = bytes.AsSpan(0, bytes.Length - 1); !rest.IsEmpty;)
        {
            int slash = rest.IndexOf((byte)'/');
            if ((slash < 0 ? rest.Length : slash) > MaximumNameLength)
                throw TooLong(path);
            rest = slash < 0 ? default : rest[(slash + 1)..];
        }

        return bytes;
    }

    /// <summary>
    /// A path as it may appear in a message: printable, with bytes that are not text as lone surrogates spelled out, and an endless path
    /// cut.
    /// </summary>
    public static string Display(string path) => Printable.Of(path, LongestShown);

    /// <summary>The error for a path that the kernel could not take.</summary>
    public static TrustException TooLong(string path) =>
        Invalid("PathTooLong", path, $"is too long: a path may have {MaximumLength} bytes and each name in it {MaximumNameLength}.");

    private static byte[] EncodeSurrogates(string path)
    {
        ArrayBufferWriter<byte> bytes = new(path.Length * 3);
        for (ReadOnlySpan<char> rest = path; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out Rune rune, out int length) == OperationStatus.Done)
                bytes.Advance(rune.EncodeToUtf8(bytes.GetSpan(4)));
            else if (rest[0] is >= '\uDC80' and <= '\uDCFF')
                bytes.Write<byte>([(byte)(rest[0] - 0xDC00)]);
            else
                throw Invalid("InvalidPath", path, "contains half a surrogate pair, which no path can have.");
            rest = rest[length..];
        }

        bytes.Write<byte>([0]);
        return bytes.WrittenSpan.ToArray();
    }

    private static TrustException Invalid(string errorId, string path, string problem) =>
        new(errorId, TrustErrorKind.InvalidArgument, $"'{Display(path)}' {problem}") { Target = path };

    /// <summary>Refuses a path that can only be a directory's.</summary>
    /// <exception cref="TrustException">The path ends in a slash.</exception>
    public static void RequireFileName(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.EndsWith('/'))
            throw new TrustException(
                "IsADirectory",
                TrustErrorKind.InvalidData,
                $"'{Display(path)}' ends in a slash and so names a directory, not a file. Name a file.")
            {
                Target = path,
            };
    }
}
