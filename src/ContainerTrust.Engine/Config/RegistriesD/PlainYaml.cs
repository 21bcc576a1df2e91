using ContainerTrust.Engine.Formats.Yaml;

namespace ContainerTrust.Engine.Config.RegistriesD;

/// <summary>
/// Reads the YAML that registries.d files are nearly always written in, without the YAML library: block mappings indented by spaces, keys
/// and values that are one plain or simply quoted word on one line, comments. Anything beyond that, however harmless, is left to
/// <see cref="YamlAdapter"/>, so that both give the same tree wherever this one gives one.
/// </summary>
/// <remarks>
/// Compiled ahead, the library costs 9 ms at the first <c>Get</c> of a PowerShell session, which alone would not be worth a second
/// reader. But it needs 8 ms more for 1,000 sections, and <c>containertrust show</c> of 1,000 scopes takes 12 ms in all with this reader
/// and 20 ms without (<c>bench/show.sh</c>: 235 times podman's speed, or 141).
/// </remarks>
internal static class PlainYaml
{
    private const int LongestKey = 512;
    private const int Deepest = 8;

    /// <summary>Reads a file.</summary>
    /// <returns>The document, or null if the file holds anything that is left to the library.</returns>
    public static YamlDocument? TryParse(YamlText text) => new Reader(text).Read();

    private sealed class Reader(YamlText text)
    {
        private readonly string _text = text.Text;
        private readonly List<(YamlNode Mapping, int Indent)> _open = [];
        private YamlNode? _root;
        private YamlNode? _pendingKey;
        private bool _started;
        private int _nodes;

        public YamlDocument? Read()
        {
            for (int i = 0; i < text.LineStarts.Count; i++)
            {
                int start = text.LineStarts[i];
                int end = text.LineEnd(i);
                if (end > start && _text[end - 1] == '\n')
                    end--;
                if (end > start && _text[end - 1] == '\r')
                {
                    // A carriage return alone is a line break of its own.
                    if (end == text.LineEnd(i))
                        return null;
                    end--;
                }

                if (!ReadLine(start, end))
                    return null;
            }

            CloseTo(-1);
            return new YamlDocument { Root = _root };
        }

        private bool ReadLine(int start, int end)
        {
            ReadOnlySpan<char> line = _text.AsSpan(start, end - start);
            if (line.ContainsAnyExceptInRange(' ', '~'))
                return false;
            int indent = 0;
            while (indent < line.Length && line[indent] == ' ')
                indent++;
            if (indent == line.Length || line[indent] == '#')
                return true;
            if (!_started && line.TrimEnd(' ') is "---")
            {
                _started = true;
                return true;
            }

            _started = true;
            int at = start + indent;
            YamlNode? key = ReadWord(ref at, end, isKey: true);
            if (key is null || key.End - key.Start > LongestKey || !Place(key, indent))
                return false;

            // ReadWord has seen that a colon follows, and then a space or the end.
            at++;
            int gap = at;
            SkipSpaces(ref at, end);
            if (at == end || _text[at] == '#')
            {
                _pendingKey = key;
                return true;
            }

            if (at == gap)
                return false;
            YamlNode? value = ReadValue(ref at, end);
            if (value is null)
                return false;
            int behind = at;
            SkipSpaces(ref at, end);
            if (at < end && (_text[at] != '#' || at == behind))
                return false;
            _open[^1].Mapping.Children!.Add(value);
            return ++_nodes <= LookasideLimits.Nodes;
        }

        /// <summary>Puts a key where its indentation says; false if that is not plain to see.</summary>
        private bool Place(YamlNode key, int indent)
        {
            if (_root is null)
            {
                if (indent != 0)
                    return false;
                _root = NewMapping(key.Start);
                _open.Add((_root, 0));
            }
            else if (indent > _open[^1].Indent)
            {
                if (_pendingKey is null || _open.Count == Deepest)
                    return false;
                YamlNode mapping = NewMapping(key.Start);
                _open[^1].Mapping.Children!.Add(mapping);
                _open.Add((mapping, indent));
                _pendingKey = null;
            }
            else
            {
                CloseTo(indent);
                if (_open.Count == 0 || _open[^1].Indent != indent)
                    return false;
            }

            _open[^1].Mapping.Children!.Add(key);
            return ++_nodes <= LookasideLimits.Nodes;
        }

        private void CloseTo(int indent)
        {
            if (_pendingKey is not null)
            {
                _open[^1].Mapping.Children!.Add(new YamlNode { Kind = YamlKind.Scalar, Start = _pendingKey.End, End = _pendingKey.End });
                _nodes++;
                _pendingKey = null;
            }

            while (_open.Count > 0 && _open[^1].Indent > indent)
                _open.RemoveAt(_open.Count - 1);
        }

        private YamlNode NewMapping(int start)
        {
            _nodes++;
            return new YamlNode { Kind = YamlKind.Mapping, Children = [], Start = start };
        }

        private void SkipSpaces(ref int at, int end)
        {
            while (at < end && _text[at] == ' ')
                at++;
        }

        private YamlNode? ReadValue(ref int at, int end)
        {
            if (at + 1 < end && _text[at] == '{' && _text[at + 1] == '}')
            {
                at += 2;
                return new YamlNode { Kind = YamlKind.Mapping, IsFlow = true, Children = [], Start = at - 2, End = at };
            }

            return ReadWord(ref at, end, isKey: false);
        }

        private YamlNode? ReadWord(ref int at, int end, bool isKey)
        {
            int start = at;
            char first = _text[at];
            if (first is '"' or '\'')
            {
                ReadOnlySpan<char> rest = _text.AsSpan(at + 1, end - at - 1);
                int length = rest.IndexOfAny(first, '\\');
                if (length < 0 || rest[length] == '\\')
                    return null;
                at += length + 2;
                if (isKey && !IsKeyEnd(at, end))
                    return null;
                return new YamlNode
                {
                    Kind = YamlKind.Scalar,
                    Style = first == '"' ? YamlStyle.DoubleQuoted : YamlStyle.SingleQuoted,
                    Value = _text.Substring(start + 1, length),
                    Start = start,
                    End = at,
                };
            }

            if (!ScalarWriter.IsWordStart(first))
                return null;
            while (at < end && ScalarWriter.IsWordPart(_text[at]) && !IsKeyEnd(at, end))
                at++;
            if (isKey != IsKeyEnd(at, end))
                return null;
            return new YamlNode { Kind = YamlKind.Scalar, Value = Known(_text.AsSpan(start, at - start)), Start = start, End = at };
        }

        private bool IsKeyEnd(int at, int end) => at < end && _text[at] == ':' && (at + 1 == end || _text[at + 1] == ' ');

        // Most words of a large file are these few.
        private static string Known(ReadOnlySpan<char> word) => word switch
        {
            LookasideKey.Lookaside => LookasideKey.Lookaside,
            LookasideKey.LookasideStaging => LookasideKey.LookasideStaging,
            LookasideKey.Sigstore => LookasideKey.Sigstore,
            LookasideKey.SigstoreStaging => LookasideKey.SigstoreStaging,
            LookasideKey.UseSigstoreAttachments => LookasideKey.UseSigstoreAttachments,
            _ => word.ToString(),
        };
    }
}
