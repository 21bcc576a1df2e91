using System.Text;

namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>Cuts and insertions in a text; whatever they do not touch stays as it is, to the byte.</summary>
internal sealed class TextEdits
{
    private readonly YamlText _text;
    private readonly string _lineBreak;
    private readonly List<(int Start, int End)> _deletions = [];
    private readonly List<(int At, string Text, bool AreLines)> _insertions = [];

    public TextEdits(YamlText text)
    {
        _text = text;
        _lineBreak = LineBreak(text);
    }

    public bool IsEmpty => _deletions.Count == 0 && _insertions.Count == 0;

    /// <summary>The deleted ranges.</summary>
    public IReadOnlyList<(int Start, int End)> Deletions => _deletions;

    public void Delete(int start, int end)
    {
        if (end > start)
            _deletions.Add((start, end));
    }

    public void Insert(int at, string text) => _insertions.Add((at, text, false));

    public void Replace(int start, int end, string text)
    {
        Delete(start, end);
        Insert(start, text);
    }

    /// <summary>Inserts whole lines at the beginning of a line, or behind the last one.</summary>
    public void InsertLines(int at, IEnumerable<string> lines)
    {
        foreach (string line in lines)
            _insertions.Add((at, line, true));
    }

    /// <summary>The new text. Insertions at the same place come in the order in which they were asked for.</summary>
    public string Apply()
    {
        string old = _text.Text;
        _deletions.Sort();
        var result = new StringBuilder(old.Length + 256);
        int position = 0;
        int deletion = 0;
        bool endsWithLines = false;
        foreach ((int at, string insertion, bool areLines) in _insertions.OrderBy(item => item.At))
        {
            CopyTo(at);
            if (!areLines)
            {
                result.Append(insertion);
                continue;
            }

            if (result.Length > 0 && result[^1] is not ('\n' or '\r'))
                result.Append(_lineBreak);
            result.Append(insertion).Append(_lineBreak);
            endsWithLines = at == old.Length;
        }

        CopyTo(old.Length);

        // A file without a line break at its end stays one, unless that would take an empty line away.
        bool isCut = endsWithLines || (_deletions.Count > 0 && _deletions[^1].End == old.Length);
        if (isCut && old.Length > 0 && old[^1] is not ('\n' or '\r') && EndsWith(result, _lineBreak)
            && !EndsWith(result, _lineBreak + _lineBreak))
            result.Length -= _lineBreak.Length;
        return result.ToString();

        void CopyTo(int end)
        {
            while (position < end)
            {
                while (deletion < _deletions.Count && _deletions[deletion].End <= position)
                    deletion++;
                if (deletion < _deletions.Count && _deletions[deletion].Start <= position)
                {
                    position = Math.Min(end, _deletions[deletion].End);
                    continue;
                }

                int next = deletion < _deletions.Count ? Math.Min(end, _deletions[deletion].Start) : end;
                result.Append(old, position, next - position);
                position = next;
            }
        }
    }

    private static bool EndsWith(StringBuilder text, string end) =>
        text.Length >= end.Length && text.ToString(text.Length - end.Length, end.Length) == end;

    private static string LineBreak(YamlText text)
    {
        if (text.LineStarts.Count < 2)
            return "\n";
        int second = text.LineStarts[1];
        return text.Text[second - 1] == '\r' ? "\r" : second >= 2 && text.Text[second - 2] == '\r' ? "\r\n" : "\n";
    }
}
