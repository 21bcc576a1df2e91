namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>
/// Refuses tabs that YamlDotNet passes over and libyaml, from which gopkg.in/yaml.v3 is made, does not (<c>scannerc.go</c>): where a key
/// could stand, which is at the beginning of a line and after the dash of an entry, and in the indentation of a block of text.
/// </summary>
internal sealed class YamlTabs
{
    private readonly YamlText _text;

    // Lines that begin within a scalar or within brackets.
    private readonly HashSet<int> _inside = [];

    // The lines on which a word without quotes ends: it takes the blank lines after it along.
    private readonly HashSet<int> _plain = [];

    private YamlTabs(YamlText text) => _text = text;

    /// <summary>Checks documents.</summary>
    /// <param name="text">The file.</param>
    /// <param name="roots">The roots of its documents.</param>
    /// <param name="fromLine">The line, from 1, from which nothing is read; 0 if all is.</param>
    /// <exception cref="TrustFormatException">There is such a tab.</exception>
    public static void Check(YamlText text, IEnumerable<YamlNode?> roots, int fromLine)
    {
        if (!text.Text.Contains('\t', StringComparison.Ordinal))
            return;
        YamlTabs tabs = new(text);
        foreach (YamlNode root in roots.OfType<YamlNode>())
            tabs.Look(root);
        int lines = fromLine > 0 ? fromLine - 1 : text.LineStarts.Count;
        int before = -1;
        int after = 0;
        for (int line = 0; line < lines; line++)
        {
            // The next lines on both sides that are not blank.
            after = Math.Max(after, line + 1);
            while (after < lines && tabs.Content(after).IsEmpty)
                after++;
            if (!tabs._inside.Contains(line))
                tabs.Line(line, before, after < lines ? after : -1);
            if (!tabs.Content(line).IsEmpty)
                before = line;
        }
    }

    private void Look(YamlNode node)
    {
        Stack<YamlNode> open = new([node]);
        while (open.TryPop(out YamlNode? current))
        {
            if (current is { Kind: YamlKind.Scalar, IsAbsent: false } or { IsFlow: true })
                Span(current);
            foreach (YamlNode child in current.IsFlow ? [] : current.Children ?? [])
                open.Push(child);
        }
    }

    private void Span(YamlNode node)
    {
        int first = _text.LineIndex(node.Start);
        int last = _text.LineIndex(Math.Max(node.Start, node.End - 1));
        bool isBlock = node.Style is YamlStyle.Literal or YamlStyle.Folded;
        if (isBlock)
            last = Block(node, first, last);
        for (int line = first + 1; line <= last; line++)
            _inside.Add(line);
        if (!isBlock && node is { Kind: YamlKind.Scalar, Style: YamlStyle.Plain }
            && _text.Text.AsSpan(node.End, _text.LineEnd(last) - node.End).Trim(" \t\r\n").IsEmpty)
            _plain.Add(last);
    }

    // What is before the first line that is not blank decides how far a block is indented, if no number says so.
    private int Block(YamlNode node, int first, int last)
    {
        ReadOnlySpan<char> header = _text.Text.AsSpan(node.Start, _text.LineEnd(first) - node.Start);
        int indicator = header.IndexOfAny('|', '>');
        bool isGiven = indicator < 0 || header[indicator..].IndexOfAnyInRange('1', '9') is 1 or 2;
        int indentation = isGiven ? int.MaxValue : 0;

        // Blank lines after it belong to it, too.
        while (last + 1 < _text.LineStarts.Count && Content(last + 1).IsEmpty && last + 1 < _text.LineIndex(_text.Text.Length))
            last++;
        for (int line = first + 1; line <= last && !isGiven; line++)
        {
            ReadOnlySpan<char> raw = Raw(line);
            int spaces = raw.IndexOfAnyExcept(' ') is >= 0 and int found ? found : raw.Length;
            if (spaces < raw.Length && raw[spaces] == '\t' && (indentation == 0 || spaces < indentation))
                throw Refuse(line, spaces);
            if (indentation == 0 && !raw.Trim(" \t").IsEmpty)
                indentation = spaces;
        }

        return last;
    }

    private void Line(int line, int before, int after)
    {
        ReadOnlySpan<char> raw = Raw(line);
        int at = raw.IndexOfAnyExcept(' ') is >= 0 and int found ? found : raw.Length;
        while (at + 1 < raw.Length && raw[at] == '-' && raw[at + 1] is ' ' or '\t')
        {
            at++;
            while (at < raw.Length && raw[at] == ' ')
                at++;
            if (at < raw.Length && raw[at] == '\t')
                throw Refuse(line, at);
        }

        if (at >= raw.Length || raw[at] != '\t')
            return;
        ReadOnlySpan<char> content = raw.Trim(" \t");
        if (!content.IsEmpty && content[0] != '#')
            throw Refuse(line, at);

        // The reference's scanner takes what is between two lines of comment along with them.
        bool isAmongComments = IsComment(before) && (!content.IsEmpty || IsComment(after));
        if (!isAmongComments && !_plain.Contains(before))
            throw Refuse(line, at);
    }

    private bool IsComment(int line) => line >= 0 && Content(line) is ['#', ..];

    private ReadOnlySpan<char> Raw(int line) =>
        _text.Text.AsSpan(_text.LineStarts[line], _text.LineEnd(line) - _text.LineStarts[line]).TrimEnd("\r\n");

    private ReadOnlySpan<char> Content(int line) => Raw(line).Trim(" \t");

    private TrustFormatException Refuse(int line, int at)
    {
        (int number, int column) = _text.Place(_text.LineStarts[line] + at);
        return new TrustFormatException("LookasideSyntaxError", _text.Path, number, column, "", "A tab cannot be indentation; use spaces.");
    }
}
