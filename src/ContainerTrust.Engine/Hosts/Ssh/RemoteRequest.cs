using System.Buffers;
using System.Globalization;
using System.Text;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Hosts.Ssh;

/// <summary>Builds what is sent to the script.</summary>
internal sealed class RemoteRequest
{
    private static readonly SearchValues<byte> s_plain = SearchValues
        .Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/+@:,="u8);

    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What is to be sent.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Adds a line that is all ours.</summary>
    public RemoteRequest Line(string text)
    {
        _bytes.Write(Encoding.ASCII.GetBytes(text));
        _bytes.Write("\n"u8);
        return this;
    }

    /// <summary>Adds a line with a path, which may hold any byte but NUL.</summary>
    /// <param name="operation">One letter.</param>
    /// <param name="argument">A number or a letter.</param>
    /// <param name="path">An absolute path that <see cref="PathText.Encode"/> takes.</param>
    public RemoteRequest Path(string operation, string argument, string path) => Line($"{operation} {argument} {Encode(path)}");

    /// <summary>Adds content.</summary>
    public RemoteRequest Content(ReadOnlySpan<byte> content)
    {
        _bytes.Write(content);
        return this;
    }

    /// <summary>A number as the script takes it.</summary>
    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// A path for the script: as it is where that is safe for any reader of lines, else with every other byte in octal for
    /// <c>printf %b</c>.
    /// </summary>
    public static string Encode(string path)
    {
        ReadOnlySpan<byte> bytes = PathText.Encode(path).AsSpan()[..^1];
        if (!bytes.ContainsAnyExcept(s_plain))
            return "r" + Encoding.ASCII.GetString(bytes);
        StringBuilder text = new("b");
        foreach (byte b in bytes)
        {
            if (s_plain.Contains(b))
                text.Append((char)b);
            else
                text.Append("\\0").Append((char)('0' + (b >> 6))).Append((char)('0' + ((b >> 3) & 7))).Append((char)('0' + (b & 7)));
        }

        return text.ToString();
    }
}
