namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>
/// Refuses what YamlDotNet reads although gopkg.in/yaml.v3, and with it the software that the files are for, does not, or reads
/// otherwise: forgotten commas and colons between braces, tabs as indentation, keys over several lines, unknown directives, fancy
/// anchors. Runs over a tree before it is given a meaning.
/// </summary>
internal sealed class YamlStrictness
{
    private readonly YamlText _text;
    private readonly string _content;

    private YamlStrictness(YamlText text)
    {
        _text = text;
        _content = text.Text;
    }

    /// <summary>Checks a document.</summary>
    /// <exception cref="TrustFormatException">Something is written in a way that the reference refuses.</exception>
    public static void Check(YamlText text, YamlDocument document)
    {
        var check = new YamlStrictness(text);
        check.Directives();
        if (document.Root is not null)
            check.Node(document.Root, inFlow: false);
    }

    private void Directives()
    {
        foreach (int start in _text.LineStarts)
        {
            if (start >= _content.Length || _content[start] != '%')
                continue;
            ReadOnlySpan<char> line = _content.AsSpan(start, _text.LineEnd(_text.LineIndex(start)) - start).TrimEnd();
            if (line is not "%YAML 1.1" && !line.StartsWith("%TAG "))
                throw Refuse(
                    "LookasideSyntaxError",
                    start,
                    "A line that begins with % is a YAML directive, and this one is not supported; remove it.");
        }
    }

    private void Node(YamlNode node, bool inFlow)
    {
        Properties(node);
        if (!inFlow && !node.IsAbsent)
            Indentation(node);
        switch (node.Kind)
        {
            case YamlKind.Scalar:
                Scalar(node, inFlow);
                break;
            case YamlKind.Mapping when node.IsFlow:
                Flow(node, '{');
                break;
            case YamlKind.Sequence when node.IsFlow:
                Flow(node, '[');
                break;
            default:
                break;
        }

        if (node.Children is null)
            return;
        for (int i = 0; i < node.Children.Count; i++)
        {
            YamlNode child = node.Children[i];
            if (node.Kind == YamlKind.Mapping && i % 2 == 0)
                Key(child);
            Node(child, inFlow || node.IsFlow);
        }
    }

    private void Properties(YamlNode node)
    {
        string? name = node.Kind == YamlKind.Alias ? node.Value : node.Anchor;
        if (name is not null && name.AsSpan().ContainsAnyExcept(AnchorCharacters))
            throw Refuse(
                "LookasideSyntaxError",
                node.Start,
                $"The anchor or alias name '{name}' has characters other than letters, digits, - and _.");
        if (node.Tag is "tag:yaml.org,2002:" or "!!")
            throw Refuse("LookasideSyntaxError", node.Start, "The tag !! has no name; remove it.");
    }

    private static readonly System.Buffers.SearchValues<char> AnchorCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private void Indentation(YamlNode node)
    {
        int line = _text.LineStarts[_text.LineIndex(node.Start)];
        ReadOnlySpan<char> before = _content.AsSpan(line, node.Start - line);
        if (before.Contains('\t') && before.TrimStart(" \t").IsEmpty)
            throw Refuse("LookasideSyntaxError", node.Start, "A tab cannot be indentation; use spaces.");
    }

    private void Scalar(YamlNode node, bool inFlow)
    {
        if (node.Style == YamlStyle.DoubleQuoted)
        {
            ReadOnlySpan<char> raw = _content.AsSpan(node.Start, node.End - node.Start);
            for (int i = raw.IndexOf('\\'); i >= 0 && i + 1 < raw.Length; i++)
            {
                if (raw[i] != '\\')
                    continue;
                if (raw[i + 1] == '/')
                    throw Refuse(
                        "LookasideSyntaxError",
                        node.Start + i,
                        "The escape \\/ is not understood by every YAML reader; write / alone.");
                i++;
            }
        }
        else if (node.Style == YamlStyle.Plain && node.Value.Length > 0)
        {
            char first = node.Value[0];
            if (first is ',' or '[' or ']' or '{' or '}' or '#' or '&' or '*' or '!' or '|' or '>' or '\'' or '"' or '%' or '@' or '`'
                || (inFlow && first is ':' or '?'))
                throw Refuse("LookasideSyntaxError", node.Start, $"A word cannot begin with {first}; put it in quotes.");
            if (inFlow && (node.Value.EndsWith('?') || node.Value.Contains("? ", StringComparison.Ordinal)))
                throw Refuse(
                    "LookasideSyntaxError",
                    node.Start,
                    "A question mark before a space has a meaning of its own between braces; put the word in quotes.");
        }
    }

    private void Key(YamlNode key)
    {
        if (key.IsAbsent)
            throw Refuse("LookasideSyntaxError", key.Start, "There is a colon without a key before it.");
        if (key.Kind is not (YamlKind.Scalar or YamlKind.Alias))
            return;
        if (_text.LineIndex(key.Start) != _text.LineIndex(Math.Max(key.Start, key.End - 1)))
            throw Refuse("LookasideSyntaxError", key.Start, "A key must be on one line.");
    }

    private bool IsColonOnLine(YamlNode key)
    {
        int colon = YamlShape.Colon(_text, key);
        return colon >= 0 && _text.LineIndex(colon) == _text.LineIndex(key.End);
    }

    /// <summary>
    /// Between the entries of a collection in braces there must be exactly one comma, and exactly one colon behind a key.
    /// </summary>
    private void Flow(YamlNode node, char open)
    {
        int at = node.Start;
        while (at < node.End && _content[at] is '&' or '!')
        {
            // An anchor or a tag stands before the brace.
            while (at < node.End && !char.IsWhiteSpace(_content[at]))
                at++;
            while (at < node.End && char.IsWhiteSpace(_content[at]))
                at++;
        }

        if (at >= node.End || _content[at] != open)
            throw Refuse(
                "LookasideUnsupportedYaml",
                node.Start,
                "A pair without braces inside a list is not supported here; put it in braces.");
        at++;
        List<YamlNode> children = node.Children!;
        int step = node.Kind == YamlKind.Mapping ? 2 : 1;
        bool colonOpen = false;
        for (int i = 0; i < children.Count; i++)
        {
            YamlNode child = children[i];
            bool isValue = step == 2 && i % 2 == 1;
            if (isValue && child.IsAbsent && child.Anchor is null && child.Tag is null)
            {
                colonOpen = true;
                continue;
            }

            string gap = Gap(at, child.Start);
            string expected = isValue ? ":" : i == 0 ? "" : ",";
            if (isValue && !IsColonOnLine(children[i - 1]))
                throw Refuse("LookasideSyntaxError", child.Start, "A key and its colon must be on one line.");
            if (gap != expected && !(colonOpen && gap == ":,"))
                throw Refuse("LookasideSyntaxError", child.Start, isValue ? "A colon is missing, or too much, before this value."
                    : "A comma is missing, or too much, before this entry.");
            colonOpen = false;
            at = child.End;
        }

        string last = Gap(at, node.End - 1);
        if (last is not ("" or ",") && !(colonOpen && last is ":" or ":,"))
            throw Refuse("LookasideSyntaxError", node.End - 1, "The closing brace is not expected here.");
        if (last == "," && children.Count == 0)
            throw Refuse("LookasideSyntaxError", node.Start, "There is a comma without an entry before it.");
    }

    /// <summary>What stands between two places but white space and comments; at most a few characters.</summary>
    private string Gap(int start, int end)
    {
        string gap = "";
        for (int i = start; i < end; i++)
        {
            char c = _content[i];
            if (c == '#')
            {
                i = Math.Min(end, _text.LineEnd(_text.LineIndex(i))) - 1;
                continue;
            }

            if (c is ' ' or '\t' or '\n' or '\r')
                continue;
            if (gap.Length > 2)
                break;
            gap += c;
        }

        return gap;
    }

    private TrustFormatException Refuse(string errorId, int offset, string problem)
    {
        (int line, int column) = _text.Place(offset);
        return new TrustFormatException(errorId, _text.Path, line, column, "", problem);
    }
}
