using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ContainerTrust.Engine.Formats.Yaml;

/// <summary>The one place that touches YamlDotNet: turns its events into <see cref="YamlNode"/>s and its errors into ours.</summary>
internal static class YamlAdapter
{
    /// <summary>Reads the first document of a file.</summary>
    /// <exception cref="TrustFormatException">The text is not a YAML, or exceeds a limit.</exception>
    public static YamlDocument Parse(YamlText text) => Guard(text, static (text, loader) =>
    {
        YamlDocument document = loader.Load();
        RequireStart(text);
        YamlTabs.Check(text, [document.Root], document.IgnoredFromLine);
        YamlStrictness.Check(text, document);
        return document;
    });

    /// <summary>
    /// Reads all documents of a file, as YAML has them and without the checks of what only registries.d needs. The limits are for all of
    /// them together.
    /// </summary>
    /// <exception cref="TrustFormatException">The text is not a YAML, or exceeds a limit.</exception>
    public static IReadOnlyList<YamlDocument> ParseAll(YamlText text) => Guard(text, static (text, loader) =>
    {
        IReadOnlyList<YamlDocument> documents = loader.LoadAll();
        RequireStart(text);
        YamlTabs.Check(text, documents.Select(static d => d.Root), 0);
        return documents;
    });

    // gopkg.in/yaml.v3 wants a document before the mark of its end.
    private static void RequireStart(YamlText text)
    {
        for (int i = 0; i < text.LineStarts.Count; i++)
        {
            ReadOnlySpan<char> line = text.Text.AsSpan(text.LineStarts[i], text.LineEnd(i) - text.LineStarts[i]);
            ReadOnlySpan<char> content = line.Trim();
            if (content.IsEmpty || content[0] == '#')
                continue;
            if (line.StartsWith("...") && (line.Length == 3 || char.IsWhiteSpace(line[3])))
                throw new TrustFormatException(
                    "LookasideSyntaxError", text.Path, i + 1, 1, "", "There is no document before the mark of its end; remove the mark.");
            return;
        }
    }

    private static T Guard<T>(YamlText text, Func<YamlText, Loader, T> read)
    {
        try
        {
            using var reader = new StringReader(text.Text);
            return read(text, new Loader(text, new Parser(reader)));
        }
        catch (YamlException exception)
        {
            // The exception itself is not passed on: its type belongs to the library.
            if (TabIndentation(text) is var tab && tab >= 0)
            {
                (int tabLine, int tabColumn) = text.Place(tab);
                throw new TrustFormatException(
                    "LookasideSyntaxError",
                    text.Path,
                    tabLine,
                    tabColumn,
                    "",
                    "A tab cannot be indentation; use spaces.");
            }

            int offset = Offset(text, exception.Start);
            (int line, int column) = text.Place(offset);
            throw new TrustFormatException(
                "LookasideSyntaxError",
                text.Path,
                line,
                column,
                "",
                $"This is not valid YAML: {Sentence(exception)}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException
            or OverflowException or IndexOutOfRangeException or NullReferenceException)
        {
            // The library is not meant to fail like this; on hostile input its bug must not become ours.
            throw new TrustFormatException(
                "LookasideSyntaxError",
                text.Path,
                0,
                0,
                "",
                "The file could not be read as YAML; check its syntax.");
        }
    }

    // By far the most frequent mistake, and the one that the library explains worst.
    private static int TabIndentation(YamlText text)
    {
        for (int i = 0; i < text.LineStarts.Count; i++)
        {
            ReadOnlySpan<char> line = text.Text.AsSpan(text.LineStarts[i], text.LineEnd(i) - text.LineStarts[i]);
            int content = line.IndexOfAnyExcept(' ', '\t');
            int tab = line.IndexOf('\t');
            if (tab >= 0 && tab < content && line[content] is not ('#' or '\r' or '\n'))
                return text.LineStarts[i] + tab;
        }

        return -1;
    }

    private static string Sentence(YamlException exception)
    {
        string message = exception.Message.TrimEnd();
        return message.EndsWith('.') ? message : message + ".";
    }

    private static int Offset(YamlText text, in Mark mark)
    {
        int line = (int)Math.Clamp(mark.Line - 1, 0, text.LineStarts.Count - 1);
        return (int)Math.Min(text.LineStarts[line] + (mark.Column - 1), text.Text.Length);
    }

    private sealed class Loader(YamlText text, Parser parser)
    {
        private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
        private readonly Stack<YamlNode> _open = new();
        private YamlNode? _root;
        private int _nodes;
        private int _ignoredFromLine;
        private bool _hasAliases;

        public YamlDocument Load()
        {
            while (MoveNext())
            {
                if (Take())
                    return Finish(IgnoredLine());
            }

            return Finish(_ignoredFromLine);
        }

        public List<YamlDocument> LoadAll()
        {
            List<YamlDocument> documents = [];
            while (parser.MoveNext())
            {
                if (!Take())
                    continue;
                documents.Add(Finish(0));
                (_root, _hasAliases) = (null, false);
                _anchors.Clear();
            }

            return documents;
        }

        /// <summary>Takes the parser's event. True at the end of a document.</summary>
        private bool Take()
        {
            switch (parser.Current)
            {
                case Scalar scalar:
                    Add(FromScalar(scalar), scalar);
                    break;
                case AnchorAlias alias:
                    Add(FromAlias(alias), alias);
                    break;
                case MappingStart mapping:
                    Open(FromCollection(mapping, YamlKind.Mapping, mapping.Style == MappingStyle.Flow), mapping);
                    break;
                case SequenceStart sequence:
                    Open(FromCollection(sequence, YamlKind.Sequence, sequence.Style == SequenceStyle.Flow), sequence);
                    break;
                case MappingEnd or SequenceEnd:
                    Close(parser.Current);
                    break;
                case DocumentEnd:
                    return true;
                default:
                    break;
            }

            return false;
        }

        private YamlDocument Finish(int ignoredFromLine) =>
            new() { Root = _root, IgnoredFromLine = ignoredFromLine, HasAliases = _hasAliases };

        private bool MoveNext()
        {
            try
            {
                return parser.MoveNext();
            }
            catch (SemanticErrorException exception) when (_root is not null && _open.Count == 0)
            {
                // The document is complete, and something stands behind it that is no document.
                _ignoredFromLine = LookInto(Offset(text, exception.Start));
                return false;
            }
        }

        // What follows the first document is ignored, as yaml.Unmarshal does; but never silently.
        private int IgnoredLine()
        {
            try
            {
                return parser.MoveNext() && parser.Current is not StreamEnd ? LookInto(Offset(text, parser.Current!.Start)) : 0;
            }
            catch (SemanticErrorException exception)
            {
                return LookInto(Offset(text, exception.Start));
            }
        }

        // Still it must be YAML: the reference looks a few tokens ahead, and text that nobody can read is better fixed than passed over.
        private int LookInto(int offset)
        {
            int line = text.LineIndex(offset);
            string rest = text.Text[text.LineStarts[line]..];
            if (rest.AsSpan(0, rest.Length - rest.AsSpan().TrimStart(" \t").Length).Contains('\t'))
                throw new TrustFormatException(
                    "LookasideSyntaxError",
                    text.Path,
                    line + 1,
                    0,
                    "",
                    "A tab cannot be indentation; use spaces.");
            using var reader = new StringReader(rest);
            var ahead = new Parser(reader);
            try
            {
                int events = 0;
                while (events < LookasideLimits.Nodes && ahead.MoveNext())
                    events++;
            }
            catch (YamlException exception)
            {
                throw new TrustFormatException(
                    "LookasideSyntaxError",
                    text.Path,
                    line + 1,
                    0,
                    "",
                    $"This is not valid YAML after the first document: {Sentence(exception)}");
            }

            return line + 1;
        }

        private YamlNode FromScalar(Scalar scalar)
        {
            YamlStyle style = scalar.Style switch
            {
                ScalarStyle.SingleQuoted => YamlStyle.SingleQuoted,
                ScalarStyle.DoubleQuoted => YamlStyle.DoubleQuoted,
                ScalarStyle.Literal => YamlStyle.Literal,
                ScalarStyle.Folded => YamlStyle.Folded,
                _ => YamlStyle.Plain,
            };
            return new YamlNode
            {
                Kind = YamlKind.Scalar,
                Value = scalar.Value,
                Style = style,
                Tag = Tag(scalar),
                Anchor = Anchor(scalar),
                Start = Offset(text, scalar.Start),
                End = Offset(text, scalar.End),
            };
        }

        private YamlNode FromAlias(AnchorAlias alias)
        {
            _hasAliases = true;
            if (!_anchors.TryGetValue(alias.Value.Value, out YamlNode? target))
                throw Problem(
                    "LookasideSyntaxError",
                    alias.Start,
                    $"The alias *{alias.Value.Value} has no anchor before it; write the value itself.");
            return new YamlNode
            {
                Kind = YamlKind.Alias,
                Value = alias.Value.Value,
                Target = target,
                Start = Offset(text, alias.Start),
                End = Offset(text, alias.End),
            };
        }

        private YamlNode FromCollection(NodeEvent start, YamlKind kind, bool isFlow) => new()
        {
            Kind = kind,
            IsFlow = isFlow,
            Tag = Tag(start),
            Anchor = Anchor(start),
            Children = [],
            Start = Offset(text, start.Start),
            End = Offset(text, start.End),
        };

        // "!" alone says nothing more than no tag.
        private static string? Tag(NodeEvent node) => node.Tag.IsEmpty || node.Tag.IsNonSpecific ? null : node.Tag.Value;

        private static string? Anchor(NodeEvent node) => node.Anchor.IsEmpty ? null : node.Anchor.Value;

        private void Add(YamlNode node, ParsingEvent at)
        {
            if (++_nodes > LookasideLimits.Nodes)
                throw Problem("LookasideTooLarge", at.Start, $"The file has more than {LookasideLimits.Nodes} YAML nodes; split it.");
            if (node.Anchor is not null)
                _anchors[node.Anchor] = node;
            if (!_open.TryPeek(out YamlNode? parent))
                _root ??= node;
            else
                parent.Children!.Add(IsMissingValue(parent, node) ? MissingValue(parent.Children[^1]) : node);
        }

        // The library puts a value that is not there anywhere up to the next token; it belongs behind its key.
        private static bool IsMissingValue(YamlNode parent, YamlNode node) =>
            parent.Kind == YamlKind.Mapping && parent.Children!.Count % 2 == 1 && node is { IsAbsent: true, Tag: null, Anchor: null };

        private static YamlNode MissingValue(YamlNode key) => new() { Kind = YamlKind.Scalar, Start = key.End, End = key.End };

        private void Open(YamlNode node, ParsingEvent at)
        {
            Add(node, at);
            if (_open.Count >= LookasideLimits.Depth)
                throw Problem(
                    "LookasideTooLarge",
                    at.Start,
                    $"Collections are nested more than {LookasideLimits.Depth} deep; flatten them.");
            _open.Push(node);
        }

        private void Close(ParsingEvent at)
        {
            YamlNode node = _open.Pop();
            if (node.Kind == YamlKind.Mapping && node.Children!.Count % 2 != 0)
                throw Problem("LookasideSyntaxError", at.Start, "This is not valid YAML: a key has no value.");
            if (node.IsFlow)
                node.End = Offset(text, at.Start) + 1;
        }

        private TrustFormatException Problem(string errorId, in Mark mark, string problem)
        {
            (int line, int column) = text.Place(Offset(text, mark));
            return new TrustFormatException(errorId, text.Path, line, column, "", problem);
        }
    }
}
