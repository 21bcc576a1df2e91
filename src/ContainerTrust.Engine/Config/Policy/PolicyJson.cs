using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using ContainerTrust.Engine.Formats.Data;
using ContainerTrust.Engine.Formats.Documents;
using ContainerTrust.Engine.Formats.Json;
using ContainerTrust.Engine.Hosts.Linux;

namespace ContainerTrust.Engine.Config.Policy;

/// <summary>
/// A cursor over a policy's JSON that knows where it is, so that every refusal can name line, column and JSON path.
/// After a member's value has been read, <see cref="Leave"/> takes its name off the path.
/// </summary>
internal ref struct PolicyJson
{
    // A policy is seven levels deep at most; anything deeper is refused by its members anyway.
    private const int MaxDepth = 32;

    private readonly ReadOnlySpan<byte> _content;
    private readonly string _file;
    private readonly List<object> _path = [];
    private Utf8JsonReader _reader;

    public PolicyJson(ReadOnlySpan<byte> content, string file)
    {
        _content = content;
        _file = file;
        _reader = new Utf8JsonReader(content, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    public readonly JsonTokenType TokenType => _reader.TokenType;

    /// <summary>Refuses what is no UTF-8 text at all, before the parser sees it: the reasons can be said better here.</summary>
    public static void RequireText(ReadOnlySpan<byte> content, string file)
    {
        if (content.Length > PolicyReader.MaxBytes)
        {
            throw new TrustException(
                "FileTooLarge",
                TrustErrorKind.LimitsExceeded,
                $"{file} has {content.Length} bytes; a policy of more than {PolicyReader.MaxBytes} bytes is not read.")
            {
                Target = file,
            };
        }

        if (content.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            throw new TrustFormatException(
                "PolicyByteOrderMark",
                file,
                1,
                1,
                "",
                "The file begins with a byte order mark, which podman and skopeo refuse. Save it as UTF-8 without BOM.");
        if (content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || content.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
            throw new TrustFormatException(
                "PolicyInvalidText",
                file,
                1,
                1,
                "",
                "The file is UTF-16 text, which podman and skopeo refuse. Save it as UTF-8 without BOM.");
        int start = 0;
        while (start < content.Length && content[start] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            start++;
        if (start == content.Length)
            throw new TrustFormatException(
                "PolicyEmpty",
                file,
                0,
                0,
                "",
                "The file is empty. Write a policy, or restore the distribution's default.");
        if (!Utf8.IsValid(content))
        {
            (int line, int column) = Position(content, FirstInvalid(content));
            throw new TrustFormatException(
                "PolicyInvalidText",
                file,
                line,
                column,
                "",
                "The file is not valid UTF-8 here. Save it as UTF-8.");
        }
    }

    public void Read()
    {
        if (!_reader.Read())
            throw Error("PolicySyntax", "The document ends too early.");
    }

    public void ExpectObject(string what)
    {
        if (_reader.TokenType != JsonTokenType.StartObject)
            throw WrongType($"{what} must be an object");
    }

    public void ExpectEnd()
    {
        // Throws JsonException for anything but white space.
        _reader.Read();
    }

    /// <summary>Moves to the value of the next member and puts its name on the path. False at the end of the object.</summary>
    public bool NextName(out string name)
    {
        Read();
        if (_reader.TokenType == JsonTokenType.EndObject)
        {
            name = "";
            return false;
        }

        name = _reader.GetString()!;
        _path.Add(name);
        Read();
        return true;
    }

    /// <summary><see cref="NextName"/>, refusing a name that <paramref name="seen"/> has.</summary>
    public bool NextMember(ref MemberSet seen, out string name)
    {
        if (!NextName(out name))
            return false;
        if (!seen.Add(name))
            throw DuplicateMember(name);
        return true;
    }

    /// <summary>Moves to the next element of an array and puts its index on the path. False at the end of the array.</summary>
    public bool NextElement(int index)
    {
        Read();
        if (_reader.TokenType == JsonTokenType.EndArray)
            return false;
        _path.Add(index);
        return true;
    }

    /// <summary>
    /// The value of the member <c>type</c> of the object that the cursor is at the start of, without moving; empty if there is none.
    /// Nothing else of the object is judged: that is done when it is read.
    /// </summary>
    public readonly string PeekType()
    {
        Utf8JsonReader ahead = _reader;
        try
        {
            return PeekType(ref ahead);
        }
        catch (JsonException e)
        {
            throw SyntaxError(e, ahead.CurrentDepth);
        }
    }

    private readonly string PeekType(ref Utf8JsonReader ahead)
    {
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            bool isType = ahead.ValueTextEquals("type"u8);
            if (!ahead.Read())
                break;
            if (isType)
            {
                return ahead.TokenType switch
                {
                    JsonTokenType.String => ahead.GetString()!,
                    JsonTokenType.Null => "",
                    _ => throw WrongType("the member \"type\" must be a string"),
                };
            }

            ahead.Skip();
        }

        return "";
    }

    /// <summary>Takes the last name or index off the path.</summary>
    public readonly void Leave() => _path.RemoveAt(_path.Count - 1);

    /// <summary>A string; null (as Go decodes it) is the empty string.</summary>
    public readonly string String()
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return "";
        if (_reader.TokenType != JsonTokenType.String)
            throw WrongType("a string is expected");
        return _reader.GetString()!;
    }

    /// <summary>A number. Not finite if it is larger than a number can be.</summary>
    public readonly double Number() =>
        _reader.TokenType == JsonTokenType.Number ? _reader.GetDouble() : throw WrongType("a number is expected");

    /// <summary>A list of strings, or null for JSON's null.</summary>
    public List<string>? Strings()
    {
        if (!StartArray())
            return null;
        List<string> list = [];
        while (NextElement(list.Count))
        {
            list.Add(String());
            Leave();
        }

        return list;
    }

    /// <summary>
    /// Bytes as Go decodes them: a base64 string (line breaks ignored), or an array of numbers from 0 to 255; null is null. Returned as
    /// base64 without line breaks.
    /// </summary>
    public string? Base64()
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return null;
        if (_reader.TokenType == JsonTokenType.StartArray)
            return Convert.ToBase64String(ByteArray());
        if (_reader.TokenType != JsonTokenType.String)
            throw WrongType("a base64 string is expected");
        string text = _reader.GetString()!;
        return KeyData.Decode(text) is { } bytes
            ? Convert.ToBase64String(bytes)
            : throw Error("PolicyInvalidValue", "The value is not valid base64. Key data is the key file encoded with 'base64 -w0'.");
    }

    /// <summary>A list of <see cref="Base64"/>, or null for JSON's null.</summary>
    public List<string>? Base64s()
    {
        if (!StartArray())
            return null;
        List<string> list = [];
        while (NextElement(list.Count))
        {
            list.Add(Base64() ?? "");
            Leave();
        }

        return list;
    }

    public readonly TrustFormatException UnknownMember(string name, params ReadOnlySpan<string> known)
    {
        foreach (string k in known)
        {
            if (string.Equals(k, name, StringComparison.OrdinalIgnoreCase))
                return Error("PolicyUnknownMember", $"The member \"{name}\" is unknown; names are case-sensitive: write \"{k}\".");
        }

        return Error(
            "PolicyUnknownMember",
            $"The member \"{name}\" is unknown here; possible are {string.Join(", ", known.ToArray())}. Remove it or correct its name.");
    }

    public readonly TrustFormatException DuplicateMember(string name) =>
        Error("PolicyDuplicateMember", $"The member \"{name}\" appears twice. Remove one of them.");

    public readonly TrustFormatException WrongType(string expectation) =>
        Error("PolicyWrongType", $"{char.ToUpperInvariant(expectation[0])}{expectation[1..]}, but here is {Describe(_reader.TokenType)}.");

    public readonly TrustFormatException Error(string id, string problem, Exception? cause = null)
    {
        (int line, int column) = Position(_content, (int)Math.Min(_reader.TokenStartIndex, _content.Length));
        return new TrustFormatException(id, _file, line, column, PathText(), Printable.Of(problem, Printable.SentenceLength), cause);
    }

    public readonly TrustFormatException SyntaxError(JsonException e) => SyntaxError(e, _reader.CurrentDepth);

    private readonly TrustFormatException SyntaxError(JsonException e, int depth)
    {
        int line = (int)(e.LineNumber ?? 0) + 1;
        int column = (int)(e.BytePositionInLine ?? 0) + 1;

        // The exception's own sentence ends with the position, counted from 0; ours stands before it, counted from 1 as editors do.
        string message = e.Message;
        int position = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        if (position >= 0)
            message = message[..position];

        // It may quote the text.
        message = JsonWords.Of(_content, e) ?? Printable.Of(message.Trim(), Printable.SentenceLength);
        bool tooDeep = depth >= MaxDepth - 1;
        return tooDeep
            ? new TrustFormatException("PolicyTooDeep", _file, line, column, "",
                $"The document is nested more than {MaxDepth} levels deep; a policy has seven at most. Remove what does not belong there.",
                e)
            : new TrustFormatException("PolicySyntax", _file, line, column, PathText(), $"The file is not valid JSON: {message}", e);
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Null => "null",
        _ => "nothing",
    };

    private static (int Line, int Column) Position(ReadOnlySpan<byte> content, int offset)
    {
        ReadOnlySpan<byte> before = content[..offset];
        int line = before.Count((byte)'\n') + 1;
        int column = offset - (before.LastIndexOf((byte)'\n') + 1) + 1;
        return (line, column);
    }

    private static int FirstInvalid(ReadOnlySpan<byte> content)
    {
        int offset = 0;
        while (offset < content.Length
            && Rune.DecodeFromUtf8(content[offset..], out _, out int consumed) == System.Buffers.OperationStatus.Done)
            offset += consumed;
        return offset;
    }

    private bool StartArray()
    {
        if (_reader.TokenType == JsonTokenType.Null)
            return false;
        if (_reader.TokenType != JsonTokenType.StartArray)
            throw WrongType("an array is expected");
        return true;
    }

    private byte[] ByteArray()
    {
        List<byte> bytes = [];
        while (NextElement(bytes.Count))
        {
            byte value = 0;
            if (_reader.TokenType != JsonTokenType.Null
                && (_reader.TokenType != JsonTokenType.Number || !IsPlainByte(_reader.ValueSpan, out value)))
                throw WrongType("a number from 0 to 255 is expected");
            bytes.Add(value);
            Leave();
        }

        return [.. bytes];
    }

    private static bool IsPlainByte(ReadOnlySpan<byte> digits, out byte value) =>
        byte.TryParse(digits, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out value);

    private readonly string PathText()
    {
        StringBuilder text = new("$");
        foreach (object part in _path)
        {
            if (part is int index)
                text.Append('[').Append(index).Append(']');
            else if (IsPlainName((string)part))
                text.Append('.').Append((string)part);
            else
                text.Append("[\"").Append(Printable.Of((string)part, Printable.NameLength).Replace("\"", "\\\"", StringComparison.Ordinal))
                    .Append("\"]");
        }

        return text.ToString();
    }

    private static bool IsPlainName(string name)
    {
        if (name.Length is 0 or > Printable.NameLength)
            return false;
        foreach (char c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
                return false;
        }

        return true;
    }
}
