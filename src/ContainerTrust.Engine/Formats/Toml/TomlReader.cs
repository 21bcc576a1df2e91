using System.Globalization;
using System.Text;

namespace ContainerTrust.Engine.Formats.Toml;

/// <summary>
/// Reads TOML (v1.0.0, and what v1.1.0 adds: line breaks and a last comma in inline tables, the escapes <c>\e</c> and <c>\xHH</c>).
/// Strict: whatever the specification calls invalid is refused with its line and column.
/// </summary>
internal sealed class TomlReader
{
    /// <summary>The largest file, in bytes.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The most parts of names, tables and values in a file: what each takes in memory is more than its few bytes there.</summary>
    public const int MaxParts = 200_000;

    private const int MaxDepth = 64;
    private const int MaxNumberLength = 64;

    private readonly string _file;
    private readonly string _text;

    // Of the name that is being read; used again for the next one.
    private readonly List<string> _path = [];
    private int _at;
    private int _parts;

    private TomlReader(string file, string text)
    {
        _file = file;
        _text = text;
    }

    /// <summary>Reads a document.</summary>
    /// <param name="file">The file, for messages.</param>
    /// <param name="content">Its content, UTF-8; a byte order mark is passed over.</param>
    /// <returns>The document and a way to say where a value in it stands.</returns>
    /// <exception cref="TrustFormatException"><c>InvalidToml</c>.</exception>
    public static TomlDocument Read(string file, ReadOnlySpan<byte> content)
    {
        if (content.Length > MaxBytes)
            throw new TrustFormatException("InvalidToml", file, 0, 0, "", $"The file has more than {MaxBytes} bytes; split it.");
        if (content.StartsWith("\uFEFF"u8))
            content = content[3..];
        if (!System.Text.Unicode.Utf8.IsValid(content))
        {
            int valid = 0;
            while (Rune.DecodeFromUtf8(content[valid..], out _, out int length) == System.Buffers.OperationStatus.Done)
                valid += length;
            var before = new TomlReader(file, Encoding.UTF8.GetString(content[..valid]));
            throw before.Error(before._text.Length, "The file is not valid UTF-8 here; save it as UTF-8.");
        }

        var reader = new TomlReader(file, Encoding.UTF8.GetString(content));
        return new TomlDocument(file, reader._text, reader.ReadDocument());
    }

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private bool AtEnd => _at >= _text.Length;

    private TomlTable ReadDocument()
    {
        var root = new TomlTable(0);
        TomlTable current = root;
        while (true)
        {
            SkipLines();
            if (AtEnd)
                return root;
            if (Current == '[')
                current = ReadHeader(root);
            else
                ReadKeyValue(current, 0);
            SkipSpaces();
            SkipComment();
            if (!AtEnd && !TryLineBreak())
                throw Error(_at, "A line break is expected here; write one setting per line.");
        }
    }

    private TomlTable ReadHeader(TomlTable root)
    {
        int start = _at++;
        bool isArray = Current == '[';
        if (isArray)
            _at++;
        SkipSpaces();
        ReadKey();
        SkipSpaces();
        Expect(']', "Expected ']' after the table name.");
        if (isArray)
            Expect(']', "Expected ']]' after the name of an array of tables.");

        TomlTable table = root;
        for (int i = 0; i < _path.Count - 1; i++)
            table = Into(table, _path[i], start);
        string last = _path[^1];
        Count();
        table.Members.TryGetValue(last, out TomlValue? existing);
        if (isArray)
        {
            if (existing is null)
                table.Members[last] = existing = new TomlArray(start, IsOfTables: true);
            if (existing is not TomlArray { IsOfTables: true } array)
                throw Error(start, $"'{Shown(last)}' is {existing.Description} already and cannot be an array of tables too.");
            var element = new TomlTable(start);
            array.Items.Add(element);
            return element;
        }

        if (existing is TomlTable { Origin: TomlTableOrigin.Implicit } known)
        {
            known.Origin = TomlTableOrigin.Header;
            return known;
        }

        if (existing is not null)
            throw Error(start, $"'{Shown(last)}' already exists; put its settings in one place.");
        var made = new TomlTable(start);
        table.Members[last] = made;
        return made;
    }

    // One step down the path of a header.
    private TomlTable Into(TomlTable table, string key, int start)
    {
        if (!table.Members.TryGetValue(key, out TomlValue? value))
        {
            var made = new TomlTable(start) { Origin = TomlTableOrigin.Implicit };
            table.Members[key] = made;
            return made;
        }

        return value switch
        {
            TomlTable { Origin: not TomlTableOrigin.Inline } inner => inner,
            TomlArray { IsOfTables: true } array => (TomlTable)array.Items[^1],
            _ => throw Error(start, $"'{Shown(key)}' is {value.Description} already, and nothing can be added to it."),
        };
    }

    private void ReadKeyValue(TomlTable table, int depth)
    {
        int start = _at;
        ReadKey();
        for (int i = 0; i < _path.Count - 1; i++)
        {
            if (!table.Members.TryGetValue(_path[i], out TomlValue? value))
                table.Members[_path[i]] = value = new TomlTable(start) { Origin = TomlTableOrigin.Dotted };
            table = value is TomlTable { Origin: TomlTableOrigin.Dotted } inner
                ? inner
                : throw Error(start, $"'{Shown(_path[i])}' is {value.Description} already, and a dotted key adds nothing to it.");
        }

        string last = _path[^1];
        SkipSpaces();
        Expect('=', "Expected '=' after the name of a setting.");
        SkipSpaces();
        TomlValue read = ReadValue(depth);
        if (!table.Members.TryAdd(last, read))
            throw Error(start, $"'{Shown(last)}' appears twice; remove one.");
    }

    private void ReadKey()
    {
        _path.Clear();
        while (true)
        {
            int start = _at;
            Count();
            if (Current is '"' or '\'')
            {
                if (IsNext("\"\"\"") || IsNext("'''"))
                    throw Error(start, "A name cannot have several lines.");
                _path.Add(Current == '"' ? ReadBasic() : ReadLiteral());
            }
            else
            {
                while (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '-')
                    _at++;
                if (_at == start)
                    throw Error(start, "The name of a setting is expected here.");
                _path.Add(_text[start.._at]);
            }

            if (_path.Count > MaxDepth)
                throw Error(start, $"Tables are nested more than {MaxDepth} deep; flatten them.");
            int end = _at;
            SkipSpaces();
            if (Current != '.')
            {
                _at = end;
                return;
            }

            _at++;
            SkipSpaces();
        }
    }

    private void Count()
    {
        if (++_parts > MaxParts)
            throw Error(_at, $"The file has more than {MaxParts} names and values; split it.");
    }

    private TomlValue ReadValue(int depth)
    {
        int start = _at;
        Count();
        switch (Current)
        {
            case '"':
                return new TomlString(start, IsNext("\"\"\"") ? ReadMultiLine('"') : ReadBasic());
            case '\'':
                return new TomlString(start, IsNext("'''") ? ReadMultiLine('\'') : ReadLiteral());
            case '[':
                return ReadArray(Deeper(depth));
            case '{':
                return ReadInline(Deeper(depth));
            default:
                return ReadWord();
        }
    }

    private int Deeper(int depth) =>
        depth < MaxDepth ? depth + 1 : throw Error(_at, $"Values are nested more than {MaxDepth} deep; flatten them.");

    private TomlArray ReadArray(int depth)
    {
        var array = new TomlArray(_at++, IsOfTables: false);
        while (true)
        {
            SkipLines();
            if (Current == ']')
                break;
            array.Items.Add(ReadValue(depth));
            SkipLines();
            if (Current != ',')
                break;
            _at++;
        }

        Expect(']', "',' or ']' is expected in the array.");
        return array;
    }

    private TomlTable ReadInline(int depth)
    {
        var table = new TomlTable(_at++);
        while (true)
        {
            SkipLines();
            if (Current == '}')
                break;
            ReadKeyValue(table, depth);
            SkipLines();
            if (Current != ',')
                break;
            _at++;
        }

        Expect('}', "',' or '}' is expected in the inline table.");
        Close(table);
        return table;
    }

    private static void Close(TomlTable table)
    {
        table.Origin = TomlTableOrigin.Inline;
        foreach (TomlValue value in table.Members.Values)
        {
            if (value is TomlTable { Origin: TomlTableOrigin.Dotted } inner)
                Close(inner);
        }
    }

    private TomlValue ReadWord()
    {
        int start = _at;
        while (_at - start <= MaxNumberLength && (char.IsAsciiLetterOrDigit(Current) || Current is '_' or '+' or '-' or '.' or ':'))
            _at++;

        // A space may stand between date and time.
        if (_at - start == 10 && Current == ' ' && TomlNumber.IsDate(_text.AsSpan(start, 10)) && _at + 1 < _text.Length
            && char.IsAsciiDigit(_text[_at + 1]))
        {
            _at++;
            while (_at - start <= MaxNumberLength && (char.IsAsciiLetterOrDigit(Current) || Current is '+' or '-' or '.' or ':'))
                _at++;
        }

        ReadOnlySpan<char> word = _text.AsSpan(start, _at - start);
        if (word is "true" or "false")
            return new TomlBoolean(start, word is "true");
        if (TomlNumber.TryInteger(word, out long number))
            return new TomlInteger(start, number);
        if (TomlNumber.IsFloat(word) || TomlNumber.IsDateOrTime(word))
            return new TomlOther(start, word.ToString());
        throw Error(
            start,
            word.IsEmpty ? "A value is expected here." : $"'{Shown(word.ToString())}' is not a value; write text in quotes.");
    }

    private string ReadLiteral()
    {
        int start = ++_at;
        while (Current != '\'')
        {
            RequireTextCharacter(start - 1);
            _at++;
        }

        return _text[start.._at++];
    }

    private string ReadBasic()
    {
        int start = _at++, run = _at;
        StringBuilder? text = null;
        while (Current != '"')
        {
            RequireTextCharacter(start);
            if (Current != '\\')
            {
                _at++;
                continue;
            }

            text = (text ?? new StringBuilder()).Append(_text, run, _at - run);
            ReadEscape(text);
            run = _at;
        }

        string rest = _text[run.._at++];
        return text is null ? rest : text.Append(rest).ToString();
    }

    private string ReadMultiLine(char quote)
    {
        int start = _at;
        _at += 3;
        _ = TryLineBreak();
        var text = new StringBuilder();
        while (true)
        {
            if (AtEnd)
                throw Error(start, "The text that begins here does not end.");
            if (Current == quote)
            {
                int quotes = 0;
                while (Current == quote && quotes < 5)
                {
                    _at++;
                    quotes++;
                }

                // Up to two quotes may stand before the three that end it.
                text.Append(quote, quotes >= 3 ? quotes - 3 : quotes);
                if (quotes >= 3)
                    return text.ToString();
            }
            else if (Current is '\n' or '\r')
            {
                int line = _at;
                if (!TryLineBreak())
                    throw Error(line, "A carriage return must be followed by a line feed.");
                text.Append(_text, line, _at - line);
            }
            else if (Current == '\\' && quote == '"')
            {
                if (!TryLineEnding())
                    ReadEscape(text);
            }
            else
            {
                RequireTextCharacter(start);
                text.Append(_text[_at++]);
            }
        }
    }

    // A backslash at the end of a line takes the line break and all white space after it away.
    private bool TryLineEnding()
    {
        int at = _at + 1;
        while (at < _text.Length && _text[at] is ' ' or '\t')
            at++;
        if (at >= _text.Length || !(_text[at] == '\n' || (_text[at] == '\r' && at + 1 < _text.Length && _text[at + 1] == '\n')))
            return false;
        _at = at;
        while (true)
        {
            SkipSpaces();
            if (!TryLineBreak())
                return true;
        }
    }

    private void ReadEscape(StringBuilder text)
    {
        int start = _at++;
        char kind = Current;
        _at++;
        switch (kind)
        {
            case 'b':
                text.Append('\b');
                return;
            case 't':
                text.Append('\t');
                return;
            case 'n':
                text.Append('\n');
                return;
            case 'f':
                text.Append('\f');
                return;
            case 'r':
                text.Append('\r');
                return;
            case 'e':
                text.Append('\u001b');
                return;
            case '"' or '\\':
                text.Append(kind);
                return;
            default:
                break;
        }

        int digits = kind switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0 && _at + digits <= _text.Length
            && int.TryParse(_text.AsSpan(_at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            && Rune.TryCreate(value, out Rune rune))
        {
            _at += digits;
            text.Append(rune.ToString());
            return;
        }

        throw Error(start, "This escape is not known; write a backslash as \\\\, or the text in single quotes.");
    }

    private void RequireTextCharacter(int start)
    {
        if (AtEnd || Current is '\n' or '\r')
            throw Error(start, "The text that begins here does not end on its line.");
        RequirePrintable();
    }

    private void RequirePrintable()
    {
        if (Current is (< ' ' and not '\t') or '\u007F')
            throw Error(_at, $"The control character U+{(int)Current:X4} is not allowed; remove it.");
    }

    private void SkipSpaces()
    {
        while (Current is ' ' or '\t')
            _at++;
    }

    private void SkipLines()
    {
        do
        {
            SkipSpaces();
            SkipComment();
        }
        while (TryLineBreak());
    }

    private void SkipComment()
    {
        if (Current != '#')
            return;
        while (!AtEnd && Current != '\n' && !(Current == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n'))
        {
            RequirePrintable();
            _at++;
        }
    }

    private bool TryLineBreak()
    {
        if (Current == '\n')
        {
            _at++;
            return true;
        }

        if (Current == '\r' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
        {
            _at += 2;
            return true;
        }

        return false;
    }

    private bool IsNext(string text) => string.CompareOrdinal(_text, _at, text, 0, text.Length) == 0;

    private void Expect(char c, string problem)
    {
        if (AtEnd || Current != c)
            throw Error(_at, problem);
        _at++;
    }

    private TrustFormatException Error(int offset, string problem) => TomlDocument.Error("InvalidToml", _file, _text, offset, problem);

    private static string Shown(string text) => Printable.Of(text, Printable.NameLength);
}
